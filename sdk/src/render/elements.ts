// Elements made of what a payload says. A payload is data: its texts become text nodes, its addresses are http(s) or
// of this site, and nothing else of it is taken.

export const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';

// Nothing for `javascript:` and its like.
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

// A place of its own on the page: its style reaches nothing else, and nothing else's reaches it.
export function place(style: string): { host: HTMLElement; root: ShadowRoot } {
  const host = document.createElement('beckon-surface');
  const root = host.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style);
  root.adoptedStyleSheets = [sheet];
  return { host, root };
}
