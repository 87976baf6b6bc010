// What clients do in one round, at any node, and what they record of it; and the comparison of these records with what is
// stored in the end.
import { setTimeout as pass } from 'node:timers/promises';
import { receiver } from '../../../examples/receiver/receiver.mjs';
import { faultsOfLimit, faultsOfLog, faultsOfRegister, faultsOfSet } from '../history.mjs';
import { until } from '../wait.mjs';

const pick = list => list[Math.floor(Math.random() * list.length)];
const rest = most => pass(Math.random() * most);

export const dueAfter = 2000; // ms, of the delayed rule
const most = { cap: 2, cool: 1 }; // how often these rules may act in a session
const inTime = 1200; // ms, in which a purchase certainly comes before its message is due

// The rules that every round uses.
export async function prepare(cluster) {
  const rules = {
    cap: { triggers: ['cap'], when: {}, limit: { caps: [{ max: most.cap, per: 'session' }] } },
    unseen: { triggers: ['unseen'], when: { none: [{ seen: { key: 'probe' } }] } },
    cool: { triggers: ['cool'], when: {}, limit: { cooldown: '24h' } },
    late: {
      triggers: ['@due'],
      when: { all: [{ absent: { key: 'purchase' }, after: { key: 'cart' }, for: `${dueAfter / 1000}s` }] },
    },
  };
  for (const handle of cluster.handles)
    for (const [id, rule] of Object.entries(rules)) {
      const action = { type: 'popup', payload: { code: id } };
      const { status, text } = await cluster.ask(cluster.nodes[0], 'PUT', `/v2/handles/${handle}/chain-rules/${id}`, {
        body: { ...rule, action },
        token: await cluster.token('CREATOR', handle),
      });
      if (status !== 201 && status !== 200) throw new Error(`the rule ${id} was refused: ${status} ${text}`);
    }
}

export class Traffic {
  acks = 0;
  #running = true;
  #names = 0;
  requests = []; // of the set, by handle
  logs = []; // { name, handle, session, appends, reads }
  registers = []; // { name, handle, writes, reads }
  resolved = []; // { rule, handle, session, decisionId } that acted
  limited = new Map(); // session → { handle, rule }
  carts = []; // { handle, session, outcome, bought: ms after the cart was sent, or undefined }
  events = []; // { handle, id, eventIds }
  arrivals = new Map(); // webhook-id → { n, attempts: number → times }

  constructor(cluster, name) {
    Object.assign(this, { cluster, name });
  }

