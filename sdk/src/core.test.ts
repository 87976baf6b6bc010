import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, mock, test } from 'node:test';
import { createCore, type Core } from './core.ts';
import { Browser, settle, type Request } from './kit/browser.ts';
import { kBatch, kBatchWait, kQueued, kSessionIdle } from './limits.ts';
import type { Happening, Options, SessionInfo, WireSignal } from './words.ts';

let browser: Browser;
let steady: number; // what performance.now() says
const clock = Object.getOwnPropertyDescriptor(globalThis, 'performance')!;
beforeEach(() => {
  mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1_700_000_000_000 });
  steady = 7_000;
  Object.defineProperty(globalThis, 'performance', { value: { now: () => steady }, configurable: true });
  browser = new Browser().open();
});
afterEach(() => {
  mock.timers.reset();
  Object.defineProperty(globalThis, 'performance', clock);
});

const page = (more: Partial<Options> = {}): Core =>
  createCore({ handle: 'acme', endpoint: 'https://b.example', ...more });
const pass = async (ms: number) => {
  mock.timers.tick(ms);
  await settle();
};
const types = () => browser.sent().map(({ type }) => type);

describe('batches', () => {
  test('a signal waits five seconds for others; ten do not wait', async () => {
    const core = page();
    const first = core.signal('view');
    await pass(kBatchWait - 1);
    assert.equal(browser.requests.length, 0);
    await pass(1);
    assert.equal((await first).outcome, 'sent');
    for (let i = 0; i < kBatch; i += 1) void core.signal('click');
    await settle();
    assert.deepEqual(
      browser.requests.map(({ body }) => body.signals.length),
      [1, kBatch],
    );
  });

  test('a request is one that needs no preflight and outlives the page', async () => {
    void page({ visitorId: 'v', context: { page: '/a' } }).signal('cart', { value: 'add', metadata: { sku: 1 } });
    await pass(kBatchWait);
    const [{ url, init, body }] = browser.requests as [(typeof browser.requests)[0]];
    assert.equal(url, 'https://b.example/v2/public/chain/signals');
    assert.equal(typeof init.body, 'string');
    assert.equal(init.headers, undefined);
    assert.equal(init.credentials, 'omit');
    assert.equal(init.keepalive, true);
    assert.match(body.sessionId, /^sig_acme_1700000000000_[a-z0-9]{12}$/);
    assert.equal(body.consent, undefined);
    assert.equal(body.visitorId, 'v');
    assert.deepEqual(body.context, { page: '/a' });
    const [{ id, ...signal }] = body.signals as [(typeof body.signals)[0]];
    assert.ok(id);
    assert.deepEqual(signal, { type: 'cart', signalValue: 'add', metadata: { sku: 1 }, age: 0 });
  });

  test('a text that was cut within an emoji is sent whole but for the half, and takes nothing with it', async () => {
    const core = page({ context: { title: 'Sale \u{1f6d2}'.slice(0, 6) } });
    void core.signal('view', { value: '\\ud83d \ude00', metadata: { '\ud800': 'a\udfffb', fine: '\u{1f6d2}\n' } });
    await pass(kBatchWait);
    const [{ init, body }] = browser.requests as [(typeof browser.requests)[0]];
    assert.doesNotMatch(String(init.body), /(?<!\\)\\ud/);
    assert.equal(body.context!.title, 'Sale \ufffd');
    assert.equal(body.signals[0]!.signalValue, '\\ud83d \ufffd');
    assert.deepEqual(body.signals[0]!.metadata, { '\ufffd': 'a\ufffdb', fine: '\u{1f6d2}\n' });
  });

  test('a page that is hidden or ends sends what waits, once', async () => {
    const core = page();
    void core.signal('view');
    browser.hide();
    browser.fire('pagehide', { persisted: false });
    await settle();
    assert.deepEqual(types(), ['view']);
  });

  test('without keepalive a beacon goes, and as it has no answer the next page sends the same id again', async () => {
    const own = Object.getOwnPropertyDescriptor(Request.prototype, 'keepalive')!;
    delete (Request.prototype as { keepalive?: boolean }).keepalive;
    try {
      void page({ context: { page: '/a' } }).signal('view');
      browser.hide();
    } finally {
      Object.defineProperty(Request.prototype, 'keepalive', own);
    }
    const [beacon] = browser.beacons as [string];
    assert.deepEqual(JSON.parse(beacon).context, { page: '/a' });
    browser.crash().visibility = 'visible';
    page();
    await settle();
    const [{ id, age }] = JSON.parse(beacon).signals as [WireSignal];
    assert.deepEqual([age, browser.sent()], [0, [{ type: 'view', id, at: 1_700_000_000_000 }]]);
  });

  test('a session is kept between pages, and ends after a while of nothing', async () => {
    const core = page();
    const send = async () => {
      void core.signal('view');
      await pass(kBatchWait);
      return browser.requests.at(-1)!.body.sessionId;
    };
    const first = await send();
    assert.equal(await send(), first);
    browser.crash();
    void page().signal('view');
    await pass(kBatchWait);
    assert.equal(browser.requests.at(-1)!.body.sessionId, first);
    await pass(kSessionIdle + 1);
    assert.notEqual(await send(), first);
  });

  test('another visitor begins another session', async () => {
    const core = page({ visitorId: 'v1' });
    void core.signal('view');
    void core.identify('v2');
    void core.signal('view');
    await core.flush();
    const [one, two] = browser.requests.map(({ body }) => body) as [
      { sessionId: string; visitorId?: string },
      { sessionId: string; visitorId?: string },
    ];
    assert.deepEqual([one.visitorId, two.visitorId], ['v1', 'v2']);
    assert.notEqual(one.sessionId, two.sessionId);
  });
});

