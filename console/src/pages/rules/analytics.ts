// Counts per rule and variant. Pure.
export interface Counts {
  acted: number;
  suppressed: number;
  heldOut: number;
  shown: number;
  clicked: number;
  dismissed: number;
  converted: number;
  value: number;
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
  triggers: TriggerSeries[];
  rules: RuleSeries[];
}

export interface Arm {
  name: string;
  holdout: boolean;
  shadow: boolean;
  totals: Counts;
  points: Map<number, Counts>;
}

const kNames: (keyof Counts)[] = [
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
});
const plus = (a: Counts, b: Counts) =>
  Object.fromEntries(kNames.map(name => [name, a[name] + b[name]])) as unknown as Counts;

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
export function armsByRule(rules: RuleSeries[]): Map<string, Arm[]> {
  const byRule = new Map<string, Map<string, Arm>>();
  for (const one of rules) {
    const arms = byRule.get(one.ruleId) ?? new Map<string, Arm>();
    byRule.set(one.ruleId, arms);
    const name = one.holdout ? 'control group' : `${one.variant ?? 'all'}${one.shadow ? ' (shadow)' : ''}`;
    const arm = arms.get(name) ?? {
      name,
      holdout: one.holdout,
      shadow: one.shadow,
      totals: none(),
      points: new Map<number, Counts>(),
    };
    arm.totals = plus(arm.totals, one.totals);
    for (const point of one.points)
      arm.points.set(seconds(point.at), plus(arm.points.get(seconds(point.at)) ?? none(), point));
    arms.set(name, arm);
  }
  return new Map(
    [...byRule].map(([rule, arms]) => [
      rule,
      [...arms.values()].sort((a, b) => Number(a.holdout) - Number(b.holdout) || (a.name < b.name ? -1 : 1)),
    ]),
  );
}
