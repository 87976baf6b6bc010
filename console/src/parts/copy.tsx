import { useState } from 'preact/hooks';
import { confirmed } from './toast.tsx';

export async function copyText(text: string, what: string) {
  try {
    await navigator.clipboard.writeText(text);
    confirmed(`${what} copied`);
    return true;
  } catch {
    confirmed('The browser blocked copying; select the text and copy it manually');
    return false;
  }
}

export function Copy({
  text,
  what,
  children,
}: {
  text: string | (() => string);
  what: string;
  children?: preact.ComponentChildren;
}) {
  const [done, setDone] = useState(false);
  const copy = async () => {
    if (!(await copyText(typeof text === 'string' ? text : text(), what))) return;
    setDone(true);
    setTimeout(() => setDone(false), 1600);
  };
  return (
    <button
      type="button"
      class="copy"
      onClick={copy}
      aria-label={children ? undefined : `${done ? 'Copied' : 'Copy'} ${what}`}
    >
      {done ? 'Copied' : (children ?? 'Copy')}
    </button>
  );
}
