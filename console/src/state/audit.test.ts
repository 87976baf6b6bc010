import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changesOf } from './audit.ts';

test('only the members that differ are told, with their path', () => {
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

test('what came and what went is told as such', () => {
  assert.deepEqual(changesOf({ a: { b: 1 } }, { c: true }), [
    { path: 'c', was: null, is: 'true' },
    { path: 'a.b', was: '1', is: null },
  ]);
});

test('a list is one value, and a member may become one of another kind', () => {
  assert.deepEqual(changesOf({ on: ['a', 'b'], of: 'x' }, { on: ['b', 'a'], of: { y: 1 } }), [
    { path: 'on', was: '["a","b"]', is: '["b","a"]' },
    { path: 'of', was: 'x', is: '{"y":1}' },
  ]);
});

test('what was nothing is told member by member', () => {
  assert.deepEqual(changesOf({ rule: null }, { rule: { name: 'Save', tags: null } }), [
    { path: 'rule.name', was: null, is: 'Save' },
  ]);
});

test('what is the same has no changes', () => {
  assert.deepEqual(changesOf({ a: [1, { b: null }] }, { a: [1, { b: null }] }), []);
});
