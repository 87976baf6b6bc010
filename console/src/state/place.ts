// The current view: the URL is its only state, so that every view can be linked to.
//   /apps/lifecycle-messaging/{handle}/{view}/{more…}?{filters}
import { signal } from '@preact/signals';
import { askFirst, unsaved } from './unsaved.ts';

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
  const { pathname, search } = new URL(address, location.origin);
  const move = () => {
    if (!replace) position += 1;
    history[replace ? 'replaceState' : 'pushState']({ position }, '', address);
    arrive();
  };
  if (isCurrentView(read(pathname, search))) move();
  else askFirst(move);
}

// Changes the filters of the current view; empty ones are removed from the URL.
export function filter(filters: Filters, options = { replace: true }) {
  const { handle, view, more, query } = place.peek();
  go(addressOf([handle, view, ...more].filter(Boolean), { ...Object.fromEntries(query), ...filters }), options);
}

// The same as a step of its own, which the browser's Back takes back: of a filter that is chosen, not of typing.
export const refine = (filters: Filters) => filter(filters, { replace: false });

// On a wide screen the work area scrolls, on a narrow one the page.
export function toTop() {
  document.querySelector('.work')?.scrollTo(0, 0);
  scrollTo(0, 0);
}

// Filters aside: another tab or filter of a view keeps what is being edited.
const isCurrentView = ({ handle, view, more }: Place) => {
  const current = place.peek();
  return view === current.view && handle === current.handle && more.join('/') === current.more.join('/');
};

function arrive() {
  const to = read(location.pathname, location.search),
    isNew = !isCurrentView(to);
  place.value = to;
  if (isNew) toTop();
}

// How far the current entry of the browser's history is from the first one of this page.
const positionIn = (state: unknown) => Number((state as { position?: number } | null)?.position ?? 0);
let position = positionIn(history.state);

addEventListener('popstate', event => {
  const steps = positionIn(event.state) - position;
  if (steps && unsaved.peek() && !isCurrentView(read(location.pathname, location.search))) {
    history.go(-steps); // the browser has moved already: back to the view, until the user has agreed
    askFirst(() => history.go(steps));
    return;
  }
  position += steps;
  arrive();
});

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
