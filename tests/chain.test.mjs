// Contract section 4: signals, decisions, sessions, consent and limits, from outside.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Beckon, freshAddress, freshSession } from './kit/beckon.mjs';
import { until } from './kit/wait.mjs';

let beckon;
before(async () => {
  beckon = await Beckon.start();
  await beckon.widen();
});
after(async () => {
  await beckon?.close();
});

const minute = 60_000,
  hour = 60 * minute,
  day = 24 * hour;
const send = async (sessionId, signals, more = {}, options = {}) => {
  const answer = await beckon.chain('signals', { sessionId, signals, ...more }, { from: freshAddress(), ...options });
  assert.equal(answer.status, 202, answer.text);
  return answer.json;
};
const many = (count, make = i => ({ type: 'v', signalValue: String(i) })) =>
  Array.from({ length: count }, (_, i) => make(i));
const resolve = async (sessionId, trigger = 'checkout', more = {}, options = {}) => {
  const answer = await beckon.chain('resolve', { sessionId, trigger, ...more }, { from: freshAddress(), ...options });
  assert.equal(answer.status, 200, answer.text);
  return answer.json;
};
const session = async sessionId => {
  const answer = await beckon.as('CREATOR', 'GET', `/chain/${sessionId}`);
  assert.equal(answer.status, 200, answer.text);
  return answer.json;
};

describe('signals', () => {
  test('the version rises by one for each that is stored', async () => {
    const s = freshSession();
    assert.deepEqual([(await send(s, many(3))).version, (await send(s, many(4))).version], [3, 7]);
  });

  test('a number or a boolean is taken as its JSON text', async () => {
    const s = freshSession();
    await send(s, [
      { type: 'v', signalValue: 1.5 },
      { type: 'v', signalValue: true },
      { signalKey: 'w', signalValue: 'x' },
    ]);
    assert.deepEqual((await session(s)).signals.map(one => [one.signalKey, one.signalValue]).sort(), [
      ['v', '1.5'],
      ['v', 'true'],
      ['w', 'x'],
    ]);
  });

  test('`value` is another name of signalValue on every route that takes signals; both are one fault that names both', async () => {
    const at = Date.now() - minute;
    for (const post of [
      (sessionId, signal) => beckon.chain('signals', { sessionId, signals: [signal] }, { from: freshAddress() }),
      (sessionId, signal) => beckon.as('OPERATOR', 'POST', '/chain/signals', { sessionId, signals: [signal] }),
      (sessionId, signal) =>
        beckon.as('OPERATOR', 'POST', '/chain/import', { signals: [{ ...signal, sessionId, id: 'v', at }] }),
    ]) {
      const s = freshSession();
      assert.equal((await post(s, { type: 'cart', value: 'add' })).status, 202);
      assert.deepEqual(
        (await session(s)).signals.map(one => [one.signalKey, one.signalValue]),
        [['cart', 'add']],
      );
      const both = await post(s, { type: 'cart', value: 'add', signalValue: 'add' });
      assert.deepEqual(
        [both.status, both.json.details],
        [400, [{ field: 'signals[0].signalValue', issue: 'must not be combined with value; they mean the same' }]],
      );
    }
  });

  test('defaults: confidence 1, the time of arrival', async () => {
    const s = freshSession();
    const from = Date.now();
    await send(s, [{ type: 'v' }]);
    const [signal] = (await session(s)).signals;
    assert.equal(signal.confidence, 1);
    assert.ok(Date.parse(signal.at) >= from - 1 && Date.parse(signal.at) <= Date.now() + 1, signal.at);
  });

  test('epoch milliseconds and RFC 3339 are the same instant', async () => {
    const s = freshSession();
    const at = Date.now() - hour;
    await send(s, [
      { type: 'a', at },
      { type: 'b', at: new Date(at).toISOString() },
    ]);
    assert.deepEqual(
      (await session(s)).signals.map(one => Date.parse(one.at)),
      [at, at],
    );
  });

  test('a second signal with the same id is a duplicate: counted and not stored', async () => {
    const s = freshSession();
    assert.deepEqual(
      (({ accepted, duplicates }) => [accepted, duplicates])(await send(s, [{ type: 'v', id: 'one' }])),
      [1, 0],
    );
    const again = await send(s, [
      { type: 'other', id: 'one' },
      { type: 'v', id: 'two' },
      { type: 'v', id: 'two' },
    ]);
    assert.deepEqual([again.accepted, again.duplicates, again.version, again.signalCount], [1, 2, 2, 2]);
    assert.equal(
      (await send(freshSession(), [{ type: 'v', id: 'one' }])).accepted,
      1,
      'in another session it is another signal',
    );
  });

  test('ids are remembered over kill -9', async () => {
    const s = freshSession();
    await send(s, [{ type: 'v', id: 'kept' }]);
    await beckon.kill();
    await beckon.open();
    const again = await send(s, [{ type: 'v', id: 'kept' }]);
    assert.deepEqual([again.accepted, again.duplicates, again.version], [0, 1, 1]);
  });

  test('the newest 1,000 ids of a session are remembered', async () => {
    const s = freshSession();
    for (let i = 0; i < 1000; i += 50)
      await send(
        s,
        many(50, k => ({ type: 'v', id: `id-${i + k}` })),
      );
    assert.equal((await send(s, [{ type: 'v', id: 'id-0' }])).duplicates, 1);
  });

  test('a late signal takes its place in time', async () => {
    const s = freshSession();
    const now = Date.now();
    await send(s, [
      { type: 'first', at: now - 2 * hour },
      { type: 'last', at: now - minute },
    ]);
    const late = await send(s, [{ type: 'middle', at: now - hour }]);
    assert.deepEqual([late.version, late.evicted], [3, 0]);
    const inTime = (await session(s)).signals
      .toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))
      .map(one => one.signalKey);
    assert.deepEqual(inTime, ['first', 'middle', 'last']);
  });

  test('the window holds the 200 newest; what leaves it is said', async () => {
    const s = freshSession();
    const now = Date.now();
    for (let i = 0; i < 200; i += 50)
      assert.equal(
        (
          await send(
            s,
            many(50, k => ({ type: 'v', at: now - hour + i + k })),
          )
        ).evicted,
        0,
      );
    const next = await send(
      s,
      many(3, k => ({ type: 'new', at: now - minute + k })),
    );
    assert.deepEqual([next.evicted, next.signalCount, next.version], [3, 200, 203]);
    const late = await send(s, [{ type: 'ancient', at: now - day }]);
    assert.deepEqual(
      [late.accepted, late.evicted, late.signalCount, late.version],
      [1, 1, 200, 204],
      'accepted and evicted at once',
    );
  });

  test('a whole request, or none of it', async () => {
    const s = freshSession();
    const answer = await beckon.chain(
      'signals',
      { sessionId: s, signals: [{ type: 'v' }, { type: 'v', confidence: 7 }] },
      { from: freshAddress() },
    );
    assert.equal(answer.status, 400);
    assert.equal((await send(s, [{ type: 'v' }])).version, 1);
  });

  test('expiresAt is the retention after the newest signal, 30 days', async () => {
    const { expiresAt } = await send(freshSession(), [{ type: 'v' }]);
    assert.ok(Math.abs(Date.parse(expiresAt) - Date.now() - 30 * day) < minute, expiresAt);
  });

  test('the platform’s own form of a session id is taken', async () => {
    await send(`sig_demo_${Date.now()}_a8f3k2`, [{ type: 'v' }]);
  });

  test('text/plain is read as JSON, for beacons of browsers', async () => {
    const answer = await beckon.chain(
      'signals',
      { sessionId: freshSession(), signals: [{ type: 'v' }] },
      { from: freshAddress(), headers: { 'content-type': 'text/plain' } },
    );
    assert.equal(answer.status, 202, answer.text);
  });
});

