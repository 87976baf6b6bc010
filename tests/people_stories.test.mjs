// Stories of people, from outside: what marketers expect of several devices, late news, nights and carts. Each begins
// with nothing known of its visitor.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as pass } from 'node:timers/promises';
import { Beckon, freshAddress, freshSession } from './kit/beckon.mjs';
import { until } from './kit/wait.mjs';

let beckon;
const open = [];
before(async () => {
  beckon = await Beckon.start();
});
after(async () => {
  for (const hook of open) await hook.close();
  await beckon?.close();
});

const person = () => `${freshSession()}@company.example`;
const path = id => `/visitors/${encodeURIComponent(id)}`;
const traits = async (id, body) => {
  const answer = await beckon.as('OPERATOR', 'POST', `${path(id)}/traits`, body);
  assert.equal(answer.status, 200, answer.text);
  return answer.json;
};
const signals = async (sessionId, list, who = {}) => {
  const answer = await beckon.chain('signals', { sessionId, ...who, signals: list }, { from: freshAddress() });
  assert.equal(answer.status, 202, answer.text);
  return answer.json;
};
const rule = async (id, body) => {
  const answer = await beckon.as('CREATOR', 'PUT', `/chain-rules/${id}`, {
    action: { type: id, payload: {} },
    ...body,
  });
  assert.ok([200, 201].includes(answer.status), answer.text);
  return answer.json;
};
const ask = async (trigger, who) =>
  (await beckon.as('CREATOR', 'POST', '/chain/resolve', { sessionId: freshSession(), trigger, ...who })).json;
const session = async id => (await beckon.as('CREATOR', 'GET', `/chain/${id}`)).json;
const hour = at => new Date(at).getUTCHours();
// "Etc/GMT±n" in which it is this hour now; the sign is the other way round.
const zoneAt = wanted => {
  const offset = ((wanted - hour(Date.now()) + 36) % 24) - 12;
  return offset === 0 ? 'Etc/UTC' : `Etc/GMT${offset > 0 ? '-' : '+'}${Math.abs(offset)}`;
};

test('the night of the visitor: a message waits for the morning of the visitor, and moves with their zone', async () => {
  const hook = await beckon.subscribe(['chain.message.due']);
  open.push(hook);
  await rule('night', {
    triggers: ['@due'],
    when: { all: [{ absent: { key: 'night.purchase' }, after: { key: 'night.cart' }, for: '3s' }] },
    active: { hours: '08:00-22:00', zone: 'visitor', zoneElse: ['Etc/UTC'] },
  });
  const id = person(),
    sessionId = freshSession();
  await traits(id, { set: { zone: zoneAt(4) } });
  await signals(sessionId, [{ type: 'night.cart' }], { visitorId: id });
  await pass(6_000);
  assert.equal(hook.log.items.length, 0, 'it is night where they are');
  const [timer] = (await session(sessionId)).timeline.filter(({ kind }) => kind === 'timer');
  const offset = 4 - hour(Date.now());
  assert.equal((hour(timer.at) + offset + 48) % 24, 8, `${timer.at} is eight in the morning there`);
  assert.equal(new Date(timer.at).getUTCMinutes(), 0);
  await traits(id, { set: { zone: zoneAt(12) } });
  await until('the message comes at once', () => hook.log.items.length === 1, 5_000);
  await pass(1_000);
  assert.equal(hook.log.items.length, 1, 'and once');
});

test('where the zone is not known, it is open only where it is open in all the others', async () => {
  const closed = zoneAt(4),
    opened = zoneAt(12);
  const active = { hours: '08:00-22:00', zone: 'visitor' };
  await rule('one-open', { triggers: ['one'], when: {}, active: { ...active, zoneElse: [opened] } });
  await rule('one-closed', { triggers: ['two'], when: {}, active: { ...active, zoneElse: [opened, closed] } });
  assert.equal((await ask('one', {})).outcome, 'act');
  assert.equal((await ask('two', {})).outcome, 'suppressed');
  assert.equal((await ask('two', { context: { zone: opened } })).outcome, 'act', 'the browser knows it');
  const id = person();
  await traits(id, { set: { zone: closed } });
  assert.equal(
    (await ask('two', { visitorId: id, context: { zone: opened } })).outcome,
    'suppressed',
    'a trait says more',
  );
  const refused = await beckon.as('CREATOR', 'PUT', '/chain-rules/bad', {
    triggers: ['x'],
    when: {},
    action: { type: 'x', payload: {} },
    active,
  });
  assert.equal(refused.status, 400);
  assert.equal(refused.json.details[0].field, 'active.zoneElse', 'no silent UTC');
});

