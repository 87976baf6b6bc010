import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, mock, test } from 'node:test';
import { createCore, type Core } from './core.ts';
import { Browser, settle } from './kit/browser.ts';
import { kBatch, kBatchWait, kQueued, kSessionIdle } from './limits.ts';
import type { Happening, Options } from './words.ts';

let browser: Browser;
beforeEach(() => {
  mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1_700_000_000_000 });
  browser = new Browser().open();
});
afterEach(() => mock.timers.reset());

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
    assert.deepEqual(signal, { type: 'cart', signalValue: 'add', metadata: { sku: 1 }, at: 1_700_000_000_000 });
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
      void page().signal('view');
      browser.hide();
    } finally {
      Object.defineProperty(Request.prototype, 'keepalive', own);
    }
    const [beacon] = browser.beacons as [string];
    browser.crash().visibility = 'visible';
    page();
    await settle();
    assert.deepEqual(browser.sent(), JSON.parse(beacon).signals);
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

  test('where the clock of the machine is wrong, the time of arrival is taken', async () => {
    const core = page();
    browser.reply = ({ body }) =>
      body.signals.some(({ at }) => at)
        ? { status: 400, body: { details: [{ field: 'signals[0].at', issue: '' }] } }
        : { status: 202 };
    const sent = core.signal('view');
    await core.flush();
    assert.equal((await sent).outcome, 'sent');
    assert.equal(browser.requests.length, 2);
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
