// Page views of a single-page app: one signal for each change of the URL.
import type { Core } from './core.ts';

export interface PageOptions {
  type?: string; // of the signal; default: "view"
  pageOf?: (location: Location) => string; // the name of a page; default: its path. The same name again is not a change
}

// Reports the current page and each change until the returned function is called.
export function pages(
  client: Pick<Core, 'signal' | 'context'>,
  { type = 'view', pageOf = ({ pathname }) => pathname }: PageOptions = {},
): () => void {
  let before: string | undefined;
  let ended = false;
  const look = () => {
    const page = pageOf(location).slice(0, 256); // the server's limit for a value
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
