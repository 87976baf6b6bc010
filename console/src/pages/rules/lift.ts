// What rules added, compared with their control groups. Pure.
//
// Recovered: the decisions of a group (acted or fired) that a goal has converted. Incremental: recovered, less what the
// control group's rate gives for the same number of decisions. All intervals are of 95 %.
//
// - A difference of two rates: Newcombe, "Interval estimation for the difference between independent proportions",
//   Statistics in Medicine 17 (1998), method 10, which combines the Wilson intervals of both.
// - Revenue per decision: the mean and its standard error, √((q − v²/n) / (n (n − 1))) of n decisions that brought v,
//   with q as the sum of the squares of what each brought (docs/rules.md, Results). Where the sum of squares is not
//   known, or nothing was brought, of which no spread can be seen: conversions as Poisson counts with the score
//   interval, and their amounts as spread as widely as their mean, as in an exponential distribution.
// - Differences and sums of estimates: Zou and Donner, "Construction of confidence limits about effect measures",
//   Statistics in Medicine 27 (2008), of which Newcombe's is the case of two rates.
export interface Proportion {
  good: number;
  all: number;
}
export interface Interval {
  difference: number;
  from: number;
  to: number;
}
// What a group of `all` decisions earned in one currency.
export interface Earned {
  all: number;
  count: number; // conversions with an amount in this currency
  value: number;
  squares?: number; // the sum of the squares of what each decision brought, if it is known
}

const kZ = 1.959963984540054; // 95 %
const kPower = 0.8416212335729143; // 80 %
const kSpread = 2; // of exponential amounts: the mean of the squares over the square of the mean

function wilson({ good, all }: Proportion): [number, number] {
  const rate = good / all,
    z = kZ * kZ;
  const middle = rate + z / (2 * all),
    half = kZ * Math.sqrt((rate * (1 - rate)) / all + z / (4 * all * all));
  return [(middle - half) / (1 + z / all), (middle + half) / (1 + z / all)];
}

interface Bounded {
  is: number;
  from: number;
  to: number;
}
const less = (one: Bounded, two: Bounded): Interval => {
  const difference = one.is - two.is;
  return {
    difference,
    from: difference - Math.hypot(one.is - one.from, two.to - two.is),
    to: difference + Math.hypot(one.to - one.is, two.is - two.from),
  };
};
const times = (factor: number, { difference, from, to }: Interval): Interval => ({
  difference: factor * difference,
  from: factor * from,
  to: factor * to,
});

const isProportion = ({ good, all }: Proportion) => all > 0 && good >= 0 && good <= all;

// Null if one of the groups is empty, or one has other than from none to all: goals that count each signal are no
// proportion.
export function difference(variant: Proportion, control: Proportion): Interval | null {
  if (!isProportion(variant) || !isProportion(control)) return null;
  const bounded = (of: Proportion): Bounded => {
    const [from, to] = wilson(of);
    return { is: of.good / of.all, from, to };
  };
  return less(bounded(variant), bounded(control));
}

// Conversions that there would not have been without the rule. Null as for `difference`.
export function incremental(treated: Proportion, control: Proportion): Interval | null {
  const found = difference(treated, control);
  return found && times(treated.all, found);
}

// Revenue per decision. `mean`: of an amount, where the group has none.
function perDecision({ all, count, value, squares }: Earned, mean: number): Bounded {
  const is = value / all;
  if (squares !== undefined && count > 0 && all > 1) {
    const error = Math.sqrt(Math.max(0, squares - (value * value) / all) / (all * (all - 1)));
    return { is, from: is - kZ * error, to: is + kZ * error };
  }
  const amount = count > 0 ? value / count : mean,
    z = kZ * kZ,
    seen = count / kSpread; // so many conversions of equal amounts would say as much
  const bound = (sign: number) => (kSpread * amount * (seen + z / 2 + sign * kZ * Math.sqrt(seen + z / 4))) / all;
  return { is, from: bound(-1), to: bound(1) };
}

// Revenue that there would not have been without the rule, in one currency. Null if one of the groups is empty, if
// there was no conversion, or if amounts are negative.
export function incrementalRevenue(treated: Earned, control: Earned): Interval | null {
  const groups = [treated, control];
  if (groups.some(({ all, count, value }) => all <= 0 || count < 0 || value < 0 || (count === 0 && value !== 0)))
    return null;
  const count = treated.count + control.count;
  if (count === 0) return null;
  const mean = (treated.value + control.value) / count;
  return times(treated.all, less(perDecision(treated, mean), perDecision(control, mean)));
}

// Of several rules, each with a control group of its own.
export function sum(intervals: Interval[]): Interval | null {
  if (!intervals.length) return null;
  const total = intervals.reduce((all, one) => all + one.difference, 0);
  return {
    difference: total,
    from: total - Math.hypot(...intervals.map(one => one.difference - one.from)),
    to: total + Math.hypot(...intervals.map(one => one.to - one.difference)),
  };
}

// How many more decisions, in both groups together and shared as so far, until a difference as large as the present one
// would be significant four times of five: the normal approximation with the rates of Agresti and Caffo (The American
// Statistician 54, 2000). 0 if it is significant now, null if there is no difference or no proportion.
export function moreNeeded(variant: Proportion, control: Proportion): number | null {
  const found = difference(variant, control);
  if (!found || found.difference === 0) return null;
  if (isSure(found)) return 0;
  const all = variant.all + control.all;
  const variance = (of: Proportion) => {
    const rate = (of.good + 1) / (of.all + 2);
    return (rate * (1 - rate) * all) / of.all;
  };
  const needed = ((kZ + kPower) / found.difference) ** 2 * (variance(variant) + variance(control));
  return Math.max(1, Math.ceil(needed - all));
}

export const isSure = ({ from, to }: Interval) => from > 0 || to < 0;
