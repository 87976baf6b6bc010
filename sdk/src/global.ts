// Loading by a script tag: the library takes over `window.beckon` and runs the calls that were queued there.
//
//   <script async src="https://beckon.example/sdk/v1/beckon.js"
//           data-handle="acme" data-consent="pending" data-pages></script>
import { pages } from './pages.ts';
import type { Core } from './core.ts';
import type { Consent, Options } from './words.ts';

// A queued call: its name, its arguments, and the callbacks of the promise that the page holds.
type Call = [name: string, args?: unknown[], done?: (value: unknown) => void, failed?: (reason: unknown) => void];

type Queue = Call[] & { version?: string; options?: Options };

declare const BECKON_VERSION: string;

export function takeOver(make: (options: Options) => Core): void {
  const all = window as unknown as { beckon?: Queue };
  const waiting: Queue = (all.beckon ??= []);
  if (waiting.version) return; // included a second time

  const tag = document.currentScript as HTMLScriptElement | null;
  const { handle, endpoint, consent, visitor, pages: says } = tag?.dataset ?? {};
  const options = {
    handle: handle!,
    endpoint: endpoint ?? new URL(tag?.src ?? '', location.href).origin,
    consent: consent as Consent | undefined,
    visitorId: visitor,
    ...waiting.options,
  };
  if (!options.handle) {
    console.error('beckon: the tag needs data-handle');
    return;
  }

  const client = { ...make(options), use: async (plugin: (client: Core) => unknown) => plugin(client) };
  const run = ([name, args = [], done, failed]: Call) => {
    const called = (client as unknown as Record<string, (...args: unknown[]) => unknown>)[name];
    if (called) Promise.resolve(called(...args)).then(done, failed);
    else failed?.(new Error(`beckon has no ${name}`));
  };
  const calls = waiting.splice(0);
  Object.assign(waiting, client, { version: BECKON_VERSION, push: run });
  calls.forEach(run);
  if (says !== undefined) pages(client);
}
