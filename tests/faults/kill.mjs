// P1 to P4: kill -9 under load, again and again. What was answered 2xx is read back; nothing is read back that was never
// sent; every event owed is delivered in the end, and what came twice came under one webhook-id.
//
// BECKON_PROVE_KILLS: how many times (5).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Beckon, freshAddress, freshSession, quickRetries } from '../kit/beckon.mjs';
import { until } from '../kit/wait.mjs';

const kills = Number(process.env.BECKON_PROVE_KILLS ?? 5);
const clients = 16;
const acksPerRound = () => 100 + Math.floor(Math.random() * 400); // where in the load it is killed
const signalsPerSession = 50;                                     // below the limit of a minute

test(`kill -9 under load, ${kills} times: the clients' ledger is what is read back`, { timeout: 120_000 + kills * 60_000 }, async t => {
  const beckon = await Beckon.start({ flags: ['--dev', ...quickRetries] });
  t.after(() => beckon.close());
  // One delivery in ten is refused once, so that retries are under way too when it dies.
  const refusedOnce = new Set();
  const hook = await beckon.subscribe(['signal.kill'], {
    answer: ({ headers }) => {
      const id = headers['webhook-id'];
      if (id.charCodeAt(id.length - 1) % 10 === 0 && !refusedOnce.has(id)) { refusedOnce.add(id); return { status: 503 }; }
      return { status: 200 };
    },
  });
  t.after(() => hook.close());

  // The ledger: each signal by its number, with its session, and whether a 2xx said that it is there.
  const ledger = new Map();
  let acks = 0;
  let unknown = 0;
  let alive = true;
  let running = true;
  let reached = () => {};

  async function client() {
    let session = null;
    let left = 0;
    while (running) {
      if (!alive) { await until('it is back', () => alive || !running, 120_000); continue; }
      if (left < 3) { session = freshSession('kill'); left = signalsPerSession; session = { id: session, from: freshAddress() }; }
      const signals = Array.from({ length: 1 + Math.floor(Math.random() * 3) }, () => {
        const n = ledger.size + 1;
        ledger.set(n, { session: session.id, acked: false });
        return { type: 'kill', id: `n${n}`, signalValue: String(n) };
      });
      left -= signals.length;
      // Where no answer came, the same again: the ids make it one signal, whether the first was stored or not.
      for (let tries = 0; running && tries < 100; tries++) {
        let answer;
        try { answer = await beckon.chain('signals', { sessionId: session.id, signals }, { from: session.from }); } catch { /* it died */ }
        if (answer?.status === 202) {
          assert.equal(answer.json.accepted + answer.json.duplicates, signals.length);
          for (const { signalValue } of signals) ledger.get(Number(signalValue)).acked = true;
          acks += 1;
          reached();
          break;
        }
        if (answer) { assert.equal(answer.status, 503, answer.text); continue; }
        unknown += 1;
        if (Math.random() < 0.5) { left = 0; break; } // nobody will ever know: it may be there or not
        await until('it is back', () => alive || !running, 120_000);
      }
    }
  }

  const load = Promise.all(Array.from({ length: clients }, client));
  load.catch(() => { running = false; });
  const ready = [];
  for (let round = 0; round < kills; round++) {
    const target = acks + acksPerRound();
    await Promise.race([load, new Promise(done => { reached = () => { if (acks >= target) done(); }; reached(); })]);
    assert.ok(running, 'the load goes on');
    alive = false;
    await beckon.kill();
    await beckon.open();
    ready.push(Math.round(beckon.readyAfter));
    alive = true;
  }
  const target = acks + 100;
  await Promise.race([load, new Promise(done => { reached = () => { if (acks >= target) done(); }; reached(); })]);
  running = false;
  await load;

  // Read back, in both directions.
  const stored = new Map();
  const sessions = [...new Set([...ledger.values()].map(entry => entry.session))];
  for (const id of sessions) {
    const { status, json } = await beckon.as('CREATOR', 'GET', `/chain/${id}`);
    if (status === 404) continue;
    assert.equal(status, 200);
    assert.equal(json.version, json.signals.length, 'no version without its signal');
    for (const { signalValue } of json.signals) {
      const n = Number(signalValue);
      assert.ok(!stored.has(n), `signal ${n} is there twice`);
      assert.equal(ledger.get(n)?.session, id, `signal ${n} was never sent to ${id}`);
      stored.set(n, id);
    }
  }
  const lost = [...ledger].filter(([n, entry]) => entry.acked && !stored.has(n)).map(([n]) => n);
  assert.deepEqual(lost, [], 'acknowledged and not there');

  // Every signal stored owes one delivery, and gets it.
  const told = new Map();
  const tally = () => { for (const { event, headers } of hook.log.items.splice(0)) { const n = Number(event.payload.signal.signalValue); (told.get(n) ?? told.set(n, new Set()).get(n)).add(headers['webhook-id']); } };
  await until('every event owed has come', () => { tally(); return told.size >= stored.size; }, 120_000);
  const states = await until('every delivery is recorded as delivered', async () => {
    const counts = {};
    let cursor = '';
    do {
      const { json } = await beckon.as('OPERATOR', 'GET', `/webhooks/${hook.id}/deliveries?limit=200${cursor}`);
      for (const { status } of json.items) counts[status] = (counts[status] ?? 0) + 1;
      cursor = json.nextCursor && `&cursor=${encodeURIComponent(json.nextCursor)}`;
    } while (cursor);
    return counts.delivered === stored.size && counts;
  }, 120_000);
  tally();
  assert.deepEqual(states, { delivered: stored.size }, 'matched = delivered, and nothing else');
  for (const [n, ids] of told) { assert.ok(stored.has(n), `event of ${n}, which is not stored`); assert.equal(ids.size, 1, `signal ${n} under two webhook-ids`); }
  t.diagnostic(`${kills} kills, ${acks} answers 2xx, ${unknown} without an answer, ${ledger.size} signals sent, ${stored.size} stored, all delivered; ready again after ${Math.max(...ready)} ms at most`);
});
