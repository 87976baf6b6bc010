import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kLongestWait } from './limits.ts';
import { isRetried, waitAfter } from './retry.ts';

test('no answer, 408, 429 and 5xx are sent again; every other answer stays', () => {
  for (const status of [0, 408, 429, 500, 503, 599]) assert.ok(isRetried(status), `${status}`);
  for (const status of [200, 202, 400, 403, 404, 409, 413]) assert.ok(!isRetried(status), `${status}`);
});

test('the wait is drawn from the whole of a span that doubles, up to the longest', () => {
  assert.equal(
    waitAfter(1, null, () => 0),
    0,
  );
  assert.deepEqual(
    [1, 2, 3, 4].map(failures => waitAfter(failures, null, () => 1)),
    [1_000, 2_000, 4_000, 8_000],
  );
  assert.equal(
    waitAfter(40, null, () => 1),
    kLongestWait,
  );
});

test('Retry-After is waited for in seconds and as a date, with jitter behind it, an hour at most', () => {
  assert.equal(
    waitAfter(1, '7', () => 0.5),
    7_500,
  );
  assert.equal(
    waitAfter(1, 'Wed, 25 Feb 2026 12:00:30 GMT', () => 0, Date.parse('2026-02-25T12:00:00Z')),
    30_000,
  );
  assert.equal(
    waitAfter(1, 'Wed, 25 Feb 2026 12:00:00 GMT', () => 0, Date.parse('2026-02-25T13:00:00Z')),
    0,
  );
  assert.equal(
    waitAfter(1, 'soon', () => 0),
    0,
  );
  assert.equal(
    waitAfter(1, '999999', () => 0),
    3_600_000,
  );
});
