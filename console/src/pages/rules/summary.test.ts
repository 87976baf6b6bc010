import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kBlank } from './draft.ts';
import { kExamples } from './example_rules.ts';
import { summaryOf } from './summary.ts';

test('each condition is said once, and so are the limits, the goal and the control group', () => {
  const rule = {
    ...kExamples['remind-of-the-cart'],
    limit: { caps: [{ max: 1, per: 'day' }], cooldown: '2h', group: 'carts' },
    goal: { key: 'purchase', within: '24h', valueField: 'amount' },
    split: { holdout: 10 },
    rollout: 50,
  };
  assert.deepEqual(summaryOf(rule as never), [
    ['When', 'When no purchase follows cart add within 30 minutes'],
    ['Who', 'Everybody'],
    ['Message', 'email'],
    ['Limits', 'at most 1 per day, at least 2 hours apart, shared by the rules of group carts'],
    ['Goal', 'purchase within 24 hours, revenue from amount'],
    ['Control group', '10% of visitors see nothing'],
    ['Rollout', '50% of visitors'],
  ]);
});

test('what a rule does without is said too', () => {
  assert.deepEqual(summaryOf(kBlank), [
    ['When', 'On checkout'],
    ['Who', 'at least 1 × cart add within 30 minutes'],
    ['Message', 'popup'],
    ['Limits', 'None: it acts whenever it matches'],
    ['Goal', 'None, so conversions are not counted'],
    ['Control group', 'None, so lift is not measured'],
  ]);
});
