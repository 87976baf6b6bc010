import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pathText, valueAt, withAt, type Json } from './draft.ts';
import { conditionWords, kMeasures, measureNamed, measureOf, whenWords } from './measures.ts';

const rule: Json = {
  name: 'x',
  when: { all: [{ count: { key: 'cart' }, atLeast: 1 }, { seen: { key: 'view' } }] },
  unknown: { kept: true },
};

test('a change reaches its place and leaves the rest, the original too', () => {
  const before = JSON.stringify(rule);
  const changed = withAt(rule, ['when', 'all', 0, 'atLeast'], 3);
  assert.equal(valueAt(changed, ['when', 'all', 0, 'atLeast']), 3);
  assert.deepEqual(valueAt(changed, ['unknown']), { kept: true });
  assert.equal(JSON.stringify(rule), before);
});

test('what is taken away leaves no empty shell', () => {
  assert.deepEqual(withAt({ limit: { caps: [{ max: 1 }] }, name: 'x' }, ['limit', 'caps', 0, 'max'], undefined), {
    name: 'x',
  });
  assert.deepEqual(withAt(rule, ['when', 'all', 0], undefined), {
    name: 'x',
    when: { all: [{ seen: { key: 'view' } }] },
    unknown: { kept: true },
  });
});

test('a place that is not there yet is made', () => {
  assert.deepEqual(withAt({}, ['limit', 'caps', 0, 'max'], 1), { limit: { caps: [{ max: 1 }] } });
});

test('places are named as the server names them', () => {
  assert.equal(pathText(['when', 'all', 0, 'atLeast']), 'when.all[0].atLeast');
});

test('every measure can be begun, recognised and told in words', () => {
  for (const { name, blank } of kMeasures) {
    assert.equal(measureOf(blank)?.name, name);
    assert.doesNotMatch(conditionWords(blank), /undefined|object|…/, name);
  }
  assert.equal(
    whenWords({ all: [measureNamed('count')!.blank], none: [{ seen: { key: 'support' }, within: '7d' }] }),
    'at least 1 × cart add within 30m and not (support seen within 7d)',
  );
  assert.equal(whenWords({}), 'always');
});
