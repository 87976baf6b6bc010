// Follows the pages of a visit, also those of a single-page app: one signal for each, and one for a page that comes back
// from the back/forward cache.
import type { Core } from './core.ts';
import type { Context } from './words.ts';

export type Client = Pick<Core, 'signal' | 'context'>;

// The path, and the fragment if that is a route: "#/cart", "#!cart".
export const pathOf = ({ pathname, hash }: Location) => pathname + (/^#[/!]/.test(hash) ? hash : '');

// Reports the current page and each change of its name until the returned function is called. `arrived`: context of the
// first one.
export function follow(client: Client, type = 'view', nameOf = pathOf, arrived?: Context): () => void {
  let before: string | undefined;
  let ended = false;
  const look = ({ persisted }: { persisted?: boolean }) => {
    const page = nameOf(location).slice(0, 256); // the server's limit for a value
    if (ended || (page === before && !persisted)) return;
    before = page;
    void client.context({ ...arrived, page });
    arrived = undefined;
    void client.signal(type, { value: page });
  };

  const { navigation } = globalThis as { navigation?: EventTarget };
  if (navigation) navigation.addEventListener('currententrychange', look as EventListener);
  else {
    for (const name of ['pushState', 'replaceState'] as const) {
      const original = history[name].bind(history);
      history[name] = (...args: Parameters<History['pushState']>) => {
        original(...args);
        look({});
      };
    }
    addEventListener('popstate', look as EventListener);
  }
  addEventListener('pageshow', look);
  look({});
  return () => {
    ended = true;
  };
}
