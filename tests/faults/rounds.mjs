// Several nodes over a PostgreSQL server with a replica, under load, in trouble of every kind that can be drawn
// (kit/rounds/faults.mjs); after each round the clients' records are compared with what is stored (kit/history.mjs).
// Skipped where PostgreSQL is not installed.
//
// PROVE_ROUNDS: how many rounds (4; in a hundred, each kind of trouble comes five times), PROVE_SEED: what draws the
// trouble, PROVE_SECONDS: begin no round after so many (3,600), PROVE_KINDS: only these, separated by commas, PROVE_LOGS:
// a folder for the nodes' logs of rounds that failed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isInstalled } from '../kit/postgres.mjs';
import { run } from '../kit/rounds/rounds.mjs';

const rounds = Number(process.env.PROVE_ROUNDS ?? 4);
const seed = Number(process.env.PROVE_SEED ?? 2066);
const seconds = Number(process.env.PROVE_SECONDS ?? 3600);
const only = process.env.PROVE_KINDS?.split(',');
const skip = isInstalled() ? false : 'PostgreSQL is not installed';

test(`${rounds} rounds of trouble, seed ${seed}: nothing acknowledged is lost, and nothing is seen that cannot be`, {
  skip,
  timeout: (seconds + 300) * 1000,
}, async t => {
  const tell = line => (rounds > 10 ? console.error(line) : t.diagnostic(line)); // of many as they come
  const done = await run({ seed, rounds, seconds, only, tell });
  t.diagnostic(`${done.rounds} of ${rounds} rounds: ${JSON.stringify(done.counts)}; ${JSON.stringify(done.sums)}`);
  assert.deepEqual(done.faults, []);
});
