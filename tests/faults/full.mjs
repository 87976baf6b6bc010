// A full disk, as a load balancer and the operator see it: not ready, for a reason of its own, until there is space.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Beckon, freshSession } from '../kit/beckon.mjs';
import { FaultyDisk } from '../kit/faulty_disk.mjs';
import { until } from '../kit/wait.mjs';

test('a server whose disk is full is not ready, says why, and is ready again by itself', async t => {
  const disk = new FaultyDisk();
  const beckon = await Beckon.start({ flags: ['--dev'], data: disk.data, under: disk.env });
  t.after(async () => {
    await beckon.close();
    disk.close();
  });
  const state = async () => {
    const [ready, health, metrics] = await Promise.all(
      ['/v2/system/ready', '/v2/system/health', '/metrics'].map(path => beckon.call('GET', path)),
    );
    return {
      ready: [ready.status, ready.json.status ?? ready.json.reason, ready.headers['retry-after']],
      health: [health.status, health.json.status, health.json.storage],
      full: /^beckon_disk_full (\d)$/m.exec(metrics.text)?.[1],
    };
  };
  const well = { ready: [200, 'ready', undefined], health: [200, 'ok', 'ok'], full: '0' };
  const full = { ready: [503, 'disk_full', '1'], health: [200, 'ok', 'full'], full: '1' };
  const sessionId = freshSession('disk');
  assert.equal((await beckon.signal(sessionId, { type: 'kept' })).status, 202);
  assert.deepEqual(await state(), well);

  for (let round = 0; round < 2; round += 1) {
    disk.fail('write', 1, 'ENOSPC', { on: true });
    assert.equal((await beckon.signal(freshSession('disk'), { type: 'lost' })).status, 503);
    assert.deepEqual(await state(), full);
    const { met } = disk;
    await until('it has tried for space, and there is none', () => disk.met > met);
    assert.deepEqual(await state(), full);
    assert.equal((await beckon.as('CREATOR', 'GET', `/chain/${sessionId}`)).status, 200, 'reads go on');

    disk.mend(); // and nobody sends anything
    await until('it is ready by itself', async () => (await state()).ready[0] === 200);
    assert.deepEqual(await state(), well);
    assert.equal((await beckon.signal(sessionId, { type: 'kept' })).status, 202);
  }
});