describe('failures', () => {
  test('without a connection signals stay, and go with the ids they had when it is back', async () => {
    const core = page();
    browser.reply = () => 'offline';
    const sent = core.signal('view');
    await core.flush();
    const [id] = browser.sent().map(signal => signal.id);
    browser.reply = () => ({ status: 202 });
    browser.fire('online');
    assert.deepEqual(await sent, { id, outcome: 'sent' });
    assert.deepEqual(
      browser.sent().map(signal => signal.id),
      [id, id],
    );
  });

  test('a page that crashed leaves its signals to the next one', async () => {
    browser.reply = () => 'offline';
    void page().signal('view');
    browser.crash();
    browser.reply = () => ({ status: 202 });
    page();
    await settle();
    assert.deepEqual(types(), ['view']);
    assert.deepEqual(
      browser.kept().filter(key => key.includes('queue')),
      [],
    );
  });

  test('Retry-After is kept to, and nothing goes before it', async () => {
    const core = page();
    browser.reply = () => ({ status: 429, retryAfter: '20' });
    const waits: number[] = [];
    core.watch((happening: Happening) => {
      if (happening.what === 'failed') waits.push(happening.wait);
    });
    void core.signal('view');
    await core.flush();
    for (let i = 0; i < kBatch; i += 1) void core.signal('more');
    await pass(19_999);
    assert.equal(browser.requests.length, 1);
    browser.reply = () => ({ status: 202 });
    await pass(1 + waits[0]! - 20_000 + 1);
    assert.equal(browser.sent().length, 1 + 1 + kBatch);
  });

  test('one bad signal is refused, and those beside it are sent', async () => {
    const core = page();
    browser.reply = ({ body }) => {
      const at = body.signals.findIndex(({ type }) => type === 'b@d');
      return at < 0
        ? { status: 202 }
        : { status: 400, body: { details: [{ field: `signals[${at}].type`, issue: '' }] } };
    };
    const results = Promise.all(['a', 'b@d', 'c'].map(type => core.signal(type)));
    await core.flush();
    assert.deepEqual(
      (await results).map(({ outcome }) => outcome),
      ['sent', 'refused', 'sent'],
    );
  });

  for (const [field, at] of [
    ['at', 1],
    ['age', undefined],
  ] as const)
    test(`where the server cannot take the ${field} of a signal, the time of arrival is taken`, async () => {
      const core = page();
      browser.reply = ({ body }) =>
        body.signals[0]![field] === undefined
          ? { status: 202 }
          : { status: 400, body: { details: [{ field: `signals[0].${field}`, issue: '' }] } };
      const sent = core.signal('view', { at });
      await core.flush();
      assert.equal((await sent).outcome, 'sent');
      assert.equal(browser.requests.length, 2);
      const { at: then, age } = browser.sent()[1]!;
      assert.deepEqual([then, age], [undefined, undefined]);
    });

  test('what this page said is sent with its age, whatever becomes of the clock meanwhile', async () => {
    const core = page();
    browser.reply = () => 'offline';
    void core.signal('view');
    steady += 1_200.4;
    void core.signal('cart');
    steady += 300;
    mock.timers.setTime(1_900_000_000_000);
    await core.flush();
    const [{ body }] = browser.requests as [(typeof browser.requests)[0]];
    assert.deepEqual(
      body.signals.map(({ type, at, age }) => [type, at, age]),
      [
        ['view', undefined, 1_500],
        ['cart', undefined, 300],
      ],
    );
  });

  test('what an earlier page left is sent with its time, beside that of the sending', async () => {
    browser.reply = () => 'offline';
    void page().signal('view');
    browser.crash();
    mock.timers.setTime(1_700_000_090_000);
    browser.reply = () => ({ status: 202 });
    browser.requests = [];
    const core = page();
    await settle();
    void core.signal('back', { at: 1_700_000_080_000 });
    await core.flush();
    const { sentAt } = browser.requests[0]!.body;
    assert.deepEqual(
      [sentAt, ...browser.sent().map(({ type, at, age }) => [type, at, age])],
      [1_700_000_090_000, ['view', 1_700_000_000_000, undefined], ['back', 1_700_000_080_000, undefined]],
    );
  });

  test('a request that is refused whole takes its signals with it, and the next ones go on', async () => {
    const core = page();
    browser.reply = () => ({ status: 404, body: { error: 'handle_not_found' } });
    const sent = core.signal('view');
    await core.flush();
    assert.equal((await sent).outcome, 'refused');
  });

  test('what was dropped is counted, and reported with what gets through', async () => {
    const core = page();
    browser.reply = () => 'offline';
    for (let i = 0; i < kQueued + 3; i += 1) void core.signal('view');
    await settle();
    browser.reply = () => ({ status: 202 });
    browser.fire('online');
    await settle();
    assert.deepEqual(
      browser
        .sent()
        .filter(({ type }) => type === 'beckon.dropped')
        .map(({ signalValue }) => signalValue),
      [3],
    );
  });
});