describe('visitor and context', () => {
  test('a session keeps its first visitor; the same or none is fine, another is 409 and stores nothing', async () => {
    const s = freshSession();
    await send(s, [{ type: 'v' }]);
    await send(s, [{ type: 'v' }], { visitorId: 'v-1' });
    await send(s, [{ type: 'v' }], { visitorId: 'v-1' });
    const other = await beckon.chain(
      'signals',
      { sessionId: s, visitorId: 'v-2', signals: [{ type: 'v' }] },
      { from: freshAddress() },
    );
    assert.deepEqual([other.status, other.json.error, other.json.reason], [409, 'conflict', 'visitor']);
    assert.equal((await send(s, [{ type: 'v' }])).version, 4);
    assert.equal((await session(s)).visitorId, 'v-1');
  });

  test('a resolve that says the visitor binds the session before it answers', async () => {
    const s = freshSession();
    await send(s, [{ type: 'v' }]);
    const ask = visitorId =>
      beckon.chain('resolve', { sessionId: s, trigger: 'nobody', visitorId }, { from: freshAddress() });
    const first = await ask('v-first');
    const second = await ask('v-second');
    assert.deepEqual([first.status, second.status, second.json.reason], [200, 409, 'visitor']);
    assert.equal((await session(s)).visitorId, 'v-first');
  });

  test('context merges by key, and that of a resolve lies over it for the call alone', async () => {
    const rule = {
      triggers: ['ctx'],
      when: {
        all: [
          { context: 'country', in: ['US'] },
          { context: 'page', in: ['/b'] },
        ],
      },
      action: { type: 'popup', payload: {} },
    };
    assert.ok((await beckon.as('CREATOR', 'PUT', '/chain-rules/ctx', rule)).status < 300);
    const s = freshSession();
    await send(s, [{ type: 'v' }], { context: { country: 'US', page: '/a' } });
    assert.equal((await resolve(s, 'ctx')).outcome, 'none');
    assert.equal((await resolve(s, 'ctx', { context: { page: '/b' } })).outcome, 'act');
    assert.equal((await resolve(s, 'ctx')).outcome, 'none', 'it lay over it for one call');
    await send(s, [{ type: 'v' }], { context: { page: '/b' } });
    assert.equal((await resolve(s, 'ctx')).outcome, 'act', 'country is still there');
    assert.equal((await beckon.as('CREATOR', 'DELETE', '/chain-rules/ctx')).status, 204);
  });
});