  // At any node that runs; and until it is known what became of it, unless `chance` is below 1.
  #node() {
    return pick(this.cluster.nodes.filter(node => this.cluster.isRunning(node) && !node.isAvoided));
  }
  async ask(method, path, options) {
    const node = this.#node();
    if (!node) {
      await rest(100);
      return { status: 0, outcome: 'refused', began: performance.now(), ended: performance.now(), text: '' };
    }
    const answer = await this.cluster.ask(node, method, path, options);
    if (answer.outcome === 'ok') this.acks += 1;
    return answer;
  }
  // The same request again until it is acknowledged, with less than certainty: the last answer, with the time and the
  // outcome of all of them.
  async insist(method, path, options, chance = 0.85) {
    let first;
    let known = true;
    for (;;) {
      const answer = await this.ask(method, path, options);
      first ??= answer.began;
      if (answer.outcome === 'ok') return { ...answer, began: first };
      known &&= answer.outcome === 'refused';
      if (!this.#running || Math.random() >= chance)
        return { ...answer, began: first, ended: Number.POSITIVE_INFINITY, outcome: known ? 'refused' : 'unknown' };
      await rest(100);
    }
  }
  // Rules, sessions and so on of a handle, as one of its roles.
  async as(role, handle, method, path, options, how = 'insist') {
    const token = await this.cluster.token(role, handle);
    return this[how](method, `/v2/handles/${handle}${path}`, { token, ...options });
  }
  signals(handle, sessionId, signals) {
    return this.insist('POST', '/v2/public/chain/signals', { body: { handle, sessionId, signals } });
  }
  resolve(handle, sessionId, trigger) {
    return this.ask('POST', '/v2/public/chain/resolve', { body: { handle, sessionId, trigger } });
  }
  #fresh(kind) {
    this.#names += 1;
    return `${this.name}-${kind}-${this.#names}`;
  }

  async begin() {
    const { handles } = this.cluster;
    this.subscribed = pick(handles);
    this.hook = await receiver({
      answer: ({ headers, path }) => {
        const attempts = path === this.path && this.arrivals.get(headers['webhook-id'])?.attempts;
        return { status: attempts && attempts.size === 1 && headers['webhook-id'].charCodeAt(8) % 8 === 0 ? 503 : 200 };
      },
      onDelivery: ({ headers, path, event }) => {
        if (path !== this.path) return;
        const id = headers['webhook-id'];
        const told = this.arrivals.get(id) ?? { n: event.payload.signal?.signalValue, attempts: new Map() };
        const attempt = headers['x-arjun-attempt'];
        told.attempts.set(attempt, (told.attempts.get(attempt) ?? 0) + 1);
        if (event.id !== id) this.cluster.problems.push(`the event ${event.id} came as ${id}`);
        this.arrivals.set(id, told);
      },
    });
    // What became of a request without an answer is not known: each has a path of its own.
    for (let i = 1; !this.subscription; i++) {
      this.path = `/${this.name}/${i}`;
      const endpointUrl = this.hook.url + this.path;
      const body = { endpointUrl, eventTypes: ['signal.load', 'chain.message.due'] };
      const { json, outcome, text } = await this.as('OPERATOR', this.subscribed, 'POST', '/webhooks', { body }, 'ask');
      if (outcome === 'ok') this.subscription = json.subscriptionId;
      else if (i > 100) throw new Error(`no subscription: ${text}`);
      else await rest(200);
    }
    const clients = [];
    for (let i = 0; i < 5; i++) clients.push(this.#appendToSet(handles[i % handles.length]));
    for (let i = 0; i < 3; i++) clients.push(...this.#useLog(handles[i % handles.length]));
    for (const rule of ['cap', 'cool']) clients.push(...this.#useLimit(pick(handles), rule));
    clients.push(...this.#useRegister(pick(handles)), this.#fillCarts(this.subscribed), this.#publish(pick(handles)));
    this.done = Promise.all(clients);
    this.done.catch(() => {
      this.#running = false;
    });
    return this;
  }

  async more(count, within = 60_000) {
    const target = this.acks + count;
    const end = performance.now() + within;
    while (this.acks < target) {
      if (!this.#running) return this.done;
      if (performance.now() > end) throw new Error(`${count} more requests were not acknowledged within ${within} ms`);
      await pass(10);
    }
  }
  async stop() {
    this.#running = false;
    await this.done;
  }
  // After a failure.
  async abandon() {
    await this.stop().catch(() => {});
    await this.hook?.close();
  }

  async #appendToSet(handle) {
    let session;
    for (let i = 0; this.#running; i++) {
      if (i % 15 === 0) session = this.#fresh('set');
      const ids = Array.from({ length: 1 + Math.floor(Math.random() * 3) }, () => this.#fresh('n'));
      const { outcome } = await this.signals(
        handle,
        session,
        ids.map(id => ({ type: 'load', id, signalValue: id })),
      );
      this.requests.push({ handle, session, ids, outcome });
      await rest(60);
    }
  }

  // One that appends, two that read.
  #useLog(handle) {
    const log = { handle, session: this.#fresh('log'), appends: [], reads: [] };
    log.name = `${handle} ${log.session}`;
    this.logs.push(log);
    const append = async () => {
      // A session keeps its newest signals alone.
      for (let n = 1; this.#running && n <= 150; n++) {
        const record = { n, began: performance.now(), ended: Number.POSITIVE_INFINITY, outcome: 'unknown' };
        log.appends.push(record);
        const id = `${log.session}-${n}`;
        Object.assign(record, await this.signals(handle, log.session, [{ type: 'log', id, signalValue: String(n) }]));
        await rest(80);
      }
    };
    const read = async () => {
      while (this.#running) {
        await this.#readLog(log);
        await rest(80);
      }
    };
    return [append(), read(), read()];
  }
  // Sessions that their owner has in memory.
  async warm(count = 8) {
    const sessions = Array.from({ length: count }, () => ({
      handle: pick(this.cluster.handles),
      id: this.#fresh('warm'),
    }));
    await Promise.all(sessions.map(({ handle, id }) => this.signals(handle, id, [{ type: 'warm', id }])));
    return sessions;
  }
  // Appends to them at one node, and asks another for decisions, for so many ms: none may miss what was acknowledged.
  async probe(sessions, to, from, time) {
    const end = performance.now() + time;
    const chain = (node, what, handle, more) =>
      this.cluster.ask(node, 'POST', `/v2/public/chain/${what}`, { body: { handle, ...more } });
    const one = async ({ handle, id }) => {
      while (performance.now() < end) {
        const signals = [{ type: 'probe', id: `${id}-probe` }];
        if ((await chain(to, 'signals', handle, { sessionId: id, signals })).outcome === 'ok') break;
        await rest(20);
      }
      while (performance.now() < end) {
        const { outcome, json } = await chain(from, 'resolve', handle, { sessionId: id, trigger: 'unseen' });
        if (outcome === 'ok' && json.outcome === 'act')
          this.cluster.problems.push(
            `${from.name} decided for ${id} without the signal that ${to.name} had acknowledged`,
          );
        await rest(20);
      }
    };
    await Promise.all(sessions.map(one));
  }
  async #readLog(log) {
    const path = `/chain/${log.session}`;
    const { status, json, began, ended } = await this.as(
      'CREATOR',
      log.handle,
      'GET',
      path,
      { expected: [404] },
      'ask',
    );
    if (status !== 200 && status !== 404) return;
    // By version: the list is in the order of their times, and a clock may be wrong.
    const signals = status === 404 ? [] : json.signals.toSorted((a, b) => a.version - b.version);
    const seen = signals.map(({ signalValue }) => Number(signalValue));
    log.reads.push({ seen, began, ended });
  }

  #useLimit(handle, rule) {
    let sessions = [];
    let left = 0;
    const client = async () => {
      while (this.#running) {
        if (left <= 0) {
          sessions = Array.from({ length: 4 }, () => this.#fresh(rule));
          for (const session of sessions) this.limited.set(session, { handle, rule });
          left = 60;
        }
        left -= 1;
        const session = pick(sessions);
        const { outcome, json } = await this.resolve(handle, session, rule);
        if (outcome === 'ok' && json.outcome === 'act')
          this.resolved.push({ handle, rule, session, decisionId: json.decisionId });
        await rest(60);
      }
    };
    return [client(), client(), client()];
  }

  // One that saves a rule, each time with a greater number, two that ask for its decision. What became of a save that had
  // no answer is open for good, so another rule follows it.
  #useRegister(handle) {
    let register;
    const another = () => {
      register = { handle, name: this.#fresh('rule'), writes: [], reads: [] };
      this.registers.push(register);
    };
    another();
    const write = async () => {
      for (let n = 1; this.#running; n++) {
        const record = { n, began: performance.now(), ended: Number.POSITIVE_INFINITY, outcome: 'unknown' };
        const { name, writes } = register;
        writes.push(record);
        const action = { type: 'popup', payload: { code: n } };
        const body = { triggers: [name], when: {}, action };
        const { outcome, ended } = await this.as('CREATOR', handle, 'PUT', `/chain-rules/${name}`, { body }, 'ask');
        record.outcome = outcome;
        if (outcome === 'ok') record.ended = ended;
        if (outcome === 'unknown') {
          another();
          n = 0;
        }
        await rest(150);
      }
    };
    const read = async () => {
      while (this.#running) {
        const { name, reads } = register;
        const { outcome, json, began, ended } = await this.resolve(handle, this.#fresh('reader'), name);
        if (outcome === 'ok') reads.push({ n: json.action?.payload.code ?? 0, began, ended });
        await rest(60);
      }
    };
    return [write(), read(), read()];
  }

  // Sessions that leave a cart, of which every third buys at once.
  async #fillCarts(handle) {
    for (let i = 0; this.#running; i++) {
      const cart = { handle, session: this.#fresh('cart') };
      const { outcome, began } = await this.signals(handle, cart.session, [{ type: 'cart', id: cart.session }]);
      cart.outcome = outcome;
      this.carts.push(cart);
      if (outcome === 'ok' && i % 3 === 0) {
        cart.buys = true;
        const bought = await this.signals(handle, cart.session, [{ type: 'purchase', id: `${cart.session}-p` }]);
        if (bought.outcome === 'ok') cart.bought = bought.ended - began;
      }
      await rest(300);
    }
  }

  async #publish(handle) {
    while (this.#running) {
      const event = { handle, id: this.#fresh('event'), eventIds: new Set() };
      const body = { type: 'nobody.wants', id: event.id, payload: {} };
      for (let i = 0; i < 2; i++) {
        const { outcome, json } = await this.as('OPERATOR', handle, 'POST', '/events', { body });
        if (outcome === 'ok') event.eventIds.add(json.eventId);
      }
      this.events.push(event);
      await rest(300);
    }
  }

  // What is read in the end is read until it is answered.
  async #read(role, handle, path, expected = []) {
    return until(
      `${path} is answered`,
      async () => {
        const answer = await this.as(role, handle, 'GET', path, { expected }, 'ask');
        return (answer.status === 200 || expected.includes(answer.status)) && answer;
      },
      30_000,
    );
  }
  async sessionOf(handle, session) {
    const { status, json } = await this.#read('CREATOR', handle, `/chain/${session}`, [404]);
    return status === 404 ? { version: 0, signals: [], decisions: [], timeline: [] } : json;
  }

  async #deliveries() {
    const all = [];
    let cursor = '';
    do {
      const path = `/webhooks/${this.subscription}/deliveries?limit=200${cursor}`;
      const { json } = await this.#read('OPERATOR', this.subscribed, path);
      all.push(...json.items);
      cursor = json.nextCursor && `&cursor=${encodeURIComponent(json.nextCursor)}`;
    } while (cursor);
    return all;
  }

  // Sentences about what is wrong. `mayLose`: a replica was promoted that lacked commits; of the result, `lost` has what
  // was acknowledged and is gone. `keepsTime`: no clock was wrong, so what is due comes in this round.
  async faults({ mayLose = false, keepsTime = true, keepsRecords = true } = {}) {
    const faults = [];
    const stored = new Map();
    const whole = new Map(); // session → its signals, to be compared later
    for (const { handle, session } of this.requests) {
      if (stored.has(session)) continue;
      const { version, signals } = await this.sessionOf(handle, session);
      if (version !== signals.length)
        faults.push(`${session} has the version ${version}, and ${signals.length} signals`);
      stored.set(
        session,
        signals.map(({ signalValue }) => signalValue),
      );
      whole.set(session, { handle, signals: stored.get(session).join() });
    }
    const set = faultsOfSet(this.requests, stored);
    faults.push(...set.faults);
    if (!mayLose)
      for (const { ids, session } of set.lost) faults.push(`${ids} of ${session} were acknowledged, and are lost`);
    const sum = { stored: [...stored.values()].flat().length, lost: set.lost, whole };

    for (const log of this.logs) {
      await until(
        'the log is read',
        async () => {
          const before = log.reads.length;
          await this.#readLog(log);
          return log.reads.length > before;
        },
        30_000,
      );
      if (!mayLose) faults.push(...faultsOfLog(log.name, log.appends, log.reads));
    }
    if (mayLose) return { ...sum, faults, ...(await this.#leave(faults)) };

    for (const { name, writes, reads } of this.registers) faults.push(...faultsOfRegister(name, writes, reads));
    // A decision of an hour ahead does not count yet.
    if (keepsTime) {
      await this.#checkLimits(faults, keepsRecords);
      await this.#checkOwed(faults, stored);
    }
    for (const { handle, id, eventIds } of this.events) {
      if (eventIds.size > 1) faults.push(`${id} is the events ${[...eventIds]}`);
      for (const eventId of eventIds) {
        const { status, json } = await this.#read('OPERATOR', handle, `/events/${eventId}`, [404]);
        if (status === 404 || json.status !== 'unmatched')
          faults.push(`${id} was acknowledged, and is ${json?.status}`);
      }
    }
    return { ...sum, faults, ...(await this.#leave(faults)) };
  }

  async #checkLimits(faults, keepsRecords) {
    const recorded = { cap: new Map(), cool: new Map() };
    for (const [session, { handle, rule }] of this.limited) {
      const { decisions } = await this.sessionOf(handle, session);
      const acted = decisions.filter(({ outcome }) => outcome === 'act').map(({ decisionId }) => decisionId);
      recorded[rule].set(session, acted);
    }
    for (const rule of ['cap', 'cool']) {
      const answers = this.resolved.filter(one => one.rule === rule);
      if (!keepsRecords) for (const { session, decisionId } of answers) recorded[rule].get(session).push(decisionId);
      faults.push(...faultsOfLimit(rule, most[rule], answers, recorded[rule]));
    }
  }

  // Every stored signal of the subscribed handle is delivered, every cart that was left has one message, and nothing else.
  async #checkOwed(faults, stored) {
    const signals = new Set();
    for (const { handle, session } of this.requests)
      if (handle === this.subscribed) for (const id of stored.get(session)) signals.add(id);
    const left = [];
    for (const cart of this.carts) {
      const { signals: there } = await this.sessionOf(cart.handle, cart.session);
      if (cart.outcome === 'ok' && there.length === 0) faults.push(`${cart.session} was acknowledged, and is lost`);
      if (there.length > 0 && !cart.buys) left.push(cart.session);
    }
    const ended = ['delivered', 'failed', 'withdrawn'];
    let all = [];
    const messages = () => all.filter(({ eventType }) => eventType === 'chain.message.due');
    const isWhole = () =>
      all.length - messages().length >= signals.size &&
      all.every(({ status }) => ended.includes(status)) &&
      left.every(session => messages().some(({ sessionId }) => sessionId === session));
    await until(
      'all that is owed has ended',
      async () => {
        all = await this.#deliveries();
        return isWhole();
      },
      40_000,
    ).catch(() => {
      const open = all.filter(({ status }) => !ended.includes(status));
      const silent = left.filter(session => !messages().some(({ sessionId }) => sessionId === session));
      faults.push(
        `owed: ${signals.size} signals, ${all.length - messages().length} deliveries of signals; ` +
          `${open.length} not ended, such as ${JSON.stringify(open[0])}; ${silent.length} of ${left.length} carts without a message: ${silent.slice(0, 3)}`,
      );
    });
    const ids = new Set();
    const told = new Map(); // signal → event
    for (const { eventId, status, eventType, attemptCount } of all) {
      if (ids.has(eventId)) faults.push(`the event ${eventId} is owed twice`);
      ids.add(eventId);
      const came = this.arrivals.get(eventId);
      if (status === 'withdrawn' && eventType === 'chain.message.due') continue;
      if (status !== 'delivered') faults.push(`the event ${eventId} is ${status} after ${attemptCount} attempts`);
      if (!came) faults.push(`the event ${eventId} is ${status}, and never came`);
      if (eventType !== 'signal.load' || !came) continue;
      if (told.has(came.n)) faults.push(`the signal ${came.n} is the events ${told.get(came.n)} and ${eventId}`);
      told.set(came.n, eventId);
    }
    for (const id of signals) if (!told.has(id)) faults.push(`the signal ${id} is stored, and owed to nobody`);
    for (const n of told.keys()) if (!signals.has(n)) faults.push(`the signal ${n} was delivered, and is not stored`);
    for (const [id, { n }] of this.arrivals) if (!ids.has(id)) faults.push(`${id} of ${n} came, and is in no log`);
    const sent = new Map();
    for (const { sessionId } of messages()) sent.set(sessionId, (sent.get(sessionId) ?? 0) + 1);
    for (const { session, bought } of this.carts) {
      if (sent.get(session) > 1) faults.push(`${session} has ${sent.get(session)} messages`);
      if (bought < inTime && sent.has(session)) faults.push(`${session} bought in time, and has a message`);
    }
  }

  // The round leaves no subscription and no rule behind.
  async #leave() {
    const remove = async (role, handle, path) =>
      until(
        'it is deleted',
        async () => {
          const { outcome, status } = await this.as(role, handle, 'DELETE', path, { expected: [404] }, 'ask');
          return outcome === 'ok' || status === 404;
        },
        30_000,
      );
    const { json } = await this.#read('OPERATOR', this.subscribed, '/webhooks');
    for (const { subscriptionId } of json.items)
      await remove('OPERATOR', this.subscribed, `/webhooks/${subscriptionId}`);
    for (const { handle, name } of this.registers) await remove('CREATOR', handle, `/chain-rules/${name}`);
    const again = [...this.arrivals.values()]
      .flatMap(({ attempts }) => [...attempts.values()])
      .filter(n => n > 1).length;
    await this.hook.close();
    return { arrived: this.arrivals.size, again };
  }
}
