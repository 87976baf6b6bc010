// Counts per rule and variant. Pure.
import { counted } from '../../state/words.ts';

export interface Counts {
  acted: number;
  suppressed: number;
  heldOut: number;
  shown: number;
  clicked: number;
  dismissed: number;
  converted: number;
  value: number;
  heldBack: HeldBack;
}
// `suppressed` by reason. Those counted before reasons were kept have none.
export interface HeldBack {
  limit: number;
  hours: number;
  render: number;
}
export interface RuleSeries {
  ruleId: string;
  trigger: string | null;
  variant: string | null;
  shadow: boolean;
  holdout: boolean;
  totals: Counts;
  points: (Counts & { at: string })[];
}
export interface TriggerSeries {
  trigger: string | null;
  asked: number;
  points: { at: string; asked: number }[];
}
export interface Analytics {
  since: string;
  until: string;
  bucket: 'hour' | 'day';
  mixed: { ruleId: string; visitors: number }[]; // visitors who were given two variants
  triggers: TriggerSeries[];
  rules: RuleSeries[];
}

export interface Variant {
  name: string;
  holdout: boolean;
  shadow: boolean;
  totals: Counts;
  points: Map<number, Counts>;
}

const kNames: Exclude<keyof Counts, 'heldBack'>[] = [
  'acted',
  'suppressed',
  'heldOut',
  'shown',
  'clicked',
  'dismissed',
  'converted',
  'value',
];
const none = (): Counts => ({
  acted: 0,
  suppressed: 0,
  heldOut: 0,
  shown: 0,
  clicked: 0,
  dismissed: 0,
  converted: 0,
  value: 0,
  heldBack: { limit: 0, hours: 0, render: 0 },
});
const plus = (a: Counts, b: Counts) =>
  ({
    ...Object.fromEntries(kNames.map(name => [name, a[name] + b[name]])),
    heldBack: {
      limit: a.heldBack.limit + b.heldBack.limit,
      hours: a.heldBack.hours + b.heldBack.hours,
      render: a.heldBack.render + b.heldBack.render,
    },
  }) as Counts;

const kReasons = [
  ['limit', 'by its frequency limit'],
  ['hours', 'by its schedule'],
  ['render', 'because a value was missing'],
] as const;

// "Held back 7 times: 5 by its frequency limit, 2 because a value was missing."; empty if it never was.
export function heldBackWords(variants: Variant[]): string {
  const { suppressed, heldBack } = variants.map(one => one.totals).reduce(plus, none());
  if (!suppressed) return '';
  const reasons = kReasons
    .filter(([name]) => heldBack[name] > 0)
    .map(([name, words]) => [heldBack[name], words] as [number, string]);
  const rest = suppressed - reasons.reduce((sum, [count]) => sum + count, 0);
  if (rest > 0) reasons.push([rest, 'for a reason not recorded']);
  const times = `Held back ${counted(suppressed, 'time')}`;
  if (reasons.length === 1) return `${times}, ${reasons[0]![1]}.`;
  return `${times}: ${reasons.map(([count, words]) => `${count} ${words}`).join(', ')}.`;
}

// The variants with something to show: a rule with variants has counts without one where it was held back before one
// was chosen, and these are in `heldBackWords`.
export function shownVariants(variants: Variant[]): Variant[] {
  const chosen = variants.filter(({ totals }) => totals.acted || totals.heldOut || totals.shown || totals.converted);
  return chosen.length ? chosen : variants.slice(0, 1);
}

// Visitors who were given two variants, on two devices; empty if there are none.
export function mixedWords(visitors: number): string {
  if (!visitors) return '';
  const who = visitors === 1 ? '1 visitor was' : `${visitors} visitors were`;
  return `${who} given two variants, before their devices were known to be one person’s. They keep the first.`;
}

const seconds = (at: string) => Date.parse(at) / 1000;
const kStep = { hour: 3600, day: 86_400 };

// The start of every bucket from since to until in epoch seconds, empty ones included.
export function buckets({ since, until, bucket }: Analytics): number[] {
  const step = kStep[bucket],
    first = Math.floor(seconds(since) / step) * step;
  return Array.from(
    { length: Math.max(1, Math.ceil((seconds(until) - first) / step)) },
    (_, index) => first + index * step,
  );
}

// The variants of each rule over all of its triggers; the control group last.
export function variantsByRule(rules: RuleSeries[]): Map<string, Variant[]> {
  const byRule = new Map<string, Map<string, Variant>>();
  for (const one of rules) {
    const variants = byRule.get(one.ruleId) ?? new Map<string, Variant>();
    byRule.set(one.ruleId, variants);
    const name = one.holdout ? 'control group' : `${one.variant ?? 'all'}${one.shadow ? ' (shadow)' : ''}`;
    const variant = variants.get(name) ?? {
      name,
      holdout: one.holdout,
      shadow: one.shadow,
      totals: none(),
      points: new Map<number, Counts>(),
    };
    variant.totals = plus(variant.totals, one.totals);
    for (const point of one.points)
      variant.points.set(seconds(point.at), plus(variant.points.get(seconds(point.at)) ?? none(), point));
    variants.set(name, variant);
  }
  return new Map(
    [...byRule].map(([rule, variants]) => [
      rule,
      [...variants.values()].sort((a, b) => Number(a.holdout) - Number(b.holdout) || (a.name < b.name ? -1 : 1)),
    ]),
  );
}
