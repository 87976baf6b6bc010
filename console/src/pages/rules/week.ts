// What rules did on each of the last seven days. Pure.
import { resultsOf, type Analytics, type KnownRule } from './analytics.ts';
import type { Interval } from './lift.ts';
import { ruleReading } from './results/words.ts';

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

// Of each rule that was in force: all its triggers and variants together, compared with its control group.
export function weeksOf(found: Pick<Analytics, 'rules'>, since: number, known: KnownRule[]): Map<string, Week> {
  const inForce = resultsOf(found, known).filter(of => of.variants.some(one => !one.shadow && !one.holdout));
  return new Map(
    inForce.map(of => {
      const { totals, points } = of.treated;
      const perDay = Array<number>(kDays).fill(0);
      for (const [seconds, { acted }] of points) {
        const day = Math.floor((seconds * 1000 - since) / kDay);
        if (day >= 0 && day < kDays) perDay[day]! += acted;
      }
      return [of.ruleId, { acted: totals.acted, converted: totals.converted, perDay, lift: ruleReading(of).lift }];
    }),
  );
}