describe('consent', () => {
  test('pending: nothing is sent and nothing is kept; granted: what was held is sent', async () => {
    const core = page({ consent: 'pending' });
    void core.signal('view');
    await pass(kBatchWait);
    browser.hide();
    await settle();
    assert.deepEqual([browser.requests.length, browser.kept()], [0, []]);
    await core.consent('full');
    assert.deepEqual(types(), ['view']);
    assert.equal(browser.requests[0]!.body.consent, 'full');
    assert.ok(browser.kept().includes('beckon:acme:consent'));
  });

  test('pending, then denied: nothing was ever sent', async () => {
    const core = page({ consent: 'pending' });
    const sent = core.signal('view');
    await core.consent('denied');
    assert.equal((await sent).outcome, 'withheld');
    assert.equal((await core.signal('view')).outcome, 'withheld');
    assert.equal(browser.requests.length, 0);
    assert.deepEqual(browser.kept(), ['beckon:acme:consent']);
  });

  test('taken back: all is forgotten here, and the server is told until it has heard', async () => {
    const core = page();
    void core.signal('view');
    await core.flush();
    void core.signal('secret');
    browser.reply = () => 'offline';
    await core.consent('denied');
    browser.crash();
    browser.reply = () => ({ status: 202 });
    page();
    await settle();
    const { body } = browser.requests.at(-1)!;
    assert.deepEqual(
      [body.consent, body.sessionId, types().includes('secret')],
      ['denied', browser.requests[0]!.body.sessionId, false],
    );
    assert.deepEqual(browser.kept(), ['beckon:acme:consent']);
  });

  test('basic: no metadata and no visitor leave the browser, and the server hears of it at once', async () => {
    const core = page({ visitorId: 'v' });
    void core.signal('cart', { metadata: { email: 'a@b.c' } });
    await core.consent('basic');
    await core.flush();
    assert.deepEqual(types(), ['cart', 'consent.basic']);
    for (const { body } of browser.requests) {
      assert.equal(body.consent, 'basic');
      assert.equal(body.visitorId, undefined);
      assert.ok(body.signals.every(({ metadata }) => metadata === undefined));
    }
  });

  test('Global Privacy Control makes full basic', async () => {
    browser.privacyControl = true;
    browser.open();
    const core = page({ visitorId: 'v', consent: 'full' });
    void core.signal('cart', { metadata: { a: 1 } });
    await core.flush();
    const { body } = browser.requests[0]!;
    assert.deepEqual([body.consent, body.visitorId, body.signals[0]!.metadata], ['basic', undefined, undefined]);
  });

  test('a page that begins with a no forgets what earlier pages left, and sends none of it', async () => {
    browser.reply = () => 'offline';
    void page().signal('secret');
    browser.crash();
    browser.reply = () => ({ status: 202 });
    page({ consent: 'denied' });
    await settle();
    assert.deepEqual(types(), ['consent.denied']);
    assert.deepEqual(browser.kept(), ['beckon:acme:consent']);
  });

  test('while it is pending, what earlier pages left stays where it is until there is a yes', async () => {
    browser.reply = () => 'offline';
    void page().signal('before');
    browser.crash();
    browser.reply = () => ({ status: 202 });
    const core = page({ consent: 'pending' });
    await settle();
    assert.ok(browser.kept().some(key => key.includes('queue')));
    assert.equal(browser.requests.length, 0);
    await core.consent('full');
    await settle();
    assert.deepEqual(types(), ['before']);
  });

  test('a page that was frozen hears at once what was said meanwhile', async () => {
    const core = page();
    await settle();
    browser.fire('pagehide', { persisted: true });
    browser.storage.setItem('beckon:acme:consent', 'denied');
    browser.fire('pageshow', { persisted: true });
    assert.equal((await core.signal('view')).outcome, 'withheld');
  });

  test('a tab whose consent was pending stores nothing when another one denies', async () => {
    const core = page({ consent: 'pending', visitorId: 'ann' });
    void core.signal('view');
    browser.elsewhere('beckon:acme:consent', 'denied');
    await settle();
    assert.deepEqual([browser.kept(), browser.requests.length], [['beckon:acme:consent'], 0]);
  });

  test('what was said in one tab holds in the others, and on the next page', async () => {
    const core = page();
    browser.fire('storage', { key: 'beckon:acme:consent', newValue: 'denied' });
    assert.equal((await core.signal('view')).outcome, 'withheld');
    await core.consent('full');
    browser.crash();
    void page({ consent: 'pending' }).signal('view');
    await pass(kBatchWait);
    assert.equal(browser.requests.at(-1)!.body.consent, 'full');
  });
});

// The server as it is: a session belongs to the visitor who was first said in it.
function serve() {
  const owners = new Map<string, string>();
  browser.reply = ({ body: { sessionId, visitorId } }) => {
    const owner = owners.get(sessionId) ?? visitorId;
    if (owner) owners.set(sessionId, owner);
    if (visitorId && visitorId !== owner) return { status: 409, body: { error: 'conflict', reason: 'visitor' } };
    return { status: browser.requests.at(-1)!.url.endsWith('/signals') ? 202 : 200, body: {} };
  };
  return owners;
}
const said = () =>
  browser.requests.map(({ body }) => [body.sessionId, body.visitorId, body.signals?.map(({ type }) => type).join()]);
