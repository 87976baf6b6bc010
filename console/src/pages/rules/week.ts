// What rules did on each of the last seven days. Pure.
import type { components } from '../../api/described.d.ts';

type Analytics = components['schemas']['Analytics'];

export interface Week {
  acted: number;
  converted: number;
  perDay: number[]; // acted, the oldest day first
}

export const kDay = 86_400_000; // milliseconds
export const kDays = 7;

// The start of the first of the seven UTC days that end with that of `now`.
export const weekBefore = (now: number) => Math.floor(now / kDay) * kDay - (kDays - 1) * kDay;

// By rule: all its triggers and variants together, without its control group and what it would have done in shadow.
export function weeksOf({ rules }: Pick<Analytics, 'rules'>, since: number): Map<string, Week> {
  const weeks = new Map<string, Week>();
  for (const { ruleId, shadow, holdout, totals, points } of rules) {
    if (shadow || holdout) continue;
    const week = weeks.get(ruleId) ?? { acted: 0, converted: 0, perDay: Array<number>(kDays).fill(0) };
    week.acted += totals.acted;
    week.converted += totals.converted;
    for (const { at, acted } of points) {
      const day = Math.floor((Date.parse(at) - since) / kDay);
      if (day >= 0 && day < kDays) week.perDay[day]! += acted;
    }
    weeks.set(ruleId, week);
  }
  return weeks;
}
