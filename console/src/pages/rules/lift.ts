// How much more a variant converts than the control group, with its confidence interval. Pure.
//
// The interval of a difference of two proportions: Newcombe, "Interval estimation for the difference between
// independent proportions", Statistics in Medicine 17 (1998), method 10, which combines the Wilson intervals of both.
export interface Proportion {
  good: number;
  all: number;
}
export interface Interval {
  difference: number;
  from: number;
  to: number;
}

const kZ = 1.959963984540054; // 95 %

function wilson({ good, all }: Proportion): [number, number] {
  const rate = good / all,
    z = kZ * kZ;
  const middle = rate + z / (2 * all),
    half = kZ * Math.sqrt((rate * (1 - rate)) / all + z / (4 * all * all));
  return [(middle - half) / (1 + z / all), (middle + half) / (1 + z / all)];
}

// Null if one of the groups is empty, or one has other than from none to all: goals that count each signal are no
// proportion.
export function difference(variant: Proportion, control: Proportion): Interval | null {
  if (!variant.all || !control.all) return null;
  if ([variant, control].some(({ good, all }) => good < 0 || good > all)) return null;
  const one = variant.good / variant.all,
    two = control.good / control.all,
    [low1, high1] = wilson(variant),
    [low2, high2] = wilson(control);
  const by = one - two;
  return {
    difference: by,
    from: by - Math.hypot(one - low1, high2 - two),
    to: by + Math.hypot(high1 - one, two - low2),
  };
}

const signed = (rate: number) => `${rate < 0 ? '−' : '+'}${Math.abs(rate * 100).toFixed(1)}`;

// "+20.0 points (+5.2 to +33.4)"
export const liftWords = ({ difference: by, from, to }: Interval) =>
  `${signed(by)} points (${signed(from)} to ${signed(to)})`;

export const isSure = ({ from, to }: Interval) => from > 0 || to < 0;
