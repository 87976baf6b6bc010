// Backups at random moments under load, each restored and compared with what the clients know: what was acknowledged
// before it began is there, and nothing that was not sent before it ended. The same of random moments of a backup folder,
// with kills and restarts in between. And targets that fill up, on a small disk.
//
// PROVE_BACKUPS: how many of each (3).
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Beckon } from '../kit/beckon.mjs';
import { allShipped, shipping, smallDisk } from '../kit/backup_folder.mjs';
import { backUp, folderFor, restored, serverOn } from '../kit/backups.mjs';
import { Load, deliveriesOf } from '../kit/load.mjs';
import { until } from '../kit/wait.mjs';

const backups = Number(process.env.PROVE_BACKUPS ?? 3);
// A subscription to everything, whose receiver keeps nothing of what it gets.
async function forgetfulHook(t, beckon) {
  const hook = await beckon.subscribe(['*'], {
    answer: () => {
      hook.log.items.length = 0;
      return { status: 200 };
    },
  });
  t.after(() => hook.close());
  return hook;
}
const seconds = since => Math.round(performance.now() - since) / 1000;

test(`${backups} backups under load, each restored and compared`, { timeout: 120_000 + backups * 60_000 }, async t => {
  const folder = folderFor(t);
  const beckon = await Beckon.start();
  t.after(() => beckon.close());
  const hook = await forgetfulHook(t, beckon);
  let signals = 0,
    acks = 0,
    longest = 0,
    largest = 0;
  for (let i = 0; i < backups; i++) {
    const file = join(folder, 'b');
    const load = new Load(beckon, { key: `proof-${i}` });
    await load.more(20 + Math.floor(Math.random() * 200));
    const { acked } = load.mark();
    const began = performance.now();
    const line = await backUp(beckon, file);
    longest = Math.max(longest, seconds(began));
    const { sent } = load.mark();
    largest = Math.max(largest, Number(/(\d+) bytes of/.exec(line)[1]));
    await load.more(20);
    await load.stop();
    acks += load.acks;
    const other = await serverOn(await restored(beckon, file, folder), ['--dev', '--retry-schedule', '1h']);
    try {
      const stored = await load.readBack({ from: other, acked, sent });
      // Each signal that is there has its delivery, of the same commit, and there is no other.
      const deliveries = await deliveriesOf(other, hook.id, `&eventType=signal.proof-${i}`);
      assert.equal(deliveries.length, stored.size);
      signals += stored.size;
    } finally {
      await other.close();
    }
    await load.readBack();
  }
  t.diagnostic(
    `${backups} backups under load, ${acks} answers 2xx; ${signals} signals and their deliveries compared, none lost, none that was ` +
      `not sent; the longest backup took ${longest} s, the largest has ${largest} bytes`,
  );
});

test(`${backups} moments of a backup folder, each restored and compared`, {
  timeout: 120_000 + backups * 60_000,
}, async t => {
  const under = folderFor(t);
  const folder = join(under, 'folder');
  const beckon = await Beckon.start({
    flags: ['--dev', '--backup-folder', folder, '--backup-every', '1s', '--retry-schedule', '1h'],
  });
  t.after(() => beckon.close());
  const hook = await forgetfulHook(t, beckon);
  let acks = 0,
    signals = 0,
    kills = 0;
  for (let i = 0; i < backups; i++) {
    const load = new Load(beckon, { key: `folder-${i}` });
    t.after(() => load.stop());
    await load.more(20 + Math.floor(Math.random() * 200));
    const { acked } = load.mark();
    const { at, last_commit: commit } = await allShipped(beckon);
    const { sent } = load.mark();
    if (i % 3 === 1) {
      load.down();
      if (i % 2) await beckon.stop();
      else await beckon.kill();
      kills += 1;
      await beckon.open();
      load.up();
    }
    await load.more(20);
    await load.stop();
    acks += load.acks;
    const point = Math.random() < 0.5 ? ['--at', at] : ['--commit', String(commit)];
    const data = await restored(beckon, folder, under, ...point);
    const other = await serverOn(data, ['--dev', '--retry-schedule', '1h']);
    try {
      const stored = await load.readBack({ from: other, acked, sent });
      // Each signal that is there has its delivery, of the same commit, and there is no other.
      const deliveries = await deliveriesOf(other, hook.id, `&eventType=signal.folder-${i}`);
      assert.equal(deliveries.length, stored.size);
      signals += stored.size;
    } finally {
      await other.close();
    }
  }
  const { series_total: series, bytes_total: bytes } = await shipping(beckon);
  const { code, err } = await beckon.cli('verify', folder, '--data', beckon.data);
  assert.equal(code, 0, err);
  t.diagnostic(
    `${backups} moments, ${kills} kills and restarts, ${acks} answers 2xx; ${signals} signals and their deliveries compared, ` +
      `none lost, none that was not sent; since the last start ${series} new series and ${bytes} bytes`,
  );
});

test('a disk that is full: no backup, no file, and the server goes on', { timeout: 120_000 }, async t => {
  const disk = smallDisk(t, 400);
  if (!disk) return t.skip('a tmpfs cannot be mounted here');
  const beckon = await Beckon.start();
  t.after(() => beckon.close());
  const load = new Load(beckon, { key: 'full' });
  t.after(() => load.stop());
  await load.more(500);
  const { acks } = load;
  const { code, err } = await beckon.cli('backup', join(disk, 'b'), '--data', beckon.data);
  assert.equal(code, 1);
  assert.match(err, /The disk is full/);
  assert.deepEqual(readdirSync(disk), []);
  await load.more(50);
  assert.ok(load.acks >= acks + 50 && load.refused === 0);
  await backUp(beckon, join(folderFor(t), 'b'));
  await load.stop();
  await load.readBack();
});

test('a backup folder on a disk that is full: the server goes on, and ships when there is room', {
  timeout: 120_000,
}, async t => {
  const disk = smallDisk(t, 600);
  if (!disk) return t.skip('a tmpfs cannot be mounted here');
  const folder = join(disk, 'folder');
  mkdirSync(folder);
  const beckon = await Beckon.start({ flags: ['--dev', '--backup-folder', folder, '--backup-every', '200ms'] });
  t.after(() => beckon.close());
  const load = new Load(beckon, { key: 'filling' });
  t.after(() => load.stop());
  await allShipped(beckon);
  await until('it is full', async () => (await shipping(beckon)).failing === 1, 60_000);
  const { acks } = load;
  await load.more(50);
  assert.ok(load.acks >= acks + 50 && load.refused === 0);
  assert.match(
    beckon.log,
    /"event":"backup_failed","why":"The backup \S+ cannot be written: No space left on device\."/,
  );
  execFileSync('mount', ['-o', 'remount,size=100m', disk]);
  await load.stop();
  await allShipped(beckon);
  const other = await serverOn(await restored(beckon, folder, folderFor(t)));
  t.after(() => other.close());
  await load.readBack({ from: other });
  await load.readBack();
});