test('old news: an import of last year overwrites nothing of today', async () => {
  const id = person();
  await rule('paying', { triggers: ['paying'], when: { all: [{ trait: 'plan', equals: 'pro' }] } });
  await traits(id, { set: { plan: 'pro' }, source: 'crm' });
  await traits(id, { set: { plan: 'free' }, source: 'crm', at: '2025-01-01T00:00:00Z' });
  assert.equal((await ask('paying', { visitorId: id })).outcome, 'act');
});

test('two customers of one computer: neither has the other’s traits', async () => {
  const [one, other] = [person(), person()],
    browser = `a-${freshSession()}`;
  await beckon.as('OPERATOR', 'PUT', '/traits/colour', { type: 'text', public: true });
  const onPage = (visitorId, colour) =>
    beckon.chain(
      'signals',
      {
        sessionId: freshSession(),
        anonymousId: browser,
        visitorId,
        traits: { set: { colour } },
        signals: [{ type: 'view' }],
      },
      { from: freshAddress() },
    );
  await onPage(one, 'red');
  await onPage(other, 'blue');
  const colour = async id => (await beckon.as('OPERATOR', 'GET', path(id))).json.traits.colour.value;
  assert.deepEqual([await colour(one), await colour(other)], ['red', 'blue']);
});

test('a customer stays one: a purchase is seen after many sessions of scrolling', async () => {
  const id = person();
  await signals(freshSession(), [{ type: 'purchase' }], { visitorId: id });
  const scrolls = Array.from({ length: 50 }, () => ({ type: 'scroll' }));
  for (let i = 0; i < 25; ++i) await signals(freshSession(), scrolls, { visitorId: id });
  await rule('not-a-customer', {
    triggers: ['win-back'],
    when: { none: [{ seen: { key: 'purchase' }, within: '1d', scope: 'visitor' }] },
  });
  assert.equal((await ask('win-back', { visitorId: id })).outcome, 'none');
  assert.equal((await ask('win-back', { visitorId: person() })).outcome, 'act');
});

test('no “Hi ,”: a missing value holds back control and treatment alike, and the next rule acts', async () => {
  await rule('hi', {
    triggers: ['greet'],
    priority: 90,
    when: {},
    split: { holdout: 50 },
    action: { type: 'hi', payload: { text: 'Hi {{visitor.traits.firstName}}', n: '{{visitor.traits.orders}}' } },
  });
  await rule('plain', { triggers: ['greet'], priority: 10, when: {} });
  for (let i = 0; i < 20; ++i) {
    const answer = await ask('greet', { visitorId: person() });
    assert.deepEqual([answer.outcome, answer.ruleId], ['act', 'plain']);
    const [{ heldBack }] = answer.explanation;
    assert.deepEqual([heldBack.by, heldBack.missing], ['render', 'visitor.traits.firstName']);
  }
  const said = [];
  for (let i = 0; i < 20; ++i) {
    const id = person();
    await traits(id, { set: { firstName: 'Jo "{{x}}" <b>', orders: 3 } });
    said.push(await ask('greet', { visitorId: id }));
  }
  assert.ok(said.every(({ ruleId }) => ruleId === 'hi'));
  const acted = said.filter(({ outcome }) => outcome === 'act');
  assert.ok(acted.length > 2 && acted.length < 18, `${acted.length} of 20 acted, the others are in the control group`);
  for (const { action } of acted) assert.deepEqual(action.payload, { text: 'Hi Jo "{{x}}" <b>', n: 3 });
  // On the public route nobody proves who they are, and the trait is not public.
  const id = person();
  await traits(id, { set: { firstName: 'Jo', orders: 3 } });
  const page = await beckon.chain(
    'resolve',
    { sessionId: freshSession(), trigger: 'greet', visitorId: id },
    { from: freshAddress() },
  );
  assert.equal(page.json.ruleId, 'plain', page.text);
});

