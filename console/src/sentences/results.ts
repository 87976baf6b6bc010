import { counted } from '../state/words.ts';

const kReasons: Record<string, string> = {
  limit: 'frequency limit',
  hours: 'schedule',
  render: 'missing value',
  other: 'reason not recorded',
};

export const kResults = {
  title: 'Results',
  lead: 'What each rule did, and what it added over its control group.',
  allRules: 'All rules',
  edit: 'Edit',
  exportCsv: 'Export CSV',
  rulesTitle: 'Rules',
  singleVariant: 'Single variant',
  control: 'Control group',
  treated: 'Treated',
  shadow: (name: string) => `${name} (shadow)`,
  otherTriggers: 'Other triggers',
  none: '–',

  // Nothing there
  noRequests: 'No decision requests in this period.',
  nothingOf: (name: string) => `${name} decided nothing in this period.`,
  resolve: 'Resolve a decision',

  // Tiles
  converted: 'Converted',
  convertedSays: (good: string, all: string) => `${good} of ${all} decisions`,
  noGoal: 'No rule with a goal has acted.',
  eachGoal: 'The goal counts every event, so there is no share.',
  lift: 'Lift vs control group',
  liftSays: (from: string, to: string) => `95 % interval ${from} to ${to} points`,
  incremental: (count: string, from: string, to: string) => `${count} incremental conversions, ${from} to ${to}`,
  noControl: 'No control group to compare with.',
  pointsUnit: 'points',
  revenue: 'Revenue',
  noRevenue: 'No conversion with an amount.',
  noCurrency: 'no currency',
  setCurrency: 'No currency: name it in the rule’s goal or in the settings',
  perDecision: (amount: string) => `${amount} per decision`,
  added: 'Incremental revenue',
  addedSays: (from: string, to: string) => `95 % interval ${from} to ${to}`,
  noInterval: 'Too little revenue for an interval.',
  spark: (label: string) => `${label} over time`,

  time: 'Median time to convert',
  noConversion: 'No conversion by a goal.',
  ofConversions: (count: number) => `of ${counted(count, 'conversion')}`,

  // Verdict
  sure: 'Significant',
  notSure: 'Not significant',
  readings: {
    better: 'Better than the control group',
    worse: 'Worse than the control group',
    more: (people: string, count: number) =>
      `Not significant: about ${people} more ${count === 1 ? 'person' : 'people'} needed`,
    equal: 'Not significant: no difference so far',
    each: 'The goal counts every event, so there is no share to compare',
    none: 'No control group',
    empty: 'Nobody in one of the groups yet',
    baseline: 'Baseline',
    shadow: 'In shadow: it would have acted',
  },

  // Funnel
  funnel: 'Funnel',
  funnelUnit: 'decisions',
  steps: { asked: 'Asked', acted: 'Acted', shown: 'Shown', clicked: 'Clicked', converted: 'Converted' },
  stepOfBefore: 'Right column: share of the step before.',
  askedIs: 'Asked: decision requests, and waits of delayed rules that are over.',
  why: 'Why it did not act',
  whyUnit: (count: string) => `${count} decisions`,
  whyControl: 'Control group',
  whyHeld: (reason: string) => `Held back: ${kReasons[reason]}`,
  whyElse: 'No match, or a rule above decided',
  whyElseAll: 'No match or held back',
  whyNone: 'It acted each time.',
  heldBack: (count: number, reasons: [string, number][]) =>
    `Held back ${counted(count, 'time')}: ${reasons.map(([reason, times]) => `${times} × ${kReasons[reason]}`).join(', ')}.`,
  heldBackAll: 'A rule below may have acted instead.',
  mixed: (visitors: number) =>
    `${visitors === 1 ? '1 visitor was' : `${visitors} visitors were`} given two variants, before their devices ` +
    'were known to be one person’s. They keep the first.',
  mixedShare: (share: string) => `${share} of the decisions are about people with two variants.`,
  liftWithout: (lift: string, from: string, to: string) =>
    `Without them, the lift over the control group is ${lift} points, 95 % interval ${from} to ${to}.`,

  // Tables
  variants: 'Variants',
  variantsUnit: 'difference to the control group in points, 95 % interval',
  variantsOf: (name: string) => `Variants of ${name}`,
  heads: {
    rule: 'Rule',
    variant: 'Variant',
    acted: 'Decisions',
    shown: 'Shown',
    clicked: 'Clicked',
    dismissed: 'Dismissed',
    converted: 'Converted',
    revenue: 'Revenue',
    lift: 'Lift',
    reading: 'Reading',
    trend: 'Acted over time',
  },
  csv: {
    since: 'Period from',
    until: 'Period until',
    ruleId: 'Rule id',
    rate: 'Conversion rate (%)',
    revenue: (currency: string) => `Revenue (${currency || 'no currency'})`,
    lift: 'Lift (points)',
    from: 'Lift from (points)',
    to: 'Lift to (points)',
  },
  trendOf: (name: string) => `${name}, acted`,
  convertedOf: (count: string, share: string) => `${count} · ${share}`,
  resultsOf: (name: string) => `Results of ${name}`,

  // Series
  series: { acted: 'Decisions', rate: 'Conversion rate' } as Record<string, string>,
  seriesLabel: 'Series',
  per: { hour: 'per hour', day: 'per day' } as Record<string, string>,
  seriesTitle: (what: string, per: string) => `${what} ${per}`,
  requests: 'Requests by trigger',
  requestsPer: (per: string) => `Decision requests ${per}`,

  // Notes
  notes: 'How these numbers are made',
  settled: (when: string) =>
    `Conversions of decisions made before ${when} are final. Those of later ones may still grow as purchases arrive.`,
  shared: (count: string, one: boolean) =>
    `${count} ${one ? 'purchase is a conversion' : 'purchases are conversions'} of more than one rule, and ` +
    `${one ? 'counts' : 'count'} for each.`,
  counts:
    'Counts are decisions: a person whom a rule reached twice counts twice. A conversion counts in the hour in which ' +
    'it arrives, so in a short period it may belong to an earlier decision.',
  formulas:
    'Incremental is what was recovered, less what the control group’s rate gives for as many decisions. Intervals of ' +
    'rates are Newcombe’s (1998). Those of revenue are by the standard error of the mean per decision; of a group that ' +
    'has brought nothing, or whose amounts are known by their sum alone, conversions are taken as Poisson counts and ' +
    'amounts as spread as widely as their mean.',
  days: 'Days are in UTC; the first and the last may be parts of one.',
};
