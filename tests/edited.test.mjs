// A delivery sent again with another payload: to the same endpoint, whatever its type, and to no other.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Beckon, freshSession, quickRetries } from './kit/beckon.mjs';
import { until } from './kit/wait.mjs';

let beckon;
const open = [];
before(async () => {
  beckon = await Beckon.start({ flags: ['--dev', ...quickRetries] });
});
after(async () => {
  for (const hook of open) await hook.close();
  await beckon?.close();
});

const subscribe = async types => {
  const hook = await beckon.subscribe(types);
  open.push(hook);
  return hook;
};
const call = (method, path, body, role = 'OPERATOR') => beckon.as(role, method, path, body);
const deliveriesOf = async hook => (await call('GET', `/webhooks/${hook.id}/deliveries`)).json.items;
const resend = (hook, deliveryId, body, role) =>
  call('POST', `/webhooks/${hook.id}/deliveries/${deliveryId}/resend`, body, role);
// Delivered to the endpoint: a signal of a new session.
async function delivered(hook, key) {
  const sessionId = freshSession();
  await beckon.signal(sessionId, { type: key, signalValue: 'first' });
  const { event } = await hook.log.next(one => one.event?.payload.sessionId === sessionId);
  const [{ deliveryId }] = (await deliveriesOf(hook)).filter(one => one.eventId === event.id);
  return { sessionId, event, deliveryId };
}

test('the endpoint gets the edited payload as the same type, signed, under a new id, and nobody else gets it', async () => {
  const [hook, other] = [await subscribe(['signal.seat']), await subscribe(['signal.seat'])];
  const { sessionId, event, deliveryId } = await delivered(hook, 'seat');
  await other.log.next(one => one.event?.id === event.id);
  const payload = { ...event.payload, signal: { ...event.payload.signal, signalValue: 'edited' } };
  const { status, json } = await resend(hook, deliveryId, { payload });
  assert.deepEqual([status, json.status], [202, 'queued']);
  const sent = await hook.log.next(one => one.event?.id === json.eventId);
  assert.deepEqual([sent.event.type, sent.event.payload, sent.verified], ['signal.seat', payload, true]);
  assert.notEqual(json.eventId, event.id);
  const made = (await call('GET', `/events/${json.eventId}`)).json;
  assert.deepEqual(
    made.deliveries.map(one => [one.deliveryId, one.subscriptionId]),
    [[json.deliveryId, hook.id]],
    'for this endpoint alone',
  );
  assert.deepEqual(
    [made.sessionId, made.cause.edited.delivery, made.cause.edited.event],
    [sessionId, deliveryId, event.id],
  );
  const { json: original } = await call('GET', `/webhooks/${hook.id}/deliveries/${deliveryId}`);
  assert.deepEqual(JSON.parse(original.requestBody), event);
  assert.equal(original.attempts.length, 1);
  assert.equal((await deliveriesOf(other)).length, 1);
  const [entry] = (await call('GET', '/audit-events')).json.items.filter(one => one.action === 'delivery.resend');
  assert.deepEqual([entry.target, entry.detail.edited.delivery], [json.deliveryId, deliveryId]);
});

test('it reaches the endpoint although that no longer subscribes to the type', async () => {
  const hook = await subscribe(['signal.table']);
  const { deliveryId } = await delivered(hook, 'table');
  assert.equal((await call('PATCH', `/webhooks/${hook.id}`, { eventTypes: ['order.paid'] })).status, 200);
  const { json } = await resend(hook, deliveryId, { payload: { n: 2 } });
  const sent = await hook.log.next(one => one.event?.id === json.eventId);
  assert.deepEqual([sent.event.type, sent.event.payload], ['signal.table', { n: 2 }]);
});

test('what was edited is erased with the session of the original, which can then be edited no more', async () => {
  const hook = await subscribe(['signal.lamp']);
  const { sessionId, deliveryId } = await delivered(hook, 'lamp');
  const { json } = await resend(hook, deliveryId, { payload: { name: 'Ada' } });
  await hook.log.next(one => one.event?.id === json.eventId);
  assert.equal((await call('DELETE', `/chain/${sessionId}`)).status, 204);
  assert.equal((await call('GET', `/events/${json.eventId}`)).json.payload, null);
  const refused = await resend(hook, deliveryId, { payload: { name: 'Ada' } });
  assert.deepEqual([refused.status, refused.json.error], [409, 'conflict']);
});

test('a disabled endpoint gets it when it is enabled; a deleted one is refused', async () => {
  const hook = await subscribe(['signal.rug']);
  const { deliveryId } = await delivered(hook, 'rug');
  assert.equal((await call('PATCH', `/webhooks/${hook.id}`, { enabled: false })).status, 200);
  const { status, json } = await resend(hook, deliveryId, { payload: { n: 3 } });
  assert.deepEqual([status, json.status], [202, 'held']);
  await until('it is held', async () =>
    (await deliveriesOf(hook)).some(one => one.deliveryId === json.deliveryId && one.status === 'held'),
  );
  assert.equal((await call('PATCH', `/webhooks/${hook.id}`, { enabled: true })).status, 200);
  assert.deepEqual((await hook.log.next(one => one.event?.id === json.eventId)).event.payload, { n: 3 });
  assert.equal((await call('DELETE', `/webhooks/${hook.id}`)).status, 204);
  const refused = await resend(hook, deliveryId, { payload: {} });
  assert.equal(refused.status, 409);
  assert.match(refused.json.message, /deleted/);
});

test('a payload that is none, another’s delivery and a lower role are refused, and nothing is sent', async () => {
  const [hook, other] = [await subscribe(['signal.vase']), await subscribe(['order.vase'])];
  const { deliveryId } = await delivered(hook, 'vase');
  for (const body of [{}, { payload: [] }, { payload: 'text' }, { payload: {}, type: 'x' }]) {
    const { status, json } = await resend(hook, deliveryId, body);
    assert.deepEqual([status, json.error], [400, 'validation_error'], JSON.stringify(body));
  }
  assert.equal((await resend(other, deliveryId, { payload: {} })).status, 404);
  assert.equal((await resend(hook, deliveryId, { payload: {} }, 'CREATOR')).status, 403);
  assert.equal((await deliveriesOf(hook)).length, 1);
});
