// P7: the system clock is set by hours, forward and back, while the server runs; the monotonic clock goes on as ever. What
// waits for its retry neither stalls nor storms, what is new is taken and sent, and the next start is not confused.
// Needs libfaketime; otherwise it is skipped.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { receiver } from '../../examples/receiver/receiver.mjs';
import { Beckon, freshSession } from '../kit/beckon.mjs';
import { needsFaketime, settableClock } from '../kit/clock.mjs';
import { deliveriesOf } from '../kit/load.mjs';
import { until } from '../kit/wait.mjs';

const skip = needsFaketime;

// A server whose system clock can be set, by hours from the true one.
async function settable(t, flags) {
  const folder = mkdtempSync(join(tmpdir(), 'beckon-clock-'));
  const { set, env } = settableClock(join(folder, 'clock'));
  const beckon = await Beckon.start({ flags: ['--dev', ...flags], env });
  t.after(async () => {
    await beckon.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    beckon,
    set: hours => {
      set(hours);
      beckon.forgetTokens();
    },
  };
}

for (const hours of [5, -5])
  test(`the clock is set ${hours > 0 ? 'forward' : 'back'} by ${Math.abs(hours)} hours`, {
    timeout: 120_000,
    skip,
  }, async t => {
    const { beckon, set } = await settable(t, ['--retry-schedule', '6s,1h', '--circuit-failures', '1000']);
    // The signature of another hour is not believed, so this receiver does not look at it.
    let up = false;
    const came = [];
    const hook = await receiver({
      answer: ({ path }) => ({ status: path === '/new' || up ? 200 : 503 }),
      onDelivery: ({ path, headers }) =>
        came.push({ path, id: headers['webhook-id'], attempt: Number(headers['x-arjun-attempt']) }),
    });
    t.after(() => hook.close());
    const subscribe = async (path, types) => {
      const made = await beckon.as('OPERATOR', 'POST', '/webhooks', {
        endpointUrl: `${hook.url}/${path}`,
        eventTypes: types,
      });
      assert.equal(made.status, 201, made.text);
      return made.json.subscriptionId;
    };
    const waiting = await subscribe('waiting', ['signal.before']);
    const fresh = await subscribe('new', ['signal.behind']);
    const session = freshSession();
    const before = Array.from({ length: 50 }, (_, i) => ({ type: 'before', id: `b-${i}` }));
    assert.equal((await beckon.signal(session, ...before)).status, 202);
    // Each has failed once and waits for 6 s.
    await until('all wait for their retry', async () => {
      const all = await deliveriesOf(beckon, waiting);
      return all.length === 50 && all.every(({ status }) => status === 'retrying');
    });

    set(hours);
    // What is new: stored, sent at once, in the log.
    assert.equal((await beckon.signal(freshSession(), { type: 'behind' })).status, 202);
    await until(
      'the new one is delivered',
      async () => (await deliveriesOf(beckon, fresh))[0]?.status === 'delivered',
      5_000,
    );
    // What waited: its second attempt within seconds, neither hours later nor again and again.
    await until(
      'each has had its second attempt',
      () => came.filter(({ path, attempt }) => path === '/waiting' && attempt === 2).length === 50,
      15_000,
    );
    const early = await until('each second result is written', async () => {
      const all = await deliveriesOf(beckon, waiting);
      return all.every(({ attemptCount, status }) => attemptCount === 2 && status !== 'sending') && all;
    });
    const now = Date.now() + hours * 3_600_000;
    for (const { status, nextAttemptAt } of early) {
      assert.equal(status, 'retrying');
      const wait = Date.parse(nextAttemptAt) - now;
      assert.ok(
        wait > 50 * 60_000 && wait < 70 * 60_000,
        `the third attempt is an hour away by the clock as it now is: ${wait} ms`,
      );
    }
    const attempts = new Map();
    for (const { path, id, attempt } of came)
      if (path === '/waiting') {
        const key = `${id} ${attempt}`;
        attempts.set(key, (attempts.get(key) ?? 0) + 1);
      }
    assert.equal(attempts.size, 100, 'two attempts of each');
    assert.ok(
      [...attempts.values()].every(times => times === 1),
      'none of them twice',
    );

    // The next start reads what was written under both clocks; another hour and a half ahead the rest is due.
    await beckon.kill();
    up = true;
    set(hours + 1.5);
    await beckon.open();
    await until(
      'all of it is delivered',
      async () => (await deliveriesOf(beckon, waiting)).every(({ status }) => status === 'delivered'),
      30_000,
    );
    assert.equal((await beckon.as('CREATOR', 'GET', `/chain/${session}`)).json.version, 50);
    t.diagnostic(`50 deliveries that waited: 3 attempts each, none twice; ${came.length} requests in all`);
  });