const kSession = 'beckon:acme:session';

describe('who is here', () => {
  test('the next person on a shared computer gets a session, by the tag as by a call, and no signal is lost', async () => {
    serve();
    void page({ visitorId: 'ann' }).signal('a');
    await pass(kBatchWait);
    browser.crash();
    const core = page({ visitorId: 'bob' });
    const sent = core.signal('b');
    await core.flush();
    assert.equal((await sent).outcome, 'sent');
    const [one, two] = browser.requests.map(({ body }) => body) as [SessionInfo, SessionInfo];
    assert.deepEqual([one.visitorId, two.visitorId], ['ann', 'bob']);
    assert.notEqual(one.sessionId, two.sessionId);
    assert.notEqual(one.anonymousId, two.anonymousId, 'the browser is not one person');
  });

  test('a session that the server knows as another visitor’s is replaced, and its signals are sent again, once', async () => {
    const owners = serve();
    const core = page();
    void core.signal('before');
    await core.flush();
    const first = (await core.session())!.sessionId;
    owners.set(first, 'ann'); // by another way, or a browser that has forgotten it
    void core.identify('bob');
    const results = ['cart', 'pay'].map(type => core.signal(type));
    await core.flush();
    assert.deepEqual(
      (await Promise.all(results)).map(({ outcome }) => outcome),
      ['sent', 'sent'],
    );
    const [, refused, again, ...more] = said();
    assert.deepEqual(
      [refused![0], refused![2], again![1], again![2], more],
      [first, 'cart,pay', 'bob', 'cart,pay', []],
    );
    assert.equal((await core.session())!.sessionId, again![0]);
    assert.equal((await core.ask('resolve', {}))?.status, 200);
  });

  test('a decision for a session that is another visitor’s is asked for in a new one', async () => {
    const owners = serve();
    const core = page();
    owners.set((await core.session())!.sessionId, 'ann');
    void core.identify('bob');
    assert.equal((await core.ask('prefetch', {}))?.status, 200);
    assert.equal(browser.requests.length, 2);
  });

  test('a server that answers 409 to everything is asked twice, not for ever', async () => {
    browser.reply = () => ({ status: 409, body: { reason: 'visitor' } });
    const core = page({ visitorId: 'ann' });
    const sent = core.signal('view');
    await core.flush();
    assert.deepEqual((await sent).outcome, 'refused');
    assert.equal(browser.requests.length, 2);
  });

  test('after logout nothing is linked with the visitor: a new session, a new browser, no visitor', async () => {
    serve();
    const core = page({ visitorId: 'ann' });
    void core.signal('a');
    const before = (await core.session())!;
    void core.logout();
    void core.signal('b');
    await core.flush();
    const after = (await core.session())!;
    assert.deepEqual([before.visitorId, after.visitorId], ['ann', null]);
    assert.notEqual(before.sessionId, after.sessionId);
    assert.notEqual(before.anonymousId, after.anonymousId);
    assert.deepEqual(said(), [
      [before.sessionId, 'ann', 'a'],
      [after.sessionId, undefined, 'b'],
    ]);
    browser.crash();
    assert.equal((await page().session())!.visitorId, null, 'nor on the next page');
  });

  for (const nobody of [null, undefined, '', '  '])
    test(`identify(${JSON.stringify(nobody)}) logs out a visitor, and leaves alone who has not said a name`, async () => {
      serve();
      const core = page();
      const first = (await core.session())!;
      await core.identify(nobody);
      assert.deepEqual(await core.session(), first);
      await core.identify('ann');
      assert.equal((await core.session())!.sessionId, first.sessionId, 'who gives a name stays in the session');
      await core.identify(nobody);
      void core.signal('view');
      await core.flush();
      assert.notEqual((await core.session())!.sessionId, first.sessionId);
      assert.equal(browser.requests[0]!.body.visitorId, undefined);
    });

  test('who logs out before the first signal, or while consent is denied, is not known later', async () => {
    serve();
    const core = page({ visitorId: 'ann' });
    await core.identify(null);
    assert.equal((await core.session())!.visitorId, null);
    await core.consent('denied');
    await core.identify('bob');
    await core.logout();
    await core.consent('full');
    assert.equal((await core.session())!.visitorId, null);
    await core.consent('denied');
    await core.identify('eve');
    await core.consent('full');
    assert.equal((await core.session())!.visitorId, 'eve');
  });

  test('a page without a name keeps the visitor of the session; one that says nobody is there ends it', async () => {
    await page({ visitorId: 'ann' }).session();
    browser.crash();
    const { visitorId, sessionId } = (await page().session())!;
    assert.equal(visitorId, 'ann');
    browser.crash();
    const other = (await page({ visitorId: '' }).session())!;
    assert.equal(other.visitorId, null);
    assert.notEqual(other.sessionId, sessionId);
    browser.crash();
    assert.equal((await page({ visitorId: '' }).session())!.sessionId, other.sessionId, 'once');
  });

  test('a session that ends by inactivity keeps the visitor only where the page has named them', async () => {
    const core = page({ visitorId: 'ann' });
    const first = (await core.session())!;
    await pass(kSessionIdle + 1);
    const second = (await core.session())!;
    assert.notEqual(second.sessionId, first.sessionId);
    assert.equal(second.visitorId, 'ann');
    browser.crash();
    await pass(kSessionIdle + 1);
    assert.equal((await page().session())!.visitorId, null, 'the server remembers the browser, or does not');
  });

  test('an open tab follows another one that logs in, out, or changes the visitor', async () => {
    const core = page({ visitorId: 'ann' });
    await core.session();
    const heard: (string | null)[] = [];
    core.watch(happening => {
      if (happening.what === 'session') heard.push(happening.visitorId);
    });
    const now = Date.now();
    browser.elsewhere(kSession, `s2 ${now} bob@company.example`);
    void core.signal('one');
    browser.elsewhere(kSession, `s3 ${now}`);
    void core.signal('two');
    await core.flush();
    assert.deepEqual(said(), [
      ['s2', 'bob@company.example', 'one'],
      ['s3', undefined, 'two'],
    ]);
    assert.deepEqual(heard, ['bob@company.example', null]);
    await pass(kSessionIdle + 1);
    assert.equal((await core.session())!.visitorId, null, 'the name that this page once gave is not said again');
  });

  test('a page back from the back/forward cache follows too', async () => {
    const core = page({ visitorId: 'ann' });
    await core.session();
    browser.fire('pagehide', { persisted: true });
    browser.storage.setItem(kSession, `s9 ${Date.now()} bob`);
    browser.fire('pageshow', { persisted: true });
    assert.deepEqual([(await core.session())!.visitorId, (await core.session())!.sessionId], ['bob', 's9']);
  });

  test('names are compared as the server does: trimmed and composed, with any characters in them', async () => {
    const core = page({ visitorId: ' Zoe\u0308 | gid://shop/1 ' });
    const first = await core.session();
    assert.equal(first!.visitorId, 'Zo\u00eb | gid://shop/1');
    await core.identify('Zo\u00eb | gid://shop/1');
    assert.deepEqual(await core.session(), first);
  });

  test('a name with a line break in it stays whole, so that it is nobody else’s', async () => {
    const core = page();
    await core.identify('jon\nsmith');
    await core.session();
    assert.equal((await core.session())!.visitorId, 'jon\nsmith');
  });

  test('a number is a name as well', async () => {
    const core = page();
    await core.identify(42 as unknown as string);
    assert.equal((await core.session())!.visitorId, '42');
  });

  test('a visitor’s id or a context that the server refuses does not take the signals with it', async () => {
    for (const field of ['visitorId', 'context.page', 'context']) {
      browser.requests = [];
      const refused = ({ visitorId, context = {} }: Request['body']): boolean =>
        field === 'visitorId' ? !!visitorId : 'page' in context;
      browser.reply = ({ body }) =>
        refused(body) ? { status: 400, body: { details: [{ field, issue: 'must be shorter' }] } } : { status: 202 };
      const core = page({ visitorId: 'x'.repeat(300), context: { page: 'y'.repeat(300) } });
      const sent = [core.signal('cart'), core.signal('pay')];
      await core.flush();
      assert.deepEqual([(await sent[0])!.outcome, (await sent[1])!.outcome], ['sent', 'sent']);
      assert.equal(browser.requests.length, 2);
      void core.signal('more');
      await core.flush();
      assert.equal(browser.requests.length, 3, 'not tried again');
      await core.logout();
    }
  });

  test('only what the server names is left out, and is tried again once it has changed', async () => {
    browser.reply = ({ body }) => {
      const details = [
        ...(/\t/.test(body.visitorId ?? '') ? ['visitorId'] : []),
        ...Object.keys(body.context ?? {}).flatMap(key => (/ /.test(key) ? [`context.${key}`] : [])),
        ...Object.entries(body.context ?? {}).flatMap(([key, text]) => (text === 'long' ? [`context.${key}`] : [])),
      ].map(field => ({ field, issue: 'must be different' }));
      return details.length ? { status: 400, body: { details } } : { status: 202 };
    };
    const send = async () => {
      void core.signal('scroll');
      await core.flush();
      const { visitorId, context } = browser.requests.at(-1)!.body;
      return { visitorId, context };
    };
    const core = page({ visitorId: 'eve\tb', context: { tier: 'gold', 'my key': 1 } });
    assert.deepEqual(await send(), { visitorId: undefined, context: { tier: 'gold' } });
    assert.equal(browser.requests.length, 2);
    await core.identify('eve');
    assert.deepEqual(await send(), { visitorId: 'eve', context: { tier: 'gold' } });
    await core.context({ note: 'long' });
    assert.deepEqual(await send(), { visitorId: 'eve', context: { tier: 'gold' } });
    await core.context({ note: 'short' });
    assert.deepEqual(await send(), { visitorId: 'eve', context: { tier: 'gold', note: 'short' } });
    assert.equal(browser.requests.length, 6, 'a fault costs one request');
    assert.deepEqual((await core.ask('resolve', { trigger: 't' }))?.status, 202);
    assert.deepEqual(browser.requests.at(-1)!.body.context, { tier: 'gold', note: 'short' });
  });

  test('a fault of a question says nothing about the visitor', async () => {
    browser.reply = () => ({ status: 400, body: { details: [{ field: 'trigger', issue: 'must be a name' }] } });
    const core = page({ visitorId: 'ann' });
    assert.equal((await core.ask('resolve', { trigger: '?' }))?.status, 400);
    void core.signal('view');
    await core.flush();
    assert.equal(browser.requests.at(-1)!.body.visitorId, 'ann');
  });

  test('an answer for a visitor who has gone meanwhile is not given; it is asked for again', async () => {
    const core = page({ visitorId: 'ann' });
    await core.session();
    browser.reply = ({ body }) => {
      if (body.visitorId === 'ann') void core.identify('bob');
      return { status: 200, body: { for: body.visitorId } };
    };
    assert.deepEqual((await core.ask('resolve', {}))?.body, { for: 'bob' });
  });

  test('a browser has an id until logout, on every page; none under basic consent or Global Privacy Control', async () => {
    const core = page();
    const { anonymousId } = (await core.session())!;
    assert.match(anonymousId!, /^a-[a-z0-9]{32}$/);
    browser.crash();
    void page().signal('view');
    await pass(kBatchWait);
    assert.equal(browser.requests.at(-1)!.body.anonymousId, anonymousId);
    await page().consent('basic');
    assert.equal(browser.requests.at(-1)!.body.anonymousId, undefined);
    assert.ok(!browser.kept().some(key => key.endsWith('anonymous')));
    browser = new Browser();
    browser.privacyControl = true;
    browser.open();
    assert.equal((await page({ consent: 'full' }).session())!.anonymousId, null);
    assert.ok(!browser.kept().some(key => key.endsWith('anonymous')));
  });

  test('the id may be in a cookie as well, which wins and goes with logout and consent', async () => {
    Object.assign(globalThis, { location: new URL('https://shop.example/') });
    const cookie = 'beckon_acme';
    browser.cookies.set('other', 'a-1').set(cookie, 'a-0fromanotherhost');
    const core = page({ cookie: 'shop.example' });
    assert.equal((await core.session())!.anonymousId, 'a-0fromanotherhost');
    await core.logout();
    const { anonymousId } = (await core.session())!;
    assert.equal(browser.cookies.get(cookie), anonymousId);
    assert.notEqual(anonymousId, 'a-0fromanotherhost');
    await core.consent('denied');
    assert.deepEqual([...browser.cookies.keys()], ['other']);
  });

  test('while consent is pending the cookie is not written', async () => {
    Object.assign(globalThis, { location: new URL('https://shop.example/') });
    const core = page({ cookie: '', consent: 'pending' });
    const { anonymousId } = (await core.session())!;
    assert.deepEqual([[...browser.cookies], browser.kept()], [[], []]);
    await core.consent('full');
    assert.equal(browser.cookies.get('beckon_acme'), anonymousId);
  });

  test('with consent denied there is no session, and nothing of logging in or out is stored', async () => {
    const core = page({ visitorId: 'ann' });
    await core.session();
    await core.consent('denied');
    await core.identify('bob');
    await core.logout();
    assert.equal(await core.session(), null);
    assert.deepEqual(browser.kept(), ['beckon:acme:consent']);
  });
});

