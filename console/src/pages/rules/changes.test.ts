import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changesBetween } from './changes.ts';

test('each value that differs is one change, with its path', () => {
  const was = { name: 'a', when: { all: [{ count: { key: 'cart' }, atLeast: 1 }] }, ttl: '5m' };
  const is = { name: 'b', when: { all: [{ count: { key: 'cart' }, atLeast: 2 }, { seen: { key: 'x' } }] } };
  assert.deepEqual(changesBetween(was, is), [
    { path: ['name'], was: 'a', is: 'b' },
    { path: ['when', 'all', 0, 'atLeast'], was: 1, is: 2 },
    { path: ['when', 'all', 1], was: undefined, is: { seen: { key: 'x' } } },
    { path: ['ttl'], was: '5m', is: undefined },
  ]);
});

test('the order of members is no change, and another kind of value is one', () => {
  assert.deepEqual(changesBetween({ a: 1, b: [1, { c: 2 }] }, { b: [1, { c: 2 }], a: 1 }), []);
  assert.deepEqual(changesBetween({ a: { b: 1, c: 2 } }, { a: [1, 2] }), [
    { path: ['a'], was: { b: 1, c: 2 }, is: [1, 2] },
  ]);
});
