// P8: a full disk. Appends answer 503 and store nothing, reads go on, and when there is room it recovers by itself.
// Needs root for a small tmpfs; otherwise it is skipped.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Beckon } from '../kit/beckon.mjs';
import { Load, allDelivered } from '../kit/load.mjs';
import { until } from '../kit/wait.mjs';

const disk = mkdtempSync(join(tmpdir(), 'beckon-disk-'));
let mounted = false;
try { execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=96m', 'tmpfs', disk], { stdio: 'ignore' }); mounted = true; } catch { /* not root */ }

test('a full disk: 503, reads go on, recovery by itself', { timeout: 300_000, skip: mounted ? false : 'a tmpfs cannot be mounted here' }, async t => {
  t.after(() => { execFileSync('umount', ['-l', disk]); rmSync(disk, { recursive: true, force: true }); });
  const beckon = await Beckon.start({ data: join(disk, 'data') });
  t.after(() => beckon.kill());
  const hook = await beckon.subscribe(['signal.full']);
  t.after(() => hook.close());
  const load = new Load(beckon, { key: 'full' });
  await load.more(200);

  const ballast = join(disk, 'ballast');
  const fill = () => { const { bavail, bsize } = statfsSync(disk); writeFileSync(ballast, Buffer.alloc(Math.max(0, bavail * bsize)), { flag: 'a' }); };
  await until('the disk is full and appends are refused', () => { try { fill(); } catch { /* full */ } return load.refused >= 50; }, 60_000);
  const [[, { session }]] = load.ledger;
  assert.equal((await beckon.as('CREATOR', 'GET', `/chain/${session}`)).status, 200, 'reads go on');
  assert.equal((await beckon.chain('resolve', { sessionId: session, trigger: 'none' })).status, 200);

  const { acks } = load;
  rmSync(ballast);
  await load.more(200);
  assert.ok(load.acks >= acks + 200, 'it takes signals again, without a restart');
  await load.stop();
  await allDelivered(beckon, hook, await load.readBack());

  await beckon.kill();
  await beckon.open();
  const stored = await load.readBack();
  t.diagnostic(`${load.acks} answers 2xx, ${load.refused} refused as 503, ${stored.size} stored and delivered`);
});