describe('the context of a session', () => {
  const keys = (from, to, value = 'x') =>
    Object.fromEntries(Array.from({ length: to - from }, (_, i) => [`k${from + i}`, value]));
  const say = (s, context, signal = { type: 'v' }) =>
    beckon.chain('signals', { sessionId: s, signals: [signal], context }, { from: freshAddress() });

  test('has at most 64 keys over all requests; one more changes nothing, and removing makes room', async () => {
    const s = freshSession();
    assert.equal((await say(s, keys(0, 30))).status, 202);
    assert.equal((await say(s, keys(30, 62))).status, 202);
    const over = await say(s, keys(60, 67));
    assert.deepEqual([over.status, over.json.error, over.json.details[0].field], [400, 'validation_error', 'context']);
    const kept = await session(s);
    assert.equal(Object.keys(kept.context).length, 62);
    assert.equal(kept.version, 2);
    assert.equal((await say(s, { ...keys(62, 67), ...keys(0, 5, null) })).status, 202);
    assert.equal(Object.keys((await session(s)).context).length, 62);
  });

  test('has at most 16 KiB', async () => {
    const s = freshSession();
    const large = 'y'.repeat(250);
    assert.equal((await say(s, keys(0, 32, large))).status, 202);
    assert.equal((await say(s, keys(32, 62, large))).status, 202);
    const over = await say(s, keys(62, 64, 'z'.repeat(256)));
    assert.equal(over.status, 202, 'short keys and values of 62 × 250 and 2 × 256 fit');
    assert.match((await say(s, keys(0, 32, 'w'.repeat(256)))).json.details?.[0].issue ?? '', /bytes of context/);
  });

  test('is not changed by a request that brings no new signal', async () => {
    const s = freshSession();
    assert.equal((await say(s, { page: '/a' }, { type: 'v', id: 'one' })).status, 202);
    const again = await say(s, { page: '/b', more: 'c' }, { type: 'v', id: 'one' });
    assert.deepEqual([again.status, again.json.duplicates], [202, 1]);
    assert.deepEqual((await session(s)).context, { page: '/a' });
  });
});

describe('consent', () => {
  test('denied stores nothing, and what was stored is unreadable at once', async () => {
    const s = freshSession();
    await send(s, [{ type: 'secret-key' }], { visitorId: 'v-9' });
    const answer = await send(s, [{ type: 'v' }], { consent: 'denied' });
    assert.deepEqual([answer.accepted, answer.consent], [0, 'denied']);
    const read = await beckon.as('CREATOR', 'GET', `/chain/${s}`);
    assert.ok(!read.text.includes('secret-key') && !read.text.includes('v-9'), read.text);
    assert.equal((await resolve(s)).sessionVersion, 0, 'a resolve sees an empty session');
  });

  test('the wish holds for what comes later, and over kill -9', async () => {
    const s = freshSession();
    await send(s, [{ type: 'v' }], { consent: 'denied' });
    assert.equal((await send(s, [{ type: 'v' }])).accepted, 0);
    await beckon.kill();
    await beckon.open();
    const later = await send(s, [{ type: 'v' }]);
    assert.deepEqual([later.accepted, later.consent], [0, 'denied']);
  });

  test('the latest word holds: full after denied stores again', async () => {
    const s = freshSession();
    await send(s, [{ type: 'v' }], { consent: 'denied' });
    assert.equal((await send(s, [{ type: 'v' }], { consent: 'full' })).accepted, 1);
  });

  test('denied withdraws what is pending for the session, its bodies erased', async () => {
    const hook = await beckon.subscribe(['signal.pending-thing'], { path: '/status/503' });
    const s = freshSession();
    await send(s, [{ type: 'pending-thing', signalValue: 'private-word' }]);
    const first = await hook.log.next();
    const failed = await until('the failure is recorded', async () => {
      const [one] = (await beckon.as('OPERATOR', 'GET', `/webhooks/${hook.id}/deliveries`)).json.items;
      return one?.status === 'retrying' && one;
    });
    assert.deepEqual([failed.attemptCount, failed.attemptsAtMost], [1, 10]);
    await send(s, [{ type: 'v' }], { consent: 'denied' });
    const { json } = await beckon.as('OPERATOR', 'GET', `/webhooks/${hook.id}/deliveries`);
    assert.equal(json.items[0].status, 'withdrawn');
    const one = await beckon.as('OPERATOR', 'GET', `/webhooks/${hook.id}/deliveries/${json.items[0].deliveryId}`);
    assert.ok(!one.text.includes('private-word'));
    assert.equal(first.event.payload.signal.signalValue, 'private-word');
    await hook.close();
  });

  test('basic drops metadata and visitor, stored ones too, and expires after 24 h', async () => {
    const s = freshSession();
    await send(s, [{ type: 'a', metadata: { private: 'word' } }], { visitorId: 'v-3' });
    const answer = await send(s, [{ type: 'b', metadata: { private: 'word' } }], {
      visitorId: 'v-3',
      consent: 'basic',
    });
    assert.equal(answer.accepted, 1);
    assert.ok(Math.abs(Date.parse(answer.expiresAt) - Date.now() - day) < minute, answer.expiresAt);
    const read = await beckon.as('CREATOR', 'GET', `/chain/${s}`);
    assert.ok(!read.text.includes('word') && !read.text.includes('v-3'), read.text);
    assert.equal(read.json.signals.length, 2);
    assert.equal(read.json.consent, 'basic');
  });

  test('Sec-GPC: 1 is at most basic', async () => {
    const s = freshSession();
    await send(
      s,
      [{ type: 'a', metadata: { private: 'word' } }],
      { consent: 'full', visitorId: 'v-4' },
      { headers: { 'sec-gpc': '1' } },
    );
    const read = await beckon.as('CREATOR', 'GET', `/chain/${s}`);
    assert.equal(read.json.consent, 'basic');
    assert.ok(!read.text.includes('word') && !read.text.includes('v-4'));
    const denied = await send(freshSession(), [{ type: 'a' }], { consent: 'denied' }, { headers: { 'sec-gpc': '1' } });
    assert.equal(denied.accepted, 0);
  });
});

