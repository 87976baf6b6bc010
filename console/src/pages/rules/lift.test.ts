import assert from 'node:assert/strict';
import { test } from 'node:test';
import { points } from '../../state/format.ts';
import { difference, incremental, incrementalRevenue, isSure, moreNeeded, sum, type Earned } from './lift.ts';

const near = (given: number, wanted: number, by = 5e-5) =>
  assert.ok(Math.abs(given - wanted) < by, `${given} is not ${wanted}`);

test('difference gives the intervals of the published examples', () => {
  // Newcombe 1998, table II, method 10
  for (const [a, m, b, n, from, to] of [
    [56, 70, 48, 80, 0.0524, 0.3339],
    [9, 10, 3, 10, 0.1705, 0.809],
    [6, 7, 2, 7, 0.0582, 0.8062],
    [5, 56, 0, 29, -0.0381, 0.1926],
    [0, 10, 0, 20, -0.1611, 0.2775],
    [10, 10, 0, 20, 0.6791, 1],
    [10, 10, 0, 10, 0.6075, 1],
  ] as const) {
    const found = difference({ good: a, all: m }, { good: b, all: n })!;
    near(found.from, from);
    near(found.to, to);
  }
});

test('a lift is shown in points, and significant if its interval excludes zero', () => {
  const found = difference({ good: 56, all: 70 }, { good: 48, all: 80 })!;
  assert.deepEqual([found.difference, found.from, found.to].map(points), ['+20.0', '+5.2', '+33.4']);
  assert.ok(isSure(found));
  assert.ok(!isSure(difference({ good: 5, all: 56 }, { good: 0, all: 29 })!));
  assert.equal(difference({ good: 0, all: 0 }, { good: 1, all: 2 }), null);
  assert.equal(difference({ good: 3, all: 2 }, { good: 1, all: 2 }), null, 'a goal that counts each signal');
});

test('incremental conversions are those recovered less what the rate of the control group gives', () => {
  const found = incremental({ good: 154, all: 1084 }, { good: 10, all: 121 })!;
  near(found.difference, 154 - (1084 * 10) / 121);
  near(found.from / 1084, difference({ good: 154, all: 1084 }, { good: 10, all: 121 })!.from);
  assert.equal(incremental({ good: 1, all: 2 }, { good: 0, all: 0 }), null);
});

test('incremental revenue is computed likewise, in one currency', () => {
  const found = incrementalRevenue({ all: 200, count: 40, value: 2000 }, { all: 50, count: 5, value: 200 })!;
  near(found.difference, 2000 - (200 * 200) / 50);
  assert.ok(found.from < found.difference && found.difference < found.to);
  const equal = incrementalRevenue(
    { all: 200, count: 40, value: 2000, squares: 100_000 },
    { all: 50, count: 5, value: 200, squares: 8_000 },
  )!;
  assert.ok(equal.from > found.from && equal.to < found.to, 'equal amounts are known better than unknown ones');
  // docs/rules.md, Results
  const error = (n: number, v: number, q: number) => Math.sqrt((q - (v * v) / n) / (n * (n - 1)));
  const both = 200 * 1.96 * Math.hypot(error(200, 2000, 100_000), error(50, 200, 8_000));
  near(equal.to, 1200 + both, 0.05);
  near(equal.from, 1200 - both, 0.05);
  const none = { all: 10, count: 0, value: 0 };
  assert.equal(incrementalRevenue(none, none), null, 'nobody has converted');
  assert.ok(incrementalRevenue({ all: 10, count: 5, value: 50 }, none)!.from < 50, 'a control group without revenue');
  assert.equal(incrementalRevenue({ all: 10, count: 5, value: 50 }, { all: 0, count: 0, value: 0 }), null);
  assert.equal(incrementalRevenue({ all: 10, count: 1, value: -5 }, { all: 10, count: 1, value: 5 }), null);
});

// A generator of random numbers in [0, 1) from a seed: mulberry32.
function random(seed: number) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

test('19 of 20 revenue intervals contain the true value, even if only count and sum are known', () => {
  const next = random(15),
    kRounds = 2000;
  const earned = (all: number, rate: number, amount: () => number, squared: boolean): Earned => {
    const found = { all, count: 0, value: 0, squares: 0 };
    for (let i = 0; i < all; i += 1) {
      if (next() >= rate) continue;
      const one = amount();
      found.count += 1;
      found.value += one;
      found.squares += one * one;
    }
    return squared ? found : { ...found, squares: undefined };
  };
  const spread = () => -50 * Math.log(1 - next()),
    even = () => 30 + 40 * next();
  for (const [amount, squared] of [
    [spread, false],
    [spread, true],
    [even, false],
    [even, true],
  ] as const) {
    let held = 0;
    for (let round = 0; round < kRounds; round += 1) {
      const found = incrementalRevenue(earned(300, 0.15, amount, squared), earned(150, 0.08, amount, squared))!;
      const truth = 300 * 50 * (0.15 - 0.08);
      held += Number(found.from <= truth && truth <= found.to);
    }
    assert.ok(held / kRounds > 0.925, `${held / kRounds} of ${amount.name}, squares known: ${squared}`);
  }
});

test('the interval of a sum combines those of its rules', () => {
  const one = { difference: 10, from: 7, to: 14 };
  assert.deepEqual(sum([one]), one);
  assert.deepEqual(sum([one, { difference: 5, from: 1, to: 8 }]), { difference: 15, from: 10, to: 20 });
  assert.equal(sum([]), null);
});

test('with as many more decisions as moreNeeded says, the difference is found four times out of five', () => {
  const variant = { good: 12, all: 100 },
    control = { good: 8, all: 100 };
  const more = moreNeeded(variant, control)!;
  assert.ok(more > 1500 && more < 2000, `${more}: 879 in each group, by the rates as they are`);
  const next = random(4),
    all = Math.round((200 + more) / 2);
  const drawn = (rate: number) => ({ all, good: Array.from({ length: all }, next).filter(one => one < rate).length });
  let found = 0;
  for (let round = 0; round < 500; round += 1) found += Number(isSure(difference(drawn(0.12), drawn(0.08))!));
  near(found / 500, 0.8, 0.08);
  assert.equal(moreNeeded({ good: 56, all: 70 }, { good: 48, all: 80 }), 0);
  assert.equal(moreNeeded({ good: 5, all: 50 }, { good: 10, all: 100 }), null, 'no difference');
  assert.ok(moreNeeded({ good: 1, all: 1 }, { good: 0, all: 1 })! >= 1);
});
