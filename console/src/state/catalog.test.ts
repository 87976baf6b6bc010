import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldsOf, fieldValuesOf, keysOf, kNothingSeen, scoresOf, valuesOf, type Seen } from './catalog.ts';

const key = (name: string, count: number, values: [string, number][], fields: [string, number][]) => ({
  key: name,
  count,
  values: values.map(([value, times]) => ({ value, count: times })),
  fields: fields.map(([field, times]) => ({ field, count: times, type: 'text' as const, values: [] })),
});
const seen: Seen = {
  ...kNothingSeen,
  catalog: {
    ...kNothingSeen.catalog,
    keys: [
      key(
        'cart.add',
        5,
        [
          ['a', 4],
          ['b', 1],
        ],
        [['amount', 5]],
      ),
      key(
        'cart.remove',
        3,
        [['b', 3]],
        [
          ['amount', 1],
          ['why', 2],
        ],
      ),
      key('view', 1, [['/', 1]], []),
    ],
  },
};
const names = (all: { value: string }[]) => all.map(one => one.value);

test('keys are suggested with how often they were seen', () => {
  assert.deepEqual(keysOf(seen)[0], { value: 'cart.add', note: 'seen 5×' });
  assert.deepEqual(keysOf(kNothingSeen), []);
});

test('values and fields are those of the keys that are named: one, several, a prefix, or all', () => {
  assert.deepEqual(names(valuesOf(seen, 'view')), ['/']);
  assert.deepEqual(valuesOf(seen, 'cart.*'), [
    { value: 'a', note: 'seen 4×' },
    { value: 'b', note: 'seen 4×' },
  ]);
  assert.deepEqual(names(valuesOf(seen, ['view', 'cart.remove'])), ['b', '/']);
  assert.deepEqual(names(fieldsOf(seen, undefined)), ['amount', 'why']);
  assert.deepEqual(names(valuesOf(seen, 'unknown')), []);
});

test('values of a metadata field are those of the signals that are named', () => {
  const of = (key: string, value: string) => ({
    ...seen.catalog.keys[0]!,
    key,
    fields: [{ field: 'plan', count: 1, type: 'text' as const, values: [{ value, count: 1 }] }],
  });
  const fields: Seen = { ...seen, catalog: { ...seen.catalog, keys: [of('signup', 'pro'), of('view', 'free')] } };
  assert.deepEqual(names(fieldValuesOf(fields, 'signup', 'plan')), ['pro']);
  assert.deepEqual(names(fieldValuesOf(fields, undefined, 'plan')), ['pro', 'free']);
  assert.deepEqual(fieldValuesOf(fields, 'signup', 'other'), []);
});

test('scores are suggested with what they count', () => {
  const scores = { intent: { weights: { view: 1, 'cart.*': 5, a: 1, b: 2, c: 3 }, halfLife: '1d' } };
  assert.deepEqual(scoresOf({ ...seen, catalog: { ...seen.catalog, scores } }), [
    { value: 'intent', note: 'half-life 1d: view 1, cart.* 5, a 1, b 2, …' },
  ]);
});