describe('resolve and prefetch', () => {
  before(async () => {
    const rule = {
      priority: 10,
      triggers: ['cart'],
      when: { all: [{ count: { key: 'cart', value: 'add' }, within: '30m', atLeast: 2 }] },
      action: { type: 'popup', payload: { code: 'SAVE' } },
      ttl: '5m',
    };
    const put = await beckon.as('CREATOR', 'PUT', '/chain-rules/cart-rescue', rule);
    assert.ok(put.status < 300, put.text);
  });

  test('a session never seen is an empty one', async () => {
    const decision = await resolve(freshSession());
    assert.deepEqual(
      [decision.outcome, decision.ruleId, decision.variant, decision.action, decision.sessionVersion],
      ['none', null, null, null, 0],
    );
  });

  test('the envelope has every field', async () => {
    const s = freshSession();
    await send(
      s,
      many(2, () => ({ type: 'cart', signalValue: 'add' })),
    );
    const decision = await resolve(s, 'cart');
    assert.deepEqual(Object.keys(decision).sort(), [
      'action',
      'decisionId',
      'etag',
      'expiresAt',
      'handle',
      'outcome',
      'requestId',
      'resolvedAt',
      'ruleId',
      'rulesVersion',
      'sessionId',
      'sessionVersion',
      'trigger',
      'ttlSeconds',
      'variant',
    ]);
    assert.deepEqual(
      [decision.outcome, decision.ruleId, decision.action],
      ['act', 'cart-rescue', { type: 'popup', payload: { code: 'SAVE' } }],
    );
    assert.match(decision.decisionId, /^dec_/);
    const left = Date.parse(decision.expiresAt) - Date.parse(decision.resolvedAt);
    assert.ok(left > 0 && left <= 5 * minute, `${left}`);
    assert.equal(decision.ttlSeconds, Math.floor(left / 1000));
  });

  test('expiresAt is where what was read changes by time alone', async () => {
    const s = freshSession();
    const now = Date.now();
    const leaves = now - 30 * minute + 20_000; // the older of the two leaves `within` in 20 s
    await send(s, [
      { type: 'cart', signalValue: 'add', at: leaves },
      { type: 'cart', signalValue: 'add', at: now - minute },
    ]);
    const decision = await resolve(s, 'cart');
    assert.equal(decision.outcome, 'act');
    assert.equal(Date.parse(decision.expiresAt), leaves + 30 * minute);
  });

  test('30 s where no rule gives a ttl', async () => {
    const { resolvedAt, expiresAt, ttlSeconds } = await resolve(freshSession(), 'no-rule-here');
    assert.equal(Date.parse(expiresAt) - Date.parse(resolvedAt), 30_000);
    assert.equal(ttlSeconds, 30);
  });

  test('prefetch answers in the order asked, and writes nothing', async () => {
    const s = freshSession();
    await send(
      s,
      many(2, () => ({ type: 'cart', signalValue: 'add' })),
    );
    const { status, json } = await beckon.chain(
      'prefetch',
      { sessionId: s, triggers: ['other', 'cart', 'third'] },
      { from: freshAddress() },
    );
    assert.equal(status, 200);
    assert.deepEqual(
      json.decisions.map(one => [one.trigger, one.outcome]),
      [
        ['other', 'none'],
        ['cart', 'act'],
        ['third', 'none'],
      ],
    );
    assert.equal(json.sessionVersion, 2);
    assert.ok(json.etag && Number.isInteger(json.ttlSeconds) && Number.isInteger(json.rulesVersion));
    assert.deepEqual((await session(s)).decisions, []);
  });

  test('ifNoneMatch with nothing changed is unchanged; a signal that matters changes it', async () => {
    const s = freshSession();
    await send(s, [{ type: 'cart', signalValue: 'add' }]);
    const prefetch = more =>
      beckon.chain('prefetch', { sessionId: s, triggers: ['cart'], ...more }, { from: freshAddress() });
    const { etag } = (await prefetch({})).json;
    const same = await prefetch({ ifNoneMatch: etag });
    assert.equal(same.status, 200);
    const { ttlSeconds, requestId, ...rest } = same.json;
    assert.deepEqual(rest, { unchanged: true, etag });
    assert.ok(Number.isInteger(ttlSeconds) && requestId);
    await send(s, [{ type: 'cart', signalValue: 'add' }]);
    const changed = await prefetch({ ifNoneMatch: etag });
    assert.equal(changed.json.decisions[0].outcome, 'act');
    assert.notEqual(changed.json.etag, etag);
    assert.equal((await prefetch({ ifNoneMatch: 'nonsense' })).json.decisions.length, 1);
  });

  test('a prefetched decision is recorded once, when it is shown', async () => {
    const s = freshSession();
    await send(
      s,
      many(2, () => ({ type: 'cart', signalValue: 'add' })),
    );
    const { json } = await beckon.chain('prefetch', { sessionId: s, triggers: ['cart'] }, { from: freshAddress() });
    const { decisionId } = json.decisions[0];
    for (let i = 0; i < 2; i++) await send(s, [{ type: 'decision.shown', signalValue: decisionId }]);
    const { decisions } = await until('it is recorded', async () => {
      const read = await session(s);
      return read.decisions.length > 0 && read;
    });
    assert.deepEqual(
      decisions.map(one => one.decisionId),
      [decisionId],
    );
    await send(s, [{ type: 'decision.shown', signalValue: 'dec_unknown' }]);
    assert.equal((await session(s)).decisions.length, 1, 'an unknown id is a plain signal');
  });

  test('a resolve is recorded within 100 ms', async () => {
    const s = freshSession();
    await send(
      s,
      many(2, () => ({ type: 'cart', signalValue: 'add' })),
    );
    const { decisionId } = await resolve(s, 'cart');
    await until(
      'it is in the session',
      async () => (await session(s)).decisions.some(one => one.decisionId === decisionId),
      3000,
    );
  });

  test('the JWT route explains, the public one never does', async () => {
    const s = freshSession();
    await send(s, [{ type: 'cart', signalValue: 'add' }]);
    const answer = await beckon.as('CREATOR', 'POST', '/chain/resolve', { sessionId: s, trigger: 'cart' });
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.json.outcome, 'none');
    assert.ok(JSON.stringify(answer.json.explanation).includes('cart-rescue'));
    assert.ok(!('explanation' in (await resolve(s, 'cart'))));
    const ahead = await beckon.as('CREATOR', 'POST', '/chain/prefetch', { sessionId: s, triggers: ['cart'] });
    assert.ok('explanation' in ahead.json.decisions[0]);
  });
});

