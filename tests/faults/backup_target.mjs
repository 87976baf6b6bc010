// A backup whose target fails at its N-th write or sync, stalls there, or loses the process: it says so, what is at the
// final name is whole, and the server does not notice.
//
// PROVE_FAULTS: of each kind, how many N are tried, evenly (4); more than there are: every one.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Beckon, binary } from '../kit/beckon.mjs';
import { FaultyDisk } from '../kit/faulty_disk.mjs';
import { Load } from '../kit/load.mjs';

const tries = Number(process.env.PROVE_FAULTS ?? 4);

const kinds = [
  { name: 'is full', op: 'write', how: 'ENOSPC', on: true, says: /(The disk is full|No space left|cannot be)/ },
  { name: 'is full at one write', op: 'write', how: 'ENOSPC', says: /(The disk is full|No space left|cannot be)/ },
  { name: 'fails', op: 'write', how: 'EIO', on: true, says: /cannot be/ },
  { name: 'fails to sync', op: 'sync', how: 'EIO', says: /cannot be/ },
  { name: 'stalls', op: 'write', how: 'stall', says: /nothing has progressed for 1s while .*; it was given up/ },
  { name: 'stalls in a sync', op: 'sync', how: 'stall', says: /nothing has progressed for 1s while .*given up/ },
  { name: 'loses the process', op: 'write', how: 'die before', dies: true },
  { name: 'loses the process before a sync', op: 'sync', how: 'die before', dies: true },
];

let beckon, load, disk, clean;
const target = () => join(disk.data, 'backup');
const backUp = () =>
  new Promise(done =>
    execFile(
      binary,
      ['backup', target(), '--data', beckon.data, '--stalled-after', '1s'],
      { env: { ...process.env, ...disk.env } },
      (error, out, err) => done({ code: error?.code ?? 0, signal: error?.signal, out, err }),
    ),
  );

before(async () => {
  beckon = await Beckon.start();
  load = new Load(beckon, { key: 'target', clients: 4 });
  await load.more(100);
  disk = new FaultyDisk();
  const { code, err } = await backUp();
  assert.equal(code, 0, err);
  clean = { sync: disk.syncs, write: disk.writes };
});
after(async () => {
  await load.stop();
  await load.readBack();
  await beckon.close();
  disk.close();
});

describe('a target that', { concurrency: false }, () => {
  for (const kind of kinds)
    test(kind.name, { timeout: 60_000 + Math.min(tries, 200) * 10_000 }, async t => {
      const all = clean[kind.op];
      const count = Math.min(all, kind.how === 'stall' ? Math.min(tries, 20) : tries);
      for (let i = 0; i < count; i++) {
        const n = Math.floor(((i + 1) * all) / count);
        rmSync(disk.data, { recursive: true });
        mkdirSync(disk.data);
        const first = await backUp();
        assert.equal(first.code, 0, first.err);
        const whole = readFileSync(target());
        const acks = load.acks;
        disk.fail(kind.op, disk[`${kind.op}s`] + n, kind.how, kind);
        const { met } = disk;
        const { code, signal, err } = await backUp();
        const reached = disk.met > met;
        disk.mend();
        assert.ok(reached || n > all - 3, `N = ${n} of ${all} was reached`);
        if (!reached) continue;
        if (kind.dies) assert.equal(signal, 'SIGKILL');
        else {
          assert.equal(code, 1, `N = ${n}: ${err}`);
          assert.match(err, kind.says, `N = ${n}`);
          assert.deepEqual(readdirSync(disk.data), ['backup'], `N = ${n}: nothing is left`);
        }
        // The last sync is that of the folder, behind the renaming: then it is the newer one.
        if (kind.op === 'write' || n < all)
          assert.ok(whole.equals(readFileSync(target())), `N = ${n}: the older backup is as it was`);
        assert.equal((await beckon.cli('verify', target(), '--data', beckon.data)).code, 0);
        await load.more(1);
        assert.ok(load.acks > acks, 'signals were taken all the time');
      }
      t.diagnostic(`${count} of ${all}`);
    });
});
