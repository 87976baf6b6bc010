// What the server says of a rule that it saves: rules.md, "Saving a rule".
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { Beckon, freshAddress, freshSession } from './kit/beckon.mjs';

let beckon;
before(async () => {
  beckon = await Beckon.start();
});
after(async () => {
  await beckon?.close();
});

const action = { type: 'popup', payload: {} };
const rules = (method, id, body) => beckon.as('CREATOR', method, `/chain-rules${id ? `/${id}` : ''}`, body);
const warnings = async (id, when, more = {}) => {
  const answer = await rules('PUT', id, { triggers: ['t'], when, action, ...more });
  assert.equal(answer.status, 201, answer.text);
  assert.deepEqual(
    (await rules('GET', id)).json.warnings.map(({ kind }) => kind),
    answer.json.warnings.map(({ kind }) => kind),
    'GET says the same',
  );
  return answer.json.warnings;
};
afterEach(async () => {
  for (const { ruleId } of (await rules('GET')).json.items) await rules('DELETE', ruleId);
});

// Sends a warning's witness as a session of its own, and asks.
const play = async ({ witness, context, trigger }) => {
  const sessionId = freshSession();
  const signals = witness.flatMap(({ times = 1, ...signal }) => Array.from({ length: times }, () => signal));
  const sent = await beckon.chain('signals', { sessionId, signals, context }, { from: freshAddress() });
  assert.equal(sent.status, 202, sent.text);
  const asked = await beckon.chain('resolve', { sessionId, trigger }, { from: freshAddress() });
  assert.equal(asked.status, 200, asked.text);
  return asked.json;
};

test('an ordinary rule draws none', async () => {
  assert.deepEqual(
    await warnings('fine', {
      all: [{ count: { key: 'cart' }, within: '30m', atLeast: 1 }],
      none: [{ seen: { key: 'purchase' }, within: '1d' }],
    }),
    [],
  );
});

test('never true: the pair that contradict each other, with the reason and signals that meet the first', async () => {
  const [only, ...more] = await warnings('r', {
    all: [{ count: { key: 'cart' }, within: '10m', atLeast: 3 }],
    none: [{ seen: { key: 'cart' }, within: '1h' }],
  });
  assert.deepEqual([only.kind, more.length, only.conditions], ['never_true', 0, ['when.all[0]', 'when.none[0]']]);
  assert.match(only.message, /contradict each other/);
  assert.equal((await play({ ...only, trigger: 't' })).outcome, 'none');
  assert.deepEqual(
    only.witness.map(({ signalKey, times }) => [signalKey, times]),
    [['cart', 3]],
  );
});

test('always true: with no signals at all', async () => {
  const [only] = await warnings('r', { all: [{ count: { key: 'cart' }, atLeast: 0 }] });
  assert.deepEqual([only.kind, only.witness], ['always_true', []]);
  const { json } = await beckon.chain('resolve', { sessionId: freshSession(), trigger: 't' }, { from: freshAddress() });
  assert.equal(json.ruleId, 'r');
});

test('shadowed: the witness, sent to the server, is answered by the other rule; without it the warning is gone', async () => {
  await rules('PUT', 'wide', {
    triggers: ['t', 'u'],
    when: { any: [{ seen: { key: 'cart' } }, { context: 'country', in: ['US'] }] },
    priority: 2,
    action,
  });
  const when = {
    all: [
      { count: { key: 'cart', value: 'add' }, within: '10m', atLeast: 2 },
      { context: 'device', in: ['MOBILE'] },
    ],
  };
  const [only, ...more] = await warnings('narrow', when, { priority: 1 });
  assert.deepEqual([only.kind, only.trigger, only.answeredBy, more.length], ['shadowed', 't', 'wide', 0]);
  assert.equal((await play(only)).ruleId, 'wide');
  await rules('DELETE', 'wide');
  assert.equal((await play(only)).ruleId, 'narrow');
  assert.deepEqual((await rules('GET', 'narrow')).json.warnings, []);
});

test('a window longer than the retention, and a cap that the cooldown makes unreachable', async () => {
  const [long] = await warnings('long', { all: [{ seen: { key: 'cart' }, within: '60d' }] });
  assert.deepEqual([long.kind, long.conditions, long.witness.length], ['window_beyond_retention', ['when.all[0]'], 1]);
  const [cap] = await warnings(
    'cap',
    { all: [{ seen: { key: 'cart' } }] },
    { limit: { cooldown: '24h', caps: [{ max: 7, per: '7d' }] } },
  );
  assert.deepEqual(
    [cap.kind, cap.conditions, cap.spends.length],
    ['unreachable_cap', ['limit.caps[0]', 'limit.cooldown'], 6],
  );
});

test('a list of rules has no warnings, and a rule may be put back with those it was answered with', async () => {
  await rules('PUT', 'r', { triggers: ['t'], when: {}, action });
  const answered = (await rules('GET', 'r')).json;
  assert.equal(answered.warnings.length, 1);
  const again = await rules('PUT', 'r', answered);
  assert.equal(again.status, 200, again.text);
  assert.equal('warnings' in (await rules('GET')).json.items[0], false);
});
