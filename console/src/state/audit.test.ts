import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changesOf } from './audit.ts';

test('lists only the members that differ, with their path', () => {
  assert.deepEqual(
    changesOf(
      { name: 'Save', priority: 5, split: { holdout: 5, salt: 'a' } },
      { name: 'Save', priority: 9, split: { holdout: 10, salt: 'a' } },
    ),
    [
      { path: 'priority', was: '5', is: '9' },
      { path: 'split.holdout', was: '5', is: '10' },
    ],
  );
});

test('added and removed members are marked as such', () => {
  assert.deepEqual(changesOf({ a: { b: 1 } }, { c: true }), [
    { path: 'c', was: null, is: 'true' },
    { path: 'a.b', was: '1', is: null },
  ]);
});

test('a list is one value, and a member may change its type', () => {
  assert.deepEqual(changesOf({ on: ['a', 'b'], of: 'x' }, { on: ['b', 'a'], of: { y: 1 } }), [
    { path: 'on', was: 'a, b', is: 'b, a' },
    { path: 'of', was: 'x', is: '{"y":1}' },
  ]);
});

test('where there was no value before, each member is listed as added', () => {
  assert.deepEqual(changesOf({ rule: null }, { rule: { name: 'Save', tags: null } }), [
    { path: 'rule.name', was: null, is: 'Save' },
  ]);
});

test('equal values have no changes', () => {
  assert.deepEqual(changesOf({ a: [1, { b: null }] }, { a: [1, { b: null }] }), []);
});
