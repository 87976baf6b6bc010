import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pauseOf } from './pause.ts';

test('a delivery is read again when its next attempt is due, not sooner, and not much later', () => {
  const now = Date.parse('2026-03-04T05:06:07Z');
  const pause = (seconds: number) =>
    pauseOf({ nextAttemptAt: new Date(now + seconds * 1000).toISOString() }, now, 2000);
  assert.deepEqual([-3, 1, 2, 9, 30, 3600].map(pause), [2000, 2000, 2000, 9000, 30_000, 30_000]);
  assert.equal(pauseOf({ nextAttemptAt: null }, now, 2000), 2000);
});
