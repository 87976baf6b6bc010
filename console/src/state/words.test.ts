import assert from 'node:assert/strict';
import { test } from 'node:test';
import { relative, span, took, told } from './instants.ts';
import { stateOf } from './words.ts';

const now = Date.parse('2026-02-25T12:00:00Z');

test('describes the state of a delivery in words, with what comes next', () => {
  assert.equal(
    stateOf({ status: 'retrying', attemptCount: 2, attemptsAtMost: 10, nextAttemptAt: '2026-02-25T12:04:10Z' }, now),
    'retrying, 2 of 10 attempts, next in 4 m 10 s',
  );
  assert.equal(
    stateOf({ status: 'retrying', attemptCount: 1, nextAttemptAt: '2026-02-25T11:59:00Z' }, now),
    'retrying, 1 attempt, next is due now',
  );
  assert.equal(stateOf({ status: 'delivered', attemptCount: 1 }, now), 'delivered');
  assert.equal(stateOf({ status: 'delivered', attemptCount: 3 }, now), 'delivered, at attempt 3');
  assert.equal(stateOf({ status: 'failed', attemptCount: 1, lastStatus: 410 }, now), 'failed with 410, 1 attempt');
  assert.equal(
    stateOf({ status: 'withdrawn', attemptCount: 0, reason: 'the session was erased' }, now),
    'canceled: the session was erased',
  );
  assert.equal(stateOf({ status: 'held', attemptCount: 1, reason: 'circuit open' }, now), 'waiting: endpoint failing');
});

test('writes a span in its two largest units', () => {
  assert.equal(span(0), '0 s');
  assert.equal(span(250_000), '4 m 10 s');
  assert.equal(span(90_061_000), '1 d 1 h');
  assert.equal(relative(now - 5000, now), '5 s ago');
  assert.equal(relative(now + 5000, now), 'in 5 s');
  assert.equal(took(0.42), '0.4 ms');
  assert.equal(took(3210), '3.2 s');
});

test('writes an instant in UTC, with the date unless it is today', () => {
  assert.equal(told('2026-02-25T09:08:07.123Z', 'utc', now), '09:08:07Z');
  assert.equal(told('2026-02-24T09:08:07Z', 'utc', now), '2026-02-24 09:08:07Z');
  assert.equal(told('no instant', 'utc', now), 'no instant');
});
