import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kDay, weekBefore, weeksOf } from './week.ts';

const now = Date.parse('2026-11-29T22:30:00Z');
const since = weekBefore(now);
const mixed = { decisions: 0, converted: 0 };
const none = { suppressed: 0, heldOut: 0, shown: 0, clicked: 0, dismissed: 0, value: 0, values: [], mixed };
const heldBack = { limit: 0, hours: 0, render: 0 };
const series = (more: object, ...perDay: [string, number, number][]) =>
  ({
    ruleId: 'a',
    trigger: 't',
    variant: null,
    shadow: false,
    holdout: false,
    totals: {
      ...none,
      heldBack,
      acted: perDay.reduce((sum, [, acted]) => sum + acted, 0),
      converted: perDay.reduce((sum, [, , converted]) => sum + converted, 0),
    },
    points: perDay.map(([at, acted, converted]) => ({ ...none, heldBack, at, acted, converted })),
    ...more,
  }) as never;

test('seven days end with today, in UTC', () => {
  assert.equal(new Date(since).toISOString(), '2026-11-23T00:00:00.000Z');
  assert.equal(weekBefore(since + 7 * kDay - 1), since);
});

test('sums variants and triggers by day, without the control group and shadow', () => {
  const weeks = weeksOf(
    {
      rules: [
        series({}, ['2026-11-23T00:00:00Z', 3, 1], ['2026-11-29T00:00:00Z', 5, 0]),
        series({ variant: 'b', trigger: 'u' }, ['2026-11-29T00:00:00Z', 2, 2]),
        series({ holdout: true }, ['2026-11-29T00:00:00Z', 100, 100]),
        series({ shadow: true }, ['2026-11-29T00:00:00Z', 100, 100]),
        series({ ruleId: 'b' }, ['2026-11-25T00:00:00Z', 1, 0]),
      ],
    },
    since,
    [],
  );
  assert.deepEqual(weeks.get('a'), { acted: 10, converted: 3, perDay: [3, 0, 0, 0, 0, 0, 7], lift: null });
  assert.deepEqual(weeks.get('b'), { acted: 1, converted: 0, perDay: [0, 0, 1, 0, 0, 0, 0], lift: null });
});

test('the lift is over all decisions of the control group', () => {
  const held = (heldOut: number, converted: number, more = {}) =>
    series({ holdout: true, totals: { ...none, heldBack, acted: 0, heldOut, converted }, ...more });
  const rules = [
    series({}, ['2026-11-23T00:00:00Z', 300, 60]),
    series({ trigger: 'u' }, ['2026-11-24T00:00:00Z', 100, 20]),
    held(150, 10),
    held(50, 10, { trigger: 'u' }),
    held(90, 90, { ruleId: 'b' }),
    held(90, 90, { shadow: true }),
  ];
  const { lift } = weeksOf({ rules }, since, []).get('a')!;
  assert.ok(lift);
  assert.ok(Math.abs(lift.difference - 0.1) < 1e-12);
  assert.ok(lift.from > 0.03 && lift.from < 0.06 && lift.to > 0.13 && lift.to < 0.16, JSON.stringify(lift));
  const each = { ruleId: 'a', triggers: ['t'], goal: { count: 'each' } };
  assert.equal(weeksOf({ rules }, since, [each]).get('a')!.lift, null, 'counts of each signal are no share');
});
