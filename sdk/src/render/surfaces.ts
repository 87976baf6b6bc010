// popup: a modal dialog. banner: a strip at the edge of the page.
//
// Payload: { title?, text?, code?, button?: { label, href? }, dismiss?: label, position?: "top" } of strings.
import type { Renderer } from '../render.ts';
import { addressOf, element, place, textOf } from './elements.ts';
import { kStyle } from './style.ts';

type Payload = Parameters<Renderer>[0];

const kDismiss = 'No, thanks';

// The content of both. `end` is called when the visitor has chosen.
function contents(
  { title, text, code, button, dismiss }: Payload,
  end: (chose: 'clicked' | 'dismissed') => void,
): Node[] {
  const { label, href } = (button ?? {}) as Payload;
  const address = addressOf(href);
  const choices: HTMLElement[] = [];
  if (textOf(label)) {
    const main = element(address ? 'a' : 'button', 'main', textOf(label));
    if (address) (main as HTMLAnchorElement).href = address;
    main.addEventListener('click', () => end('clicked'));
    choices.push(main);
  }
  const no = element('button', 'no', textOf(dismiss) || kDismiss);
  no.addEventListener('click', () => end('dismissed'));
  return [
    ...(textOf(title) ? [element('h2', 'title', textOf(title))] : []),
    ...(textOf(text) ? [element('p', 'text', textOf(text))] : []),
    ...(textOf(code) ? [element('span', 'code', textOf(code))] : []),
    element('div', 'choices', ...choices, no),
  ];
}

const labelled = (surface: HTMLElement, { title, text }: Payload) =>
  surface.setAttribute('aria-label', textOf(title) || textOf(text));

export const popup: Renderer = (payload, tell, page = document) => {
  const placed = place('popup', kStyle, page);
  if (!placed) return false;
  const { host, root } = placed;
  const dialog = element('dialog', 'surface popup');
  let chose: 'clicked' | 'dismissed' = 'dismissed'; // Escape
  labelled(dialog, payload);
  dialog.append(
    ...contents(payload, choice => {
      chose = choice;
      dialog.close();
    }),
  );
  dialog.addEventListener('close', () => {
    tell(chose);
    host.remove();
  });
  root.append(dialog);
  page.body.append(host);
  dialog.showModal(); // traps the focus and returns it
  return true;
};

export const banner: Renderer = (payload, tell, page = document) => {
  const placed = place('banner', kStyle, page);
  if (!placed) return false;
  const { host, root } = placed;
  const strip = element('section', payload.position === 'top' ? 'surface banner top' : 'surface banner');
  labelled(strip, payload);
  strip.append(
    ...contents(payload, choice => {
      tell(choice);
      host.remove();
    }),
  );
  root.append(strip);
  page.body.append(host);
  return true;
};