describe('proof', () => {
  const proofs = () => browser.requests.map(({ body }) => [body.visitorId, body.visitorProof]);

  test('goes with every request about its visitor, on the next page too, and with none after logout', async () => {
    serve();
    const core = page();
    void core.signal('a');
    await core.flush();
    await core.identify('ann', { proof: 'p1' });
    void core.signal('b');
    await core.flush();
    await core.ask('resolve', { trigger: 't' });
    await core.identify('ann');
    void core.signal('c');
    await core.flush();
    browser.crash();
    const next = page();
    void next.signal('d');
    await next.flush();
    await next.logout();
    void next.signal('e');
    await next.flush();
    await next.identify('ann');
    void next.signal('f');
    await next.flush();
    assert.deepEqual(proofs(), [
      [undefined, undefined],
      ['ann', 'p1'],
      ['ann', 'p1'],
      ['ann', 'p1'],
      ['ann', 'p1'],
      [undefined, undefined],
      ['ann', undefined],
    ]);
  });

  test('is that of its visitor alone, also of signals that wait for a connection while others come and go', async () => {
    browser.reply = () => 'offline';
    const core = page({ visitorId: 'ann smith', proof: 'p1' });
    void core.signal('a');
    await core.flush();
    await core.identify('bob', { proof: 'p2' });
    void core.signal('b');
    await core.identify('eve');
    void core.signal('c');
    browser.requests = [];
    serve();
    browser.fire('online');
    await settle();
    assert.deepEqual(proofs(), [
      ['ann smith', 'p1'],
      ['bob', 'p2'],
      ['eve', undefined],
    ]);
    assert.ok(!browser.kept().includes('beckon:acme:proof'));
  });

  test('stays with its signals where the server gives their session to somebody else', async () => {
    const owners = serve();
    const core = page({ visitorId: 'ann', proof: 'p1' });
    owners.set((await core.session())!.sessionId, 'bob');
    void core.signal('a');
    await core.flush();
    assert.deepEqual(proofs(), [
      ['ann', 'p1'],
      ['ann', 'p1'],
    ]);
    assert.notEqual(browser.requests[0]!.body.sessionId, browser.requests[1]!.body.sessionId);
  });

  test('that is new is news to this tab and to the others, since decisions may be others with it', async () => {
    const core = page({ visitorId: 'ann' });
    await core.session();
    let heard = 0;
    core.watch(({ what }) => {
      if (what === 'session') heard += 1;
    });
    await core.identify('ann', { proof: 'p1' });
    await core.identify('ann', { proof: 'p1' });
    assert.equal(heard, 1);
    browser.elsewhere('beckon:acme:proof', 'p2 ann');
    assert.equal(heard, 2);
    void core.signal('a');
    await core.flush();
    assert.deepEqual(proofs(), [['ann', 'p2']]);
  });

  test('is not sent where the visitor is not: under basic consent, or where the id was refused', async () => {
    const core = page({ consent: 'basic', visitorId: 'ann', proof: 'p1' });
    void core.signal('a');
    await core.flush();
    assert.deepEqual(proofs(), [[undefined, undefined]]);
    await core.consent('denied');
    assert.ok(!browser.kept().includes('beckon:acme:proof'));
    assert.deepEqual(proofs().at(-1), [undefined, undefined]);
  });
});

