// A backup folder that is full, fails or stalls at the N-th write or sync, while its base or commits are written to it,
// or when the process is killed there: the server does not notice, and goes on shipping when the folder takes it again.
// What is in the folder is sound, and restores to what the clients know.
//
// PROVE_FAULTS: of each kind, how many N are tried (1), up to those of a base and a segment.
import assert from 'node:assert/strict';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Beckon } from '../kit/beckon.mjs';
import { allShipped, shipping } from '../kit/backup_folder.mjs';
import { folderFor, restored, serverOn } from '../kit/backups.mjs';
import { FaultyDisk } from '../kit/faulty_disk.mjs';
import { Load } from '../kit/load.mjs';
import { until } from '../kit/wait.mjs';

const tries = Math.min(Number(process.env.PROVE_FAULTS ?? 1), 16);

const kinds = [
  { name: 'is full', op: 'write', how: 'ENOSPC', on: true },
  { name: 'is full at one write', op: 'write', how: 'ENOSPC' },
  { name: 'fails', op: 'write', how: 'EIO', on: true },
  { name: 'fails to sync', op: 'sync', how: 'EIO' },
  { name: 'stalls', op: 'write', how: 'stall' },
  { name: 'stalls in a sync', op: 'sync', how: 'stall' },
  { name: 'loses the process', op: 'write', how: 'die before' },
  { name: 'loses the process before a sync', op: 'sync', how: 'die before' },
  { name: 'loses the process after a sync', op: 'sync', how: 'die behind' },
];

let disk, folder, beckon, load;
const flags = [
  ...['--dev', '--backup-every', '200ms', '--backup-longest-log', '20MiB'],
  ...['--drain', '1s', '--retry-schedule', '1h'],
];

before(async () => {
  disk = new FaultyDisk();
  folder = join(disk.data, 'folder');
  beckon = await Beckon.start({ flags: [...flags, '--backup-folder', folder], under: disk.env });
  await allShipped(beckon);
  load = new Load(beckon, { key: 'folder', clients: 4 });
});
after(async () => {
  disk.mend();
  await load.stop();
  await load.readBack();
  await beckon.close();
  disk.close();
});

// What is in the folder is sound, and its newest commit has all that was acknowledged before.
async function compare(t) {
  await allShipped(beckon);
  const { code, err } = await beckon.cli('verify', folder, '--data', beckon.data);
  assert.equal(code, 0, err);
  const { acked } = load.mark();
  await allShipped(beckon);
  const other = await serverOn(await restored(beckon, folder, folderFor(t)), ['--dev', '--retry-schedule', '1h']);
  await load.readBack({ from: other, acked });
  await other.close();
}

async function again() {
  load.down();
  await beckon.exited;
  await beckon.open();
  load.up();
}

describe('a backup folder that', { concurrency: false }, () => {
  for (const kind of kinds)
    for (const anew of [true, false])
      test(`${kind.name}, ${anew ? 'while the first base is written' : 'later'}`, {
        timeout: 60_000 + tries * 20_000,
      }, async t => {
        for (let n = 1; n <= tries; n++) {
          if (anew) {
            load.down();
            await beckon.stop();
            rmSync(folder, { recursive: true });
          }
          const { met } = disk;
          let ordered = 0;
          const order = () => {
            ordered = disk[`${kind.op}s`] + n;
            disk.fail(kind.op, ordered, kind.how, kind);
          };
          order();
          if (anew) {
            await beckon.open();
            load.up();
          }
          const { acks } = load;
          const dies = kind.how.startsWith('die');
          await until(`N = ${n} is met`, () => {
            if (dies ? beckon.child.signalCode !== null : disk.met > met) return true;
            if (disk.met === met && disk[`${kind.op}s`] > ordered) order(); // it was quicker than the order
            return false;
          });
          if (dies) {
            disk.mend();
            await again();
          } else {
            await load.more(20); // requests go on meanwhile
            if (kind.how !== 'stall' && kind.on)
              await until('it says so', async () => (await shipping(beckon)).failing === 1);
            const before = disk.writes + disk.syncs;
            disk.mend();
            await until('it goes on', () => disk.writes + disk.syncs > before);
          }
          await load.more(5);
          assert.ok(load.acks > acks);
        }
        await compare(t);
      });
});

test('a folder that stalls for too long costs a new base, not the server', async t => {
  disk.fail('write', disk.writes + 1, 'stall', { on: true });
  await until('the log is let go', () => /"event":"backup_let_go"/.test(beckon.log), 60_000);
  const series = readdirSync(folder).length;
  disk.mend();
  await until('a new series has begun', () => readdirSync(folder).length > series);
  await compare(t);
});

test('a server that is stopped while its folder stalls ends all the same, and ships the rest when it is back', async t => {
  disk.fail('write', disk.writes + 1, 'stall', { on: true });
  const { met } = disk;
  await until('it stalls', () => disk.met > met);
  load.down();
  assert.equal((await beckon.stop()).code, 0);
  assert.match(beckon.log, /"event":"stopped_before_all_was_shipped"/);
  disk.mend();
  await again();
  await compare(t);
});
