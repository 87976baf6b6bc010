// cta: changes the text of an existing element, and the URL if it is a link.
//
// Payload: { selector, label?, href? } of strings.
import type { Renderer } from '../render.ts';
import { addressOf, textOf } from './elements.ts';

function found(selector: string): HTMLElement | null {
  try {
    return document.querySelector<HTMLElement>(selector);
  } catch {
    return null;
  } // not a valid selector
}

export const cta: Renderer = ({ selector, label, href }, tell) => {
  const target = found(textOf(selector));
  if (!target) return false;
  const address = addressOf(href);
  if (textOf(label)) target.textContent = textOf(label);
  if (address && target instanceof HTMLAnchorElement) target.href = address;
  target.addEventListener('click', () => tell('clicked'), { once: true });
  return true;
};
