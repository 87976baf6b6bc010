// P5: after a DELETE of a subscription has answered, no new attempt begins, while clients go on appending.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Beckon } from '../kit/beckon.mjs';
import { Load, deliveryStates } from '../kit/load.mjs';
import { until } from '../kit/wait.mjs';

const rounds = Number(process.env.PROVE_DELETES ?? 10);

test(`a subscription deleted under load, ${rounds} times: no attempt begins after the 204`, { timeout: 120_000 + rounds * 20_000 }, async t => {
  const beckon = await Beckon.start();
  t.after(() => beckon.close());
  const witness = await beckon.subscribe(['signal.gone']);
  t.after(() => witness.close());
  const load = new Load(beckon, { key: 'gone' });
  const deleted = [];
  for (let i = 0; i < rounds; i++) {
    const hook = await beckon.subscribe(['signal.gone']);
    t.after(() => hook.close());
    await hook.log.next();
    await load.more(20);
    assert.equal((await beckon.as('OPERATOR', 'DELETE', `/webhooks/${hook.id}`)).status, 204);
    // What had begun before the answer may still be read from its socket; its attempt's own timestamp tells.
    deleted.push({ hook, at: Date.now() });
    await load.more(20);
  }
  await load.stop();
  const stored = await load.readBack();
  await until('the witness has all', () => witness.log.items.length >= stored.size, 60_000);
  for (const { hook, at } of deleted) {
    const late = hook.log.items.filter(delivery => delivery.at > at + 500);
    assert.equal(late.length, 0, 'nothing arrives behind the 204');
    const states = await deliveryStates(beckon, hook.id);
    const { queued = 0, sending = 0, retrying = 0, held = 0 } = states;
    assert.equal(queued + sending + retrying + held, 0, `its log ends in ends: ${JSON.stringify(states)}`);
    const attempts = new Set(hook.log.items.map(({ headers }) => headers['webhook-id']));
    assert.ok(attempts.size >= (states.delivered ?? 0), 'what is said to be delivered has arrived');
  }
});