describe('traits', () => {
  const traits = () => browser.requests.map(({ body }) => body.traits);

  test('are sent with the signals before them, one call a request, and tell what became of each', async () => {
    const taken = { applied: ['plan'], stale: [], refused: [{ trait: 'x', reason: 'is not public' }] };
    browser.reply = ({ body }) => ({ status: 202, body: body.traits ? { traits: taken } : {} });
    const core = page({ visitorId: 'ann' });
    void core.signal('a');
    const sent = core.traits({ set: { plan: 'pro', tags: ['a'] }, unset: ['old'], add: { points: 2 } });
    const again = core.traits({ setOnce: { source: 'ad' }, id: 'mine' });
    const signal = core.signal('b');
    await pass(kBatchWait);
    assert.deepEqual(
      browser.requests.map(({ body }) => body.signals.map(({ type }) => type)),
      [['a'], [], ['b']],
    );
    const { id, ...said } = traits()[0] as { id: string };
    assert.deepEqual(said, { set: { plan: 'pro', tags: ['a'] }, unset: ['old'], add: { points: 2 } });
    assert.match(id, /^[a-z0-9]{12}$/);
    assert.deepEqual(traits().slice(1), [{ setOnce: { source: 'ad' }, id: 'mine' }, undefined]);
    assert.deepEqual(await sent, { id, outcome: 'sent', traits: taken });
    assert.deepEqual([(await again).id, (await again).outcome], ['mine', 'sent']);
    assert.deepEqual(Object.keys(await signal), ['id', 'outcome']);
    assert.equal(browser.requests[0]!.body.visitorId, 'ann');
  });

  test('come with identify as what is set; not with an id that is none', async () => {
    const core = page({ consent: 'full' });
    await core.identify('', { traits: { plan: 'pro' } });
    await core.identify('ann', { proof: 'p', traits: { plan: 'pro' } });
    await pass(kBatchWait);
    assert.equal(browser.requests.length, 1);
    const { body } = browser.requests[0]!;
    assert.deepEqual([body.visitorId, body.visitorProof], ['ann', 'p']);
    assert.deepEqual((body.traits as { set: object }).set, { plan: 'pro' });
  });

  test('that a page could not send are sent by the next one, under the id they had, so that nothing is added twice', async () => {
    browser.reply = () => 'offline';
    void page({ visitorId: 'ann' }).traits({ add: { points: 1 } });
    await pass(kBatchWait);
    browser.crash();
    browser.reply = () => ({ status: 202 });
    page();
    await settle();
    const [lost, sent] = traits() as [{ id: string }, { id: string }];
    assert.deepEqual(sent, lost);
    assert.equal(browser.requests.at(-1)!.body.visitorId, 'ann');
  });

  test('that the server refuses take no signal with them', async () => {
    browser.reply = ({ body }) =>
      body.traits
        ? { status: 400, body: { details: [{ field: 'traits.set', issue: 'must be an object' }] } }
        : { status: 202 };
    const core = page();
    const signal = core.signal('a');
    const sent = core.traits({ set: 5 as never });
    await pass(kBatchWait);
    assert.equal((await signal).outcome, 'sent');
    const { outcome, reason } = await sent;
    assert.deepEqual([outcome, reason], ['refused', 'traits.set must be an object']);
  });

  test('are withheld without full consent, also those that still wait', async () => {
    const core = page({ consent: 'pending' });
    const waiting = core.traits({ set: { plan: 'pro' } });
    await pass(kBatchWait);
    await core.consent('basic');
    assert.equal((await waiting).outcome, 'withheld');
    assert.equal((await core.traits({ set: { plan: 'pro' } })).outcome, 'withheld');
    await core.consent('denied');
    assert.equal((await core.traits({ set: { plan: 'pro' } })).outcome, 'withheld');
    browser = new Browser();
    browser.privacyControl = true;
    browser.open();
    const other = page({ consent: 'full' });
    assert.equal((await other.traits({ set: { plan: 'pro' } })).outcome, 'withheld');
    void other.signal('a');
    await other.flush();
    assert.deepEqual(traits(), [undefined]);
  });
});

