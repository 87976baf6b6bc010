import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rangesOf } from './shards.ts';

test('shards in a row are written as a range', () => {
  assert.equal(rangesOf([]), '');
  assert.equal(rangesOf([3]), '3');
  assert.equal(rangesOf([0, 1, 2, 5, 7, 8]), '0–2, 5, 7–8');
});
