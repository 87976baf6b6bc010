import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  askedOf,
  heldBackOf,
  none,
  resultsOf,
  shownVariants,
  summaryOf,
  variantsByRule,
  withoutMixed,
  type Analytics,
  type Counts,
  type RuleSeries,
} from './analytics.ts';
import { incremental } from './lift.ts';

const at = '2026-11-01T00:00:00Z',
  time = Date.parse(at) / 1000;
const counts = (some: Partial<Counts>): Counts => ({ ...none(), ...some });
const euros = (value: number, conversions: number) => [{ currency: 'EUR', value, conversions }];
const series = (some: Partial<RuleSeries>, totals: Counts): RuleSeries => ({
  ruleId: 'r',
  trigger: 't',
  variant: null,
  shadow: false,
  holdout: false,
  totals,
  timeToConvert: { median: null, conversions: 0 },
  points: [{ at, ...totals }],
  ...some,
});
const analytics = (rules: RuleSeries[], triggers: Analytics['triggers'] = []): Analytics => ({
  since: at,
  until: '2026-11-02T00:00:00Z',
  bucket: 'day',
  settledUntil: null,
  mixed: [],
  timeToConvert: { median: null, conversions: 0 },
  triggers,
  rules,
});

test('without the people who were given two variants, their decisions and conversions are left out', () => {
  const [of] = resultsOf(
    analytics([
      series({ variant: 'a' }, counts({ acted: 100, converted: 30, mixed: { decisions: 10, converted: 4 } })),
      series({ variant: 'b' }, counts({ acted: 50, converted: 10, mixed: { decisions: 5, converted: 1 } })),
      series({ holdout: true }, counts({ heldOut: 60, converted: 6, mixed: { decisions: 20, converted: 2 } })),
    ]),
    [],
  );
  const without = withoutMixed(of!);
  const told = ({ acted, heldOut, converted }: Counts) => [acted, heldOut, converted];
  assert.deepEqual(
    without.variants.map(one => told(one.totals)),
    [
      [90, 0, 26],
      [45, 0, 9],
      [0, 40, 4],
    ],
  );
  assert.deepEqual(
    [told(without.treated.totals), told(without.control!.totals)],
    [
      [135, 0, 35],
      [0, 40, 4],
    ],
  );
  assert.deepEqual(told(of!.treated.totals), [150, 0, 40], 'what it is made from stays');
});

test('counts of held-back decisions without a reason, from earlier versions, are other', () => {
  assert.deepEqual(heldBackOf(counts({ suppressed: 7, heldBack: { limit: 1, hours: 2, render: 3 } })), {
    limit: 1,
    hours: 2,
    render: 3,
    other: 1,
  });
});

test('the counts of one variant add up over triggers and in each bucket', () => {
  const [variant] = variantsByRule([
    series(
      { variant: 'a', trigger: 't' },
      counts({ acted: 2, suppressed: 2, heldBack: { limit: 1, hours: 1, render: 0 } }),
    ),
    series(
      { variant: 'a', trigger: 'u' },
      counts({ acted: 1, suppressed: 1, heldBack: { limit: 0, hours: 0, render: 1 } }),
    ),
  ]).get('r')!;
  assert.equal(variant!.totals.acted, 3);
  assert.deepEqual(variant!.points.get(time)!.heldBack, { limit: 1, hours: 1, render: 1 });
});

test('a rule with variants has no row for what was held back before one was chosen', () => {
  const names = (...all: RuleSeries[]) => shownVariants(variantsByRule(all).get('r')!).map(one => one.name);
  const heldBack = series({}, counts({ suppressed: 3 }));
  const acted = counts({ acted: 1 });
  assert.deepEqual(names(heldBack, series({ variant: 'a' }, acted), series({ variant: 'b' }, acted)), ['a', 'b']);
  assert.deepEqual(names(heldBack), [''], 'it is the only one');
});

test('the control group comes last, and shadow is neither treated nor control', () => {
  const [of] = resultsOf(
    analytics([
      series({ holdout: true }, counts({ heldOut: 10, converted: 1 })),
      series({ variant: 'b' }, counts({ acted: 20, converted: 4 })),
      series({ variant: 'a' }, counts({ acted: 30, converted: 5 })),
      series({ variant: 'a', shadow: true }, counts({ acted: 99 })),
    ]),
    [],
  );
  assert.deepEqual(
    of!.variants.map(one => [one.name, one.holdout, one.shadow]),
    [
      ['a', false, false],
      ['b', false, false],
      ['a', false, true],
      ['', true, false],
    ],
  );
  assert.deepEqual([of!.treated.totals.acted, of!.control!.totals.heldOut], [50, 10]);
});

test('recovered and incremental, of all rules', () => {
  const found = analytics([
    series({ ruleId: 'tested', variant: 'a' }, counts({ acted: 100, converted: 30, values: euros(600, 30) })),
    series({ ruleId: 'tested', holdout: true }, counts({ heldOut: 50, converted: 5, values: euros(100, 5) })),
    series({ ruleId: 'untested' }, counts({ acted: 40, converted: 10, values: euros(50, 10) })),
    series({ ruleId: 'each' }, counts({ acted: 10, converted: 25, values: euros(7, 25) })),
    series({ ruleId: 'aimless' }, counts({ acted: 1000, converted: 3 })),
  ]);
  const rule = (ruleId: string, goal?: { count?: string }) => ({ ruleId, triggers: ['t'], goal });
  const all = resultsOf(found, [
    rule('tested', {}),
    rule('untested', { count: 'once' }),
    rule('each', { count: 'each' }),
    rule('aimless'),
  ]);
  const summary = summaryOf(all);
  assert.deepEqual(
    summary.recovery,
    { good: 40, all: 140 },
    'rules without a goal, or with one that counts each, are out',
  );
  assert.deepEqual(summary.compared, { treated: { good: 30, all: 100 }, control: { good: 5, all: 50 } });
  assert.deepEqual(summary.added, incremental({ good: 30, all: 100 }, { good: 5, all: 50 }));
  assert.deepEqual(
    summary.revenue.map(one => one.value),
    [657],
  );
  assert.equal(summary.addedRevenue[0]!.interval.difference, 600 - (100 * 100) / 50);
  assert.deepEqual(summaryOf(all, time).recovery, summary.recovery, 'likewise in a bucket');
  assert.deepEqual(summaryOf(all, 0).recovery, { good: 0, all: 0 });
  assert.equal(summaryOf([]).added, null);
});

test('counts requests at the triggers of a rule, and the ended waits of a delayed rule once', () => {
  const found = analytics(
    [
      series({ ruleId: 'now' }, counts({ acted: 3 })),
      series({ ruleId: 'later', trigger: '@due' }, counts({ acted: 5, suppressed: 2 })),
      series({ ruleId: 'later', trigger: '@due', holdout: true }, counts({ heldOut: 1 })),
      series({ ruleId: 'latest', trigger: '@due' }, counts({ acted: 4 })),
    ],
    [
      { trigger: 't', asked: 10, points: [] },
      { trigger: '@due', asked: 12, points: [] },
      { trigger: null, asked: 4, points: [] },
    ],
  );
  const all = resultsOf(found, []);
  const of = (ruleId: string) => all.find(one => one.ruleId === ruleId);
  assert.equal(askedOf(found), 10 + 12 + 4);
  assert.equal(askedOf(found, of('now')), 10);
  assert.equal(askedOf(found, of('later')), 5 + 2 + 1);
  assert.equal(askedOf(found, of('latest')), 4);
});
