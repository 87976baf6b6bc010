// P1 to P4: kill -9 under load, again and again. What was answered 2xx is read back; nothing is read back that was never
// sent; every event ends in a state that is seen; what came twice came under one webhook-id, and only across a kill.
//
// PROVE_KILLS: how many times (30).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Beckon, quickRetries } from '../kit/beckon.mjs';
import { Load, deliveriesOf } from '../kit/load.mjs';
import { silent, until } from '../kit/wait.mjs';

const kills = Number(process.env.PROVE_KILLS ?? 30);
// Attempts of one subscription that may be under way, or ended and not written, when the process dies (src/dispatch/limits.h).
const inFlight = 16 + 256;

test(`kill -9 under load, ${kills} times: every signal and every event is accounted for`, {
  timeout: 300_000 + kills * 60_000,
}, async t => {
  const beckon = await Beckon.start({ flags: ['--dev', ...quickRetries] });
  t.after(() => beckon.close());
  let life = 0;
  // Requests at a receiver: webhook-id → attempt → the lives of the server that made it.
  const watched = async (types, answer) => {
    const came = new Map();
    const hook = await beckon.subscribe(types, {
      answer: delivery => {
        const { id, payload } = delivery.event;
        if (!came.has(id)) came.set(id, { n: Number(payload.signal?.signalValue), attempts: new Map() });
        const { attempts } = came.get(id);
        const attempt = delivery.headers['x-arjun-attempt'];
        attempts.set(attempt, [...(attempts.get(attempt) ?? []), life]);
        assert.equal(delivery.headers['webhook-id'], id);
        hook.log.items.length = 0; // it is counted here
        return answer(id, attempts);
      },
    });
    t.after(() => hook.close());
    return { ...hook, came };
  };
  const oneIn = (count, id) => id.charCodeAt(id.length - 1) % count === 0;
  // Of the first, one event in eight is refused once, so that retries are under way too; of the second, some fail for good;
  // the third is deleted at the end, with what it still owes.
  const taker = await watched(['signal.kill'], (id, attempts) => ({
    status: oneIn(8, id) && attempts.size === 1 ? 503 : 200,
  }));
  const picky = await watched(['signal.kill'], id => ({ status: oneIn(4, id) ? 400 : 200 }));
  const leaver = await watched(['signal.kill'], () => ({ status: 429, headers: { 'retry-after': '3600' } }));

  const load = new Load(beckon, { key: 'kill' });
  t.after(() => load.stop());
  const published = new Map(); // id of the operator's own events → eventId, once it was answered
  const ready = [];
  for (let i = 0; i < kills; i++) {
    await load.more(40 + Math.floor(Math.random() * 120));
    const { json } = await beckon.as('OPERATOR', 'POST', '/events', {
      type: 'nobody.wants',
      payload: { i },
      id: `own-${i}`,
    });
    published.set(`own-${i}`, json.eventId);
    load.down();
    await beckon.kill();
    await silent(taker, picky, leaver);
    life += 1;
    await beckon.open();
    ready.push(Math.round(beckon.readyAfter));
    load.up();
  }
  await load.more(100);
  await load.stop();
  const stored = await load.readBack();

  const pending = ['queued', 'sending', 'retrying', 'held'];
  const states = async (hook, more = []) =>
    until(
      'everything owed has ended',
      async () => {
        const all = await deliveriesOf(beckon, hook.id);
        return (
          all.length >= stored.size &&
          all.every(({ status }) => !pending.includes(status) || more.includes(status)) &&
          all
        );
      },
      120_000,
    );
  assert.equal(
    (
      await until('its circuit is open', async () => {
        const { json } = await beckon.as('OPERATOR', 'GET', `/webhooks/${leaver.id}`);
        return json.circuit === 'open' && json;
      })
    ).enabled,
    true,
  );
  assert.equal((await beckon.as('OPERATOR', 'DELETE', `/webhooks/${leaver.id}`)).status, 204);

  let again = 0,
    most = 0;
  const told = {};
  for (const [name, hook, allowed] of [
    ['taker', taker, ['delivered']],
    ['picky', picky, ['delivered', 'failed']],
    ['leaver', leaver, ['withdrawn']],
  ]) {
    const all = await states(hook);
    const ids = new Set(all.map(({ eventId }) => eventId));
    assert.deepEqual(
      [ids.size, all.length],
      [stored.size, stored.size],
      `${name}: each signal that is stored is owed once, and nothing else`,
    );
    told[name] = {};
    for (const { eventId, status, attemptCount, reason } of all) {
      assert.ok(allowed.includes(status), `${name}: ${eventId} is ${status}: ${reason}`);
      told[name][status] = (told[name][status] ?? 0) + 1;
      const came = hook.came.get(eventId);
      if (status !== 'withdrawn') {
        assert.ok(came, `${name}: ${eventId} is ${status} and never came`);
        // One that did not get through is in the log alone.
        for (const attempt of came.attempts.keys())
          assert.ok(Number(attempt) <= attemptCount, `${name}: ${eventId}: what came is in the log`);
        if (hook === picky) assert.equal(status, oneIn(4, eventId) ? 'failed' : 'delivered');
      }
    }
    const perKill = new Map();
    const numbers = new Set();
    for (const [id, { n, attempts }] of hook.came) {
      assert.ok(ids.has(id), `${name}: ${id} came and is in no log`);
      assert.ok(stored.has(n) && !numbers.has(n), `${name}: signal ${n} came under one webhook-id, and is there`);
      numbers.add(n);
      for (const [attempt, lives] of attempts) {
        assert.equal(
          new Set(lives).size,
          lives.length,
          `${name}: attempt ${attempt} of ${id} came twice in one life: ${lives}`,
        );
        for (const died of lives.slice(0, -1)) perKill.set(died, (perKill.get(died) ?? 0) + 1);
      }
    }
    for (const [died, count] of perKill)
      assert.ok(count <= inFlight, `${name}: ${count} came again after kill ${died + 1}, more than may be in flight`);
    again += [...perKill.values()].reduce((sum, count) => sum + count, 0);
    most = Math.max(most, ...perKill.values());
  }
  for (const [id, eventId] of published) {
    const { status, json } = await beckon.as('OPERATOR', 'GET', `/events/${eventId}`);
    assert.deepEqual([status, json.status, json.deliveries], [200, 'unmatched', []], id);
  }
  t.diagnostic(
    `${kills} kills, ${load.acks} answers 2xx, ${load.unanswered} requests without an answer, ${load.ledger.size} signals sent, ${stored.size} stored, none lost; ` +
      `${3 * stored.size} deliveries owed: ${Object.values(told)
        .flatMap(counts => Object.entries(counts).map(([state, count]) => `${count} ${state}`))
        .join(' + ')}; ${published.size} events unmatched; ` +
      `${again} attempts came again, at most ${most} to one receiver after one kill; ready after ${Math.max(...ready)} ms at most`,
  );
});
