import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { createBeckon, type Beckon } from './index.ts';
import { Browser, settle } from './kit/browser.ts';
import { kDecideTime, kRenewWait, kReportWait, kShowTime } from './limits.ts';
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
  action: (served.outcome === 'act' ? { type: 'popup' } : null) as { type: string },
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
afterEach(async () => {
  await settle();
  mock.timers.reset();
  Object.defineProperty(globalThis, 'performance', clock);
});

const ready = async (trigger = 'checkout') => (await beckon.prefetch(trigger))[0];
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

test('without one it is a single request, however many ask at once, and one of them acts', async () => {
  const heard: string[] = [];
  await beckon.onDecision(({ decisionId }) => heard.push(decisionId));
  const answers = await Promise.all([beckon.decide('checkout'), beckon.decide('checkout'), beckon.decide('checkout')]);
  assert.deepEqual(
    answers.map(decision => [decision?.decisionId, decision?.outcome, decision?.action]),
    [
      ['dec_1', 'act', { type: 'popup' }],
      ['dec_1', 'suppressed', null],
      ['dec_1', 'suppressed', null],
    ],
  );
  assert.deepEqual(heard, ['dec_1']);
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
  await pass(kRenewWait);
  assert.deepEqual(asked(), ['prefetch', 'signals', 'prefetch']);
  assert.equal(browser.requests.at(-1)!.body.ifNoneMatch, 'e1');
  assert.equal(await ready(), before);
  served.etag = 'e2';
  void beckon.signal('cart');
  await pass(kRenewWait);
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

// The server with a cap of one: a decision that was shown, or resolved, counts.
function capped() {
  const state = { counted: 0 };
  browser.reply = request => {
    const { body, url } = request as unknown as { body: { signals?: { type: string }[] }; url: string };
    state.counted += (body.signals ?? []).filter(({ type }) => type === 'decision.shown').length;
    served.outcome = state.counted ? 'suppressed' : 'act';
    served.etag = `e${state.counted}`;
    if (url.endsWith('/resolve') && !state.counted) state.counted += 1;
    return answer(request as never);
  };
  return state;
}

// The example of docs/browser.md.
let shown: string[];
async function leave() {
  const decision = await beckon.decide('exit_intent', { stale: true });
  if (decision?.outcome === 'act') {
    shown.push(decision.action.type);
    void beckon.report('shown', decision);
  }
}
beforeEach(() => {
  shown = [];
});

test('a mouse that leaves twelve times sees one popup, whether the leaves come at once or one by one', async () => {
  const state = capped();
  await beckon.prefetch('exit_intent');
  await Promise.all(Array.from({ length: 6 }, leave));
  for (let i = 0; i < 6; i += 1) {
    await leave();
    await pass(700);
  }
  assert.deepEqual([shown, state.counted], [['popup'], 1]);
  assert.equal(browser.sent().length, 1);
});

test('without a prefetched decision it is one popup as well', async () => {
  const state = capped();
  await Promise.all(Array.from({ length: 5 }, leave));
  for (let i = 0; i < 5; i += 1) {
    await pass(500);
    await leave();
  }
  assert.deepEqual([shown, state.counted], [['popup'], 2]); // resolved, and reported as shown, which the server counts once
});

test('a rule without a cap acts again, by a decision of its own', async () => {
  await beckon.prefetch('exit_intent');
  await leave();
  await pass(kReportWait);
  await leave();
  const ids = browser.sent().map(({ signalValue }) => signalValue);
  assert.deepEqual([shown.length, new Set(ids).size, ids.length], [2, 1, 1]);
  await pass(kReportWait);
  assert.equal(new Set(browser.sent().map(({ signalValue }) => signalValue)).size, 2);
});

test('one that was given and not shown acts for the next caller, after a while', async () => {
  const first = await ready();
  assert.equal(await beckon.decide('checkout'), first);
  await pass(kShowTime - 1);
  assert.equal((await beckon.decide('checkout'))?.outcome, 'suppressed');
  await pass(1);
  assert.equal(await beckon.decide('checkout'), first);
});

test('what one trigger has shown, the others do not show again', async () => {
  capped();
  const [exit] = await beckon.prefetch(['exit_intent', 'checkout']);
  void beckon.report('shown', exit!);
  assert.equal((await beckon.decide('checkout', { stale: true }))?.outcome, 'suppressed');
});

test('a decision that was under way when another was shown is asked for again', async () => {
  const state = capped();
  const reply = browser.reply;
  let release = () => {};
  browser.reply = async request => {
    const now = await reply(request);
    if (request.url.endsWith('/prefetch') && !state.counted)
      await new Promise<void>(done => {
        release = done;
      });
    return now;
  };
  const preparing = beckon.prefetch('checkout');
  await settle();
  void beckon.report('shown', decide('banner'));
  await beckon.flush();
  release();
  assert.deepEqual(
    (await preparing).map(({ outcome }) => outcome),
    ['suppressed'],
  );
});

test('other tabs hear of what was shown and of signals that were sent', async () => {
  await beckon.prefetch('exit_intent');
  browser.elsewhere('beckon:acme:news', 'shown 1');
  assert.equal(
    (await beckon.decide('exit_intent', { stale: true }))?.decisionId,
    'dec_2',
    'asked for, not taken from here',
  );
  await ready('exit_intent');
  browser.requests = [];
  browser.elsewhere('beckon:acme:news', 'sent 1');
  await settle();
  assert.deepEqual(asked(), ['prefetch']);
  browser.visibility = 'hidden';
  browser.elsewhere('beckon:acme:news', 'sent 2');
  await settle();
  assert.deepEqual(asked(), ['prefetch'], 'a hidden tab waits');
  await beckon.decide('exit_intent');
  assert.deepEqual(asked(), ['prefetch', 'resolve'], 'and does not take it as fresh');
});

test('what was prefetched for a visitor is gone with them, in this tab and in those where they did not log out', async () => {
  const core = createBeckon({ handle: 'acme', endpoint: 'https://b.example', visitorId: 'ann' });
  const end = {
    here: () => core.logout(),
    elsewhere: async () => browser.elsewhere('beckon:acme:session', `s9 ${Date.now()} `),
  };
  for (const logout of Object.values(end)) {
    await core.identify('ann');
    const [before] = await core.prefetch('exit_intent');
    assert.equal((await core.decide('exit_intent', { stale: true }))!.decisionId, before!.decisionId);
    browser.visibility = 'hidden'; // a tab in the background, which does not ask again by itself
    await logout();
    await settle();
    browser.requests = [];
    const after = await core.decide('exit_intent', { stale: true });
    assert.notEqual(after!.decisionId, before!.decisionId);
    assert.deepEqual(asked(), ['resolve']);
    assert.equal(browser.requests[0]!.body.visitorId, undefined);
    browser.visibility = 'visible';
  }
});

test('this tab tells the others, but nothing while consent is pending or denied', async () => {
  const news = () => browser.storage.getItem('beckon:acme:news')?.split(' ')[0];
  void beckon.report('shown', decide('a'));
  assert.equal(news(), 'shown');
  await beckon.flush();
  assert.equal(news(), 'sent');
  await beckon.consent('denied');
  void beckon.report('shown', decide('b'));
  assert.deepEqual(browser.kept(), ['beckon:acme:consent']);
});

test('a page back from the back/forward cache asks again', async () => {
  await beckon.prefetch('exit_intent');
  browser.fire('pageshow', { persisted: true });
  await settle();
  assert.deepEqual(asked(), ['prefetch', 'prefetch']);
  assert.equal(browser.requests.at(-1)!.body.ifNoneMatch, undefined);
});

test('a prefetched control group is reported when it is handed out, once, and one that was resolved is not', async () => {
  served.outcome = 'holdout';
  const [held] = await beckon.prefetch('checkout');
  assert.deepEqual(browser.sent(), []);
  await Promise.all([beckon.decide('checkout'), beckon.decide('checkout'), beckon.decide('exit_intent')]);
  await beckon.flush();
  assert.deepEqual(
    browser.sent().map(({ type, signalValue }) => [type, signalValue]),
    [['decision.shown', held!.decisionId]],
  );
});

test('what is prefetched is renewed soon after a signal, and one batch takes what comes meanwhile', async () => {
  await beckon.prefetch('exit_intent');
  served.etag = 'e2';
  void beckon.signal('cart');
  await pass(kRenewWait - 1);
  void beckon.signal('view');
  assert.deepEqual(asked(), ['prefetch']);
  await pass(1);
  assert.deepEqual(asked(), ['prefetch', 'signals', 'prefetch']);
  assert.equal((await beckon.decide('exit_intent', { stale: true }))?.decisionId, 'dec_2');
  assert.equal(browser.sent().length, 2);
});

test('a visitor who logs in or out in this tab or another one gets decisions of their own', async () => {
  await beckon.prefetch('exit_intent');
  await beckon.identify('ann');
  await settle();
  assert.equal(browser.requests.at(-1)!.body.visitorId, 'ann');
  assert.notEqual((await beckon.decide('exit_intent', { stale: true }))?.decisionId, 'dec_1');
  browser.elsewhere('beckon:acme:session', `s2 ${Date.now()} bob`);
  await settle();
  assert.deepEqual(
    [browser.requests.at(-1)!.body.visitorId, browser.requests.at(-1)!.body.ifNoneMatch],
    ['bob', undefined],
  );
});

test('a server that hangs costs two seconds, or what the caller gives it; what it says late is there for the next call', async () => {
  let release = () => {};
  browser.reply = async request => {
    await new Promise<void>(done => {
      release = done;
    });
    return answer(request as never);
  };
  const results: (Decision | null)[] = [];
  void beckon.decide('a', { timeout: 100 }).then(decision => results.push(decision));
  void beckon.decide('a').then(decision => results.push(decision));
  await pass(100);
  assert.deepEqual(results, [null]);
  await pass(kDecideTime - 100);
  assert.deepEqual(results, [null, null]);
  release();
  await settle();
  const late = await beckon.decide('a');
  assert.deepEqual([late?.decisionId, late?.outcome], ['dec_1', 'act']);
  assert.deepEqual(asked(), ['resolve']);
});

test('a signal does not wait for the slower report before it', async () => {
  await beckon.prefetch('exit_intent');
  void beckon.report('clicked', decide('a'));
  await pass(kRenewWait);
  assert.deepEqual(browser.sent(), []);
  void beckon.signal('cart');
  await pass(kRenewWait);
  assert.equal(browser.sent().length, 2);
});
