// Keyboard shortcuts of the page and the current view. They do nothing inside inputs and can be turned off.
import { signal } from '@preact/signals';
import { useLayoutEffect } from 'preact/hooks';
import { keys } from './preferences.ts';

export interface Key {
  key: string;
  does: string;
  run: () => void;
}

export const bound = signal<Key[]>([]);

export function bind(added: Key[]): () => void {
  bound.value = [...bound.value, ...added];
  return () => {
    bound.value = bound.value.filter(key => !added.includes(key));
  };
}

// Binds keys while the view is shown.
export function useKeys(added: Key[], inputs: unknown[] = []) {
  useLayoutEffect(() => bind(added), inputs);
}

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || !!target.shadowRoot);

addEventListener('keydown', event => {
  const sends = event.key === 'Enter' && (event.ctrlKey || event.metaKey);
  if (keys.value === 'off' && !sends) return;
  if (!sends && (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target))) return;
  if (document.querySelector('dialog[open]:not(.sheet)') && event.key !== '?') return;
  const name = sends ? 'ctrl+Enter' : event.key;
  const key = bound.value.findLast(one => one.key === name);
  if (!key) return;
  event.preventDefault();
  key.run();
});
