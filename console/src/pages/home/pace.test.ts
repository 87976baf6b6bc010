import assert from 'node:assert/strict';
import { test } from 'node:test';
import { perMinute } from './pace.ts';

test('counts the arrivals of the last minute', () => {
  assert.equal(perMinute([0, 30_000, 59_000, 100_000], 100_000, true), 2);
  assert.equal(perMinute([], 100_000, true), 0);
});

test('if older arrivals were dropped, estimates the pace from those that are kept', () => {
  assert.equal(perMinute([90_000, 95_000, 100_000], 100_000, false), 18);
  assert.equal(perMinute([10_000, 95_000, 100_000], 100_000, false), 2, 'what is kept is more than a minute');
});
