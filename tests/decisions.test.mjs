// Decisions on record, from outside: rules.md ("Time"), contract section 4. What was answered comes out of the signals
// again, whatever has happened since; and any instant may be asked about, which leaves no trace.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { Beckon, freshAddress, freshSession } from './kit/beckon.mjs';
import { until } from './kit/wait.mjs';

let beckon;
before(async () => {
  beckon = await Beckon.start();
});
after(async () => {
  await beckon?.close();
});

const put = async (id, body) => {
  const answer = await beckon.as('CREATOR', 'PUT', `/chain-rules/${id}`, body);
  assert.ok([200, 201].includes(answer.status), answer.text);
  return answer.json;
};
const signals = async (sessionId, list, more = {}) => {
  const answer = await beckon.chain('signals', { sessionId, signals: list, ...more }, { from: freshAddress() });
  assert.equal(answer.status, 202, answer.text);
  return answer.json;
};
const resolve = async (sessionId, trigger, more = {}) => {
  const answer = await beckon.chain('resolve', { sessionId, trigger, ...more }, { from: freshAddress() });
  assert.equal(answer.status, 200, answer.text);
  return answer.json;
};
const recall = async id => {
  const answer = await beckon.as('CREATOR', 'GET', `/decisions/${id}`);
  assert.equal(answer.status, 200, answer.text);
  return answer.json;
};
const session = async id => (await beckon.as('CREATOR', 'GET', `/chain/${id}`)).json;
const what = ({
  decisionId,
  sessionId,
  trigger,
  outcome,
  ruleId,
  variant,
  action,
  sessionVersion,
  rulesVersion,
  resolvedAt,
  expiresAt,
  etag,
}) => ({
  decisionId,
  sessionId,
  trigger,
  outcome,
  ruleId,
  variant,
  action,
  sessionVersion,
  rulesVersion,
  resolvedAt,
  expiresAt,
  etag,
});
// As it was answered, and from the signals again.
const isAsAnswered = async answered => {
  const again = await recall(answered.decisionId);
  assert.deepEqual(what(again), what(answered));
  assert.deepEqual([again.same, again.lacking], [true, null]);
  assert.deepEqual(again.again, {
    outcome: answered.outcome,
    ruleId: answered.ruleId,
    variant: answered.variant,
    etag: answered.etag,
  });
  return again;
};
const seen = { key: 'cart', value: 'add' };
const action = { type: 'popup', payload: { code: 'SAVE10' } };
const rescue = {
  triggers: ['checkout'],
  when: {
    all: [
      { count: seen, within: '30m', atLeast: 1 },
      { absent: { key: 'purchase' }, after: { key: 'cart' }, for: '1s' },
    ],
  },
  action,
};
const carted = (secondsAgo = 60) => ({ type: 'cart', signalValue: 'add', at: Date.now() - secondsAgo * 1000 });
afterEach(async () => {
  for (const { ruleId } of (await beckon.as('CREATOR', 'GET', '/chain-rules')).json.items)
    await beckon.as('CREATOR', 'DELETE', `/chain-rules/${ruleId}`);
});

