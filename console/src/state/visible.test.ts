import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sliceOf } from './visible.ts';

const kTen = Array.from({ length: 100 }, () => 10);

test('the rows of the viewport are in the document, with some around them', () => {
  assert.deepEqual(sliceOf(kTen, 200, 250, 3), { from: 17, to: 28, before: 170, after: 720 });
});

test('rows of different heights add up', () => {
  assert.deepEqual(sliceOf([10, 50, 10, 10], 15, 62, 0), { from: 1, to: 3, before: 10, after: 10 });
});

test('at the ends of a list, and in an empty one, there is nothing around', () => {
  assert.deepEqual(sliceOf(kTen, -500, 20, 3), { from: 0, to: 5, before: 0, after: 950 });
  assert.deepEqual(sliceOf(kTen, 5000, 5100, 3), { from: 97, to: 100, before: 970, after: 0 });
  assert.deepEqual(sliceOf([], 0, 100, 3), { from: 0, to: 0, before: 0, after: 0 });
});
