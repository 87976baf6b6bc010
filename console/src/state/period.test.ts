import assert from 'node:assert/strict';
import { test } from 'node:test';
import { periodOf } from './period.ts';

const now = Date.parse('2026-11-29T14:20:00Z');
const of = (query: string, at = now) => {
  const { since, until, before, ...more } = periodOf(new URLSearchParams(query), at);
  const iso = (time: number) => new Date(time).toISOString().slice(0, 16);
  return { ...more, is: [iso(since), iso(until)], was: [iso(before.since), iso(before.until)] };
};

test('24 hours end with this hour, and the 24 before are by the hour too', () => {
  const { is, was, bucket, key } = of('period=24h');
  assert.deepEqual([key, bucket], ['24h', 'hour']);
  assert.deepEqual(is, ['2026-11-28T15:00', '2026-11-29T15:00']);
  assert.deepEqual(was, ['2026-11-27T15:00', '2026-11-28T15:00']);
});

test('7 and 28 days end with this hour too, and are by the day', () => {
  const week = of('');
  assert.deepEqual([week.key, week.bucket, week.from, week.to], ['7d', 'day', '2026-11-22', '2026-11-29']);
  assert.deepEqual(week.is, ['2026-11-22T15:00', '2026-11-29T15:00']);
  assert.deepEqual(week.was, ['2026-11-15T15:00', '2026-11-22T15:00']);
  assert.deepEqual(of('period=28d').is, ['2026-11-01T15:00', '2026-11-29T15:00']);
});

test('from a day to another, both included', () => {
  const days = of('from=2026-11-01&to=2026-11-03');
  assert.deepEqual([days.key, days.bucket, days.from, days.to], ['', 'hour', '2026-11-01', '2026-11-03']);
  assert.deepEqual(days.is, ['2026-11-01T00:00', '2026-11-04T00:00']);
  assert.deepEqual(days.was, ['2026-10-29T00:00', '2026-11-01T00:00']);
  assert.deepEqual(of('from=2026-11-23&to=2026-11-29').is, ['2026-11-23T00:00', '2026-11-29T15:00'], 'up to now');
  assert.equal(of('from=2026-11-01&to=2026-11-30').bucket, 'day');
});

test('invalid days fall back to the default period and say what is wrong', () => {
  assert.deepEqual(
    [of('from=2026-11-05&to=2026-11-01').issue, of('from=2026-11-05&to=2026-11-01').key],
    ['order', '7d'],
  );
  assert.equal(of('from=2024-11-05&to=2026-11-01').issue, 'length');
  assert.deepEqual([of('from=soon&to=2026-11-01').issue, of('from=soon&to=2026-11-01').key], ['', '7d']);
  assert.equal(of('period=year').key, '7d');
});
