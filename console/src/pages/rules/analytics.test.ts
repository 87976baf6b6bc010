import assert from 'node:assert/strict';
import { test } from 'node:test';
import { heldBackWords, mixedWords, shownVariants, variantsByRule, type Counts, type RuleSeries } from './analytics.ts';

const counts = (suppressed: number, limit = 0, hours = 0, render = 0): Counts => ({
  acted: 1,
  suppressed,
  heldOut: 0,
  shown: 0,
  clicked: 0,
  dismissed: 0,
  converted: 0,
  value: 0,
  heldBack: { limit, hours, render },
});
const series = (variant: string | null, totals: Counts): RuleSeries => ({
  ruleId: 'r',
  trigger: 't',
  variant,
  shadow: false,
  holdout: false,
  totals,
  points: [{ at: '2026-11-01T00:00:00Z', ...totals }],
});
const words = (...all: Counts[]) =>
  heldBackWords(variantsByRule(all.map((one, index) => series(`${index}`, one))).get('r')!);

test('why a rule was held back, over all variants', () => {
  assert.equal(words(counts(0)), '');
  assert.equal(words(counts(1, 1)), 'Held back 1 time, by its frequency limit.');
  assert.equal(
    words(counts(4, 1, 2, 1), counts(3, 0, 0, 3)),
    'Held back 7 times: 1 by its frequency limit, 2 by its schedule, 4 because a value was missing.',
  );
  assert.equal(words(counts(2)), 'Held back 2 times, for a reason not recorded.');
  assert.equal(words(counts(3, 0, 1)), 'Held back 3 times: 1 by its schedule, 2 for a reason not recorded.');
});

test('the counts of one variant add up over triggers and in each bucket', () => {
  const [variant] = variantsByRule([series('a', counts(2, 1, 1)), series('a', counts(1, 0, 0, 1))]).get('r')!;
  assert.deepEqual(variant!.totals.heldBack, { limit: 1, hours: 1, render: 1 });
  assert.deepEqual(
    [...variant!.points.values()].map(point => point.heldBack),
    [{ limit: 1, hours: 1, render: 1 }],
  );
});

test('a rule with variants has no row for what was held back before one was chosen', () => {
  const names = (...all: RuleSeries[]) => shownVariants(variantsByRule(all).get('r')!).map(one => one.name);
  const heldBack = series(null, { ...counts(3, 3), acted: 0 });
  assert.deepEqual(names(heldBack, series('a', counts(0)), series('b', counts(0))), ['a', 'b']);
  assert.deepEqual(names(heldBack), ['all'], 'it is the only one');
  assert.deepEqual(names(series(null, counts(0))), ['all']);
});

test('visitors who were given two variants', () => {
  assert.equal(mixedWords(0), '');
  assert.match(mixedWords(1), /^1 visitor was given two variants/);
  assert.match(mixedWords(2), /^2 visitors were given two variants/);
});
