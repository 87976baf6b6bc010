// What was counted of rules and their variants. Pure.
import type { components } from '../../api/described.d.ts';
import { kDue } from '../../state/delayed.ts';
import { incremental, incrementalRevenue, sum, type Interval } from './lift.ts';

export type Analytics = components['schemas']['Analytics'];
export type RuleSeries = components['schemas']['RuleSeries'];
export type Counts = components['schemas']['Counts'];
type Revenue = components['schemas']['Revenue'];

// Of a variant, or of several together.
export interface Group {
  totals: Counts;
  points: Map<number, Counts>; // by the start of the bucket in epoch seconds
}
export interface Variant extends Group {
  name: string; // '' for a rule without variants
  holdout: boolean;
  shadow: boolean;
}

const kNames = ['acted', 'suppressed', 'heldOut', 'shown', 'clicked', 'dismissed', 'converted', 'value'] as const;

export const none = (): Counts => ({
  acted: 0,
  suppressed: 0,
  heldOut: 0,
  shown: 0,
  clicked: 0,
  dismissed: 0,
  converted: 0,
  value: 0,
  values: [],
  heldBack: { limit: 0, hours: 0, render: 0 },
  mixed: { decisions: 0, converted: 0 },
});

// The revenue of both, currency by currency.
function revenueOf(a: Revenue[], b: Revenue[]): Revenue[] {
  const all = new Map(a.map(one => [one.currency, one]));
  for (const two of b) {
    const one = all.get(two.currency);
    all.set(
      two.currency,
      one
        ? {
            currency: one.currency,
            value: one.value + two.value,
            conversions: one.conversions + two.conversions,
            squares: one.squares === undefined || two.squares === undefined ? undefined : one.squares + two.squares,
          }
        : two,
    );
  }
  return [...all.values()];
}

export const plus = (a: Counts, b: Counts) =>
  ({
    ...Object.fromEntries(kNames.map(name => [name, a[name] + b[name]])),
    values: revenueOf(a.values, b.values),
    heldBack: {
      limit: a.heldBack.limit + b.heldBack.limit,
      hours: a.heldBack.hours + b.heldBack.hours,
      render: a.heldBack.render + b.heldBack.render,
    },
    mixed: {
      decisions: a.mixed.decisions + b.mixed.decisions,
      converted: a.mixed.converted + b.mixed.converted,
    },
  }) as Counts;

export function together(groups: Group[]): Group {
  const points = new Map<number, Counts>();
  for (const group of groups)
    for (const [at, counts] of group.points) points.set(at, plus(points.get(at) ?? none(), counts));
  return { totals: groups.map(one => one.totals).reduce(plus, none()), points };
}

// How often `suppressed`, by reason: `other` is what earlier versions counted without one.
export function heldBackOf({ suppressed, heldBack }: Counts) {
  const { limit, hours, render } = heldBack;
  return { limit, hours, render, other: Math.max(0, suppressed - limit - hours - render) };
}

// The variants with something to show: a rule with variants has counts without one where it was held back before one
// was chosen.
export function shownVariants(variants: Variant[]): Variant[] {
  const chosen = variants.filter(({ totals }) => totals.acted || totals.heldOut || totals.shown || totals.converted);
  return chosen.length ? chosen : variants.slice(0, 1);
}

const seconds = (at: string) => Date.parse(at) / 1000;
const kStep = { hour: 3600, day: 86_400 };

// The start of every bucket from since to until in epoch seconds, empty ones included.
export function buckets({ since, until, bucket }: Pick<Analytics, 'since' | 'until' | 'bucket'>): number[] {
  const step = kStep[bucket],
    first = Math.floor(seconds(since) / step) * step;
  return Array.from(
    { length: Math.max(1, Math.ceil((seconds(until) - first) / step)) },
    (_, index) => first + index * step,
  );
}

// The variants of each rule over all of its triggers; those in shadow and the control group last.
export function variantsByRule(rules: RuleSeries[]): Map<string, Variant[]> {
  const byRule = new Map<string, Map<string, Variant>>();
  for (const one of rules) {
    const variants = byRule.get(one.ruleId) ?? new Map<string, Variant>();
    byRule.set(one.ruleId, variants);
    const { holdout, shadow } = one,
      name = one.variant ?? '';
    const key = `${Number(holdout)}${Number(shadow)}${name}`;
    const points = new Map(one.points.map(point => [seconds(point.at), point as Counts]));
    const before = variants.get(key);
    const { totals, points: all } = together(
      before ? [before, { totals: one.totals, points }] : [{ totals: one.totals, points }],
    );
    variants.set(key, { name, holdout, shadow, totals, points: all });
  }
  return new Map(
    [...byRule].map(([rule, variants]) => [
      rule,
      [...variants.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, variant]) => variant),
    ]),
  );
}

// What a goal counts: a decision once, or each signal, which is no share of the decisions.
export type GoalKind = 'once' | 'each' | 'none';
export interface KnownRule {
  ruleId: string;
  name?: string;
  status?: string;
  triggers: string[];
  goal?: { count?: string; key?: string; within?: string } | null;
}
const goalOf = (rule: KnownRule | undefined): GoalKind =>
  !rule || rule.goal ? (rule?.goal?.count === 'each' ? 'each' : 'once') : 'none'; // a deleted one may have had a goal

// What a rule did: in force, in its control group, and in shadow.
export interface RuleResult {
  ruleId: string;
  name: string;
  goal: GoalKind;
  triggers: string[]; // at which it was counted, or that it names now
  variants: Variant[];
  treated: Group;
  control: Group | null;
}

