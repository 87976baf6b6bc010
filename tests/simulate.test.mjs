// Rules tried on what was recorded, from outside: rules.md, "Simulate".
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Beckon, freshAddress, freshSession } from './kit/beckon.mjs';
import { until } from './kit/wait.mjs';

let beckon;
const began = Date.now() - 1000;
before(async () => {
  beckon = await Beckon.start();
});
after(async () => {
  await beckon?.close();
});

const action = { type: 'popup', payload: {} };
const rule = (more = {}) => ({
  ruleId: 'tried',
  triggers: ['exit'],
  when: { all: [{ count: { key: 'cart' }, within: '1h', atLeast: 1 }] },
  action,
  ...more,
});
const simulate = (body, role = 'CREATOR') => beckon.as(role, 'POST', '/chain-rules/simulate', body);
const done = async body => {
  const { status, json, text } = await simulate({ since: began, ...body });
  assert.equal(status, 200, text);
  assert.equal(json.state, 'done');
  return json;
};
const signals = async (sessionId, ...list) => {
  const answer = await beckon.signal(sessionId, ...list);
  assert.equal(answer.status, 202, answer.text);
};
const resolve = async (sessionId, trigger) =>
  (await beckon.chain('resolve', { sessionId, trigger }, { from: freshAddress() })).json;

describe('a simulation', () => {
  const carted = freshSession('carted'),
    viewed = freshSession('viewed');
  before(async () => {
    await signals(carted, { type: 'cart' });
    await signals(viewed, { type: 'view' });
    for (const id of [carted, carted, viewed]) assert.equal((await resolve(id, 'exit')).outcome, 'none');
    await until(
      'the decisions are on record',
      async () => (await beckon.as('CREATOR', 'GET', `/chain/${viewed}`)).json.decisions.length === 1,
    );
  });

  test('plays the recorded moments under other rules, and leaves no trace', async () => {
    const known = async () => ({ ...(await beckon.as('CREATOR', 'GET', `/chain/${carted}`)).json, requestId: '' });
    const before = await known();
    const found = await done({ rules: [rule({ limit: { caps: [{ max: 1, per: 'session' }] } })] });
    assert.deepEqual(found.rules, [
      { ruleId: 'tried', shadow: false, asked: 3, acted: 1, suppressed: 1, heldOut: 0, sessions: 1, variants: [] },
    ]);
    assert.deepEqual(
      [found.asked, found.sessions, found.changedSessions, found.progress, found.reason],
      [3, 2, 1, 1, null],
    );
    assert.deepEqual(
      found.examples.map(({ at, ...one }) => one),
      [
        {
          sessionId: carted,
          trigger: 'exit',
          was: { outcome: 'none', ruleId: null, variant: null },
          wouldBe: { outcome: 'act', ruleId: 'tried', variant: null },
        },
      ],
    );
    assert.deepEqual(await known(), before);
    const { json } = await beckon.as('CREATOR', 'GET', `/chain-rules/simulations/${found.simulationId}`);
    assert.deepEqual({ ...json, requestId: '' }, { ...found, requestId: '' });
  });

  test('tries a version of before, drafts as the drafts that they are, and asks at signals that fit', async () => {
    const put = async body => (await beckon.as('CREATOR', 'PUT', '/chain-rules/kept', body)).json.rulesVersion;
    const { ruleId, ...body } = rule();
    const version = await put(body);
    await put({ ...body, status: 'paused' });
    const found = await done({ rulesVersion: version });
    assert.deepEqual([found.rules[0].ruleId, found.rules[0].acted, found.changedSessions], ['kept', 2, 1]);
    assert.equal((await done({ rulesVersion: version + 1 })).rules.length, 0, 'a paused rule is not tried');
    const asking = await done({
      rules: [rule({ triggers: ['looked'] })],
      asks: [{ trigger: 'looked', on: { key: ['view', 'cart'] } }],
      examples: 0,
    });
    assert.deepEqual(
      [asking.rules[0].asked, asking.rules[0].acted, asking.examples.length, asking.changedSessions],
      [2, 1, 0, 1],
    );
    await beckon.as('CREATOR', 'DELETE', '/chain-rules/kept');
  });

  test('is refused with every fault at once', async () => {
    const { status, json } = await simulate({
      rules: [{ ruleId: 'a', triggers: [], when: {}, action }, { triggers: ['x'] }, 5],
      rulesVersion: 3,
      until: 'late',
      asks: [{ trigger: 'X', on: 5, by: 1 }],
      examples: 5000,
      extra: 1,
    });
    assert.equal(status, 400);
    const fields = json.details.map(one => one.field);
    for (const field of ['extra', 'rules', 'since', 'until', 'asks[0].trigger', 'asks[0].on', 'asks[0].by', 'examples'])
      assert.ok(fields.includes(field), `${field} in ${fields}`);
    const rules = (
      await simulate({ rules: [{ ruleId: 'a', triggers: [], when: {}, action }, { triggers: ['x'] }, 5], since: began })
    ).json.details.map(one => one.field);
    for (const field of ['rules[0].triggers', 'rules[1].ruleId', 'rules[2]'])
      assert.ok(rules.includes(field), `${field} in ${rules}`);
    assert.deepEqual(
      (await simulate({ rulesVersion: 10_000, since: began })).json.details.map(one => one.field),
      ['rulesVersion'],
    );
    assert.deepEqual(
      (await simulate({ rules: [], since: Date.now() + 60_000 })).json.details.map(one => one.field),
      ['until'],
    );
    assert.equal((await beckon.call('POST', '/v2/handles/demo/chain-rules/simulate', { body: {} })).status, 401);
    assert.equal((await beckon.as('CREATOR', 'GET', '/chain-rules/simulations/sim_none')).status, 404);
    assert.equal((await beckon.as('CREATOR', 'DELETE', '/chain-rules/simulations/sim_none')).status, 404);
  });

  test('that has ended stays as it ended when it is cancelled, and a restart forgets it', async () => {
    const { simulationId } = await done({ rules: [rule()] });
    const { status, json } = await beckon.as('CREATOR', 'DELETE', `/chain-rules/simulations/${simulationId}`);
    assert.deepEqual([status, json.state], [200, 'done']);
    await beckon.stop();
    await beckon.open();
    assert.equal((await beckon.as('CREATOR', 'GET', `/chain-rules/simulations/${simulationId}`)).status, 404);
    assert.equal((await done({ rules: [rule()] })).rules[0].acted, 2, 'the moments are still there');
  });
});

test('sessions of the control group are not among those in which the rule acted', async () => {
  const ids = Array.from({ length: 24 }, () => freshSession('split'));
  for (const id of ids) {
    await signals(id, { type: 'cart' });
    await resolve(id, 'leave');
  }
  const tried = rule({ triggers: ['leave'], split: { holdout: 50 } });
  const { asked, acted, heldOut, sessions } = await until('all are on record', async () => {
    const [one] = (await done({ rules: [tried] })).rules;
    return one.asked === ids.length && one;
  });
  assert.equal(acted + heldOut, asked);
  assert.ok(acted > 0 && heldOut > 0, `${acted} acted, ${heldOut} held out`);
  assert.equal(sessions, acted, 'each session asked once');
});
