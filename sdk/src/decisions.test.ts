import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { createBeckon, type Beckon } from './index.ts';
import { Browser, settle } from './kit/browser.ts';
import { kBatchWait } from './limits.ts';
import type { Decision } from './words.ts';

let browser: Browser, beckon: Beckon;
let steady = 0; // what performance.now() says
const clock = Object.getOwnPropertyDescriptor(globalThis, 'performance')!;
const served = { outcome: 'act', etag: 'e1', made: 0 };

// As the server does: an id for each answer, the etag for what was read.
const decide = (trigger: string): Decision => ({
  decisionId: `dec_${(served.made += 1)}`,
  trigger,
  outcome: served.outcome as 'act',
  ruleId: 'r',
  variant: null,
  action: { type: 'popup' },
  expiresAt: '',
  ttlSeconds: 30,
  etag: served.etag,
});
function answer({ url, body }: { url: string; body: { trigger?: string; triggers?: string[]; ifNoneMatch?: string } }) {
  if (url.endsWith('/signals')) return { status: 202 };
  if (url.endsWith('/resolve')) return { status: 200, body: decide(body.trigger!) };
  if (body.ifNoneMatch === served.etag)
    return { status: 200, body: { unchanged: true, etag: served.etag, ttlSeconds: 30 } };
  return { status: 200, body: { decisions: body.triggers!.map(decide), etag: served.etag, ttlSeconds: 30 } };
}

beforeEach(() => {
  mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1_700_000_000_000 });
  Object.defineProperty(globalThis, 'performance', { value: { now: () => steady }, configurable: true });
  Object.assign(served, { outcome: 'act', etag: 'e1', made: 0 });
  browser = new Browser().open();
  browser.reply = request => answer(request as never);
  beckon = createBeckon({ handle: 'acme', endpoint: 'https://b.example' });
});
afterEach(() => {
  mock.timers.reset();
  Object.defineProperty(globalThis, 'performance', clock);
});

const asked = () => browser.requests.map(({ url }) => url.split('/').at(-1));
const pass = async (ms: number) => {
  steady += ms;
  mock.timers.tick(ms);
  await settle();
};

test('a prefetched decision is there without a request', async () => {
  const [ready] = await beckon.prefetch(['exit_intent', 'checkout']);
  assert.equal(await beckon.decide('exit_intent'), ready);
  assert.deepEqual(asked(), ['prefetch']);
});

test('without one it is a single request, however many ask at once', async () => {
  const answers = await Promise.all([beckon.decide('checkout'), beckon.decide('checkout')]);
  assert.equal(answers[0], answers[1]);
  assert.deepEqual(asked(), ['resolve']);
});

test('what was answered `none` is kept for its seconds and not one more; what acts is asked for again', async () => {
  served.outcome = 'none';
  const first = await beckon.decide('checkout');
  await pass(29_999);
  assert.equal(await beckon.decide('checkout'), first);
  await pass(1);
  served.outcome = 'act';
  assert.notEqual(await beckon.decide('checkout'), first);
  await beckon.decide('checkout');
  assert.deepEqual(asked(), ['resolve', 'resolve', 'resolve']);
});

test('a clock that was set back, or stood still in sleep, makes nothing last longer', async () => {
  served.outcome = 'none';
  await beckon.decide('a');
  mock.timers.setTime(1_600_000_000_000);
  await beckon.decide('a');
  mock.timers.setTime(1_600_000_031_000);
  await beckon.decide('a');
  steady += 31_000;
  await beckon.decide('a');
  assert.deepEqual(asked(), ['resolve', 'resolve', 'resolve', 'resolve']);
});

test('a signal makes what is kept stale: it is sent, and the decision asked for behind it', async () => {
  await beckon.prefetch('checkout');
  void beckon.signal('cart');
  const stale = await beckon.decide('checkout', { stale: true });
  assert.equal(stale?.decisionId, 'dec_1');
  assert.deepEqual(asked(), ['prefetch']);
  await beckon.decide('checkout');
  assert.deepEqual(asked().slice(0, 2), ['prefetch', 'signals']);
});

test('after a batch prefetched decisions are made sure of; unchanged ones keep their ids', async () => {
  const [before] = await beckon.prefetch('checkout');
  void beckon.signal('view');
  await pass(kBatchWait);
  assert.deepEqual(asked(), ['prefetch', 'signals', 'prefetch']);
  assert.equal(browser.requests.at(-1)!.body.ifNoneMatch, 'e1');
  assert.equal(await beckon.decide('checkout'), before);
  served.etag = 'e2';
  void beckon.signal('cart');
  await pass(kBatchWait);
  const after = await beckon.decide('checkout');
  assert.notEqual(after?.decisionId, before?.decisionId);
  assert.equal(asked().filter(route => route === 'resolve').length, 0);
});

test('prefetched decisions are kept fresh while the page is seen and the visitor does something', async () => {
  await beckon.prefetch('checkout');
  await pass(30_000);
  await pass(30_000);
  assert.equal(asked().length, 3);
  browser.visibility = 'hidden';
  await pass(60_000);
  assert.equal(asked().length, 3);
  browser.visibility = 'visible';
  browser.fire('visibilitychange');
  await settle();
  assert.equal(asked().length, 4);
  for (let i = 0; i < 20; i += 1) await pass(30_000);
  assert.ok(asked().length < 15, `${asked().length}`);
});

test('one more trigger asks for all of them anew', async () => {
  await beckon.prefetch('a');
  await beckon.prefetch('b');
  assert.deepEqual(
    browser.requests.map(({ body }) => [body.triggers, body.ifNoneMatch]),
    [
      [['a'], undefined],
      [['b', 'a'], undefined],
    ],
  );
});

test('an answer for a context of its own is not kept', async () => {
  served.outcome = 'none';
  await beckon.decide('checkout', { context: { device: 'MOBILE' } });
  await beckon.decide('checkout');
  assert.deepEqual(asked(), ['resolve', 'resolve']);
});

test('reports carry the decision’s id, each of a kind once', async () => {
  const decision = (await beckon.decide('checkout'))!;
  void beckon.report('shown', decision);
  void beckon.report('shown', decision);
  void beckon.report('converted', decision, { value: 20 });
  await beckon.flush();
  assert.deepEqual(
    browser.sent().map(({ type, signalValue, metadata }) => [type, signalValue, metadata]),
    [
      ['decision.shown', decision.decisionId, undefined],
      ['decision.converted', decision.decisionId, { value: 20 }],
    ],
  );
});

test('listeners hear what acts, and nothing else, until they end it', async () => {
  const heard: string[] = [];
  const end = await beckon.onDecision(({ trigger }) => heard.push(trigger));
  await beckon.decide('a');
  served.outcome = 'suppressed';
  await beckon.decide('b');
  served.outcome = 'act';
  end();
  await beckon.decide('c');
  assert.deepEqual(heard, ['a']);
});

test('without consent, or without an answer, there is no decision and no request', async () => {
  browser.reply = () => 'offline';
  assert.equal(await beckon.decide('a'), null);
  await beckon.consent('denied');
  const before = browser.requests.length;
  assert.equal(await beckon.decide('a'), null);
  assert.deepEqual(await beckon.prefetch('a'), []);
  assert.equal(browser.requests.length, before);
});

test('consent that changes forgets what was decided before', async () => {
  await beckon.prefetch('a');
  await beckon.consent('basic');
  await settle();
  assert.equal((await beckon.decide('a'))?.decisionId, 'dec_2');
});
