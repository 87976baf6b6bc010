// Contract section 6: events of the operator's own, where an event came from, and the event catalog.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import Ajv from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { Beckon, freshSession, quickRetries } from './kit/beckon.mjs';

let beckon;
const open = [];
before(async () => {
  beckon = await Beckon.start({ flags: ['--dev', ...quickRetries] });
});
after(async () => {
  for (const hook of open) await hook.close();
  await beckon?.close();
});

const subscribe = async (...args) => {
  const hook = await beckon.subscribe(...args);
  open.push(hook);
  return hook;
};
const hooks = (method, path = '', body, options) => beckon.as('OPERATOR', method, `/webhooks${path}`, body, options);

describe('events of one’s own, and where an event came from', () => {
  const publish = (body, role = 'OPERATOR') => beckon.as(role, 'POST', '/events', body);
  const event = async id => {
    const answer = await beckon.as('OPERATOR', 'GET', `/events/${id}`);
    assert.equal(answer.status, 200, answer.text);
    return answer.json;
  };

  test('is told to who wants it, as it was given', async () => {
    const hook = await subscribe(['order.*']);
    const made = await publish({ type: 'order.paid', payload: { orderId: 'A-1', amount: 49.9 } });
    assert.equal(made.status, 202, made.text);
    const sent = await hook.log.next();
    assert.deepEqual(
      [sent.event.id, sent.event.type, sent.event.payload, sent.verified],
      [made.json.eventId, 'order.paid', { orderId: 'A-1', amount: 49.9 }, true],
    );
    const { status, cause, deliveries } = await event(made.json.eventId);
    assert.deepEqual(
      [status, Object.keys(cause), deliveries.length, deliveries[0].subscriptionId],
      ['matched', ['published'], 1, hook.id],
    );
  });

  test('that nobody wants is kept, and is unmatched', async () => {
    const { json } = await publish({ type: 'nobody.cares', payload: {} });
    const { status, deliveries, payload } = await event(json.eventId);
    assert.deepEqual([status, deliveries, payload], ['unmatched', [], {}]);
  });

  test('the same id: with the same content the same event, told once; with other content 409', async () => {
    const hook = await subscribe(['twice.said']);
    const body = { type: 'twice.said', payload: { n: 1, deep: { er: [1, 2] } }, id: 'n-1' };
    const answers = await Promise.all(Array.from({ length: 8 }, () => publish(body)));
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [202]);
    assert.equal(new Set(answers.map(({ json }) => json.eventId)).size, 1);
    for (const other of [{ payload: { n: 2 } }, { type: 'twice.told' }])
      assert.deepEqual((({ status, json }) => [status, json.error])(await publish({ ...body, ...other })), [
        409,
        'conflict',
      ]);
    await beckon.kill();
    await beckon.open();
    assert.equal((await publish(body)).json.eventId, answers[0].json.eventId, 'also after kill -9');
    await hook.log.next();
    assert.equal((await event(answers[0].json.eventId)).deliveries.length, 1);
    assert.equal((await hooks('GET', `/${hook.id}/deliveries`)).json.items.length, 1);
  });

  for (const [name, body, ...fields] of [
    ['nothing', {}, 'type', 'payload'],
    ['a signal', { type: 'signal.cart', payload: {} }, 'type'],
    ['a link', { type: 'link.clicked', payload: {} }, 'type'],
    ['a decision', { type: 'chain.decision.resolved', payload: {} }, 'type'],
    ['one of the webhooks', { type: 'webhook.test', payload: {} }, 'type'],
    ['a payload that is a list', { type: 'a.b', payload: [] }, 'payload'],
    ['an id that is a number', { type: 'a.b', payload: {}, id: 5 }, 'id'],
    ['a very long id', { type: 'a.b', payload: {}, id: 'x'.repeat(65) }, 'id'],
  ])
    test(`${name} is refused by its field`, async () => {
      const { status, json, text } = await publish(body);
      assert.deepEqual(
        [status, json.error, json.details.map(({ field }) => field)],
        [400, 'validation_error', fields],
        text,
      );
    });

  test('a CREATOR may not publish nor read', async () => {
    assert.equal((await publish({ type: 'a.b', payload: {} }, 'CREATOR')).json.error, 'insufficient_role');
    assert.equal((await beckon.as('CREATOR', 'GET', '/events/evt_x')).json.error, 'insufficient_role');
    assert.equal((await beckon.as('OPERATOR', 'GET', '/events/evt_unknown')).json.error, 'not_found');
  });

  test('an event says which signal, and which decision under which rules, it came from', async () => {
    const hook = await subscribe(['signal.because', 'chain.decision.resolved']);
    const sessionId = freshSession();
    await beckon.signal(sessionId, { type: 'other' }, { type: 'because' });
    const put = await beckon.as('CREATOR', 'PUT', '/chain-rules/why', {
      triggers: ['why'],
      when: {},
      action: { type: 'popup', payload: {} },
    });
    const { json: decision } = await beckon.chain('resolve', { sessionId, trigger: 'why' });
    const sent = await hook.log.next(one => one.event.type === 'signal.because');
    assert.deepEqual((await event(sent.event.id)).cause, { signal: { sessionId, version: 2 } });
    const told = await hook.log.next(one => one.event.type === 'chain.decision.resolved');
    const { cause, sessionId: session } = await event(told.event.id);
    assert.deepEqual(cause, {
      decision: decision.decisionId,
      sessionId,
      trigger: 'why',
      ruleId: 'why',
      rulesVersion: put.json.rulesVersion,
    });
    assert.equal(session, sessionId);
    await beckon.as('CREATOR', 'DELETE', '/chain-rules/why');
  });

  test('the catalog has a schema and an example for each type, and a CREATOR sees hosts only', async () => {
    const hook = await subscribe(['nothing'], { path: '/secret-path', more: { headers: { 'x-a': 'b' } } });
    const seen = await beckon.as('CREATOR', 'GET', '/notifications');
    assert.equal(seen.status, 200, seen.text);
    const types = seen.json.events.map(({ type }) => type);
    for (const type of [
      'signal.<signalKey>',
      'link.clicked',
      'chain.decision.resolved',
      'chain.message.due',
      'webhook.test',
      'webhook.delivery.failed',
      'webhook.subscription.disabled',
    ])
      assert.ok(types.includes(type), type);
    const ajv = new Ajv({ strict: false });
    formats.default(ajv);
    for (const { type, schema, example } of seen.json.events) {
      assert.ok(!JSON.stringify(schema).includes('$ref'), type);
      assert.ok(ajv.validate(schema, example), `${type}: ${ajv.errorsText()}`);
      assert.ok(!ajv.validate(schema, {}), type);
    }
    assert.deepEqual(
      seen.json.subscriptions.find(one => one.subscriptionId === hook.id),
      { host: '127.0.0.1', subscriptionId: hook.id, eventTypes: ['nothing'], enabled: true },
    );
    assert.ok(!seen.text.includes('secret-path'));
    const full = (await beckon.as('OPERATOR', 'GET', '/notifications')).json.subscriptions.find(
      one => one.subscriptionId === hook.id,
    );
    assert.deepEqual([full.host, full.endpointUrl], ['127.0.0.1', `${hook.url}/secret-path`]);
  });
});
