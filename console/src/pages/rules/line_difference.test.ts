import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lineDifference } from './line_difference.ts';

const marks = { same: ' ', gone: '-', new: '+', skipped: '~' } as const;
const told = (was: string[], is: string[]) =>
  lineDifference(was.join('\n'), is.join('\n'))
    .map(({ kind, text }) => marks[kind] + text)
    .join('|');

test('what stays, what goes and what comes', () => {
  assert.equal(told(['a', 'b', 'c'], ['a', 'x', 'c']), ' a|-b|+x| c');
  assert.equal(told(['a'], ['a', 'b']), ' a|+b');
  assert.equal(told([], ['a']), '+a');
  assert.equal(told(['a'], []), '-a');
});

test('what is far from every change is counted, not shown', () => {
  const lines = Array.from({ length: 20 }, (_, index) => `l${index}`);
  assert.equal(
    told(
      lines,
      lines.map(line => (line === 'l10' ? 'other' : line)),
    ),
    '~8 lines| l8| l9|-l10|+other| l11| l12|~7 lines',
  );
  assert.equal(told(lines, lines), '~20 lines');
});

test('of any two texts it gives both back', () => {
  let seed = 7;
  const random = (below: number) => {
    seed = (seed * 48271) % 2147483647;
    return seed % below;
  };
  for (let round = 0; round < 300; round += 1) {
    const [was, is] = [0, 1].map(() => Array.from({ length: random(8) + 1 }, () => 'abcd'[random(4)]!));
    const lines = lineDifference(was!.join('\n'), is!.join('\n'));
    if (lines.some(({ kind }) => kind === 'skipped')) continue;
    assert.deepEqual(
      lines.filter(({ kind }) => kind !== 'new').map(({ text }) => text),
      was,
    );
    assert.deepEqual(
      lines.filter(({ kind }) => kind !== 'gone').map(({ text }) => text),
      is,
    );
  }
});
