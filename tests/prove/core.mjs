// The pure core, the running server and the reference evaluator on PROVE_CORE random cases (100,000) from PROVE_SEED.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { playCases } from '../kit/core_cases.mjs';

test('core, server and reference evaluator agree', async () => {
  const seed = Number(process.env.PROVE_SEED ?? Date.now());
  const wanted = Number(process.env.PROVE_CORE ?? 100_000);
  const counts = await playCases(seed, Math.ceil(wanted / 1_000));
  const cases = Object.values(counts).reduce((sum, count) => sum + count, 0);
  console.log(`seed ${seed}: ${cases} cases, none in which two differ: ${JSON.stringify(counts)}`);
  assert.ok(cases >= wanted);
});
