// Delayed rules, from outside: rules.md ("absent", "Late is wrong"), contract sections 4 to 6, the story of the playbook.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
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

const rule = (wait = '1s', more = {}) => ({
  triggers: ['@due'],
  when: { all: [{ absent: { key: 'purchase' }, after: { key: 'cart', value: 'add' }, for: wait, ...more.absent }] },
  action: { type: 'email', payload: { template: 'cart' } },
  ...more.rule,
});
const put = async (id, body) => {
  const answer = await beckon.as('CREATOR', 'PUT', `/chain-rules/${id}`, body);
  assert.ok([200, 201].includes(answer.status), answer.text);
  return answer.json;
};
const signals = async (sessionId, list, more = {}) => {
  const answer = await beckon.chain('signals', { sessionId, signals: list, ...more }, { from: freshAddress() });
  assert.equal(answer.status, 202, answer.text);
  return answer.json;
};
const cart = { type: 'cart', signalValue: 'add' };
const subscribe = async options => {
  const hook = await beckon.subscribe(['chain.message.due'], options);
  open.push(hook);
  return hook;
};
const session = async id => {
  const answer = await beckon.as('CREATOR', 'GET', `/chain/${id}`);
  assert.equal(answer.status, 200, answer.text);
  return answer.json;
};
const timers = async id => (await session(id)).timeline.filter(moment => moment.kind === 'timer');
const deliveries = async (hook, id) =>
  (await beckon.as('OPERATOR', 'GET', `/webhooks/${hook.id}/deliveries`)).json.items.filter(
    one => one.sessionId === id,
  );
const of =
  id =>
  ({ event }) =>
    event.payload.sessionId === id;
// A message that no receiver takes: it stays pending.
const pending = async (hook, id) =>
  until('a first attempt has failed', async () => (await deliveries(hook, id)).find(one => one.status === 'retrying'));
afterEach(async () => {
  for (const { ruleId } of (await beckon.as('CREATOR', 'GET', '/chain-rules')).json.items)
    await beckon.as('CREATOR', 'DELETE', `/chain-rules/${ruleId}`);
});

