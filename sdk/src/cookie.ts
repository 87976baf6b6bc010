// The browser's id also in a first-party cookie, so that all hosts of a domain see one browser.
import { kAnonymous } from './session.ts';
import type { Shelf } from './shelf.ts';

const kAge = 34_128_000; // seconds: 395 days, beyond which browsers cut

// `domain`: of the cookie; empty for this host alone.
export function withCookie(kept: Shelf, handle: string, domain: string): Shelf {
  const cookie = `beckon_${handle}`;
  let durable = false;
  const write = (text: string, age: number) => {
    const scope = `${domain && `; domain=${domain}`}${location.protocol === 'https:' ? '; secure' : ''}`;
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API needs https
    document.cookie = `${cookie}=${text}; path=/; max-age=${age}; samesite=lax${scope}`;
  };
  const read = () => new RegExp(`(?:^|; )${cookie}=(a-[a-z0-9]+)`).exec(document.cookie)?.[1];

  return {
    ...kept,
    get: name => (name === kAnonymous ? (read() ?? null) : null) ?? kept.get(name),
    put(name, text) {
      kept.put(name, text);
      if (name === kAnonymous && durable) write(text, kAge);
    },
    drop(name) {
      kept.drop(name);
      if (name === kAnonymous && read()) write('', 0);
    },
    keep(durably) {
      durable = durably;
      kept.keep(durably);
      const id = kept.get(kAnonymous);
      if (durable && id && !read()) write(id, kAge);
    },
    clear() {
      kept.clear();
      if (read()) write('', 0);
    },
  };
}
