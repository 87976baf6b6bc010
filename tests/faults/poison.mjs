// P12: receivers that are silent, give a byte a second, never end, reset, fail, want to be asked next century, or whose name
// nobody tells. What is owed to them is in a state that is seen, with its reason; the others are told all, each at once.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Beckon, freshAddress, freshSession } from '../kit/beckon.mjs';
import { deliveriesOf } from '../kit/load.mjs';
import { poison } from '../kit/poison.mjs';
import { until } from '../kit/wait.mjs';

const perKind = 4, events = 60;

test(`${perKind} receivers of each poisonous kind beside 4 that are well: these get all of it, first and once`, { timeout: 120_000 }, async t => {
  const bad = await poison();
  t.after(() => bad.close());
  // An attempt may last 2 s, so that a receiver that hangs is seen to fail; a poisoned one comes up again within the test.
  const beckon = await Beckon.start({ flags: ['--dev', '--dns-servers', bad.dns, '--attempt-connect', '1s', '--attempt-whole', '2s', '--retry-schedule', '500ms,500ms', '--circuit-failures', '20'] });
  t.after(() => beckon.close());
  const sick = await Promise.all(Object.entries(bad.kinds).flatMap(([kind, endpointUrl]) => Array.from({ length: perKind }, async () => {
    const made = await beckon.as('OPERATOR', 'POST', '/webhooks', { endpointUrl, eventTypes: ['signal.all'] });
    assert.equal(made.status, 201, made.text);
    return { kind, id: made.json.subscriptionId };
  })));
  bad.hush();
  const well = await Promise.all(Array.from({ length: 4 }, () => beckon.subscribe(['signal.all'])));
  t.after(() => Promise.all(well.map(hook => hook.close())));

  for (let i = 0; i < events; i++) assert.equal((await beckon.chain('signals', { sessionId: freshSession(), signals: [{ type: 'all', signalValue: String(i) }] }, { from: freshAddress() })).status, 202);
  // All is told to those who are well before the first attempt at one who says nothing has ended.
  await until('those who are well have all of it', () => well.every(hook => hook.log.items.length >= events), 30_000);
  const hung = (await Promise.all(sick.filter(({ kind }) => kind === 'silent').map(({ id }) => deliveriesOf(beckon, id)))).flat();
  assert.ok(hung.some(({ status }) => ['sending', 'queued'].includes(status)), 'while others are still under way');
  for (const hook of well) {
    assert.equal(new Set(hook.log.items.map(({ headers }) => headers['webhook-id'])).size, events, 'each once');
    assert.equal(hook.log.items.length, events);
    const all = await until('it is in the log', async () => { const now = await deliveriesOf(beckon, hook.id); return now.every(({ status }) => status === 'delivered') && now; });
    assert.ok(all.every(({ attemptCount }) => attemptCount === 1));
  }

  // What is owed to the others: a first attempt was made, and its end says why, in the closed list of words.
  const reasons = { silent: /^timeout$/, drip: /^timeout$|^status 200$/, endless: /^timeout$|^status 200$/, resets: /^connect$/, garbage: /^connect$/, fails: /^status 500$/, later: /^status 503$/, refuses: /^connect$/, dns: /^dns$/ };
  const seen = {};
  for (const { kind, id } of sick) {
    const tried = await until(`an attempt at ${kind} has ended`, async () => (await deliveriesOf(beckon, id)).find(({ attemptCount }) => attemptCount > 0), 30_000);
    const all = await deliveriesOf(beckon, id);
    assert.equal(all.length, events, `${kind}: nothing has vanished`);
    for (const { status } of all) assert.ok(['queued', 'sending', 'retrying', 'held', 'failed', 'delivered'].includes(status), status);
    const { json } = await beckon.as('OPERATOR', 'GET', `/webhooks/${id}/deliveries/${tried.deliveryId}`);
    const [first] = json.attempts;
    const why = first.outcome === 'status' ? `status ${first.status}` : first.outcome;
    assert.match(why, reasons[kind], `${kind}: ${JSON.stringify(first)}`);
    seen[kind] = why;
    if (kind === 'later') assert.ok(Date.parse(json.nextAttemptAt) - Date.now() < 3_700_000, 'no longer than an hour, whatever it asks for');
  }
  // Clients are not held up either.
  assert.equal((await beckon.signal(freshSession(), { type: 'after' })).status, 202);
  t.diagnostic(Object.entries(seen).map(([kind, why]) => `${kind}: ${why}`).join(', '));
});