describe('sessions', () => {
  test('the list is newest first, by pages, each session once', async () => {
    const mine = [];
    for (let i = 0; i < 5; i++) {
      mine.unshift(freshSession('listed'));
      await send(mine[0], [{ type: 'v' }]);
    }
    const seen = [];
    let cursor = null;
    do {
      const page = await beckon.as(
        'CREATOR',
        'GET',
        `/chain?limit=2${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`,
      );
      assert.equal(page.status, 200, page.text);
      assert.ok(page.json.items.length <= 2);
      seen.push(...page.json.items.map(item => item.sessionId));
      cursor = page.json.nextCursor;
    } while (cursor);
    assert.deepEqual(
      seen.filter(id => id.startsWith('listed')),
      mine,
    );
    assert.equal(new Set(seen).size, seen.length);
  });

  for (const query of ['limit=0', 'limit=201', 'limit=x', 'cursor=nonsense'])
    test(`${query} is refused`, async () => {
      assert.equal((await beckon.as('CREATOR', 'GET', `/chain?${query}`)).json.error, 'validation_error');
    });

  test('detail: signals, consent, version, decisions, timeline', async () => {
    const s = freshSession();
    await send(s, [{ type: 'v', signalValue: 'x', source: 'web', metadata: { a: 1 }, confidence: 0.5 }], {
      consent: 'full',
      visitorId: 'v-5',
      context: { country: 'US' },
    });
    const read = await session(s);
    assert.deepEqual([read.sessionId, read.version, read.consent, read.visitorId], [s, 1, 'full', 'v-5']);
    assert.equal(read.context.country, 'US');
    const [{ signalKey, signalValue, source, metadata, confidence }] = read.signals;
    assert.deepEqual(
      { signalKey, signalValue, source, metadata, confidence },
      { signalKey: 'v', signalValue: 'x', source: 'web', metadata: { a: 1 }, confidence: 0.5 },
    );
    assert.ok(Array.isArray(read.decisions) && Array.isArray(read.timeline));
  });

  test('one never seen is 404', async () => {
    assert.equal((await beckon.as('CREATOR', 'GET', '/chain/never-seen')).json.error, 'not_found');
  });

  test('erasing needs OPERATOR, is 204, and forgets', async () => {
    const s = freshSession();
    await send(s, [{ type: 'v' }]);
    assert.equal((await beckon.as('CREATOR', 'DELETE', `/chain/${s}`)).json.error, 'insufficient_role');
    assert.equal((await beckon.as('OPERATOR', 'DELETE', `/chain/${s}`)).status, 204);
    assert.equal((await beckon.as('CREATOR', 'GET', `/chain/${s}`)).status, 404);
    assert.equal((await resolve(s)).sessionVersion, 0);
    await beckon.kill();
    await beckon.open();
    assert.equal((await beckon.as('CREATOR', 'GET', `/chain/${s}`)).status, 404, 'also after kill -9');
    assert.equal((await send(s, [{ type: 'v' }])).accepted, 1, 'erased is not denied');
  });
});

