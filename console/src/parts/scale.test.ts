import assert from 'node:assert/strict';
import { test } from 'node:test';
import { marksOf, scaleTo } from './scale.ts';

test('the scale ends at a round number above all values', () => {
  assert.deepEqual(scaleTo(18, true), [0, 5, 10, 15, 20]);
  assert.deepEqual(scaleTo(0, true), [0, 1, 2, 3, 4]);
  assert.deepEqual(scaleTo(5, true), [0, 2, 4, 6, 8]);
  assert.deepEqual(scaleTo(10_000, true), [0, 2500, 5000, 7500, 10_000]);
  assert.deepEqual(scaleTo(0.153, false), [0, 0.05, 0.1, 0.15, 0.2]);
  assert.ok(scaleTo(1, false).at(-1)! >= 1);
});

test('the marks are few and equally far from each other', () => {
  assert.deepEqual(marksOf(7), [0, 1, 2, 3, 4, 5, 6]);
  assert.deepEqual(marksOf(24), [0, 4, 8, 12, 16, 20]);
  assert.deepEqual(marksOf(1), [0]);
  assert.deepEqual(marksOf(0), []);
});
