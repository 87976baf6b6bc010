// Loading by a script tag: the library takes over `window.beckon` and runs the calls that were queued there.
//
//   <script async src="https://beckon.example/sdk/v1/beckon.js"
//           data-handle="acme" data-consent="pending" data-pages></script>
import type { Core } from './core.ts';
import type { Options } from './words.ts';

// A queued call: its name, its arguments, and the callbacks of the promise that the page holds.
type Call = [name: string, args?: unknown[], done?: (value: unknown) => void, failed?: (reason: unknown) => void];

type Queue = Call[] & { version?: string; options?: Options };

declare const BECKON_VERSION: string;

export function takeOver(
  make: (options: Options) => Core,
  pages: (client: Core, attributes: DOMStringMap) => void,
): void {
  const all = window as unknown as { beckon?: Queue };
  const waiting: Queue = (all.beckon ??= []);
  if (waiting.version) return; // included a second time

  const tag = document.currentScript as HTMLScriptElement | null;
  const said: DOMStringMap = tag?.dataset ?? {};
  const options = {
    endpoint: new URL(tag?.src ?? '', location.href).origin,
    ...said,
    visitorId: said.visitor,
    ...waiting.options,
  } as Options;
  if (!options.handle) {
    console.error('beckon: no data-handle');
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
  if ('pages' in said) pages(client, said);
}