describe('visitors', () => {
  test('the export has every session and signal of the visitor, also those that left the window', async () => {
    const [one, two, other] = [freshSession(), freshSession(), freshSession()];
    const visitorId = freshSession('visitor');
    for (let i = 0; i < 220; i += 55) await send(one, many(55), { visitorId });
    await send(two, [{ type: 'v' }], { visitorId });
    await send(other, [{ type: 'v' }], { visitorId: freshSession('visitor') });
    const { status, json, text } = await beckon.as('OPERATOR', 'GET', `/visitors/${visitorId}/export`);
    assert.equal(status, 200, text);
    assert.deepEqual(
      json.sessions.map(read => [read.sessionId, read.signals.length]).sort(),
      [
        [one, 220],
        [two, 1],
      ].sort(),
    );
    assert.equal((await beckon.as('CREATOR', 'GET', `/visitors/${visitorId}/export`)).json.error, 'insufficient_role');
  });

  test('erasing a visitor erases all of the visitor’s sessions, and only those', async () => {
    const [one, two, other] = [freshSession(), freshSession(), freshSession()];
    const visitorId = freshSession('visitor');
    for (const s of [one, two]) await send(s, [{ type: 'v' }], { visitorId });
    await send(other, [{ type: 'v' }]);
    assert.equal((await beckon.as('OPERATOR', 'DELETE', `/visitors/${visitorId}`)).status, 204);
    const statuses = [];
    for (const s of [one, two, other]) statuses.push((await beckon.as('CREATOR', 'GET', `/chain/${s}`)).status);
    assert.deepEqual(statuses, [404, 404, 200]);
    assert.equal((await beckon.as('OPERATOR', 'GET', `/visitors/${visitorId}/export`)).status, 404);
  });
});

