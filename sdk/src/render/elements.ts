// Elements from a payload. A payload is data: its texts become text nodes, its URLs must be http(s), and everything else
// is ignored.

export const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';

// Undefined for `javascript:` and other schemes.
export function addressOf(value: unknown): string | undefined {
  if (typeof value !== 'string' || !value) return;
  try {
    const { protocol, href } = new URL(value, location.href);
    return protocol === 'https:' || protocol === 'http:' ? href : undefined;
  } catch {
    return undefined;
  }
}

export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  className: string,
  ...inside: (Node | string | false | undefined)[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  made.className = className;
  made.append(...(inside.filter(part => part !== undefined && part !== false && part !== '') as (Node | string)[]));
  return made;
}

// A shadow root of its own, so that styles neither leak in nor out. Undefined if the page shows one of this name: surfaces
// are not stacked.
export function place(
  name: string,
  style: string,
  page: Document,
): { host: HTMLElement; root: ShadowRoot } | undefined {
  if (page.querySelector(`beckon-surface[name=${name}]`)) return;
  const host = page.createElement('beckon-surface');
  host.setAttribute('name', name);
  const root = host.attachShadow({ mode: 'open' });
  const sheet = new (page.defaultView ?? globalThis).CSSStyleSheet(); // of the document that it is for
  sheet.replaceSync(style);
  root.adoptedStyleSheets = [sheet];
  return { host, root };
}