describe('context', () => {
  test('is sent when it has changed, also while a request is under way, and after another tab may have said its own', async () => {
    const core = page({ context: { page: '/a' } });
    const send = async () => {
      void core.signal('x');
      await core.flush();
      return browser.requests.at(-1)!.body.context;
    };
    browser.reply = () => {
      if (browser.requests.length === 1) void core.context({ plan: 'pro' });
      return { status: 202 };
    };
    assert.deepEqual(await send(), { page: '/a' });
    assert.deepEqual(await send(), { page: '/a', plan: 'pro' });
    assert.equal(await send(), undefined);
    browser.fire('visibilitychange');
    assert.deepEqual(await send(), { page: '/a', plan: 'pro' });
    browser.fire('pageshow', { persisted: true });
    assert.deepEqual(await send(), { page: '/a', plan: 'pro' });
  });

  test('a signal that speaks of a context is not one', async () => {
    const core = page({ context: { page: '/a' } });
    browser.reply = () => 'offline';
    void core.signal('x', { metadata: { context: 'y' } });
    await core.flush();
    browser.reply = () => ({ status: 202 });
    browser.fire('online');
    await settle();
    assert.deepEqual(browser.requests.at(-1)!.body.context, { page: '/a' });
  });
});

describe('consent that is not understood', () => {
  let errors: unknown[][];
  beforeEach(() => {
    errors = [];
    mock.method(console, 'error', (...said: unknown[]) => errors.push(said));
  });
  afterEach(() => mock.restoreAll());

  for (const words of [
    'reject',
    'deny',
    'granted',
    '',
    null,
    undefined,
    { ad_storage: 'denied' },
    { analytics_storage: 'no' },
  ])
    test(`${JSON.stringify(words)} is refused aloud, and nothing is sent or stored until it is clear`, async () => {
      const core = page();
      void core.signal('before');
      await core.flush();
      await assert.rejects(core.consent(words as 'full'), TypeError);
      assert.deepEqual(errors.length > 0 && errors[0]![1], words);
      const kept = browser.kept().filter(key => key.includes('queue'));
      void core.signal('view');
      await pass(kBatchWait);
      browser.hide();
      await settle();
      assert.equal(await core.ask('resolve', {}), undefined);
      assert.deepEqual([types(), browser.kept().filter(key => key.includes('queue'))], [['before'], kept]);
      await core.consent('full');
      assert.deepEqual(types(), ['before', 'view']);
    });

  test('it holds in the other tabs and on the next page, and denial is still reported to the server', async () => {
    const first = page();
    void first.signal('before');
    await first.flush();
    await assert.rejects(first.consent('reject' as 'denied'));
    assert.equal(browser.storage.getItem('beckon:acme:consent'), 'pending');
    browser.crash();
    const core = page({ consent: 'full' });
    void core.signal('view');
    await pass(kBatchWait);
    assert.deepEqual(types(), ['before']);
    await core.consent('denied');
    assert.deepEqual(types(), ['before', 'consent.denied']);
    assert.equal(browser.requests.at(-1)!.body.sessionId, browser.requests[0]!.body.sessionId);
  });

  for (const words of ['reject', ''])
    test(`${JSON.stringify(words)} as an option is the same, and a visitor’s own earlier words count`, async () => {
      const core = page({ consent: words as 'denied' });
      void core.signal('view');
      await pass(kBatchWait);
      assert.deepEqual([errors.length, browser.requests.length, browser.kept()], [1, 0, []]);
      await core.consent('basic');
      browser.crash();
      void page({ consent: words as 'denied' }).signal('more');
      await pass(kBatchWait);
      assert.equal(browser.requests.at(-1)!.body.consent, 'basic');
    });
});