export function resultsOf({ rules }: Pick<Analytics, 'rules'>, known: KnownRule[]): RuleResult[] {
  const byId = new Map(known.map(one => [one.ruleId, one]));
  return [...variantsByRule(rules)].map(([ruleId, variants]) => {
    const rule = byId.get(ruleId);
    const counted = rules.filter(one => one.ruleId === ruleId).flatMap(one => one.trigger ?? []);
    const control = variants.filter(one => one.holdout && !one.shadow);
    return {
      ruleId,
      name: rule?.name || ruleId,
      goal: goalOf(rule),
      triggers: [...new Set([...counted, ...(rule?.triggers ?? [])])],
      variants,
      treated: together(variants.filter(one => !one.holdout && !one.shadow)),
      control: control.length ? together(control) : null,
    };
  });
}

// The rule without the visitors who were given two variants: decisions and conversions, not what they brought.
export function withoutMixed(of: RuleResult): RuleResult {
  const without = <One extends Group>(one: One, all: 'acted' | 'heldOut'): One => {
    const { totals } = one,
      { decisions, converted } = totals.mixed;
    return { ...one, totals: { ...totals, [all]: totals[all] - decisions, converted: totals.converted - converted } };
  };
  return {
    ...of,
    variants: of.variants.map(one => without(one, one.holdout ? 'heldOut' : 'acted')),
    treated: without(of.treated, 'acted'),
    control: of.control && without(of.control, 'heldOut'),
  };
}

// Revenue in one currency: '' where none is known.
export interface Amount {
  currency: string;
  value: number;
  count: number; // conversions with an amount
  squares?: number;
}
export const amountsOf = ({ values }: Counts): Amount[] =>
  values.map(({ currency, value, conversions, squares }) => ({
    currency: currency ?? '',
    value,
    count: conversions,
    squares,
  }));

// By currency, the greatest first.
export const amountsIn = (counts: Counts) => amountsOf(counts).toSorted((a, b) => b.value - a.value);

const earned = (counts: Counts, all: number, currency: string) => {
  const { value = 0, count = 0, squares } = amountsOf(counts).find(one => one.currency === currency) ?? {};
  return { all, value, count, squares };
};

export interface Added {
  currency: string;
  interval: Interval;
}

// The share of decisions that converted, of the rules whose goal counts decisions.
export interface Rate {
  good: number;
  all: number;
}
export interface Summary {
  counts: Counts; // of all that rules did, without control groups
  recovery: Rate;
  compared: { treated: Rate; control: Rate }; // of the rules with a control group alone
  added: Interval | null; // incremental conversions
  revenue: Amount[];
  addedRevenue: Added[];
  withControl: number; // rules
}

// The counts of the groups in the whole period, or in the bucket that starts at `at`.
const countsOf = (group: Group | null, at?: number) =>
  (at === undefined ? group?.totals : group?.points.get(at)) ?? none();

export function summaryOf(results: RuleResult[], at?: number): Summary {
  const groups = results.map(one => ({
    goal: one.goal,
    treated: countsOf(one.treated, at),
    control: one.control && countsOf(one.control, at),
  }));
  const counts = groups.map(one => one.treated).reduce(plus, none());
  const rates = groups.filter(one => one.goal === 'once');
  const tested = rates.filter(one => one.control && one.control.heldOut > 0 && one.treated.acted > 0);
  const rate = (all: Counts[], of: 'acted' | 'heldOut'): Rate => ({
    good: all.reduce((total, one) => total + one.converted, 0),
    all: all.reduce((total, one) => total + one[of], 0),
  });
  const withRevenue = groups.filter(one => one.control && one.control.heldOut > 0 && one.treated.acted > 0);
  const currencies = [
    ...new Set(
      withRevenue.flatMap(one => [one.treated, one.control!].flatMap(amountsIn).map(({ currency }) => currency)),
    ),
  ];
  return {
    counts,
    recovery: rate(
      rates.map(one => one.treated),
      'acted',
    ),
    compared: {
      treated: rate(
        tested.map(one => one.treated),
        'acted',
      ),
      control: rate(
        tested.map(one => one.control!),
        'heldOut',
      ),
    },
    added: sum(
      tested.flatMap(
        ({ treated, control }) =>
          incremental(
            { good: treated.converted, all: treated.acted },
            { good: control!.converted, all: control!.heldOut },
          ) ?? [],
      ),
    ),
    revenue: amountsIn(counts),
    addedRevenue: currencies.flatMap(currency => {
      const interval = sum(
        withRevenue.flatMap(
          ({ treated, control }) =>
            incrementalRevenue(
              earned(treated, treated.acted, currency),
              earned(control!, control!.heldOut, currency),
            ) ?? [],
        ),
      );
      return interval ? [{ currency, interval }] : [];
    }),
    withControl: tested.length,
  };
}

// How often decisions were asked for: by requests, and at the end of a delayed rule's wait, which the server counts as
// the trigger @due. Of one delayed rule these are its own outcomes, since @due is the trigger of all of them.
export function askedOf({ triggers }: Analytics, of?: RuleResult): number {
  const asked = (all: typeof triggers) => all.reduce((total, one) => total + one.asked, 0);
  if (!of) return asked(triggers);
  const requests = triggers.filter(({ trigger }) => trigger && trigger !== kDue && of.triggers.includes(trigger));
  return asked(requests) + (of.triggers.includes(kDue) ? endedWaitsOf(of) : 0);
}

const endedWaitsOf = ({ treated: { totals }, control }: RuleResult) =>
  totals.acted + totals.suppressed + (control?.totals.heldOut ?? 0);
