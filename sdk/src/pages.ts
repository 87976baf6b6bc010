// Page views, with options.
import { arrival } from './arrival.ts';
import { follow, pathOf, type Client } from './follow.ts';

export { arrival };

export interface PageOptions {
  type?: string; // of the signal; default: "view"
  // The name of a page; default: its path, and its fragment if that is a route ("#/cart", "#!cart"). The same name again
  // is no change.
  pageOf?: (location: Location) => string;
  query?: string[]; // parameters that are part of the default name: ["page"] for "/shop?page=lamps"
  hash?: boolean; // any fragment is part of the default name
  arrival?: boolean; // the first page also gives device, campaign and referrer as context; default: true
}

// Reports the current page and each change until the returned function is called.
export function pages(
  client: Client,
  { type, pageOf, query = [], hash: isAny, arrival: isTold = true }: PageOptions = {},
): () => void {
  const nameOf = (here: Location) => {
    const given = [...new URLSearchParams(here.search)].filter(([name]) => query.includes(name));
    const { pathname, hash } = here;
    const path = isAny ? pathname + hash : pathOf(here);
    return given.length ? path.replace(pathname, `${pathname}?${new URLSearchParams(given)}`) : path;
  };
  return follow(client, type, pageOf ?? nameOf, isTold ? arrival() : undefined);
}

// The same by the attributes of a tag: data-pages="?page ?tab #" names parameters, and "#" stands for any fragment.
export const pagesOfTag = (client: Client, { pages: names = '', arrival }: DOMStringMap) =>
  pages(client, { query: names.split(/[\s?#]+/), hash: names.includes('#'), arrival: arrival !== 'off' });
