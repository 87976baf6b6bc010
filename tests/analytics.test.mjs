// What was counted of decisions, from outside: contract section 8.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Beckon, freshAddress, freshSession } from './kit/beckon.mjs';
import { until } from './kit/wait.mjs';

let beckon;
before(async () => {
  beckon = await Beckon.start();
});
after(() => beckon?.close());

const put = async (id, rule) => {
  const answer = await beckon.as('CREATOR', 'PUT', `/chain-rules/${id}`, rule);
  assert.ok([200, 201].includes(answer.status), answer.text);
};
const resolve = async (sessionId, trigger) => {
  const { status, json, text } = await beckon.chain('resolve', { sessionId, trigger }, { from: freshAddress() });
  assert.equal(status, 200, text);
  return json;
};
const analytics = async (query = '') => {
  const { status, json, text } = await beckon.as('CREATOR', 'GET', `/analytics${query}`);
  assert.equal(status, 200, text);
  return json;
};
const totals = (json, ruleId, of = {}) =>
  json.rules.find(rule => rule.ruleId === ruleId && Object.entries(of).every(([key, value]) => rule[key] === value))
    ?.totals;

test('asked, acted, shown, clicked, converted and value, per rule, trigger and arm', async () => {
  await put('banner', {
    triggers: ['enter'],
    when: {},
    split: { salt: 's', arms: { a: 1, b: 1 } },
    actions: { a: { type: 'x' }, b: { type: 'y' } },
    goal: { key: 'purchase', within: '1h', valueField: 'amount' },
  });
  await put('ghost', { triggers: ['enter'], status: 'shadow', priority: 1, when: {}, action: { type: 'z' } });
  const arms = { a: 0, b: 0 };
  const shown = [];
  for (let i = 0; i < 12; i += 1) {
    const s = freshSession();
    await beckon.signal(s, { type: 'view' });
    const { variant, decisionId } = await resolve(s, 'enter');
    arms[variant] += 1;
    shown.push({ s, variant, decisionId });
  }
  const { s, variant, decisionId } = shown[0];
  await beckon.signal(
    s,
    { type: 'decision.shown', signalValue: decisionId },
    { type: 'decision.clicked', signalValue: decisionId },
    { type: 'decision.clicked', signalValue: decisionId },
  );
  await beckon.signal(
    s,
    { type: 'purchase', metadata: { amount: 19.99 } },
    { type: 'purchase', metadata: { amount: 5 } },
  );
  const json = await until('the decisions are recorded', async () => {
    const got = await analytics('?trigger=enter');
    return got.triggers[0]?.asked === 12 && got;
  });
  assert.equal(json.bucket, 'day', 'a week by the day, where nothing is said');
  for (const arm of ['a', 'b']) assert.equal(totals(json, 'banner', { variant: arm })?.acted ?? 0, arms[arm], arm);
  assert.deepEqual(totals(json, 'banner', { variant }), {
    acted: arms[variant],
    suppressed: 0,
    heldOut: 0,
    shown: 1,
    clicked: 1,
    dismissed: 0,
    converted: 1,
    value: 19.99,
    heldBack: { limit: 0, hours: 0, render: 0 },
  });
  assert.deepEqual(totals(json, 'ghost', { shadow: true }).acted, 12);
  const points = json.rules.flatMap(rule => rule.points);
  assert.ok(
    points.every(({ at }) => at === points[0].at || at > points[0].at) && points[0].at.endsWith('T00:00:00Z'),
    JSON.stringify(points),
  );
});