describe('a delayed rule', () => {
  test('tells, signed, exactly why; and the log shows the 200', async () => {
    const hook = await subscribe();
    const { rulesVersion } = await put('cart-rescue', rule());
    const id = freshSession();
    const before = Date.now();
    await signals(id, [{ type: 'view' }, cart]);
    const waiting = await timers(id);
    assert.deepEqual(
      waiting.map(({ ruleId, signalVersion }) => [ruleId, signalVersion]),
      [['cart-rescue', 2]],
    );
    const { event, verified, headers } = await hook.log.next(of(id));
    assert.ok(verified);
    assert.equal(headers['x-arjun-event-type'], 'chain.message.due');
    assert.equal(event.type, 'chain.message.due');
    const { payload } = event;
    assert.deepEqual(
      [payload.trigger, payload.outcome, payload.ruleId, payload.action, payload.sessionVersion, payload.rulesVersion],
      ['@due', 'act', 'cart-rescue', { type: 'email', payload: { template: 'cart' } }, 2, rulesVersion],
    );
    assert.ok(
      Date.parse(payload.resolvedAt) >= Math.max(before + 1000, Date.parse(waiting[0].at)),
      'not before it was due',
    );
    assert.equal(payload.explanation.length, 1);
    assert.equal(payload.explanation[0].matched, true);
    assert.equal(payload.explanation[0].conditions[0].path, 'when.all[0]');
    const [delivery] = await until('the log shows it', async () => {
      const all = await deliveries(hook, id);
      return all[0]?.status === 'delivered' && all;
    });
    assert.equal(delivery.lastStatus, 200);
    const { timeline, decisions } = await session(id);
    assert.deepEqual(
      timeline.map(moment => moment.kind),
      ['signal', 'signal', 'decision', 'delivery'],
    );
    assert.deepEqual(
      [decisions[0].decisionId, decisions[0].trigger, decisions[0].outcome],
      [payload.decisionId, '@due', 'act'],
    );
    const cause = (await beckon.as('OPERATOR', 'GET', `/events/${event.id}`)).json.cause;
    assert.deepEqual(
      [cause.decision, cause.ruleId, cause.signal],
      [payload.decisionId, 'cart-rescue', { sessionId: id, version: 2 }],
    );
  });

  test('tells nothing of a sensitive trait in its explanation', async () => {
    const endsAt = new Date(Date.now() + 5 * 86_400_000).toISOString();
    for (const [name, type] of [
      ['endsAt', 'instant'],
      ['company', 'text'],
    ])
      assert.equal((await beckon.as('OPERATOR', 'PUT', `/traits/${name}`, { type, sensitive: true })).status, 201);
    const visitorId = `${freshSession()}@company.example`;
    const said = await beckon.as('OPERATOR', 'POST', `/visitors/${visitorId}/traits`, {
      set: { endsAt, company: 'Wile & Co' },
    });
    assert.deepEqual(said.json.applied, ['company', 'endsAt']);
    const hook = await subscribe();
    const body = rule();
    body.when.all.push({ trait: 'endsAt', until: { atLeast: '0s', atMost: '20d' } });
    body.when.all.push({ trait: 'company', startsWith: 'Wile' });
    await put('cart-rescue', body);
    const id = freshSession();
    await signals(id, [cart], { visitorId });
    const { event } = await hook.log.next(of(id));
    const hidden = ({ seen, changesAt }) => [seen, changesAt];
    const why = event.payload.explanation[0].conditions;
    assert.equal(why.length, 3);
    for (const one of why.slice(1)) assert.deepEqual(hidden(one), ['hidden, because the trait is sensitive', null]);
    const again = await beckon.as('CREATOR', 'GET', `/decisions/${event.payload.decisionId}`);
    assert.deepEqual(again.json.explanation[0].conditions.slice(1), why.slice(1));
  });

  test('does not tell of those who came back to buy, also where that arrives late', async () => {
    const hook = await subscribe();
    await put('cart-rescue', rule('2s'));
    const [bought, late, left] = [freshSession(), freshSession(), freshSession()];
    const at = new Date().toISOString();
    await signals(bought, [cart]);
    await signals(late, [{ ...cart, at }]);
    await signals(bought, [{ type: 'purchase' }]);
    await signals(late, [{ type: 'view' }, { type: 'purchase', at }]);
    assert.deepEqual([await timers(bought), await timers(late)], [[], []]);
    await signals(left, [cart]);
    await hook.log.next(of(left));
    assert.equal(hook.log.items.length, 1, 'those before it would have been told before it');
  });

  test('is no trigger that anybody may ask for', async () => {
    const answer = await beckon.chain(
      'resolve',
      { sessionId: freshSession(), trigger: '@due' },
      { from: freshAddress() },
    );
    assert.deepEqual([answer.status, answer.json.error], [400, 'validation_error']);
  });

  test('in shadow is recorded and tells nothing', async () => {
    const hook = await subscribe();
    await put('quiet', rule('1s', { rule: { status: 'shadow' } }));
    await put('loud', rule('1s'));
    const id = freshSession();
    await signals(id, [cart]);
    assert.equal((await hook.log.next(of(id))).event.payload.ruleId, 'loud');
    await until(
      'both were looked at',
      async () => (await session(id)).decisions.filter(one => one.trigger === '@due').length === 2,
    );
    assert.equal(hook.log.items.filter(of(id)).length, 1);
  });

  test('sees all sessions of the visitor in that scope', async () => {
    const hook = await subscribe();
    await put('cart-rescue', rule('2s', { absent: { scope: 'visitor' } }));
    const [phone, desk, alone] = [freshSession(), freshSession(), freshSession()];
    const before = new Date(Date.now() - 100).toISOString(); // not in the millisecond of the purchase
    await signals(phone, [{ ...cart, at: before }], { visitorId: 'v-phone' });
    await signals(desk, [{ type: 'purchase' }], { visitorId: 'v-phone' });
    assert.deepEqual(await timers(phone), []);
    await signals(alone, [cart], { visitorId: 'v-alone' });
    await hook.log.next(of(alone));
    assert.deepEqual(hook.log.items.filter(of(phone)), []);
  });
});

