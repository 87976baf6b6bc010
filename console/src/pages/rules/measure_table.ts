// Written by script/measures from the engine's table of measures (src/rules/language/measures).
import type { MeasureKind } from './measures.ts';

export const kMeasureTable: MeasureKind[] = [
  {
    name: 'seen',
    label: 'any matching signal',
    sentence: '{filter} seen{window}{scope}',
    parts: ['filter', 'window', 'scope'],
    blank: {
      seen: {
        key: 'cart',
        value: 'add',
      },
      within: '30m',
    },
  },
  {
    name: 'count',
    label: 'matching signals',
    sentence: '{bound} × {filter}{window}{scope}',
    parts: ['filter', 'window', 'bound', 'scope'],
    blank: {
      count: {
        key: 'cart',
        value: 'add',
      },
      within: '30m',
      atLeast: 1,
    },
  },
  {
    name: 'distinct',
    label: 'different values',
    sentence: '{bound} different {field of }{filter}{window}{scope}',
    parts: ['filter', 'window', 'bound', 'scope'],
    blank: {
      distinct: {
        key: 'view',
      },
      within: '1h',
      atLeast: 3,
    },
  },
  {
    name: 'sum',
    label: 'total of a field',
    sentence: '{field} of {filter} adds up to {bound}{window}{scope}',
    parts: ['filter', 'field', 'window', 'bound', 'scope'],
    blank: {
      sum: {
        key: 'cart',
        field: 'amount',
      },
      within: '1h',
      atLeast: 50,
    },
  },
  {
    name: 'max',
    label: 'largest field value',
    sentence: 'largest {field} of {filter} is {bound}{window}{scope}',
    parts: ['filter', 'field', 'window', 'bound', 'scope'],
    blank: {
      max: {
        key: 'cart',
        field: 'amount',
      },
      within: '1h',
      atLeast: 100,
    },
  },
  {
    name: 'last',
    label: 'age of the newest',
    sentence: 'newest {filter} is {bound} old{scope}',
    parts: ['filter', 'window', 'age', 'scope'],
    blank: {
      last: {
        key: 'view',
      },
      atLeast: '5m',
    },
  },
  {
    name: 'absent',
    label: 'no signal followed',
    sentence: 'no {filter} for {for} after {after}{scope}',
    parts: ['filter', 'after', 'scope'],
    blank: {
      absent: {
        key: 'purchase',
      },
      after: {
        key: 'cart',
        value: 'add',
      },
      for: '30m',
    },
  },
  {
    name: 'steps',
    label: 'steps completed',
    sentence: '{steps}: {bound} reached{window}{scope}',
    parts: ['steps', 'window', 'scope'],
    blank: {
      steps: [
        {
          key: 'view',
        },
        {
          key: 'cart',
          value: 'add',
        },
        {
          key: 'checkout',
        },
      ],
      within: '2h',
      reached: 2,
    },
  },
  {
    name: 'score',
    label: 'score of the handle',
    sentence: 'score {name} is {bound}',
    parts: ['score', 'bound', 'scope'],
    blank: {
      score: 'intent',
      atLeast: 0.7,
    },
  },
  {
    name: 'context',
    label: 'visitor attribute',
    sentence: '{name} is {values}',
    parts: ['context', 'comparison'],
    blank: {
      context: 'country',
      in: ['US'],
    },
  },
  {
    name: 'trait',
    label: 'trait',
    sentence: '{name} is {values}',
    parts: ['trait', 'comparison', 'distance'],
    blank: {
      trait: 'plan',
      equals: 'pro',
    },
  },
  {
    name: 'decision',
    label: 'decisions of a rule',
    sentence: '{bound} × {decision}{window}{scope}',
    parts: ['decision', 'window', 'bound', 'scope'],
    blank: {
      decision: {
        rule: 'welcome',
        reaction: 'clicked',
      },
      within: '30d',
      scope: 'visitor',
      atMost: 0,
    },
  },
];
