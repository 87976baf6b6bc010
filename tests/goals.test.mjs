// Goals by visitor, from outside: docs/rules.md, `goal`; docs/people.md, What a join does.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { setTimeout as pass } from 'node:timers/promises';
import { Beckon, freshAddress, freshSession } from './kit/beckon.mjs';
import { until } from './kit/wait.mjs';

let beckon;
before(async () => {
  beckon = await Beckon.start();
});
after(() => beckon?.close());
afterEach(async () => {
  for (const { ruleId } of (await beckon.as('CREATOR', 'GET', '/chain-rules')).json.items)
    await beckon.as('CREATOR', 'DELETE', `/chain-rules/${ruleId}`);
});

// Behind a decision is not at its millisecond.
const aMoment = () => pass(3);
const fresh = () => `${freshSession()}@company.example`;
const say = async (sessionId, signals, who = {}) => {
  const answer = await beckon.chain('signals', { sessionId, ...who, signals }, { from: freshAddress() });
  assert.equal(answer.status, 202, answer.text);
};
const buy = (sessionId, amount, who = {}, more = {}) =>
  say(sessionId, [{ type: 'purchase', metadata: { amount }, ...more }], who);
const ask = async (sessionId, trigger, who = {}) => {
  const answer = await beckon.chain('resolve', { sessionId, trigger, ...who }, { from: freshAddress() });
  assert.equal(answer.status, 200, answer.text);
  await aMoment();
  return answer.json;
};
const put = async (id, rule) => {
  const answer = await beckon.as('CREATOR', 'PUT', `/chain-rules/${id}`, rule);
  assert.ok([200, 201].includes(answer.status), answer.text);
};
const goal = (more = {}) => ({ key: 'purchase', within: '1h', valueField: 'amount', ...more });
const banner = (trigger, more = {}) => ({
  triggers: [trigger],
  when: {},
  // Recorded before its response, so that what follows is behind it.
  limit: { caps: [{ max: 1000, per: '1d' }] },
  action: { type: 'banner', payload: {} },
  goal: goal(),
  ...more,
});
const analytics = async (query = '') => {
  const { status, json, text } = await beckon.as('CREATOR', 'GET', `/analytics${query}`);
  assert.equal(status, 200, text);
  return json;
};
// Over all arms and the control group.
const counted = async ruleId => {
  const sums = { acted: 0, heldOut: 0, converted: 0, value: 0 };
  for (const { totals } of (await analytics(`?ruleId=${ruleId}`)).rules)
    for (const name of Object.keys(sums)) sums[name] += totals[name];
  return sums;
};
const conversions = async ruleId => {
  const { converted, value } = await counted(ruleId);
  return [converted, value];
};
const path = visitor => `/visitors/${encodeURIComponent(visitor)}`;

test('a delayed rule, its control group, and purchases in other sessions', async () => {
  await put('mail', {
    triggers: ['@due'],
    when: { all: [{ absent: { key: 'purchase' }, after: { key: 'cart' }, for: '2s' }] },
    action: { type: 'email', payload: {} },
    split: { holdout: 50 },
    goal: goal(),
  });
  const people = Array.from({ length: 60 }, () => ({ visitorId: fresh(), one: freshSession(), two: freshSession() }));
  for (const { visitorId, one } of people) await say(one, [{ type: 'cart' }], { visitorId });
  await until('all have fired', async () => {
    const { acted, heldOut } = await counted('mail');
    return acted + heldOut === 60;
  });
  for (const { visitorId, two } of people) await buy(two, 10, { visitorId }, { id: 'order' });
  await buy(people[0].two, 10, {}, { id: 'order' });
  await buy(people[0].one, 10, {}, { id: 'order' });
  await buy(people[1].one, 10, {}, { id: 'another order' });
  const { acted, heldOut, converted, value } = await counted('mail');
  assert.deepEqual([acted + heldOut, converted, value], [60, 60, 600]);
  assert.ok(acted > 0 && heldOut > 0, `${acted} acted, ${heldOut} held out`);
  await beckon.kill();
  await beckon.open();
  await buy(people[2].one, 10, {}, { id: 'order' });
  await buy(people[3].one, 10);
  assert.deepEqual(await conversions('mail'), [60, 600], 'once a decision, also after a restart');
});