describe('the id of a visitor', () => {
  const blocked = [{ code: 'visitor_id_blocked' }];

  for (const id of [
    'ann+news@company.example',
    'google-oauth2|1034',
    'gid://shopify/Customer/98?a=b&c#d',
    'Zo\u00eb 100% ../..',
    `${'\u{1f469}'.repeat(64)}`,
  ])
    test(`may be ${JSON.stringify(id).slice(0, 40)}: it is found by it, exported and erased`, async () => {
      const [one, two] = [freshSession(), freshSession()];
      await send(one, [{ type: 'v' }], { visitorId: id });
      await resolve(two, 'nobody', { visitorId: ` ${id.normalize('NFD')}\t` });
      await send(two, [{ type: 'v' }], { visitorId: id });
      assert.equal((await session(one)).visitorId, id);
      const path = `/visitors/${encodeURIComponent(id)}`;
      const exported = await beckon.as('OPERATOR', 'GET', `${path}/export`);
      assert.equal(exported.json.visitorId, id, exported.text);
      assert.deepEqual(exported.json.sessions.map(read => read.sessionId).sort(), [one, two].sort());
      assert.equal((await beckon.as('OPERATOR', 'DELETE', path)).status, 204);
      for (const s of [one, two]) assert.equal((await beckon.as('CREATOR', 'GET', `/chain/${s}`)).status, 404);
      assert.equal((await beckon.as('OPERATOR', 'GET', `${path}/export`)).status, 404);
    });

  test('is in no log line, whatever is asked of it', () => {
    for (const word of ['ann+news', 'ann%2Bnews', 'google-oauth2', 'shopify'])
      assert.ok(!beckon.log.includes(word), word);
  });

  test('is refused in a path where two could read it differently', async () => {
    const ask = path => beckon.as('OPERATOR', 'GET', `/visitors/${path}/export`);
    assert.deepEqual(
      [(await ask('%ff')).status, (await ask('%c0%af')).status, (await ask('a%2')).status],
      [400, 400, 400],
    );
    assert.deepEqual([(await ask('a%00')).status, (await ask('a%0Ab')).status], [404, 404]);
    assert.deepEqual([(await ask('a/b')).status, (await ask('%20')).status], [404, 404]);
  });

  test('that names nobody costs no signal: the visitor is not taken, and the answer says so', async () => {
    const s = freshSession();
    for (const visitorId of ['', 'NULL', '[object Object]', '0000-0000', 'Guest'])
      assert.deepEqual((await send(s, [{ type: 'order' }], { visitorId })).warnings, blocked, visitorId);
    assert.equal((await session(s)).visitorId, null);
    assert.deepEqual((await resolve(s, 'nobody', { visitorId: 'undefined' })).warnings, blocked);
    const ahead = { sessionId: s, triggers: ['nobody'], visitorId: 'unknown' };
    const fetched = await beckon.chain('prefetch', ahead, { from: freshAddress() });
    assert.deepEqual([fetched.status, fetched.json.warnings], [200, blocked]);
    assert.equal((await session(s)).visitorId, null);
    assert.ok(!('warnings' in (await send(s, [{ type: 'order' }], { visitorId: null }))));
    assert.ok(!('warnings' in (await send(s, [{ type: 'order' }], { visitorId: 'ann' }))));
    assert.equal((await session(s)).visitorId, 'ann');
  });

  test('may be blocked by the handle', async () => {
    const settings = (await beckon.as('OWNER', 'GET', '/settings')).json;
    const save = blockedIds => beckon.as('OWNER', 'PUT', '/settings', { ...settings, identity: { blockedIds } });
    try {
      const saved = await save(['Till-3', ' qa@company.example ']);
      assert.deepEqual(saved.json.identity.blockedIds, ['Till-3', 'qa@company.example'], saved.text);
      for (const visitorId of ['TILL-3', 'qa@Company.example'])
        assert.deepEqual((await send(freshSession(), [{ type: 'v' }], { visitorId })).warnings, blocked);
      assert.ok(!('warnings' in (await send(freshSession(), [{ type: 'v' }], { visitorId: 'till-33' }))));
      const bad = await save(['', 5, 'a\nb', 'x'.repeat(257)]);
      assert.deepEqual(
        bad.json.details.map(({ field }) => field),
        [0, 1, 2, 3].map(i => `identity.blockedIds[${i}]`),
      );
      assert.equal((await save(Array.from({ length: 101 }, (_, i) => `v${i}`))).status, 400);
      assert.equal((await save(Array.from({ length: 100 }, (_, i) => `v${i}`))).status, 200);
    } finally {
      await beckon.as('OWNER', 'PUT', '/settings', settings);
    }
  });
});

describe('the clock of a visitor', () => {
  const justNow = {
    triggers: ['just_now'],
    when: { all: [{ count: { key: 'cart' }, within: '1m', atLeast: 1 }] },
    action: { type: 'popup', payload: {} },
  };
  before(async () => {
    assert.equal((await beckon.as('CREATOR', 'PUT', '/chain-rules/just-now', justNow)).status, 201);
  });
  after(async () => {
    await beckon.as('CREATOR', 'DELETE', '/chain-rules/just-now');
  });
  const outcome = async s => (await resolve(s, 'just_now')).outcome;

  for (const [name, skew] of [
    ['20 minutes slow', -20 * minute],
    ['3 hours fast', 3 * hour],
  ])
    test(`that is ${name} is seen by the time of sending, and what it said is kept`, async () => {
      const s = freshSession();
      const there = Date.now() + skew;
      await send(s, [{ type: 'cart', at: there - 1_000 }], { sentAt: there });
      assert.equal(await outcome(s), 'act');
      const [{ at, said, receivedAt }] = (await session(s)).signals;
      assert.equal(Date.parse(said), there - 1_000);
      assert.ok(Math.abs(Date.parse(receivedAt) - Date.parse(at) - 1_000) < 2, `${at} ${receivedAt}`);
    });

  test('that is 20 minutes slow, without a time of sending, is believed', async () => {
    const s = freshSession();
    await send(s, [{ type: 'cart', at: Date.now() - 20 * minute }]);
    assert.equal(await outcome(s), 'none');
    assert.equal((await session(s)).signals[0].said, null);
  });

  test('that is a little fast does not hide a signal from its own page', async () => {
    const s = freshSession();
    const there = Date.now() + 2_000;
    await send(s, [{ type: 'cart', at: there }], { sentAt: there });
    assert.equal(await outcome(s), 'act');
    const [{ at, said, receivedAt }] = (await session(s)).signals;
    assert.deepEqual([at, Date.parse(said)], [receivedAt, there]);
  });

  test('is not asked where a signal says its age', async () => {
    const s = freshSession();
    await send(s, [{ type: 'cart', age: 40_000 }], { sentAt: 0 });
    assert.equal(await outcome(s), 'act');
    const [{ at, said, receivedAt }] = (await session(s)).signals;
    assert.deepEqual([Date.parse(receivedAt) - Date.parse(at), said], [40_000, null]);
    const both = { sessionId: s, signals: [{ type: 'cart', age: 1, at: Date.now() }] };
    const refused = await beckon.chain('signals', both, { from: freshAddress() });
    assert.deepEqual([refused.status, refused.json.details[0].field], [400, 'signals[0].age']);
  });

  test('what it said outlives a crash of the server', async () => {
    const s = freshSession();
    const there = Date.now() - 5 * hour;
    await send(s, [{ type: 'cart', at: there }], { sentAt: there });
    const before = (await session(s)).signals;
    await beckon.kill();
    await beckon.open();
    assert.deepEqual((await session(s)).signals, before);
    assert.equal(Date.parse(before[0].said), there);
  });
});

