// P8: a full disk. Appends answer 503 and store nothing, reads and deliveries go on, the results of these out of a reserve,
// and when there is room it recovers by itself.
// Needs root for a small tmpfs; otherwise it is skipped.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Beckon, freshSession } from '../kit/beckon.mjs';
import { Load, allDelivered, deliveryStates } from '../kit/load.mjs';
import { until } from '../kit/wait.mjs';

const disk = mkdtempSync(join(tmpdir(), 'beckon-disk-'));
let mounted = false;
try {
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=96m', 'tmpfs', disk], { stdio: 'ignore' });
  mounted = true;
} catch {
  /* not root */
}

test('a full disk: 503, reads and deliveries go on, recovery by itself', {
  timeout: 300_000,
  skip: mounted ? false : 'a tmpfs cannot be mounted here',
}, async t => {
  t.after(() => {
    execFileSync('umount', ['-l', disk]);
    rmSync(disk, { recursive: true, force: true });
  });
  const beckon = await Beckon.start({
    data: join(disk, 'data'),
    flags: [
      '--dev',
      '--retry-schedule',
      Array(30).fill('2s').join(','),
      '--circuit-failures',
      '100000',
      '--address-signals-per-minute',
      '1000000',
    ],
  });
  t.after(() => beckon.kill());
  const hook = await beckon.subscribe(['signal.full']);
  t.after(() => hook.close());
  let full = false;
  const early = await beckon.subscribe(['signal.early'], { answer: () => ({ status: full ? 200 : 503 }) });
  t.after(() => early.close());
  for (let i = 0; i < 30; i++) assert.equal((await beckon.signal(freshSession(), { type: 'early' })).status, 202);
  const load = new Load(beckon, { key: 'full' });
  t.after(() => load.stop());
  await load.more(200);

  const ballast = join(disk, 'ballast');
  const fill = () => {
    const { bavail, bsize } = statfsSync(disk);
    writeFileSync(ballast, Buffer.alloc(Math.max(0, bavail * bsize)), { flag: 'a' });
  };
  try {
    fill();
  } catch {
    /* full */
  } // once: the room that the server then lets go is its own
  await until('the disk is full and appends are refused', () => load.refused >= 50, 60_000);
  const ready = async () => {
    const { status, json } = await beckon.call('GET', '/v2/system/ready');
    return [status, json.reason];
  };
  assert.deepEqual(await ready(), [503, 'disk_full']);
  const [[, { session }]] = load.ledger;
  assert.equal((await beckon.as('CREATOR', 'GET', `/chain/${session}`)).status, 200, 'reads go on');
  assert.equal((await beckon.chain('resolve', { sessionId: session, trigger: 'none' })).status, 200);

  full = true;
  await until(
    'what was owed is delivered, and that is written, on the full disk',
    async () => (await deliveryStates(beckon, early.id)).delivered === 30,
    60_000,
  );
  const { acks, refused } = load;
  await until('appends are refused as before', () => load.refused > refused);
  assert.equal(load.acks, acks, 'nothing was taken meanwhile');
  rmSync(ballast);
  await load.more(200);
  assert.ok(load.acks >= acks + 200, 'it takes signals again, without a restart');
  assert.deepEqual(await ready(), [200, undefined]);
  await load.stop();
  await allDelivered(beckon, hook, await load.readBack());

  await beckon.kill();
  await beckon.open();
  const stored = await load.readBack();
  t.diagnostic(`${load.acks} answers 2xx, ${load.refused} refused as 503, ${stored.size} stored and delivered`);
});
