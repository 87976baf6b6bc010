// What rules did on each of the last seven days. Pure.
import type { components } from '../../api/described.d.ts';
import { difference, type Interval } from './lift.ts';

type Analytics = components['schemas']['Analytics'];

export interface Week {
  acted: number;
  converted: number;
  perDay: number[]; // acted, the oldest day first
  lift: Interval | null; // over the control group; null if they cannot be compared
}

export const kDay = 86_400_000; // milliseconds
export const kDays = 7;

// The start of the first of the seven UTC days that end with that of `now`.
export const weekBefore = (now: number) => Math.floor(now / kDay) * kDay - (kDays - 1) * kDay;

// By rule: all its triggers and variants together, compared with its control group, without what it would have done in
// shadow.
export function weeksOf({ rules }: Pick<Analytics, 'rules'>, since: number): Map<string, Week> {
  const weeks = new Map<string, Week>(),
    control = new Map<string, { good: number; all: number }>();
  for (const { ruleId, shadow, holdout, totals, points } of rules) {
    if (shadow) continue;
    if (holdout) {
      const { good, all } = control.get(ruleId) ?? { good: 0, all: 0 };
      control.set(ruleId, { good: good + totals.converted, all: all + totals.heldOut });
      continue;
    }
    const week = weeks.get(ruleId) ?? { acted: 0, converted: 0, perDay: Array<number>(kDays).fill(0), lift: null };
    week.acted += totals.acted;
    week.converted += totals.converted;
    for (const { at, acted } of points) {
      const day = Math.floor((Date.parse(at) - since) / kDay);
      if (day >= 0 && day < kDays) week.perDay[day]! += acted;
    }
    weeks.set(ruleId, week);
  }
  for (const [ruleId, { acted, converted }] of weeks) {
    const held = control.get(ruleId);
    if (held) weeks.get(ruleId)!.lift = difference({ good: converted, all: acted }, held);
  }
  return weeks;
}
