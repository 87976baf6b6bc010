// A node takes over from one whose clock was an hour ahead: what that one has decided still counts, and time goes on. Needs
// PostgreSQL and libfaketime; otherwise it is skipped.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { freshSession } from '../kit/beckon.mjs';
import { needsFaketime, settableClock } from '../kit/clock.mjs';
import { Nodes } from '../kit/nodes.mjs';
import { isInstalled, Postgres } from '../kit/postgres.mjs';
import { until } from '../kit/wait.mjs';

const missing = isInstalled() ? needsFaketime : 'PostgreSQL is not installed';

const rules = [
  { id: 'cool', triggers: ['cool'], when: {}, action: { type: 'popup' }, limit: { cooldown: '24h' } },
  { id: 'cap', triggers: ['cap'], when: {}, action: { type: 'popup' }, limit: { caps: [{ max: 2, per: 'session' }] } },
];

describe('nodes whose clocks differ', { skip: missing }, () => {
  let postgres, nodes;
  before(async () => {
    postgres = await Postgres.start();
    nodes = await Nodes.start(postgres, { count: 1 });
  });
  after(async () => {
    await nodes?.close();
    postgres?.close();
  });

  test('what the former owner decided still counts, and time does not go back', async () => {
    const [n1] = nodes.all;
    await n1.stop();
    n1.under = { ...n1.under, ...settableClock(join(n1.data, 'clock'), 1).env };
    await n1.open();
    n1.forgetTokens();
    for (const rule of rules) {
      const { id, ...body } = rule;
      const { status, text } = await n1.as('OPERATOR', 'PUT', `/chain-rules/${id}`, body);
      assert.ok(status === 200 || status === 201, text);
    }
    const session = freshSession();
    const outcomeAt = async (node, trigger) =>
      (await node.chain('resolve', { sessionId: session, trigger })).json.outcome;
    const signalAt = async node => {
      const { json, text } = await node.signal(session, { type: 'page.viewed' });
      return Date.parse(json.expiresAt ?? assert.fail(text));
    };
    const expires = await signalAt(n1);
    const first = { cool: await outcomeAt(n1, 'cool'), cap: [await outcomeAt(n1, 'cap'), await outcomeAt(n1, 'cap')] };
    assert.deepEqual(first, { cool: 'act', cap: ['act', 'act'] });
    await n1.kill();
    const n2 = await nodes.add('n2');
    await until('it owns all lanes', async () => (await nodes.lanes(n2)) === 8);
    assert.match(n2.log, /"event":"clock_behind","seconds":3[56]\d\d/);
    assert.equal(await outcomeAt(n2, 'cool'), 'suppressed');
    assert.equal(await outcomeAt(n2, 'cap'), 'suppressed');
    const later = await signalAt(n2);
    assert.ok(later >= expires, `${later - expires} ms`);
    await until('time goes on', async () => (await signalAt(n2)) > later);
  });
});
