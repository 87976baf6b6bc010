import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { kParts } from '../sentences/parts.ts';
import { confirmed } from '../state/announce.ts';
import { Icon } from './icon.tsx';

export async function copyText(text: string, what: string) {
  try {
    await navigator.clipboard.writeText(text);
    confirmed(kParts.wasCopied(what));
    return true;
  } catch {
    confirmed(kParts.copyBlocked);
    return false;
  }
}

interface Props {
  text: string | (() => string);
  what: string;
  children?: ComponentChildren;
}

// Copies the text. Without children it is an icon, named after what it copies.
export function Copy({ text, what, children }: Props) {
  const [done, setDone] = useState(false);
  const copy = async () => {
    if (!(await copyText(typeof text === 'string' ? text : text(), what))) return;
    setDone(true);
    setTimeout(() => setDone(false), 1600);
  };
  const name = done ? kParts.copiedWhat(what) : kParts.copyWhat(what);
  return children ? (
    <button type="button" class="btn flat" onClick={copy}>
      <Icon name={done ? 'check' : 'copy'} />
      {done ? kParts.copied : children}
    </button>
  ) : (
    <button type="button" class="icon" onClick={copy} aria-label={name} title={name}>
      <Icon name={done ? 'check' : 'copy'} />
    </button>
  );
}
