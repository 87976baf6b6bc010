// A rule that reads keys which no rule read before: windows are filled from the journal, then it is in force.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { Beckon } from './kit/beckon.mjs';

let beckon;
before(async () => {
  beckon = await Beckon.start();
});
after(() => beckon?.close());

const kFrom = Date.now() - 3_600_000;
const at = second => new Date(kFrom + second * 100).toISOString();
const rule = (key, more) => ({
  triggers: ['checkout'],
  when: { all: [{ count: { key }, atLeast: 1 }] },
  action: { type: 'popup', payload: {} },
  ...more,
});
const get = async id => (await beckon.as('CREATOR', 'GET', `/chain-rules/${id}`)).json;
const put = async (id, body) => {
  const answer = await beckon.as('CREATOR', 'PUT', `/chain-rules/${id}`, body);
  assert.ok([200, 201].includes(answer.status), answer.text);
  return answer.json;
};
const ruleFor = async sessionId =>
  (await beckon.as('OPERATOR', 'POST', '/chain/resolve', { sessionId, trigger: 'checkout' })).json.ruleId;
// Two megabytes of signals: the purchase has left the window of each session.
const fill = async () => {
  let second = 0;
  for (let session = 0; session < 5; session += 1) {
    for (let part = 0; part < 3; part += 1) {
      const signals = Array.from({ length: 100 }, (_, i) => ({
        sessionId: `s${session}`,
        type: part === 0 && i === 0 ? 'purchase' : 'scroll',
        id: `${session}-${part}-${i}`,
        at: at((second += 1)),
        metadata: { page: 'x'.repeat(1_500) },
      }));
      const answer = await beckon.as('OPERATOR', 'POST', '/chain/import', { signals });
      assert.equal(answer.status, 202, answer.text);
      assert.equal(answer.json.accepted, 100);
    }
  }
};

test('a rule that reads new keys is in force once windows are filled', async () => {
  await fill();
  assert.equal(await ruleFor('s0'), null);
  const saved = await put('bought', rule('purchase'));
  assert.ok(saved.filling >= 0 && saved.filling < 1, JSON.stringify(saved));
  assert.equal(saved.rulesVersion, 0);
  await beckon.kill();
  await beckon.open();
  const again = await get('bought');
  assert.ok(again.filling === undefined || again.filling >= saved.filling);
  while ((await get('bought')).filling !== undefined) await pause(20);
  assert.equal((await get('bought')).rulesVersion, 1);
  for (let session = 0; session < 5; session += 1) assert.equal(await ruleFor(`s${session}`), 'bought');
  const { signals } = (await beckon.as('CREATOR', 'GET', '/chain/s0')).json;
  assert.equal(signals.length, 200);
  assert.equal(signals[0].signalKey, 'purchase');
  const entries = (await beckon.as('OPERATOR', 'GET', '/audit-events?action=rule.')).json.items;
  assert.deepEqual(
    entries.map(({ action, target }) => `${action} ${target}`),
    ['rule.filled bought', 'rule.put bought'],
  );

  // A rule of keys that are read is in force at once; one that is changed keeps its former text meanwhile.
  assert.equal((await put('twice', rule('purchase', { priority: -1 }))).filling, undefined);
  const changed = await put('bought', rule(['purchase', 'refund'], { priority: 5 }));
  assert.ok(changed.filling < 1);
  assert.equal(changed.rulesVersion, 1);
  const listed = (await beckon.as('CREATOR', 'GET', '/chain-rules')).json.items.find(one => one.ruleId === 'bought');
  if (listed.filling !== undefined) assert.equal(listed.priority, 5);
  const stale = await beckon.as('CREATOR', 'PUT', '/chain-rules/bought', rule('purchase'), {
    headers: { 'if-match': '"1"' },
  });
  assert.equal(stale.status, 412);
  assert.equal((await beckon.as('CREATOR', 'DELETE', '/chain-rules/bought')).status, 204);
  assert.equal((await beckon.as('CREATOR', 'GET', '/chain-rules/bought')).status, 404);
  assert.equal(await ruleFor('s1'), 'twice');
});
