// P5: after a DELETE of a subscription has answered, no new attempt begins, while clients go on appending.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Beckon } from '../kit/beckon.mjs';
import { Load, deliveriesOf, deliveryStates } from '../kit/load.mjs';
import { until } from '../kit/wait.mjs';

const rounds = Number(process.env.PROVE_DELETES ?? 10);

test(`a subscription deleted under load, ${rounds} times: no attempt begins after the 204`, {
  timeout: 120_000 + rounds * 20_000,
}, async t => {
  const beckon = await Beckon.start();
  t.after(() => beckon.close());
  const witness = await beckon.subscribe(['signal.gone']);
  t.after(() => witness.close());
  const load = new Load(beckon, { key: 'gone' });
  const deleted = [];
  let begunBefore = 0;
  for (let i = 0; i < rounds; i++) {
    const hook = await beckon.subscribe(['signal.gone']);
    t.after(() => hook.close());
    await hook.log.next();
    await load.more(20);
    assert.equal((await beckon.as('OPERATOR', 'DELETE', `/webhooks/${hook.id}`)).status, 204);
    deleted.push({ hook, at: Date.now() });
    await load.more(20);
  }
  await load.stop();
  const stored = await load.readBack();
  await until('the witness has all', () => witness.log.items.length >= stored.size, 60_000);
  for (const { hook, at } of deleted) {
    // What comes behind the 204 had begun before it: its attempt tells when.
    const late = hook.log.items.filter(delivery => delivery.at > at).map(({ headers }) => headers['webhook-id']);
    for (const item of await deliveriesOf(beckon, hook.id))
      if (late.includes(item.eventId)) {
        const { json } = await beckon.as('OPERATOR', 'GET', `/webhooks/${hook.id}/deliveries/${item.deliveryId}`);
        for (const attempt of json.attempts)
          assert.ok(Date.parse(attempt.at) <= at, `an attempt began ${Date.parse(attempt.at) - at} ms behind the 204`);
        assert.ok(json.attempts.length > 0, 'what was sent is in the log');
        late.splice(late.indexOf(item.eventId), 1);
        begunBefore += 1;
      }
    assert.deepEqual(late, [], 'sent, and in no log');
    const states = await deliveryStates(beckon, hook.id);
    const { queued = 0, sending = 0, retrying = 0, held = 0 } = states;
    assert.equal(queued + sending + retrying + held, 0, `its log ends in ends: ${JSON.stringify(states)}`);
    const attempts = new Set(hook.log.items.map(({ headers }) => headers['webhook-id']));
    assert.ok(attempts.size >= (states.delivered ?? 0), 'what is said to be delivered has arrived');
  }
  t.diagnostic(`${rounds} deletions, ${begunBefore} attempts that had begun before the 204 and arrived behind it`);
});
