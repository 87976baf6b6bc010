import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checklist } from './checklist.ts';
import type { DeliveryDetail } from '../../state/deliveries.ts';

const latency = { dns: null, connect: 0.2, tls: null, firstByte: 1, total: 2 };
const attempt = (changes: object) => ({
  number: 1,
  at: '2026-02-25T12:00:00.100Z',
  url: 'https://hooks.example.com/',
  outcome: 'status',
  status: 200,
  error: null,
  latency,
  requestHeaders: {},
  responseHeaders: {},
  responseHeadersCut: false,
  responseBody: null,
  ...changes,
});
const delivery = (status: string, ...attempts: object[]) =>
  ({
    status,
    attempts,
    attemptCount: attempts.length,
    createdAt: '2026-02-25T12:00:00Z',
    reason: null,
  }) as unknown as DeliveryDetail;
const stopsAt = (one: DeliveryDetail) => checklist(one).find(({ state }) => state === 'stopped')?.step;

test('a delivery that arrived has every step done', () => {
  assert.ok(checklist(delivery('delivered', attempt({}))).every(({ state }) => state === 'done'));
});

test('one that waits stands at its place', () => {
  assert.deepEqual(
    checklist(delivery('queued')).map(({ state }) => state),
    ['done', 'now', 'ahead', 'ahead', 'ahead', 'ahead'],
  );
  assert.deepEqual(
    checklist(delivery('sending')).map(({ state }) => state),
    ['done', 'done', 'now', 'ahead', 'ahead', 'ahead'],
  );
});

test('one that is held stops in the queue and says why, whatever its attempts came to', () => {
  const held = (reason: string, ...attempts: object[]) =>
    ({ ...delivery('held', ...attempts), reason }) as DeliveryDetail;
  for (const one of [
    held('circuit open'),
    held('circuit open', attempt({ status: 503 })),
    held('subscription disabled'),
  ]) {
    assert.equal(stopsAt(one), 'Queued');
    assert.match(checklist(one)[1]!.advice!, /tried|Enable/);
    assert.deepEqual(
      checklist(one).map(({ state }) => state),
      ['done', 'stopped', 'ahead', 'ahead', 'ahead', 'ahead'],
    );
  }
});

test('one that failed stops where it stopped, with advice', () => {
  const none = { dns: null, connect: null, tls: null, firstByte: null, total: 3000 };
  assert.equal(stopsAt(delivery('failed', attempt({ status: 410 }))), 'Answered');
  assert.equal(stopsAt(delivery('retrying', attempt({ status: null, error: 'timeout' }))), 'Sent');
  assert.equal(
    stopsAt(delivery('retrying', attempt({ status: null, error: 'tls', latency: { ...none, connect: 1 } }))),
    'Secured',
  );
  assert.equal(stopsAt(delivery('retrying', attempt({ status: null, error: 'dns', latency: none }))), 'Connected');
  assert.equal(stopsAt(delivery('retrying', attempt({ status: null, error: 'connect', latency: none }))), 'Connected');
  assert.equal(
    stopsAt(delivery('failed', attempt({ status: null, error: 'refused by policy', latency: none }))),
    'Connected',
  );
  for (const one of [
    delivery('failed', attempt({ status: 302 })),
    delivery('failed', attempt({ status: 401 })),
    delivery('retrying', attempt({ status: 503 })),
  ])
    assert.ok(checklist(one).some(({ advice }) => advice));
});