describe('late is wrong', () => {
  const refusing = () => subscribe({ answer: () => ({ status: 503 }) });
  const withdrawn = (hook, id) =>
    until('it is withdrawn', async () => (await deliveries(hook, id)).find(one => one.status === 'withdrawn'));

  test('what was missed withdraws the message behind the firing, with the reason, and it is not sent by hand', async () => {
    const hook = await refusing();
    await put('cart-rescue', rule());
    const id = freshSession();
    await signals(id, [cart]);
    await pending(hook, id);
    await signals(id, [{ type: 'purchase', at: new Date().toISOString() }]);
    const one = await withdrawn(hook, id);
    assert.match(one.reason, /^the message is no longer true: purchase arrived at 20\d\d-/);
    assert.ok(one.endedAt);
    const moment = (await session(id)).timeline.find(({ kind }) => kind === 'delivery');
    assert.deepEqual([moment.status, moment.reason], ['withdrawn', one.reason]);
    const again = await beckon.as('OPERATOR', 'POST', `/webhooks/${hook.id}/deliveries/${one.deliveryId}/retry`);
    assert.deepEqual([again.status, again.json.error], [409, 'conflict']);
  });

  test('a newer cart supersedes the message that is still retried, and gets its own', async () => {
    const hook = await refusing();
    await put('cart-rescue', rule());
    const id = freshSession();
    await signals(id, [cart]);
    const { deliveryId } = await pending(hook, id);
    await signals(id, [cart]);
    const one = await withdrawn(hook, id);
    assert.equal(one.deliveryId, deliveryId);
    assert.match(one.reason, /^superseded: cart arrived at 20\d\d-/);
    await until('the newer one is told', async () => (await deliveries(hook, id)).length === 2);
  });

  test('a rule that is paused loses its timers and its messages', async () => {
    const hook = await refusing();
    await put('cart-rescue', rule());
    const [told, waiting] = [freshSession(), freshSession()];
    await signals(told, [cart]);
    await pending(hook, told);
    await put('cart-rescue', rule('1h'));
    await signals(waiting, [cart]);
    assert.equal((await timers(waiting)).length, 1);
    await put('cart-rescue', rule('1h', { rule: { status: 'paused' } }));
    assert.equal((await withdrawn(hook, told)).reason, 'the rule is no longer live');
    assert.deepEqual(await timers(waiting), []);
  });

  test('so does one that is deleted, and one that a rollback takes away', async () => {
    const hook = await refusing();
    const { rulesVersion } = await put('other', { triggers: ['t'], when: {}, action: { type: 'popup', payload: {} } });
    await put('cart-rescue', rule());
    const id = freshSession();
    await signals(id, [cart]);
    await pending(hook, id);
    const back = await beckon.as('CREATOR', 'POST', '/chain-rules/rollback', { version: rulesVersion });
    assert.equal(back.status, 200, back.text);
    assert.equal((await withdrawn(hook, id)).reason, 'the rule was deleted');
  });

  test('denied consent ends all of it', async () => {
    const hook = await refusing();
    await put('cart-rescue', rule());
    const id = freshSession();
    await signals(id, [cart]);
    const { deliveryId } = await pending(hook, id);
    await signals(id, [{ type: 'view' }], { consent: 'denied' });
    const one = (await beckon.as('OPERATOR', 'GET', `/webhooks/${hook.id}/deliveries/${deliveryId}`)).json;
    assert.deepEqual([one.status, one.reason], ['withdrawn', 'consent denied']);
  });

  test('past its ttl a message is withdrawn instead of sent', async () => {
    const hook = await refusing();
    await put('cart-rescue', rule('1s', { rule: { ttl: '2s' } }));
    const id = freshSession();
    await signals(id, [cart]);
    assert.equal((await withdrawn(hook, id)).reason, 'it expired before it could be sent');
  });
});

describe('timers', () => {
  test('that are overdue as their signal arrives wait a grace for the rest of the queue', async () => {
    await put('cart-rescue', rule('10m'));
    const id = freshSession();
    const ago = minutes => new Date(Date.now() - minutes * 60_000).toISOString();
    const before = Date.now();
    await signals(id, [{ ...cart, at: ago(50) }]);
    const [{ at }] = await timers(id);
    assert.ok(Date.parse(at) >= before + 60_000, at);
    await signals(id, [{ type: 'purchase', at: ago(45) }]);
    assert.deepEqual(await timers(id), []);
    const bad = await beckon.as('OWNER', 'PUT', '/settings', { dueGrace: '11m' });
    assert.deepEqual([bad.status, bad.json.details[0].field], [400, 'dueGrace']);
    for (const dueGrace of ['0s', '90s']) {
      const saved = await beckon.as('OWNER', 'PUT', '/settings', { dueGrace });
      assert.equal(saved.status, 200, saved.text);
      assert.equal((await beckon.as('OWNER', 'GET', '/settings')).json.dueGrace, dueGrace);
    }
    await beckon.as('OWNER', 'PUT', '/settings', {});
  });

  test('of a visitor whose clock is 11 minutes slow run from now on', async () => {
    await put('cart-rescue', rule('10m'));
    const id = freshSession();
    const sentAt = Date.now() - 11 * 60_000;
    const before = Date.now();
    await signals(id, [{ ...cart, at: sentAt }], { sentAt });
    const [{ at }] = await timers(id);
    assert.ok(Date.parse(at) >= before + 10 * 60_000, at);
  });

  test('survive kill -9, and fire once', async () => {
    const hook = await subscribe();
    await put('cart-rescue', rule('3s'));
    const id = freshSession();
    await signals(id, [cart]);
    const [{ at }] = await timers(id);
    await beckon.kill();
    await beckon.open();
    const { event } = await hook.log.next(of(id));
    assert.ok(Date.parse(event.payload.resolvedAt) >= Date.parse(at));
    await until('the result is written', async () => (await deliveries(hook, id))[0]?.status === 'delivered');
    await beckon.kill();
    await beckon.open();
    const next = freshSession();
    await signals(next, [cart]);
    await hook.log.next(of(next));
    assert.equal(new Set(hook.log.items.filter(of(id)).map(({ headers }) => headers['webhook-id'])).size, 1);
    assert.deepEqual(await timers(id), []);
  });

  test('that were due while the server was down fire when it is back', async () => {
    const hook = await subscribe();
    await put('cart-rescue', rule('1s'));
    const id = freshSession();
    await signals(id, [cart]);
    const [{ at }] = await timers(id);
    await beckon.kill();
    await until('it is overdue', () => Date.now() > Date.parse(at) + 200);
    await beckon.open();
    await hook.log.next(of(id));
  });
});