test('a message says whom it is for, what it waited from and until when it is worth sending', async () => {
  const hook = await beckon.subscribe(['chain.message.due']);
  open.push(hook);
  await rule('whom', {
    triggers: ['@due'],
    when: { all: [{ absent: { key: 'whom.purchase' }, after: { key: 'whom.cart' }, for: '1s' }] },
    ttl: '1h',
    include: ['email', 'plan', 'nickname'],
    action: {
      type: 'mail',
      payload: { to: '{{visitor.traits.email}}', sku: '{{anchor.metadata.sku}}', id: '{{decision.id}}' },
    },
  });
  const id = person(),
    anonymousId = `a-${freshSession()}`,
    sessionId = freshSession();
  await traits(id, { set: { email: id, plan: 'pro', zone: 'Europe/Vienna' } });
  await signals(sessionId, [{ type: 'whom.cart', metadata: { sku: 'lamp' } }], { visitorId: id, anonymousId });
  const { payload } = await until(
    'it comes',
    () => hook.log.items.find(({ event }) => event.payload.ruleId === 'whom')?.event,
    10_000,
  );
  assert.deepEqual(payload.visitor, {
    visitorId: id,
    ids: [id],
    zone: 'Europe/Vienna',
    traits: { email: id, plan: 'pro' },
  });
  assert.equal(payload.anchor.sessionId, sessionId);
  assert.equal(payload.anchor.signal.signalKey, 'whom.cart');
  assert.deepEqual(payload.action.payload, { to: id, sku: 'lamp', id: payload.decisionId });
  assert.equal(payload.idempotencyKey, payload.decisionId);
  assert.ok(Math.abs(Date.parse(payload.sendBefore) - Date.parse(payload.resolvedAt) - 3_600_000) < 5_000);
  // Whoever may look at decisions is not told the address.
  const looked = await beckon.as('CREATOR', 'GET', `/decisions/${payload.decisionId}`);
  assert.ok(!looked.text.includes(id), looked.text);
});

test('the same cart: of two carts, the message is about the one that was not bought', async () => {
  const hook = await beckon.subscribe(['chain.message.due']);
  open.push(hook);
  await rule('same-cart', {
    triggers: ['@due'],
    when: {
      all: [
        { absent: { key: 'same.purchase' }, after: { key: 'same.cart' }, same: 'cartId', for: '2s', scope: 'visitor' },
      ],
    },
    action: { type: 'mail', payload: { cart: '{{same}}', text: 'Cart {{same}} is waiting' } },
  });
  const sessionId = freshSession();
  const of = (type, cartId) => ({ type, metadata: { cartId } });
  await signals(sessionId, [of('same.cart', 1), of('same.cart', 2), of('same.purchase', 1)], { visitorId: person() });
  const waiting = (await session(sessionId)).timeline.filter(({ kind }) => kind === 'timer');
  assert.equal(waiting.length, 1);
  const told = () => hook.log.items.filter(({ event }) => event.payload.ruleId === 'same-cart');
  await until('it comes', () => told().length > 0, 10_000);
  const [{ event }] = told();
  assert.equal(event.payload.same, '2');
  assert.equal(event.payload.anchor.signal.metadata.cartId, 2);
  assert.deepEqual(event.payload.action.payload, { cart: '2', text: 'Cart 2 is waiting' });
  assert.equal(event.payload.explanation[0].conditions[0].same, '2');
  // A cart that is filled later has a message of its own, and takes none of the other away.
  await signals(sessionId, [of('same.cart', 3)]);
  await until('the next one comes', () => told().length > 1, 10_000);
  assert.deepEqual(
    told().map(one => one.event.payload.same),
    ['2', '3'],
  );
  const recorded = await beckon.as('CREATOR', 'GET', `/decisions/${event.payload.decisionId}`);
  assert.equal(recorded.json.same, true, recorded.text);
});

