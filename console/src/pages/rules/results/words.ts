// What the numbers of variants mean. Pure.
import { number, points } from '../../../state/format.ts';
import { kResults } from '../../../sentences/results.ts';
import type { RuleResult, Variant } from '../analytics.ts';
import { difference, isSure, moreNeeded, type Interval, type Proportion } from '../lift.ts';

const { readings } = kResults;

export function nameOf({ name, holdout, shadow }: Variant): string {
  if (holdout && !shadow) return kResults.control;
  const plain = holdout ? kResults.control : name || kResults.singleVariant;
  return shadow ? kResults.shadow(plain) : plain;
}

export const decisionsOf = ({ holdout, totals }: Variant) => (holdout ? totals.heldOut : totals.acted);
const proportionOf = (variant: Variant): Proportion => ({ good: variant.totals.converted, all: decisionsOf(variant) });

export interface Reading {
  tone: 'good' | 'bad' | '';
  words: string;
  lift: Interval | null;
}

const unread = (words: string): Reading => ({ tone: '', words, lift: null });

// A variant against the control group of its rule.
export function readingOf(variant: Variant, { control, goal, variants }: RuleResult): Reading {
  if (variant.shadow) return unread(readings.shadow);
  if (variant.holdout) return unread(readings.baseline);
  const other = control && variants.find(one => one.holdout && !one.shadow);
  if (!other) return unread(readings.none);
  if (goal === 'each') return unread(readings.each);
  return compared(proportionOf(variant), proportionOf(other));
}

// Of all variants of the rule together.
export function ruleReading({ treated, control, goal }: RuleResult): Reading {
  if (!control) return unread(readings.none);
  if (goal === 'each') return unread(readings.each);
  return compared(
    { good: treated.totals.converted, all: treated.totals.acted },
    { good: control.totals.converted, all: control.totals.heldOut },
  );
}

export function compared(treated: Proportion, control: Proportion): Reading {
  const lift = difference(treated, control);
  if (!lift) return unread(readings.empty);
  if (isSure(lift))
    return lift.difference > 0
      ? { tone: 'good', words: readings.better, lift }
      : { tone: 'bad', words: readings.worse, lift };
  const more = moreNeeded(treated, control);
  return { tone: '', words: more === null ? readings.equal : readings.more(number(more), more), lift };
}

export const liftOf = ({ lift }: Reading) => (lift ? points(lift.difference) : kResults.none);
