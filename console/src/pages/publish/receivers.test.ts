import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isReserved, isType, ownTypes, takenBy } from './receivers.ts';

test('an endpoint takes its types, those below a prefix, and with * all', () => {
  assert.equal(takenBy({ eventTypes: ['order.paid'] }, 'order.paid'), 'order.paid');
  assert.equal(takenBy({ eventTypes: ['order.paid'] }, 'order.paid.late'), undefined);
  assert.equal(takenBy({ eventTypes: ['link.clicked', 'order.*'] }, 'order.paid'), 'order.*');
  assert.equal(takenBy({ eventTypes: ['order.*'] }, 'orders.paid'), undefined);
  assert.equal(takenBy({ eventTypes: ['*'] }, 'anything'), '*');
});

test('the types of the server are reserved', () => {
  for (const type of ['signal.cart', 'chain.message.due', 'webhook.test', 'link.clicked'])
    assert.ok(isReserved(type), type);
  for (const type of ['order.paid', 'links.clicked', 'signals']) assert.ok(!isReserved(type) && isType(type), type);
  for (const type of ['', '.x', 'a b', 'order.*']) assert.ok(!isType(type), type);
});

test('what is suggested are custom types, each once', () => {
  assert.deepEqual(
    ownTypes([{ eventTypes: ['order.paid', '*', 'signal.*'] }, { eventTypes: ['order.paid', 'a.b', 'order.*'] }]),
    ['order.paid', 'a.b'],
  );
});
