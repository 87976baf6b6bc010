// The process stands still for longer than every deadline that it keeps, as when its machine is suspended or its container
// frozen: clients and attempts under way may fail, nothing is lost, and it goes on by itself.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pass } from 'node:timers/promises';
import { Beckon, quickRetries } from '../kit/beckon.mjs';
import { Load, allDelivered } from '../kit/load.mjs';

// Shorter than the standstill: what it waits for is late by then.
const deadlines = [
  '--attempt-connect',
  '500ms',
  '--attempt-whole',
  '1s',
  '--http-head',
  '1s',
  '--http-idle',
  '1s',
  '--http-write-stall',
  '1s',
  '--circuit-open',
  '100ms',
];
const standstill = 2500;

test('SIGSTOP for longer than every deadline, under load, three times: it goes on, and nothing is lost', {
  timeout: 120_000,
}, async t => {
  const beckon = await Beckon.start({ flags: ['--dev', ...quickRetries, ...deadlines] });
  t.after(() => beckon.close());
  const hook = await beckon.subscribe(['signal.pause']);
  t.after(() => hook.close());
  const load = new Load(beckon, { key: 'pause' });
  t.after(() => load.stop());
  const until = [];
  for (let i = 0; i < 3; i++) {
    await load.more(100);
    beckon.child.kill('SIGSTOP');
    await pass(standstill);
    beckon.child.kill('SIGCONT');
    const began = performance.now();
    await load.more(100);
    until.push(Math.round(performance.now() - began));
  }
  await load.stop();
  assert.equal(beckon.child.exitCode, null, 'the same process');
  const stored = await load.readBack();
  await allDelivered(beckon, hook, stored);
  t.diagnostic(
    `${load.acks} answers 2xx, ${load.unanswered} requests without an answer, ${stored.size} stored and delivered; 100 more answers within ${Math.max(...until)} ms of going on`,
  );
});
