// The current view: the URL is its only state, so that every view can be linked to.
//   /apps/lifecycle-messaging/{handle}/{view}/{more…}?{filters}
import { signal } from '@preact/signals';

export const kHome = '/apps/lifecycle-messaging';
export const kNoHandle = '-'; // takes the place of a handle for what belongs to none

export interface Place {
  handle: string;
  view: string;
  more: string[];
  query: URLSearchParams;
}

const decoded = (segment: string) => {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
};

export function read(path: string, search: string): Place {
  const [handle = '', view = '', ...more] = path.slice(kHome.length).split('/').filter(Boolean).map(decoded);
  return { handle, view, more, query: new URLSearchParams(search) };
}

export const place = signal(read(location.pathname, location.search));

export type Filters = Record<string, string | number | undefined | null>;

export function addressOf(segments: string[], filters: Filters = {}): string {
  const query = new URLSearchParams(
    Object.entries(filters)
      .filter(([, value]) => value !== undefined && value !== null && value !== '')
      .map(([name, value]) => [name, String(value)]),
  );
  const path = [kHome, ...segments.map(encodeURIComponent)].join('/');
  return query.size ? `${path}?${query}` : path;
}

// A view of the current handle.
export const at = (view: string, more: string[] = [], filters: Filters = {}) =>
  addressOf([place.value.handle, view, ...more], filters);

export function go(address: string, { replace = false } = {}) {
  if (address === location.pathname + location.search) return;
  history[replace ? 'replaceState' : 'pushState'](null, '', address);
  arrive();
}

// Changes the filters of the current view; empty ones are removed from the URL.
export function filter(filters: Filters, options = { replace: true }) {
  const { handle, view, more, query } = place.peek();
  go(addressOf([handle, view, ...more].filter(Boolean), { ...Object.fromEntries(query), ...filters }), options);
}

// On a wide screen the work area scrolls, on a narrow one the page.
export function toTop() {
  document.querySelector('.work')?.scrollTo(0, 0);
  scrollTo(0, 0);
}

function arrive() {
  const before = place.peek();
  place.value = read(location.pathname, location.search);
  const { handle, view, more } = place.peek();
  if (view !== before.view || handle !== before.handle || more.join('/') !== before.more.join('/')) toTop();
}

addEventListener('popstate', arrive);

// A plain click on a link to a view navigates without loading; other clicks are left to the browser.
addEventListener('click', event => {
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  if (
    !link ||
    event.defaultPrevented ||
    event.button !== 0 ||
    event.metaKey ||
    event.ctrlKey ||
    event.shiftKey ||
    event.altKey
  )
    return;
  if (link.target || link.origin !== location.origin || link.download || !`${link.pathname}/`.startsWith(`${kHome}/`))
    return;
  event.preventDefault();
  go(link.pathname + link.search);
});
