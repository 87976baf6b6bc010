import assert from 'node:assert/strict';
import { test } from 'node:test';
import { whyNoRetry } from './retry.ts';

const delivery = { status: 'failed', reason: 'status 410', nextAttemptAt: null, requestBody: '{}' };
const held = { ...delivery, status: 'held', reason: 'circuit open', nextAttemptAt: '2026-02-25T12:04:10Z' };

test('what has ended, and what an open circuit holds, can be retried', () => {
  for (const status of ['delivered', 'failed', 'withdrawn']) assert.equal(whyNoRetry({ ...delivery, status }), '');
  assert.equal(whyNoRetry(held), '');
});

test('what is under way, held otherwise or erased cannot, and the reason is said', () => {
  for (const status of ['queued', 'sending', 'retrying'])
    assert.match(whyNoRetry({ ...held, status, reason: null }), /in progress/);
  assert.match(whyNoRetry({ ...held, reason: 'subscription disabled', nextAttemptAt: null }), /enable it/);
  assert.match(whyNoRetry({ ...held, nextAttemptAt: null }), /another delivery of its session/);
  assert.match(whyNoRetry({ ...delivery, requestBody: null }), /erased/);
});
