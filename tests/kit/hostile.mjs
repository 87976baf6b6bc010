// Forty texts that a page must show as they are: markup, addresses that run, templates, and what hides or turns text around.
// Each that runs would set `pwned`.
export const hostile = [
  '<script>pwned=1</script>', '<ScRiPt src=data:,pwned=1></sCrIpT>', '"><script>pwned=1</script>', '</textarea><script>pwned=1</script>', '</title><script>pwned=1</script>',
  '<img src=x onerror=pwned=1>', '<img src="x" onerror="pwned=1">', '<svg onload=pwned=1>', '<svg><script>pwned=1</script></svg>', '<svg><animate onbegin=pwned=1 attributeName=x dur=1s>',
  '<body onload=pwned=1>', '<iframe src="javascript:parent.pwned=1"></iframe>', '<iframe srcdoc="<script>parent.pwned=1</script>">', '<object data="javascript:pwned=1">', '<embed src="javascript:pwned=1">',
  '<a href="javascript:pwned=1">here</a>', 'javascript:pwned=1', 'JaVaScRiPt:pwned=1', 'data:text/html,<script>pwned=1</script>', 'vbscript:pwned=1',
  '" onmouseover="pwned=1', "' onfocus='pwned=1' autofocus='", '` onclick=pwned=1 `', '<input autofocus onfocus=pwned=1>', '<details open ontoggle=pwned=1>',
  '<style>*{display:none}</style>', '<link rel=stylesheet href="data:text/css,*{display:none}">', '<base href="https://attacker.example/">', '<meta http-equiv=refresh content="0;url=https://attacker.example/">', '<form action="https://attacker.example/"><button>x</button></form>',
  '<math><mtext><img src=x onerror=pwned=1></mtext></math>', '<template><script>pwned=1</script></template>', '<noscript><p title="</noscript><img src=x onerror=pwned=1>">', '<!--><img src=x onerror=pwned=1>-->', '<![CDATA[<script>pwned=1</script>]]>',
  '{{constructor.constructor("pwned=1")()}}', '${pwned=1}', '&lt;script&gt;pwned=1&lt;/script&gt;', '__proto__', '\u202eevil\u202c \u200b \ufeff \u2028 end',
];
