// Faults planted in the code by which nodes own shards and commit (store/fence/planted.h), and one in the tables: each
// is found, most of them by rounds of trouble as in tests/faults/rounds.mjs, the others by the tests of the store. Needs the programs
// beckon_planted and planted_store, which script/prove builds.
//
// PROVE_PLANTED: only these, separated by commas.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';

const built = resolve(import.meta.dirname, '../../build/release');
process.env.BECKON = join(built, 'beckon_planted'); // before the kit is loaded
const { isInstalled } = await import('../kit/postgres.mjs');
const { run } = await import('../kit/rounds/rounds.mjs');

const most = 25; // rounds
const seed = 1; // with which all are found
const only = process.env.PROVE_PLANTED?.split(',');
const inRounds = {
  no_fence: ['journal_trimmed'],
  unknown_is_refused: ['commits_cut'],
  unknown_is_retried: ['commits_cut'],
  no_comparison: ['promoted_asynchronous'],
  ignore_warning: ['wait_cancelled'],
  renewed_at_answer: ['renewed_late'],
  answer_always: ['database_one_way', 'renewed_late'],
  no_key: ['commits_cut'],
};
const inTables = {
  no_key: 'ALTER TABLE journal DROP CONSTRAINT journal_pkey; CREATE INDEX ON journal (shard, position, turn)',
};
const inTests = [
  'no_fence',
  'ignore_epoch',
  'unknown_is_refused',
  'unknown_is_retried',
  'no_comparison',
  'owners_compare',
  'ignore_warning',
  'renewed_at_answer',
  'answer_always',
];
const isWanted = name => !only || only.includes(name);
const skip = !isInstalled()
  ? 'PostgreSQL is not installed'
  : existsSync(process.env.BECKON)
    ? false
    : 'it is not built';

for (const [name, kinds] of Object.entries(inRounds).filter(([name]) => isWanted(name)))
  test(`rounds find the planted fault ${name}`, { skip, timeout: 900_000 }, async t => {
    const plant = { under: { PLANTED_FAULT: name }, alter: inTables[name] };
    const { faults, rounds } = await run({
      seed,
      rounds: most,
      only: kinds,
      untilFault: true,
      plant,
      restarts: 1,
    });
    assert.ok(faults.length > 0, `not in ${rounds} rounds`);
    t.diagnostic(`${name}, seed ${seed}, after ${rounds + 1} rounds: ${faults[0].slice(0, 300)}`);
  });

for (const name of inTests.filter(isWanted))
  test(`the store's tests find the planted fault ${name}`, { skip, timeout: 300_000 }, async t => {
    const out = await new Promise(done =>
      execFile(
        join(built, 'planted_store'),
        ['--gtest_filter=PostgresFaults.*:PostgresNodes.*'],
        { env: { ...process.env, PLANTED_FAULT: name }, timeout: 150_000, maxBuffer: 1 << 26 },
        (_, stdout) => done(stdout),
      ),
    );
    const those = what => [
      ...new Set([...out.matchAll(new RegExp(`^\\[ *${what} *\\] (\\w+\\.\\w+)`, 'gm'))].map(([, one]) => one)),
    ];
    const found = new Set(those('FAILED'));
    const ended = new Set([...found, ...those('OK')]);
    for (const one of those('RUN')) if (!ended.has(one)) found.add(`${one} (does not end)`);
    t.diagnostic(`${name}: ${[...found].join(', ')}`);
    assert.ok(found.size > 0);
  });
