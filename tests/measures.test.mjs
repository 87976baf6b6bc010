// The measures of the rule language are one table, in the engine; the API's document and the console's form are made
// from it by script/measures.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from './kit/beckon.mjs';

const measures = JSON.parse(execFileSync(join(root, 'build/release/measure_table'), { encoding: 'utf8' }));
const read = path => JSON.parse(readFileSync(join(root, path), 'utf8'));

test('docs/openapi.json describes exactly these measures', () => {
  const { oneOf } = read('docs/openapi.json').components.schemas.Condition;
  assert.deepEqual(
    oneOf,
    measures.map(({ schema }) => schema),
  );
});

test('metadata is compared as the context is', () => {
  const { properties } = read('docs/openapi.json').components.schemas.Comparison;
  const { context, ...compared } = measures.find(({ name }) => name === 'context').schema.properties;
  assert.ok(context);
  assert.deepEqual(properties, compared);
});

test("the console's form has exactly these measures", async () => {
  const { kMeasureTable } = await import(join(root, 'console/src/pages/rules/measure_table.ts'));
  assert.deepEqual(
    kMeasureTable,
    measures.map(({ schema, ...form }) => form),
  );
});