test('a prerendered page says and stores nothing until somebody sees it', async () => {
  browser.prerendering = true;
  const core = page({ visitorId: 'bob' });
  const sent = core.signal('view');
  const asked = core.ask('resolve', {});
  void core.logout();
  void core.identify('eve');
  await pass(60_000);
  browser.fire('pagehide', { persisted: false });
  assert.deepEqual([browser.requests.length, browser.kept()], [0, []]);
  browser.activate();
  await settle();
  await core.flush();
  assert.equal((await sent).outcome, 'sent');
  await asked;
  assert.equal((await core.session())!.visitorId, 'eve');
  assert.equal(browser.sent()[0]!.age, 0, 'the view is when it is seen');
});

test('a refused signal comes with the reason', async () => {
  const core = page();
  browser.reply = () => ({
    status: 400,
    body: {
      message: 'The request has faults.',
      details: [{ field: 'signals[0].confidence', issue: 'must be a number from 0 to 1' }],
    },
  });
  const one = core.signal('a', { confidence: 7 });
  await core.flush();
  assert.equal((await one).reason, 'confidence must be a number from 0 to 1');
  browser.reply = () => ({ status: 404, body: { message: 'There is no handle acme.' } });
  const other = core.signal('a');
  await core.flush();
  assert.equal((await other).reason, 'There is no handle acme.');
  browser.reply = () => ({ status: 202 });
  const taken = core.signal('a');
  await core.flush();
  assert.ok(!('reason' in (await taken)));
});
