// P12: receivers that are silent, give a byte a second, never end, reset, fail, want to be asked next century, or whose name
// nobody tells. What is owed to them is in a state that is seen, with its reason; the others are told all, each at once.
// P13: nor does the burst of one handle hold up another.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { Beckon, freshAddress, freshSession } from '../kit/beckon.mjs';
import { deliveriesOf } from '../kit/load.mjs';
import { poison } from '../kit/poison.mjs';
import { until } from '../kit/wait.mjs';

const perKind = 4,
  events = 60;

test(`${perKind} receivers of each poisonous kind beside 4 that are well: these get all of it, first and once`, {
  timeout: 120_000,
}, async t => {
  const bad = await poison();
  t.after(() => bad.close());
  // An attempt may last 2 s, so that a receiver that hangs is seen to fail; a poisoned one comes up again within the test.
  const beckon = await Beckon.start({
    flags: [
      '--dev',
      '--dns-servers',
      bad.dns,
      '--attempt-connect',
      '1s',
      '--attempt-whole',
      '2s',
      '--retry-schedule',
      '500ms,500ms',
      '--circuit-failures',
      '20',
    ],
  });
  t.after(() => beckon.close());
  const sick = await Promise.all(
    Object.entries(bad.kinds).flatMap(([kind, endpointUrl]) =>
      Array.from({ length: perKind }, async () => {
        const made = await beckon.as('OPERATOR', 'POST', '/webhooks', { endpointUrl, eventTypes: ['signal.all'] });
        assert.equal(made.status, 201, made.text);
        return { kind, id: made.json.subscriptionId };
      }),
    ),
  );
  bad.hush();
  const well = await Promise.all(Array.from({ length: 4 }, () => beckon.subscribe(['signal.all'])));
  t.after(() => Promise.all(well.map(hook => hook.close())));

  for (let i = 0; i < events; i++)
    assert.equal(
      (
        await beckon.chain(
          'signals',
          { sessionId: freshSession(), signals: [{ type: 'all', signalValue: String(i) }] },
          { from: freshAddress() },
        )
      ).status,
      202,
    );
  // All is told to those who are well before the first attempt at one who says nothing has ended.
  await until('those who are well have all of it', () => well.every(hook => hook.log.items.length >= events), 30_000);
  const hung = (
    await Promise.all(sick.filter(({ kind }) => kind === 'silent').map(({ id }) => deliveriesOf(beckon, id)))
  ).flat();
  assert.ok(
    hung.some(({ status }) => ['sending', 'queued'].includes(status)),
    'while others are still under way',
  );
  for (const hook of well) {
    assert.equal(new Set(hook.log.items.map(({ headers }) => headers['webhook-id'])).size, events, 'each once');
    assert.equal(hook.log.items.length, events);
    const all = await until('it is in the log', async () => {
      const now = await deliveriesOf(beckon, hook.id);
      return now.every(({ status }) => status === 'delivered') && now;
    });
    assert.ok(all.every(({ attemptCount }) => attemptCount === 1));
  }

  // What is owed to the others: a first attempt was made, and its end says why, in the closed list of words.
  const reasons = {
    silent: /^timeout$/,
    drip: /^timeout$|^status 200$/,
    endless: /^timeout$|^status 200$/,
    resets: /^connect$/,
    garbage: /^connect$/,
    fails: /^status 500$/,
    later: /^status 503$/,
    refuses: /^connect$/,
    dns: /^dns$/,
  };
  const seen = {};
  for (const { kind, id } of sick) {
    const tried = await until(
      `an attempt at ${kind} has ended`,
      async () => (await deliveriesOf(beckon, id)).find(({ attemptCount }) => attemptCount > 0),
      30_000,
    );
    const all = await deliveriesOf(beckon, id);
    assert.equal(all.length, events, `${kind}: nothing has vanished`);
    for (const { status } of all)
      assert.ok(['queued', 'sending', 'retrying', 'held', 'failed', 'delivered'].includes(status), status);
    const { json } = await beckon.as('OPERATOR', 'GET', `/webhooks/${id}/deliveries/${tried.deliveryId}`);
    const [first] = json.attempts;
    const why = first.outcome === 'status' ? `status ${first.status}` : first.outcome;
    assert.match(why, reasons[kind], `${kind}: ${JSON.stringify(first)}`);
    seen[kind] = why;
    if (kind === 'later')
      assert.ok(
        Date.parse(json.nextAttemptAt) - Date.now() < 3_700_000,
        'no longer than an hour, whatever it asks for',
      );
  }
  // Clients are not held up either.
  assert.equal((await beckon.signal(freshSession(), { type: 'after' })).status, 202);
  t.diagnostic(
    Object.entries(seen)
      .map(([kind, why]) => `${kind}: ${why}`)
      .join(', '),
  );
});

test('a burst of one handle, to a receiver that takes its time, does not hold up another handle', {
  timeout: 120_000,
}, async t => {
  const beckon = await Beckon.start();
  t.after(() => beckon.close());
  let taken = 0;
  const slow = createServer((asked, answer) => {
    asked.resume().on('end', () =>
      setTimeout(() => {
        taken += 1;
        answer.end();
      }, 50),
    );
  });
  await new Promise(done => slow.listen(0, '127.0.0.1', done));
  t.after(() => {
    slow.closeAllConnections();
    slow.close();
  });
  const made = await beckon.as('OPERATOR', 'POST', '/webhooks', {
    endpointUrl: `http://127.0.0.1:${slow.address().port}/`,
    eventTypes: ['signal.burst'],
  });
  assert.equal(made.status, 201, made.text);
  assert.equal(
    (await beckon.admin('POST', '/handles', { handle: 'quiet', ownerEmail: 'owner@example.com' })).status,
    201,
  );
  const burst = 50 * 60;
  for (let i = 0; i < 50; i++)
    assert.equal(
      (await beckon.signal(freshSession(), ...Array.from({ length: 60 }, () => ({ type: 'burst' })))).status,
      202,
    );

  const token = await beckon.token('OPERATOR', 'quiet');
  let told;
  const came = new Promise(done => {
    told = done;
  });
  const hook = createServer((asked, answer) => {
    asked.resume().on('end', () => {
      answer.end();
      told(taken);
    });
  });
  await new Promise(done => hook.listen(0, '127.0.0.1', done));
  t.after(() => {
    hook.closeAllConnections();
    hook.close();
  });
  const quiet = await beckon.call('POST', '/v2/handles/quiet/webhooks', {
    token,
    body: { endpointUrl: `http://127.0.0.1:${hook.address().port}/`, eventTypes: ['signal.one'] },
  });
  assert.equal(quiet.status, 201, quiet.text);
  const before = taken;
  assert.equal(
    (
      await beckon.chain(
        'signals',
        { handle: 'quiet', sessionId: freshSession(), signals: [{ type: 'one' }] },
        { from: freshAddress() },
      )
    ).status,
    202,
  );
  const between = (await came) - before;
  assert.ok(between <= 64, `${between} of the burst came before it: no more than may be under way already`);
  assert.ok(taken < burst, 'the burst is still going on');
  await until('and all of the burst comes too', () => taken === burst, 60_000);
  t.diagnostic(`${between} of a burst of ${burst} between the 202 of another handle's signal and its first attempt`);
});