describe('a decision on record', () => {
  test('comes out as it was answered, with its reasons, a moment later', async () => {
    await put('cart-rescue', rescue);
    const id = freshSession();
    await signals(id, [carted()]);
    const answered = await resolve(id, 'checkout');
    assert.equal(answered.outcome, 'act');
    const again = await isAsAnswered(answered);
    assert.equal(again.explanation.length, 1);
    assert.deepEqual([again.explanation[0].ruleId, again.explanation[0].matched], ['cart-rescue', true]);
    assert.equal(again.shown, false);
    assert.ok(Date.parse(again.recordedAt) >= Date.parse(again.resolvedAt));
  });

  test('also behind late signals, other rules and a restart', async () => {
    await put('cart-rescue', rescue);
    const id = freshSession();
    await signals(id, [carted()]);
    const answered = await resolve(id, 'checkout');
    await signals(id, [{ type: 'purchase', at: Date.now() - 30_000 }]); // late: by all that is known now it was never true
    const other = await resolve(id, 'checkout');
    assert.deepEqual([answered.outcome, other.outcome], ['act', 'none']);
    await isAsAnswered(answered);
    await put('cart-rescue', {
      ...rescue,
      when: { all: [{ count: { key: 'never' }, within: '1h', atLeast: 5 }] },
      action: { type: 'banner', payload: {} },
    });
    await isAsAnswered(answered);
    await beckon.as('CREATOR', 'DELETE', '/chain-rules/cart-rescue');
    await isAsAnswered(other);
    await beckon.kill();
    await beckon.open();
    const again = await isAsAnswered(answered);
    assert.equal(again.explanation[0].conditions.length, 2);
    await isAsAnswered(other);
  });

  test('that was prefetched, from what was said then, and only once it was shown', async () => {
    await put('abroad', {
      triggers: ['exit'],
      when: {
        all: [
          { context: 'country', in: ['GR'] },
          { count: seen, within: '1h', equals: 1 },
        ],
      },
      action,
    });
    const id = freshSession();
    await signals(id, [carted()], { context: { country: 'US' } });
    const ready = await beckon.chain(
      'prefetch',
      { sessionId: id, triggers: ['exit'], context: { country: 'GR' } },
      { from: freshAddress() },
    );
    const [decision] = ready.json.decisions;
    assert.equal(decision.outcome, 'act');
    assert.equal((await beckon.as('CREATOR', 'GET', `/decisions/${decision.decisionId}`)).status, 404);
    await signals(id, [carted(), { type: 'decision.shown', signalValue: decision.decisionId }]);
    const again = await isAsAnswered(decision);
    assert.equal(again.shown, true);
    assert.notEqual(
      (await resolve(id, 'exit', { context: { country: 'GR' } })).outcome,
      'act',
      'what came behind would have changed it',
    );
  });

  test('with the caps, the holdout and the arms of its moment', async () => {
    const limited = {
      triggers: ['exit'],
      when: {},
      limit: { caps: [{ max: 2, per: 'session' }], cooldown: '1s' },
      split: { salt: 's', holdout: 30, arms: { a: 50, b: 50 } },
      actions: { a: action, b: { type: 'banner', payload: {} } },
    };
    await put('first', { ...limited, priority: 2 });
    await put('beside', {
      triggers: ['exit'],
      status: 'shadow',
      priority: 3,
      when: {},
      limit: { caps: [{ max: 1, per: '1d' }] },
      action,
    });
    const answers = [];
    for (let i = 0; i < 8; i += 1) {
      const id = freshSession('split'),
        more = i % 2 ? { visitorId: `${id}-v` } : {};
      await signals(id, [carted()], more);
      for (let n = 0; n < 2; n += 1) answers.push(await resolve(id, 'exit', more));
      if (i === 0) {
        // behind the cooldown: the second of two, and none more
        await until('the cooldown is over', async () => (await resolve(id, 'exit')).outcome !== 'suppressed');
        answers.push(await resolve(id, 'exit'));
      }
    }
    const kinds = new Set(answers.map(one => (one.outcome === 'act' ? one.variant : one.outcome)));
    assert.ok(kinds.has('suppressed') && kinds.size >= 3, [...kinds].join(' '));
    for (const one of answers) await isAsAnswered(one);
    await beckon.kill();
    await beckon.open();
    for (const one of answers) await isAsAnswered(one);
    const [first, second] = [await recall(answers[0].decisionId), await recall(answers[1].decisionId)];
    assert.deepEqual(first.beside, [{ ruleId: 'beside', variant: null, outcome: 'act', shadow: true }]);
    assert.deepEqual(
      second.beside.map(one => [one.ruleId, one.outcome]),
      [
        ['beside', 'suppressed'],
        ['first', 'suppressed'],
      ],
    );
  });

  test('of a delayed rule, from what it waited for', async () => {
    await put('due', {
      triggers: ['@due'],
      when: { all: [{ absent: { key: 'purchase' }, after: seen, for: '1s' }] },
      action,
    });
    const id = freshSession();
    await signals(id, [{ type: 'cart', signalValue: 'add' }]);
    const told = await until('it has fired', async () => (await session(id)).decisions[0]);
    await signals(id, [{ type: 'purchase' }]);
    const again = await recall(told.decisionId);
    assert.deepEqual(
      [again.same, again.trigger, again.outcome, again.ruleId, again.sessionVersion],
      [true, '@due', 'act', 'due', 1],
    );
    assert.deepEqual(
      again.explanation.map(one => [one.ruleId, one.matched]),
      [['due', true]],
    );
  });

  test('is not found where there is none, is erased, or is another handle’s', async () => {
    await put('always', { triggers: ['exit'], when: {}, action });
    for (const unknown of ['dec_', 'dec_01JMX7Q3T5W9Z2B4C6D8E0F1G2', 'x', 'dec_%00'])
      assert.equal((await beckon.as('CREATOR', 'GET', `/decisions/${unknown}`)).status, 404, unknown);
    const id = freshSession();
    await signals(id, [carted()]);
    const { decisionId } = await resolve(id, 'exit');
    assert.equal((await recall(decisionId)).same, true);
    const other = await beckon.call('GET', `/v2/handles/other/decisions/${decisionId}`, {
      token: await beckon.token('CREATOR'),
    });
    assert.equal(other.status, 404);
    assert.equal((await beckon.call('GET', `/v2/handles/demo/decisions/${decisionId}`)).status, 401);
    assert.equal((await beckon.as('OPERATOR', 'DELETE', `/chain/${id}`)).status, 204);
    assert.equal((await beckon.as('CREATOR', 'GET', `/decisions/${decisionId}`)).status, 404);
  });
});