test('why rules were held back, each reason for itself and also of a rule in shadow', async () => {
  const action = payload => ({ type: 'x', payload });
  const closed = `${String((new Date().getUTCHours() + 12) % 24).padStart(2, '0')}:00`;
  await put('nameless', {
    triggers: ['held'],
    priority: 4,
    when: {},
    action: action({ t: 'Hi {{visitor.traits.name}}' }),
  });
  await put('asleep', {
    triggers: ['held'],
    priority: 3,
    when: {},
    active: { hours: `${closed}-${closed.slice(0, 2)}:01`, zone: 'UTC' },
    action: action({}),
  });
  await put('once', { triggers: ['held'], priority: 2, when: {}, limit: { cooldown: '1h' }, action: action({}) });
  await put('unseen', {
    triggers: ['held'],
    priority: 1,
    status: 'shadow',
    when: {},
    action: action({ t: '{{visitor.traits.name}}' }),
  });
  const s = freshSession();
  await beckon.signal(s, { type: 'view' });
  for (let i = 0; i < 3; i += 1) await resolve(s, 'held');
  const json = await until('the decisions are recorded', async () => {
    const got = await analytics('?trigger=held');
    return got.triggers[0]?.asked === 3 && got;
  });
  const held = (ruleId, of) => {
    const { suppressed, heldBack } = totals(json, ruleId, of);
    return [suppressed, heldBack];
  };
  assert.deepEqual(held('nameless'), [3, { limit: 0, hours: 0, render: 3 }]);
  assert.deepEqual(held('asleep'), [3, { limit: 0, hours: 3, render: 0 }]);
  assert.deepEqual(held('once'), [2, { limit: 2, hours: 0, render: 0 }]);
  // A rule in shadow is evaluated as far as the search goes: not behind the rule that acts.
  assert.deepEqual(held('unseen', { shadow: true }), [2, { limit: 0, hours: 0, render: 2 }]);
  for (const rule of json.rules) assert.deepEqual(rule.points[0].heldBack, rule.totals.heldBack);
});

test('asking with sessions that were never seen, and for triggers that no rule names', async () => {
  await put('never', { triggers: ['known'], when: { all: [{ seen: { key: 'x' } }] }, action: { type: 'x' } });
  const asked = async trigger =>
    (await analytics('?bucket=hour')).triggers.find(one => one.trigger === trigger)?.asked ?? 0;
  const before = await asked(null);
  for (let i = 0; i < 3; i += 1) await resolve(freshSession(), 'known');
  for (let i = 0; i < 4; i += 1) await resolve(freshSession(), `made-up-${i}`);
  await until('they are counted', async () => (await asked('known')) === 3 && (await asked(null)) === before + 4);
});

test('counts survive kill -9', async () => {
  const before = await analytics();
  await beckon.kill();
  await beckon.open();
  assert.deepEqual((await analytics()).rules, before.rules);
});

describe('a question', () => {
  test('names what is wrong with it, all of it', async () => {
    const { status, json } = await beckon.as(
      'CREATOR',
      'GET',
      '/analytics?since=soon&until=2026-01-01T00:00:00Z&bucket=week&ruleId=No&trigger=No',
    );
    assert.deepEqual([status, json.details.map(({ field }) => field)], [400, ['since', 'bucket', 'ruleId', 'trigger']]);
    const reversed = await beckon.as(
      'CREATOR',
      'GET',
      '/analytics?since=2026-02-01T00:00:00Z&until=2026-01-01T00:00:00Z',
    );
    assert.deepEqual(
      reversed.json.details.map(({ field }) => field),
      ['until'],
    );
    const long = await beckon.as(
      'CREATOR',
      'GET',
      '/analytics?since=2026-01-01T00:00:00Z&until=2026-03-01T00:00:00Z&bucket=hour',
    );
    assert.match(long.json.details[0].issue, /1,000 buckets/);
    assert.equal(
      (await beckon.as('CREATOR', 'GET', `/analytics?since=${Date.now() - 3_600_000}&until=${Date.now()}`)).json.bucket,
      'hour',
    );
  });

  test('takes a role on the handle', async () => {
    assert.equal((await beckon.call('GET', '/v2/handles/demo/analytics')).status, 401);
    assert.equal(
      (await beckon.call('GET', '/v2/handles/nobody-here/analytics', { token: await beckon.token('OWNER') })).json
        .error,
      'handle_not_found',
    );
  });
});