describe('limits', () => {
  let strict;
  before(async () => {
    strict = await Beckon.start();
  });
  after(async () => {
    await strict?.close();
  });
  const post = (server, count, sessionId, from, more = {}) =>
    server.chain('signals', { sessionId, signals: many(count), ...more }, { from });

  test('60 new signals per session in a minute, whole or nothing', async () => {
    const s = freshSession();
    assert.equal((await post(strict, 50, s, freshAddress())).status, 202);
    const over = await post(strict, 11, s, freshAddress());
    assert.deepEqual([over.status, over.json.error], [429, 'rate_limited']);
    assert.ok(Number(over.headers['retry-after']) >= 1);
    const last = await post(strict, 10, s, freshAddress());
    assert.deepEqual(
      [last.status, last.json?.version],
      [202, 60],
      'nothing of the refused request was stored or counted',
    );
    assert.equal((await post(strict, 1, s, freshAddress())).status, 429);
    assert.equal((await post(strict, 1, freshSession(), freshAddress())).status, 202, 'another session is free');
  });

  test('duplicates are no new signals of the session', async () => {
    const s = freshSession();
    const ids = { sessionId: s, signals: many(60, i => ({ type: 'v', id: `i${i}` })) };
    assert.equal((await strict.chain('signals', ids, { from: freshAddress() })).status, 202);
    assert.equal((await strict.chain('signals', ids, { from: freshAddress() })).json.duplicates, 60);
  });

  test('120 signals per client address in a minute, duplicates too, whole or nothing', async () => {
    const from = freshAddress();
    assert.equal((await post(strict, 60, freshSession(), from)).status, 202);
    assert.equal((await post(strict, 50, freshSession(), from)).status, 202);
    assert.equal((await post(strict, 11, freshSession(), from)).status, 429);
    assert.equal((await post(strict, 10, freshSession(), from)).status, 202);
    assert.equal((await post(strict, 1, freshSession(), from)).status, 429);
    assert.equal((await post(strict, 1, freshSession(), freshAddress())).status, 202, 'another address is free');
    assert.equal(
      (await strict.as('CREATOR', 'POST', '/chain/signals', { sessionId: freshSession(), signals: many(1) }, { from }))
        .status,
      202,
      'the JWT route does not count addresses',
    );
  });

  test('600 resolves and prefetches per address in a minute', async () => {
    const from = freshAddress();
    const statuses = [];
    const ask = i =>
      i % 2
        ? strict.chain('prefetch', { sessionId: 'x', triggers: ['a'] }, { from })
        : strict.chain('resolve', { sessionId: 'x', trigger: 'a' }, { from });
    for (let i = 0; i < 600; i += 50)
      statuses.push(...(await Promise.all(many(50, k => ask(i + k)))).map(answer => answer.status));
    assert.ok(statuses.every(status => status === 200));
    const over = await ask(0);
    assert.deepEqual([over.status, over.json.error], [429, 'rate_limited']);
  });

  test('a client cannot choose its address by a header', async () => {
    const from = freshAddress();
    for (let i = 0; i < 2; i++) await post(strict, 60, freshSession(), from);
    const over = await strict.chain(
      'signals',
      { sessionId: freshSession(), signals: many(1) },
      { from, headers: { 'x-forwarded-for': '192.0.2.1', forwarded: 'for=192.0.2.2' } },
    );
    assert.equal(over.status, 429);
  });
});
