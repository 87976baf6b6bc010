// Clients that append signals and record what was sent and what was acknowledged with 2xx; and the comparison of that
// record with what is read back, in both directions.
import assert from 'node:assert/strict';
import { freshAddress, freshSession } from './beckon.mjs';
import { until } from './wait.mjs';

const signalsPerSession = 50; // below a session's limit per minute

export class Load {
  ledger = new Map(); // number of a signal → { session, acked }
  acks = 0; // 2xx responses
  unanswered = 0; // requests with unknown result
  refused = 0; // 503 responses
  #running = true;
  #alive = true;
  #reached = () => {};

  // `key` is the key of each signal; its value is its number. `resend`: how often a request without a response is sent
  // again with the same ids; otherwise its result stays unknown.
  constructor(beckon, { clients = 16, key = 'load', resend = 0.5 } = {}) {
    Object.assign(this, { beckon, key, resend });
    this.done = Promise.all(Array.from({ length: clients }, () => this.#client()));
    this.done.catch(() => {
      this.#running = false;
      this.#reached();
    });
  }

  // The server is down, and up again: clients wait in between.
  down() {
    this.#alive = false;
  }
  up() {
    this.#alive = true;
  }

  // Resolves after the given number of further 2xx responses.
  async more(count) {
    const target = this.acks + count;
    await Promise.race([
      this.done,
      new Promise(resolve => {
        this.#reached = () => {
          if (this.acks >= target || !this.#running) resolve();
        };
        this.#reached();
      }),
    ]);
    assert.ok(this.#running, 'the load goes on');
  }

  async stop() {
    this.#running = false;
    await this.done;
  }

  async #client() {
    let session;
    let left = 0;
    while (this.#running) {
      await until('the server is back', () => this.#alive || !this.#running, 120_000);
      if (left < 3) {
        session = { id: freshSession(this.key), from: freshAddress() };
        left = signalsPerSession;
      }
      const signals = Array.from({ length: 1 + Math.floor(Math.random() * 3) }, () => {
        const n = this.ledger.size + 1;
        this.ledger.set(n, { session: session.id, acked: false });
        return { type: this.key, id: `n${n}`, signalValue: String(n) };
      });
      left -= signals.length;
      if (!(await this.#send(session, signals))) left = 0;
    }
  }

  // False if the result can never be known.
  async #send(session, signals) {
    while (this.#running) {
      let answer;
      try {
        answer = await this.beckon.chain('signals', { sessionId: session.id, signals }, { from: session.from });
      } catch {
        /* it died */
      }
      if (answer?.status === 202) {
        assert.equal(answer.json.accepted + answer.json.duplicates, signals.length);
        for (const { signalValue } of signals) this.ledger.get(Number(signalValue)).acked = true;
        this.acks += 1;
        this.#reached();
        return true;
      }
      if (answer) {
        assert.equal(answer.status, 503, answer.text);
        assert.ok(Number(answer.headers['retry-after']) >= 1);
        this.refused += 1;
        await new Promise(resolve => setTimeout(resolve, 20)); // a client that must wait
        continue;
      }
      this.unanswered += 1;
      if (Math.random() >= this.resend) return false;
      await until('the server is back', () => this.#alive || !this.#running, 120_000);
    }
    return false;
  }

  // What was acknowledged, and how many were sent, up to now.
  mark() {
    const acked = [...this.ledger].filter(([, entry]) => entry.acked).map(([n]) => n);
    return { acked, sent: this.ledger.size };
  }

  // Reads every session back and compares: acknowledged signals are stored exactly once, and nothing is stored that was
  // never sent. Returns the stored numbers. `from`: a server other than the one that was sent to; `acked` and `sent`: of
  // marks other than that of now.
  async readBack({ from = this.beckon, acked = this.mark().acked, sent = this.ledger.size } = {}) {
    const stored = new Set();
    for (const id of new Set([...this.ledger.values()].map(entry => entry.session))) {
      const { status, json, text } = await from.as('CREATOR', 'GET', `/chain/${id}`);
      if (status === 404) continue;
      assert.equal(status, 200, text);
      assert.equal(json.version, json.signals.length, 'every version has its signal');
      for (const { signalValue } of json.signals) {
        const n = Number(signalValue);
        assert.ok(!stored.has(n), `signal ${n} is there once`);
        assert.equal(this.ledger.get(n)?.session, id, `signal ${n} was sent to ${id}`);
        assert.ok(n <= sent, `signal ${n} was sent by then`);
        stored.add(n);
      }
    }
    assert.deepEqual(
      acked.filter(n => !stored.has(n)),
      [],
      'acknowledged, and not there',
    );
    return stored;
  }
}

// All deliveries of a subscription, newest first. `filter`: "&eventType=…" of the list.
export async function deliveriesOf(beckon, id, filter = '') {
  const all = [];
  let cursor = '';
  do {
    const { json, status, text } = await beckon.as(
      'OPERATOR',
      'GET',
      `/webhooks/${id}/deliveries?limit=200${filter}${cursor}`,
    );
    assert.equal(status, 200, text);
    all.push(...json.items);
    cursor = json.nextCursor && `&cursor=${encodeURIComponent(json.nextCursor)}`;
  } while (cursor);
  return all;
}

// The same, counted by state.
export async function deliveryStates(beckon, id) {
  const counts = {};
  for (const { status } of await deliveriesOf(beckon, id)) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

// Waits until every stored signal has reached the receiver and is recorded as delivered, and compares.
export async function allDelivered(beckon, hook, stored) {
  const told = new Map(); // number of a signal → its webhook-ids
  const tally = () => {
    for (const { event, headers } of hook.log.items.splice(0)) {
      const n = Number(event.payload.signal.signalValue);
      (told.get(n) ?? told.set(n, new Set()).get(n)).add(headers['webhook-id']);
    }
  };
  await until(
    'every event owed has come',
    () => {
      tally();
      return told.size >= stored.size;
    },
    120_000,
  );
  const states = await until(
    'every delivery is recorded as delivered',
    async () => {
      const counts = await deliveryStates(beckon, hook.id);
      return counts.delivered === stored.size && counts;
    },
    120_000,
  );
  tally();
  assert.deepEqual(states, { delivered: stored.size }, 'owed = delivered, and nothing else');
  for (const [n, ids] of told) {
    assert.ok(stored.has(n), `the event of ${n} has its signal`);
    assert.equal(ids.size, 1, `signal ${n} came under one webhook-id`);
  }
}
