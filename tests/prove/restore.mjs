// Backups at random moments under load, each restored and compared with what the clients know: what was acknowledged
// before it began is there, and nothing that was not sent before it ended. And a target that fills up, on a small disk.
//
// PROVE_BACKUPS: how many (3).
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Beckon } from '../kit/beckon.mjs';
import { backUp, folderFor, restored, serverOn } from '../kit/backups.mjs';
import { Load, deliveriesOf } from '../kit/load.mjs';

const backups = Number(process.env.PROVE_BACKUPS ?? 3);
const seconds = since => Math.round(performance.now() - since) / 1000;

test(`${backups} backups under load, each restored and compared`, { timeout: 120_000 + backups * 60_000 }, async t => {
  const folder = folderFor(t);
  const beckon = await Beckon.start();
  t.after(() => beckon.close());
  const hook = await beckon.subscribe(['*'], {
    answer: () => {
      hook.log.items.length = 0;
      return { status: 200 };
    },
  });
  t.after(() => hook.close());
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

const disk = mkdtempSync(join(tmpdir(), 'beckon-disk-'));
let mounted = false;
try {
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=400k', 'tmpfs', disk], { stdio: 'ignore' });
  mounted = true;
} catch {
  /* not root */
}

test('a disk that is full: no backup, no file, and the server goes on', {
  timeout: 120_000,
  skip: mounted ? false : 'a tmpfs cannot be mounted here',
}, async t => {
  t.after(() => {
    execFileSync('umount', ['-l', disk]);
    rmSync(disk, { recursive: true, force: true });
  });
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