describe('a join', () => {
  test('of a browser adds what its sessions had bought', async () => {
    await put('claimed', banner('claimed'));
    const visitorId = fresh();
    const anonymousId = `a-${freshSession()}`;
    const [phone, desk] = [freshSession(), freshSession()];
    await ask(phone, 'claimed', { visitorId });
    await buy(desk, 10, { anonymousId });
    assert.deepEqual(await conversions('claimed'), [0, 0]);
    await say(desk, [{ type: 'login' }], { anonymousId, visitorId });
    assert.deepEqual(await conversions('claimed'), [1, 10]);
    await say(freshSession(), [{ type: 'view' }], { anonymousId, visitorId });
    await buy(desk, 99);
    assert.deepEqual(await conversions('claimed'), [1, 10]);
  });

  test('by an alias adds the other id, and the split takes it back', async () => {
    await put('joined', banner('joined'));
    const [one, other] = [fresh(), fresh()];
    await ask(freshSession(), 'joined', { visitorId: one });
    await buy(freshSession(), 10, { visitorId: other });
    const change = async (action, body) => {
      const answer = await beckon.as('OPERATOR', 'POST', `${path(one)}/${action}`, body);
      assert.equal(answer.status, 200, answer.text);
    };
    for (let i = 0; i < 2; i += 1) {
      await change('aliases', { id: other, dryRun: true });
      assert.deepEqual(await conversions('joined'), [0, 0]);
      await change('aliases', { id: other });
      assert.deepEqual(await conversions('joined'), [1, 10]);
      const { rules, timeToConvert } = await analytics('?ruleId=joined');
      assert.deepEqual(rules[0].totals.values, [{ currency: null, value: 10, conversions: 1, squares: 100 }]);
      assert.equal(timeToConvert.conversions, 1);
      await change('split', { ids: [other] });
      assert.deepEqual(await conversions('joined'), [0, 0]);
      const apart = await analytics('?ruleId=joined');
      assert.deepEqual(apart.rules[0].totals.values, []);
      assert.deepEqual(apart.timeToConvert, { median: null, conversions: 0 });
    }
  });
});

test('each signal counts where the rule says so, and one with the same id once', async () => {
  await put('each', banner('each', { goal: goal({ count: 'each' }) }));
  const who = { visitorId: fresh() };
  const [phone, desk] = [freshSession(), freshSession()];
  await ask(phone, 'each', who);
  await buy(desk, 10, who, { id: 'order-1' });
  await buy(phone, 10, who, { id: 'order-1' });
  await buy(phone, 5, who, { id: 'order-2' });
  await buy(desk, 2.5, who);
  assert.deepEqual(await conversions('each'), [3, 17.5]);
});

test('a prefetched decision counts from its showing on', async () => {
  await put('ahead', banner('ahead'));
  const who = { visitorId: fresh() };
  const [phone, desk] = [freshSession(), freshSession()];
  await say(phone, [{ type: 'view' }], who);
  const { json } = await beckon.chain('prefetch', { sessionId: phone, triggers: ['ahead'] }, { from: freshAddress() });
  await buy(desk, 1, who);
  await say(phone, [{ type: 'decision.shown', signalValue: json.decisions[0].decisionId }]);
  await aMoment();
  assert.deepEqual(await counted('ahead'), { acted: 1, heldOut: 0, converted: 0, value: 0 });
  await buy(desk, 2, who);
  assert.deepEqual(await conversions('ahead'), [1, 2]);
});

test('each rule counts for itself, and analytics say how many conversions are shared', async () => {
  const shared = async () => (await analytics()).sharedConversions;
  const triggers = (await analytics()).triggers.length;
  await put('first', banner('first'));
  await put('second', banner('second'));
  const was = await shared();
  const who = { visitorId: fresh() };
  await ask(freshSession(), 'first', who);
  await buy(freshSession(), 10, who);
  assert.equal(await shared(), was);
  await ask(freshSession(), 'first', who);
  await ask(freshSession(), 'second', who);
  await buy(freshSession(), 10, who);
  assert.deepEqual(
    [await conversions('first'), await conversions('second'), await shared()],
    [[2, 20], [1, 10], was + 1],
  );
  const all = await analytics();
  assert.equal(all.triggers.length, triggers + 2, 'what is shared is no trigger');
  for (const query of ['?ruleId=first', '?trigger=first'])
    assert.equal((await analytics(query)).sharedConversions, undefined);
});

test('analytics say until when they are settled', async () => {
  const settled = async (query = '') => (await analytics(query)).settledUntil;
  assert.equal(await settled(), null, 'no rule has a goal');
  await put('short', banner('short', { goal: goal({ within: '2h' }) }));
  await put('long', banner('long', { goal: goal({ within: '7d' }) }));
  await put('without', banner('without', { goal: undefined }));
  const hours = async query => Math.round((Date.now() - Date.parse(await settled(query))) / 3_600_000);
  assert.deepEqual(
    [await hours(''), await hours('?ruleId=short'), await hours('?trigger=short'), await hours('?trigger=long')],
    [8 * 24, 26, 26, 8 * 24],
  );
  assert.equal(await settled('?ruleId=without'), null);
  const until_ = new Date(Date.now() - 20 * 86_400_000).toISOString();
  assert.equal(Date.parse(await settled(`?until=${until_}`)), Date.parse(until_), 'not after the range');
});

test('a goal that counts otherwise is refused by name', async () => {
  const bad = banner('bad', { goal: { key: 'purchase', within: 'soon', count: 'all', value: 'amount' } });
  const { status, json } = await beckon.as('CREATOR', 'PUT', '/chain-rules/bad', bad);
  assert.deepEqual(
    [status, json.details.map(({ field }) => field).sort()],
    [400, ['goal.count', 'goal.value', 'goal.within']],
  );
});
