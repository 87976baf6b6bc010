import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pathText, valueAt, withAt, type Json } from './draft.ts';
import { conditionWords, kMeasures, lineOf, measureNamed, measureOf, whenWords } from './measures.ts';

const rule: Json = {
  name: 'x',
  when: { all: [{ count: { key: 'cart' }, atLeast: 1 }, { seen: { key: 'view' } }] },
  unknown: { kept: true },
};

test('withAt changes the value at a path and leaves everything else alone, the original included', () => {
  const before = JSON.stringify(rule);
  const changed = withAt(rule, ['when', 'all', 0, 'atLeast'], 3);
  assert.equal(valueAt(changed, ['when', 'all', 0, 'atLeast']), 3);
  assert.deepEqual(valueAt(changed, ['unknown']), { kept: true });
  assert.equal(JSON.stringify(rule), before);
});

test('removing a value also removes the containers it leaves empty', () => {
  assert.deepEqual(withAt({ limit: { caps: [{ max: 1 }] }, name: 'x' }, ['limit', 'caps', 0, 'max'], undefined), {
    name: 'x',
  });
  assert.deepEqual(withAt(rule, ['when', 'all', 0], undefined), {
    name: 'x',
    when: { all: [{ seen: { key: 'view' } }] },
    unknown: { kept: true },
  });
});

test('missing containers on the path are created', () => {
  assert.deepEqual(withAt({}, ['limit', 'caps', 0, 'max'], 1), { limit: { caps: [{ max: 1 }] } });
});

test('paths are written as the server writes them', () => {
  assert.equal(pathText(['when', 'all', 0, 'atLeast']), 'when.all[0].atLeast');
});

test('every kind of condition has a blank that is recognized and described in words', () => {
  for (const { name, blank } of kMeasures) {
    assert.equal(measureOf(blank)?.name, name);
    assert.doesNotMatch(conditionWords(blank), /undefined|object|…|[{}]/, name);
  }
  assert.equal(
    whenWords({ all: [measureNamed('count')!.blank], none: [{ seen: { key: 'support' }, within: '7d' }] }),
    'at least 1 × cart add within 30 minutes and not (support seen within 7 days)',
  );
  assert.equal(whenWords({}), 'always');
});

test('describes conditions of each kind in words', () => {
  const filter = { key: 'cart', value: 'add' };
  const words: [Json, string][] = [
    [
      { absent: filter, after: { key: 'view' }, for: '5m', scope: 'visitor' },
      'no cart add for 5 minutes after view, across the visitor’s sessions',
    ],
    [
      { sum: { key: 'cart', field: 'amount' }, per: 'session', atMost: 50 },
      'amount of cart adds up to at most 50 in the session',
    ],
    [{ max: { key: 'cart' }, equals: 3 }, 'largest … of cart is exactly 3'],
    [{ distinct: filter, atLeast: 2, atMost: 3 }, '2 to 3 different cart add'],
    [{ distinct: { ...filter, field: 'brand' }, atLeast: 2 }, 'at least 2 different brand of cart add'],
    [{ last: { key: ['a', 'b'], source: 'ad' }, atLeast: '5m' }, 'newest a or b (from ad) is at least 5 minutes old'],
    [{ steps: [filter, { key: 'pay' }], reached: 2, within: '1h' }, 'cart add → pay: at least 2 reached within 1 hour'],
    [{ score: 'intent', atLeast: 0.5 }, 'score intent is at least 0.5'],
    [{ context: 'country', notIn: ['US', 'GB'] }, 'country is not US or GB'],
    [{ context: 'age', atLeast: 18, below: 30 }, 'age is below 30 and at least 18'],
    [{ context: 'name', startsWith: 'De', fold: true }, 'name is starting with De in any letter case'],
    [{ context: 'plan', exists: false }, 'plan is missing'],
    [{ count: { key: 'a' }, since: { key: 'b' }, atLeast: 2 }, 'at least 2 × a since the latest b'],
    [
      { count: { key: 'a' }, within: { calendar: 'day', zone: 'UTC' }, atLeast: 2 },
      'at least 2 × a in the same calendar day (UTC)',
    ],
    [{ count: { key: 'a' }, same: 'sku', atLeast: 2, within: '1h' }, 'at least 2 × a with the same sku within 1 hour'],
    [
      { absent: filter, after: { key: 'view' }, for: '5m', same: 'cartId', scope: 'visitor' },
      'no cart add for 5 minutes after view with the same cartId, across the visitor’s sessions',
    ],
    [{ any: [{ seen: { key: 'a' } }, { none: [{ seen: { key: 'b' } }] }] }, '((a seen or (not (b seen))))'],
    [
      {
        sum: {
          key: 'purchase',
          field: 'items[].price',
          times: 'items[].quantity',
          meta: { currency: { in: ['EUR'] } },
        },
        atLeast: 100,
      },
      'items[].price × items[].quantity of purchase (currency is EUR) adds up to at least 100',
    ],
    [{ ever: 'orders', count: { atLeast: 3 } }, 'orders ever, how many: at least 3'],
    [{ ever: 'orders', last: { age: { atLeast: '90d' } } }, 'orders ever, last: at least 90 days ago'],
    [{ unheard: {} }, 'incomplete condition'],
  ];
  for (const [condition, expected] of words) assert.equal(conditionWords(condition), expected);
});

test('summarizes a rule in one line', () => {
  const action: Json = { type: 'popup' };
  const lines: [{ [name: string]: Json }, string][] = [
    [{ triggers: ['checkout', 'exit_intent'], when: {}, action }, 'On checkout or exit_intent · popup'],
    [
      { triggers: ['checkout'], when: {}, actions: { a: action, b: { type: 'email' } } },
      'On checkout · a: popup, b: email',
    ],
    [
      {
        triggers: ['@due'],
        when: { all: [{ seen: { key: 'x' } }, { absent: { key: 'purchase' }, after: { key: 'cart' }, for: '1h' }] },
        action: { type: 'email' },
      },
      'When no purchase follows cart within 1 hour · email',
    ],
  ];
  for (const [rule, expected] of lines) assert.equal(lineOf(rule), expected);
});
