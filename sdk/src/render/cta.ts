// cta: changes the text of an existing element, and the URL if it is a link.
//
// Payload: { selector, label?, href? } of strings.
import type { Renderer } from '../render.ts';
import { addressOf, textOf } from './elements.ts';

function found(page: Document, selector: string): HTMLElement | null {
  try {
    return page.querySelector<HTMLElement>(selector);
  } catch {
    return null;
  } // not a valid selector
}

const ended = new WeakMap<HTMLElement, AbortController>(); // of the latest decision that changed the element

export const cta: Renderer = ({ selector, label, href }, tell, page = document) => {
  const target = found(page, textOf(selector));
  if (!target) return false;
  const address = addressOf(href);
  if (textOf(label)) target.textContent = textOf(label);
  if (address && target instanceof HTMLAnchorElement) target.href = address;
  ended.get(target)?.abort(); // a click counts for what the visitor sees
  const latest = new AbortController();
  ended.set(target, latest);
  target.addEventListener('click', () => tell('clicked'), { once: true, signal: latest.signal });
  return true;
};
