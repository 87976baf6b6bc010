// JSON for reading: indented and highlighted. Text nodes only.
const kToken = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

export function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

const kColoured = 60_000; // characters; beyond it highlighting is too slow

export function Json({ text, label }: { text: string; label: string }) {
  const whole = pretty(text);
  return (
    <pre class="code" tabIndex={0} role="region" aria-label={label}>
      {whole.length > kColoured ? whole : coloured(whole)}
    </pre>
  );
}

function coloured(text: string) {
  const parts = [];
  let from = 0;
  for (const match of text.matchAll(kToken)) {
    const [all, string, colon] = match;
    parts.push(text.slice(from, match.index));
    const kind = string ? (colon ? 'k' : 's') : 'w';
    parts.push(<span class={kind}>{string ?? all}</span>, colon ?? '');
    from = match.index + all.length;
  }
  parts.push(text.slice(from));
  return parts;
}
