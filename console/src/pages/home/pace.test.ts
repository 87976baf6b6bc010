import assert from 'node:assert/strict';
import { test } from 'node:test';
import { perMinute } from './pace.ts';

test('the pace is what came in the last minute', () => {
  assert.equal(perMinute([0, 30_000, 59_000, 100_000], 100_000, true), 2);
  assert.equal(perMinute([], 100_000, true), 0);
});

test('of more than is kept, it is that of what is kept', () => {
  assert.equal(perMinute([90_000, 95_000, 100_000], 100_000, false), 18);
  assert.equal(perMinute([10_000, 95_000, 100_000], 100_000, false), 2, 'what is kept is more than a minute');
});
