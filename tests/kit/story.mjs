// A scripted run with every kind of write, each step requested after the previous response. The state after each step is
// known from a run without faults, so that after a fault it can be checked that a step was applied completely or not at
// all, and that nothing acknowledged is missing.
import assert from 'node:assert/strict';
import { receiver } from '../../examples/receiver/receiver.mjs';
import { freshAddress } from './beckon.mjs';
import { deliveriesOf } from './load.mjs';
import { until } from './wait.mjs';

const sessions = ['s-1', 's-2', 's-3'];
const ended = ['delivered', 'failed', 'withdrawn'];

// Possible results of a step: no response, or one that says that nothing was stored.
export class Unanswered extends Error {}
export class Refused extends Error {}

export class Story {
  ids = {}; // subscription ids by name
  arrived = []; // { name, life, id, attempt } of each request at a receiver
  life = 1; // of the server: incremented by whoever restarts it

  static async begin() {
    const story = new Story();
    // b refuses each event once, c accepts none; the others accept them. Signatures are not checked, because a secret is
    // unknown if its response was lost.
    const seen = new Set();
    story.hooks = await receiver({
      answer: ({ path, headers }) => {
        if (path === '/c') return { status: 404 };
        if (path !== '/b' || seen.has(headers['webhook-id'])) return { status: 200 };
        seen.add(headers['webhook-id']);
        return { status: 503 };
      },
      onDelivery: ({ path, headers }) =>
        story.arrived.push({
          name: path.slice(1),
          life: story.life,
          id: headers['webhook-id'],
          attempt: headers['x-arjun-attempt'],
        }),
    });
    return story;
  }

  close() {
    return this.hooks.close();
  }

