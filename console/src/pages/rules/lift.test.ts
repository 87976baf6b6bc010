import assert from 'node:assert/strict';
import { test } from 'node:test';
import { difference, isSure, liftWords } from './lift.ts';

const near = (given: number, wanted: number) => assert.ok(Math.abs(given - wanted) < 5e-5, `${given} is not ${wanted}`);

test('the intervals of the published examples', () => {
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

test('it is told in points, and whether it is sure', () => {
  const found = difference({ good: 56, all: 70 }, { good: 48, all: 80 })!;
  assert.equal(liftWords(found), '+20.0 points (+5.2 to +33.4)');
  assert.ok(isSure(found));
  assert.ok(!isSure(difference({ good: 5, all: 56 }, { good: 0, all: 29 })!));
  assert.equal(difference({ good: 0, all: 0 }, { good: 1, all: 2 }), null);
  assert.equal(difference({ good: 3, all: 2 }, { good: 1, all: 2 }), null, 'a goal that counts each signal');
});
