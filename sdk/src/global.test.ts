import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, test } from 'node:test';
import type { Core } from './core.ts';
import { takeOver } from './global.ts';
import { Browser } from './kit/browser.ts';
import { pages, pagesOfTag } from './pages.ts';
import type { Options } from './words.ts';

interface Page {
  beckon?: { (...args: unknown[]): unknown; [name: string]: unknown } & unknown[];
}

const snippet = readFileSync(join(import.meta.dirname, 'snippet.js'), 'utf8');
const all = globalThis as unknown as Page & {
  BECKON_VERSION: string;
  window: unknown;
  location: unknown;
  history: unknown;
};
let browser: Browser, made: Options[], calls: unknown[][];

beforeEach(() => {
  browser = new Browser().open();
  [made, calls] = [[], []];
  Object.assign(all, {
    BECKON_VERSION: '1',
    window: globalThis,
    location: new URL('https://shop.example/a?x=1'),
    beckon: undefined,
  });
  Object.assign(document, {
    currentScript: { src: 'https://b.example/sdk/v1/beckon.js', dataset: { handle: 'acme', consent: 'pending' } },
  });
});

const runSnippet = () => new Function(snippet)();
const make = (options: Options): Core => {
  made.push(options);
  const noted =
    (name: string) =>
    async (...args: unknown[]) => {
      calls.push([name, ...args]);
      return name;
    };
  return { signal: noted('signal'), consent: noted('consent'), context: noted('context') } as unknown as Core;
};
const beckon = () => all.beckon as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;

test('what was called before the library was there runs in its order, and its promises are kept', async () => {
  runSnippet();
  const held = beckon(); // a page may have taken it into a variable
  const answers = [held.consent!('full'), held.signal!('view', { value: 1 })];
  takeOver(make, pagesOfTag);
  assert.deepEqual(await Promise.all(answers), ['consent', 'signal']);
  assert.equal(await held.signal!('later'), 'signal');
  assert.equal(held, beckon());
  assert.deepEqual(calls, [
    ['consent', 'full'],
    ['signal', 'view', { value: 1 }],
    ['signal', 'later'],
  ]);
});

test('the tag says who and where', () => {
  takeOver(make, pagesOfTag);
  assert.deepEqual(made, [{ handle: 'acme', endpoint: 'https://b.example', consent: 'pending', visitorId: undefined }]);
});

test('snippet and library may each be there twice', () => {
  runSnippet();
  const before = beckon().signal;
  runSnippet();
  assert.equal(beckon().signal, before);
  takeOver(make, pagesOfTag);
  takeOver(make, pagesOfTag);
  runSnippet();
  assert.equal(made.length, 1);
  assert.notEqual(beckon().signal, before);
});

test('what the build does not have is said to the caller', async () => {
  runSnippet();
  const asked = beckon().decide!('checkout');
  takeOver(make, pagesOfTag);
  await assert.rejects(asked, /has no decide/);
});

test('plugins get the client, whichever came first', async () => {
  runSnippet();
  const seen: unknown[] = [];
  void beckon().use!((client: unknown) => seen.push(client));
  takeOver(make, pagesOfTag);
  await beckon().use!((client: unknown) => seen.push(client));
  assert.equal(seen.length, 2);
  assert.equal(typeof (seen[0] as Core).signal, 'function');
});

for (const way of ['the Navigation API', 'a wrapped history'])
  test(`pages: one signal for each change of the address, by ${way}`, () => {
    const navigation = way.startsWith('the') ? new EventTarget() : undefined;
    const go = (url: string) => {
      all.location = new URL(url, String(all.location));
      navigation?.dispatchEvent(new Event('currententrychange'));
    };
    const history = {
      pushState: (_: unknown, __: string, url: string) => go(url),
      replaceState: (_: unknown, __: string, url: string) => go(url),
    };
    Object.assign(all, { navigation, history });
    const end = pages(make({} as Options));
    history.pushState(null, '', '/b');
    history.replaceState(null, '', '/b?sorted');
    history.pushState(null, '', '/c');
    end();
    history.pushState(null, '', '/d');
    assert.deepEqual(
      calls.filter(([name]) => name === 'signal'),
      ['/a', '/b', '/c'].map(value => ['signal', 'view', { value }]),
    );
  });

// A router: where it has gone, the views that came of it.
function walk(options: Parameters<typeof pages>[1] | string, ...steps: string[]) {
  const navigation = new EventTarget();
  Object.assign(all, { navigation });
  if (typeof options === 'string') pagesOfTag(make({} as Options), { pages: options });
  else pages(make({} as Options), options);
  for (const step of steps) {
    all.location = new URL(step, String(all.location));
    navigation.dispatchEvent(new Event('currententrychange'));
  }
  return calls.filter(([name]) => name === 'signal').map(([, , extra]) => (extra as { value: string }).value);
}

test('pages: the fragment of a hash router is part of the page, an anchor is not', () => {
  assert.deepEqual(walk({}, '#/lamps', '#/lamps', '#top', '#!chairs', '/b'), [
    '/a',
    '/a#/lamps',
    '/a',
    '/a#!chairs',
    '/b',
  ]);
});

test('pages: parameters and any fragment are part of the page where they are named', () => {
  const steps = ['/s?page=lamps&sort=up', '?page=lamps', '?page=chairs#top', '?tab=2&page=chairs'];
  assert.deepEqual(walk({ query: ['page'] }, ...steps), ['/a', '/s?page=lamps', '/s?page=chairs']);
  calls = [];
  all.location = new URL('https://shop.example/a');
  assert.deepEqual(walk('?page ?tab #', ...steps), [
    '/a',
    '/s?page=lamps',
    '/s?page=chairs#top',
    '/s?tab=2&page=chairs',
  ]);
});

test('pages: one that comes back from the back/forward cache is seen again, and is the context again', () => {
  walk({ arrival: false });
  browser.fire('pageshow', { persisted: false });
  assert.equal(calls.length, 2);
  browser.fire('pageshow', { persisted: true });
  assert.deepEqual(calls.slice(2), [
    ['context', { page: '/a' }],
    ['signal', 'view', { value: '/a' }],
  ]);
});

test('pages: the first one says how the visitor came, and no more of where from than its host', () => {
  all.location = new URL(
    'https://shop.example/a?utm_source=news&utm_medium=email&utm_campaign=spring%20sale&token=secret',
  );
  Object.assign(document, { referrer: 'https://mail.example/inbox?q=private' });
  Object.assign(navigator, { userAgent: 'Mozilla/5.0 (Linux; Android 16) Mobile Safari' });
  walk({}, '/b');
  const contexts = () => calls.filter(([name]) => name === 'context').map(([, context]) => context);
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const came = {
    device: 'MOBILE',
    zone,
    source: 'news',
    medium: 'email',
    campaign: 'spring sale',
    referrer: 'mail.example',
  };
  assert.deepEqual(contexts(), [{ ...came, page: '/a' }, { page: '/b' }]);

  calls = [];
  all.location = new URL('https://shop.example/a');
  Object.assign(document, { referrer: 'https://shop.example/before' });
  Object.assign(navigator, { userAgentData: { mobile: false } });
  walk({});
  assert.deepEqual(contexts(), [{ device: 'DESKTOP', zone, page: '/a' }], 'what is not known is not said');

  calls = [];
  pagesOfTag(make({} as Options), { pages: '', arrival: 'off' });
  assert.deepEqual(contexts(), [{ page: '/a' }]);
});