  // The steps in order: [name, action]. Each can be repeated if it is unknown whether it was applied.
  get steps() {
    const cart = [{ type: 'cart', signalValue: 'add', id: 'c-1' }];
    return [
      ['settings', () => this.#ask('OWNER', 'PUT', '/settings', { limits: { sessionSignalsPerMinute: 1000 } })],
      ['subscription a', () => this.#subscribe('a', ['signal.*', 'order.*', 'chain.*'])],
      ['subscription b', () => this.#subscribe('b', ['order.*'])],
      ['subscription c', () => this.#subscribe('c', ['signal.cart'])],
      [
        'a rule that spends',
        () =>
          this.#ask('CREATOR', 'PUT', '/chain-rules/once', {
            triggers: ['t'],
            when: {},
            limit: { cooldown: '1d' },
            action: { type: 'popup', payload: {} },
          }),
      ],
      [
        'a delayed rule',
        () =>
          this.#ask('CREATOR', 'PUT', '/chain-rules/later', {
            triggers: ['@due'],
            when: { all: [{ absent: { key: 'purchase' }, after: { key: 'cart' }, for: '1s' }] },
            action: { type: 'email', payload: {} },
          }),
      ],
      [
        'signals',
        () =>
          this.#signals('s-1', [
            { type: 'view', id: 'v-1' },
            { type: 'view', id: 'v-2' },
          ]),
      ],
      ['a signal that sets a timer', () => this.#signals('s-1', cart, { context: { device: 'MOBILE' } })],
      [
        'a decision that spends',
        async () => {
          const spent =
            this.again && (await this.#read('CREATOR', '/chain/s-1')).decisions.some(one => one.trigger === 't'); // repeating it would make another decision
          if (!spent) await this.#chain('resolve', { sessionId: 's-1', trigger: 't' });
        },
      ],
      [
        'an event of the operator',
        () => this.#ask('OPERATOR', 'POST', '/events', { type: 'order.paid', payload: { n: 1 }, id: 'n-1' }),
      ],
      [
        'signals of a visitor',
        () =>
          this.#signals(
            's-2',
            [
              { type: 'view', id: 'v-1' },
              { type: 'login', id: 'l-1' },
            ],
            { visitorId: 'v-81' },
          ),
      ],
      ['consent denied', () => this.#signals('s-2', [{ type: 'view' }], { consent: 'denied' })],
      ['signals of a third session', () => this.#signals('s-3', [{ type: 'view', id: 'v-1' }])],
      ['a session erased', () => this.#ask('OPERATOR', 'DELETE', '/chain/s-3')],
      [
        'a subscription changed',
        () => this.#ask('OPERATOR', 'PATCH', `/webhooks/${this.ids.b}`, { eventTypes: ['order.*', 'parcel.*'] }),
      ],
      ['a new secret', () => this.#ask('OPERATOR', 'POST', `/webhooks/${this.ids.a}/rotate-secret`)],
      ['a subscription deleted', () => this.#ask('OPERATOR', 'DELETE', `/webhooks/${this.ids.c}`)],
      [
        'a handle',
        async () =>
          this.#judge(() =>
            this.server.admin('POST', '/handles', { handle: 'other', ownerEmail: 'other@example.com' }),
          ),
      ],
      ['a rule deleted', () => this.#ask('CREATOR', 'DELETE', '/chain-rules/once')],
      [
        'the message of the delayed rule',
        () =>
          until(
            'it is told',
            async () => (await this.#deliveries('a')).some(one => one.eventType === 'chain.message.due'),
            60_000,
          ),
      ],
    ];
  }

  async #judge(ask) {
    let answer;
    try {
      answer = await ask();
    } catch (error) {
      throw new Unanswered(error.message);
    }
    if (answer.status === 503) {
      assert.ok(Number(answer.headers['retry-after']) >= 1, 'it says when to come again');
      throw new Refused(answer.text);
    }
    // Already applied, but its response was lost.
    if (this.again && [404, 409].includes(answer.status)) return answer;
    if (answer.status === 500) throw new Unanswered(answer.text); // does not say what was stored
    assert.ok(answer.status >= 200 && answer.status < 300, `${answer.status} ${answer.text}`);
    return answer;
  }
  #ask(role, method, path, body) {
    return this.#judge(() => this.server.as(role, method, path, body));
  }
  #chain(what, body) {
    return this.#judge(() => this.server.chain(what, body, { from: freshAddress() }));
  }
  #signals(sessionId, signals, more = {}) {
    return this.#chain('signals', { sessionId, signals, ...more });
  }

  async #subscribe(name, eventTypes) {
    const there = this.again
      ? (await this.#ask('OPERATOR', 'GET', '/webhooks')).json.items.find(one => one.description === name)
      : undefined;
    const { subscriptionId } =
      there ??
      (
        await this.#ask('OPERATOR', 'POST', '/webhooks', {
          endpointUrl: `${this.hooks.url}/${name}`,
          eventTypes,
          description: name,
        })
      ).json;
    this.ids[name] = subscriptionId;
  }

  async #read(role, path) {
    const answer = await this.server.as(role, 'GET', path);
    assert.ok([200, 404].includes(answer.status), `reads go on: ${answer.status} ${answer.text}`);
    return answer.status === 200 ? answer.json : null;
  }
  async #deliveries(name) {
    return this.ids[name] ? deliveriesOf(this.server, this.ids[name]) : [];
  }

  // The complete state, except for what changes by itself: the delayed message and the states of deliveries. `lost` is a
  // signal outside the story with unknown result.
  async state() {
    const told = {};
    for (const id of sessions) {
      const session = await this.#read('CREATOR', `/chain/${id}`);
      told[id] = session && {
        version: session.version,
        visitor: session.visitorId,
        consent: session.consent,
        context: session.context,
        signals: session.signals.map(({ signalKey, version }) => `${signalKey} ${version}`),
        decisions: session.decisions
          .filter(({ trigger }) => trigger !== '@due')
          .map(one => `${one.trigger} ${one.outcome} ${one.ruleId}`),
      };
    }
    const owed = {};
    for (const name of Object.keys(this.ids)) {
      const types = (await this.#deliveries(name))
        .map(one => one.eventType)
        .filter(type => !['chain.message.due', 'signal.lost'].includes(type));
      if (types.length) owed[name] = types.sort();
    }
    return {
      sessions: told,
      owed,
      limits: (await this.#read('OWNER', '/settings')).limits,
      rules: (await this.#read('CREATOR', '/chain-rules')).items.map(rule => rule.ruleId).sort(),
      subscriptions: (await this.#read('OPERATOR', '/webhooks')).items
        .filter(one => /^[abc]$/.test(one.description))
        .map(one => `${one.description} ${one.eventTypes}`)
        .sort(),
      handles: (await this.server.admin('GET', '/handles')).json.items.map(({ handle }) => handle).sort(),
    };
  }

  // Every delivery has ended and had one id, and an attempt arrived twice only if the server died in between. Returns how
  // many arrived again.
  async accountedFor() {
    for (const name of Object.keys(this.ids)) {
      const all = await until(
        'everything owed has ended',
        async () => {
          const now = await this.#deliveries(name);
          return now.every(one => ended.includes(one.status)) && now;
        },
        60_000,
      );
      const came = new Set(this.arrived.filter(one => one.name === name).map(({ id }) => id));
      for (const one of all) {
        if (one.status === 'delivered')
          assert.ok(came.has(one.eventId), `${name}: ${one.eventType} is said to be delivered, and never came`);
        if (one.status === 'failed') assert.equal(name, 'c', `${one.eventType} ${one.reason}`);
      }
      const owed = new Set(all.map(one => one.eventId));
      for (const id of came) assert.ok(owed.has(id), `${name}: ${id} came, and is in no log`);
      assert.equal(owed.size, all.length, 'each event is owed once to a subscription');
    }
    const times = new Map();
    for (const { name, life, id, attempt } of this.arrived) {
      const key = `${name} ${id} ${attempt}`;
      times.set(key, [...(times.get(key) ?? []), life]);
    }
    for (const [key, lives] of times)
      assert.equal(new Set(lives).size, lives.length, `${key} came twice in one life of the server: ${lives}`);
    return [...times.values()].reduce((sum, lives) => sum + lives.length - 1, 0);
  }
}
