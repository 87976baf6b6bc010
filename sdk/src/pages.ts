// Pages of an app that changes without loading: one signal for each change of the address.
import type { Core } from './core.ts';

export interface PageOptions {
  type?: string; // of the signal; "view"
  pageOf?: (location: Location) => string; // what a page is called; its path. The same name again is no change
}

// Says the page of now, and from then on each change, until the answer is called.
export function pages(
  client: Pick<Core, 'signal' | 'context'>,
  { type = 'view', pageOf = ({ pathname }) => pathname }: PageOptions = {},
): () => void {
  let before: string | undefined;
  let ended = false;
  const look = () => {
    const page = pageOf(location).slice(0, 256); // the server's limit of a value
    if (ended || page === before) return;
    before = page;
    void client.context({ page });
    void client.signal(type, { value: page });
  };

  const { navigation } = globalThis as { navigation?: EventTarget };
  if (navigation) navigation.addEventListener('currententrychange', look);
  else {
    for (const name of ['pushState', 'replaceState'] as const) {
      const original = history[name].bind(history);
      history[name] = (...args: Parameters<History['pushState']>) => {
        original(...args);
        look();
      };
    }
    addEventListener('popstate', look);
  }
  look();
  return () => {
    ended = true;
  };
}
