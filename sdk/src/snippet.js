// What a page may call before the library is there: the same names, each a promise. Constant, so that its hash can
// stand in a Content-Security-Policy; what differs from page to page stands on the library's own tag.
(beckon => {
  if (beckon.signal) return;
  for (const name of [
    'signal',
    'decide',
    'prefetch',
    'onDecision',
    'report',
    'consent',
    'context',
    'identify',
    'flush',
    'use',
  ])
    beckon[name] = (...args) => new Promise((done, failed) => beckon.push([name, args, done, failed]));
})((window.beckon = window.beckon || []));
