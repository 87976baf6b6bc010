import assert from 'node:assert/strict';
import { test } from 'node:test';
import { movedIn, placeAt } from './order.ts';

test('one element moves, and the others keep their order', () => {
  const list = ['a', 'b', 'c', 'd'];
  assert.deepEqual(movedIn(list, 0, 2), ['b', 'c', 'a', 'd']);
  assert.deepEqual(movedIn(list, 3, 0), ['d', 'a', 'b', 'c']);
  for (const [from, to] of [
    [1, 1],
    [0, -1],
    [3, 4],
    [-1, 0],
  ] as const)
    assert.equal(movedIn(list, from, to), list);
});

test('a dragged row goes to the position under the pointer', () => {
  const rows = [40, 80, 120].map(bottom => ({ bottom }));
  assert.deepEqual(
    [-50, 0, 39, 40, 79, 80, 500].map(y => placeAt(y, rows)),
    [0, 0, 0, 1, 1, 2, 2],
  );
});
