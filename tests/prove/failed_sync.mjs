// P1 and P9: the process dies at its N-th sync, or the sync fails, for N after N. A failed sync is never an
// acknowledgement: the process stops, and a restart reads back exactly what was answered 2xx.
//
// PROVE_SYNCS: how many N of each kind (20). Needs strace.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { test } from 'node:test';
import { Beckon } from '../kit/beckon.mjs';
import { Load } from '../kit/load.mjs';

const syncs = Number(process.env.PROVE_SYNCS ?? 20);
let strace = true;
try {
  execFileSync('strace', ['-e', 'trace=none', 'true'], { stdio: 'ignore' });
} catch {
  strace = false;
}

for (const [name, fault] of [
  ['dies at', 'signal=SIGKILL'],
  ['is told EIO by', 'error=EIO'],
])
  test(`a process that ${name} its N-th sync: ${syncs} times`, {
    timeout: 120_000 + syncs * 30_000,
    skip: strace ? false : 'strace is not here or may not trace',
  }, async t => {
    const beckon = await Beckon.start();
    t.after(() => beckon.close());
    const load = new Load(beckon, { key: 'sync', clients: 4 });
    await load.more(20);
    for (let n = 1; n <= syncs; n++) {
      const tracer = spawn(
        'strace',
        [
          '-f',
          '-q',
          '-o',
          '/dev/null',
          '-e',
          'trace=fdatasync,fsync',
          '-e',
          `inject=fdatasync,fsync:${fault}:when=${n}`,
          '-p',
          String(beckon.child.pid),
        ],
        { stdio: 'ignore' },
      );
      const { code, signal } = await beckon.exited;
      load.down();
      tracer.kill();
      if (fault.startsWith('signal')) assert.equal(signal, 'SIGKILL');
      else assert.ok(code > 0, `it stops and says so: ${code ?? signal}`);
      await beckon.open();
      load.up();
      await load.more(20);
    }
    await load.stop();
    const stored = await load.readBack();
    t.diagnostic(
      `${syncs} times, ${load.acks} answers 2xx, ${load.unanswered} without an answer, ${stored.size} stored`,
    );
  });
