import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changeOf, changeOfShare } from './change.ts';

const than = 'the previous 7 days';

test('a number against that of before', () => {
  assert.equal(changeOf(112, 100, than), 'Up 12 % from the previous 7 days');
  assert.equal(changeOf(50, 100, than), 'Down 50 % from the previous 7 days');
  assert.equal(changeOf(0, 100, than), 'Down 100 % from the previous 7 days');
  assert.equal(changeOf(100, 100, than), 'As in the previous 7 days');
  assert.equal(changeOf(3000, 100, than), 'Up 2,900 % from the previous 7 days');
  assert.equal(changeOf(3, 0, than), 'None in the previous 7 days');
  assert.equal(changeOf(0, 0, than), 'None in the previous 7 days');
});

test('a share against that of before, in points', () => {
  assert.equal(changeOfShare(0.142, 0.124, than), 'Up 1.8 points from the previous 7 days');
  assert.equal(changeOfShare(0.1, 0.124, than), 'Down 2.4 points from the previous 7 days');
  assert.equal(changeOfShare(0.1, 0.1001, than), 'As in the previous 7 days');
  assert.equal(changeOfShare(0.1, null, than), 'None in the previous 7 days');
});