describe('asked about another instant', () => {
  const ask = async (path, body, at) =>
    beckon.as('CREATOR', 'POST', `/chain/${path}?at=${encodeURIComponent(at)}`, body);

  test('resolve answers as it would then, by all that is known now, spends nothing and records nothing', async () => {
    await put('once', { ...rescue, limit: { caps: [{ max: 1, per: 'session' }] } });
    const id = freshSession(),
      now = Date.now();
    await signals(id, [carted(600)]);
    const outcomes = [];
    for (const at of [now - 601_000, now - 600_000, now - 599_000, now, now, now + 1_201_000])
      outcomes.push((await ask('resolve', { sessionId: id, trigger: 'checkout' }, at)).json.outcome);
    assert.deepEqual(outcomes, ['none', 'none', 'act', 'act', 'act', 'none']);
    const then = (await ask('resolve', { sessionId: id, trigger: 'checkout' }, new Date(now - 300_000).toISOString()))
      .json;
    assert.deepEqual(
      [then.decisionId, then.resolvedAt, then.ruleId],
      [null, new Date(now - 300_000).toISOString(), 'once'],
    );
    assert.equal(then.explanation[0].matched, true);
    assert.deepEqual((await session(id)).decisions, []);
    assert.equal((await resolve(id, 'checkout')).outcome, 'act', 'the cap is untouched');
    assert.equal(
      (await ask('resolve', { sessionId: id, trigger: 'checkout' }, now - 300_000)).json.outcome,
      'act',
      'and was then',
    );
    assert.equal(
      (await ask('resolve', { sessionId: id, trigger: 'checkout' }, Date.now() + 5_000)).json.outcome,
      'suppressed',
    );
    await signals(id, [{ type: 'purchase', at: now - 598_000 }]);
    assert.equal(
      (await ask('resolve', { sessionId: id, trigger: 'checkout' }, now - 300_000)).json.outcome,
      'none',
      'the late purchase is known now',
    );
  });

  test('prefetch likewise; other instants are refused by name, and the public route knows none', async () => {
    await put('cart-rescue', rescue);
    const id = freshSession(),
      now = Date.now();
    await signals(id, [carted(600)]);
    const answer = await ask('prefetch', { sessionId: id, triggers: ['checkout', 'other'] }, now - 599_000);
    assert.deepEqual(
      answer.json.decisions.map(one => [one.decisionId, one.outcome]),
      [
        [null, 'act'],
        [null, 'none'],
      ],
    );
    const refused = await ask('resolve', { sessionId: id, trigger: 'checkout' }, 'yesterday');
    assert.equal(refused.status, 400);
    assert.deepEqual(
      refused.json.details.map(one => one.field),
      ['at'],
    );
    const shown = await beckon.call('POST', `/v2/public/chain/resolve?at=${now - 700_000}`, {
      body: { handle: 'demo', sessionId: id, trigger: 'checkout' },
      from: freshAddress(),
    });
    assert.equal(shown.json.outcome, 'act');
  });
});