const counter = async (name, body) => {
  const answer = await beckon.as('CREATOR', 'PUT', `/counters/${name}`, body);
  assert.equal(answer.status, 201, answer.text);
  await until(
    'the counter is filled',
    async () => (await beckon.as('CREATOR', 'GET', `/counters/${name}`)).json.filling === null,
  );
};
const counted = async (id, name) => (await beckon.as('OPERATOR', 'GET', path(id))).json.counters[name].count;

test('customer for ever: 250 scrolls in each of 25 sessions push no purchase out, and only erasure takes it back', async () => {
  await beckon.widen();
  await counter('everOrders', { key: 'purchase', field: 'amount' });
  await rule('a-customer', {
    triggers: ['ever'],
    priority: 9,
    when: { all: [{ ever: 'everOrders', count: { atLeast: 1 } }] },
  });
  await rule('no-purchase-today', {
    triggers: ['ever-window'],
    when: { none: [{ seen: { key: 'purchase' }, scope: 'visitor', within: '1d' }] },
  });
  const id = person(),
    bought = freshSession();
  await signals(bought, [{ type: 'purchase', metadata: { amount: 10 } }], { visitorId: id });
  const scrolls = Array.from({ length: 50 }, () => ({ type: 'scroll' }));
  for (let i = 0; i < 25; ++i) {
    const sessionId = freshSession();
    for (let k = 0; k < 5; ++k) await signals(sessionId, scrolls, { visitorId: id });
    if (i === 12) {
      await beckon.kill();
      await beckon.open();
    }
  }
  assert.equal((await ask('ever', { visitorId: id })).ruleId, 'a-customer');
  assert.equal((await ask('ever-window', { visitorId: id })).outcome, 'none');
  assert.equal(await counted(id, 'everOrders'), 1);
  assert.equal((await beckon.as('OPERATOR', 'DELETE', `/chain/${bought}`)).status, 204);
  assert.equal(await counted(id, 'everOrders'), 0);
  assert.equal((await ask('ever', { visitorId: id })).outcome, 'none');
  assert.equal((await ask('ever-window', { visitorId: id })).outcome, 'act');
});

test('no “Hi ,” with a counter: n is a number where all is known, and missing where nobody proves who they are', async () => {
  await counter('greeted', { key: 'greeted.purchase' });
  await rule('hi-customer', {
    triggers: ['greet-customer'],
    priority: 90,
    when: {},
    split: { holdout: 50 },
    action: { type: 'hi', payload: { text: 'Hi {{visitor.traits.firstName}}', n: '{{ever.greeted.count}}' } },
  });
  await rule('hi-anybody', { triggers: ['greet-customer'], priority: 10, when: {} });
  for (let i = 0; i < 40; ++i) {
    const answer = await ask('greet-customer', { visitorId: person() });
    assert.deepEqual([answer.outcome, answer.ruleId], ['act', 'hi-anybody']);
    assert.equal(answer.explanation[0].heldBack.by, 'render');
  }
  const said = [];
  for (let i = 0; i < 40; ++i) {
    const id = person();
    await traits(id, { set: { firstName: 'Jo' } });
    await signals(freshSession(), [{ type: 'greeted.purchase' }, { type: 'greeted.purchase' }], { visitorId: id });
    said.push(await ask('greet-customer', { visitorId: id }));
  }
  assert.ok(said.every(({ ruleId }) => ruleId === 'hi-customer'));
  const acted = said.filter(({ outcome }) => outcome === 'act');
  assert.ok(acted.length > 5 && acted.length < 35, `${acted.length} of 40 acted, the others are in the control group`);
  for (const { action } of acted) assert.deepEqual(action.payload, { text: 'Hi Jo', n: 2 });
  const id = person();
  await traits(id, { set: { firstName: 'Jo' } });
  const page = await beckon.chain(
    'resolve',
    { sessionId: freshSession(), trigger: 'greet-customer', visitorId: id },
    { from: freshAddress() },
  );
  assert.equal(page.json.ruleId, 'hi-anybody', page.text);
});
