import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kBlank, type RuleDraft } from './draft.ts';
import { kExamples } from './example_rules.ts';
import { kMeasures } from './measures.ts';
import { wrongValuesIn } from './values.ts';

const fieldsOf = (members: object) => wrongValuesIn({ ...kBlank, ...members } as never).map(one => one.field);

test('what a new rule, the examples and each kind of condition begin with is right', () => {
  for (const rule of [kBlank, ...(Object.values(kExamples) as RuleDraft[])]) assert.deepEqual(wrongValuesIn(rule), []);
  for (const { name, blank } of kMeasures) assert.deepEqual(fieldsOf({ when: { any: [blank] } }), [], name);
});

test('a number out of its range, or none, is found where it stands', () => {
  assert.deepEqual(
    fieldsOf({ priority: 1.5, rollout: -1, split: { holdout: 150 }, limit: { caps: [{ max: 0, per: 'day' }] } }),
    ['priority', 'limit.caps[0].max', 'split.holdout', 'rollout'],
  );
  assert.deepEqual(fieldsOf({ priority: -1000000, rollout: 0.25, split: { holdout: 100 } }), []);
  assert.deepEqual(fieldsOf({ when: { none: [{ all: [{ count: { key: 'cart' }, atLeast: 'two' }] }] } }), [
    'when.none[0].all[0].atLeast',
  ]);
});

test('a duration is a whole number above 0 with a unit, of ten years at most', () => {
  for (const ttl of ['-5m', '0m', '5', '1.5h', 'm', '3651d', '99999999999s'])
    assert.deepEqual(fieldsOf({ ttl }), ['ttl'], ttl);
  for (const ttl of ['1s', '30m', '3650d']) assert.deepEqual(fieldsOf({ ttl }), [], ttl);
  assert.deepEqual(
    fieldsOf({
      limit: { cooldown: '-1h', caps: [{ max: 1, per: '0d' }] },
      when: {
        all: [
          { last: { key: 'cart' }, atMost: '-1d' },
          { count: { key: 'cart' }, within: 'm', atLeast: 1 },
        ],
      },
    }),
    ['when.all[0].atMost', 'when.all[1].within', 'limit.caps[0].per', 'limit.cooldown'],
  );
});

test('a goal without its event or its time, a rule without a trigger, and a name of 201 characters are found', () => {
  assert.deepEqual(fieldsOf({ goal: { within: '1h' } }), ['goal.key']);
  assert.deepEqual(fieldsOf({ goal: { key: 'purchase' } }), ['goal.within']);
  assert.deepEqual(fieldsOf({ triggers: [] }), ['triggers']);
  assert.deepEqual(fieldsOf({ triggers: ['checkout', 'Bad One'] }), ['triggers[1]']);
  assert.deepEqual(fieldsOf({ name: 'ä'.repeat(200) }), []);
  assert.deepEqual(fieldsOf({ name: 'ä'.repeat(201) }), ['name']);
});
