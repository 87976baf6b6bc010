// P11: SIGTERM under load. What is in flight is finished, the process exits 0, and nothing acknowledged is lost.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Beckon, freshAddress, freshSession } from '../kit/beckon.mjs';
import { Load, allDelivered } from '../kit/load.mjs';

test('SIGTERM under load drains and exits 0; the ledger is what is read back', { timeout: 300_000 }, async t => {
  const beckon = await Beckon.start();
  t.after(() => beckon.close());
  const hook = await beckon.subscribe(['signal.drain']);
  t.after(() => hook.close());
  const load = new Load(beckon, { key: 'drain' });
  for (let i = 0; i < 3; i++) {
    await load.more(200);
    const exit = beckon.stop();
    await beckon.exited;
    load.down();
    assert.deepEqual(await exit, { code: 0, signal: null });
    await beckon.open();
    load.up();
  }
  await load.more(100);
  await load.stop();
  await allDelivered(beckon, hook, await load.readBack());
});

test('a request under way when SIGTERM comes is answered', { timeout: 60_000 }, async t => {
  const beckon = await Beckon.start();
  t.after(() => beckon.close());
  const body = JSON.stringify({ handle: 'demo', sessionId: freshSession(), signals: [{ type: 'v' }] });
  const head = `POST /v2/public/chain/signals HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nExpect: 100-continue\r\n\r\n`;
  const { connect } = await import('node:net');
  const socket = connect({ port: beckon.port, host: '127.0.0.1', localAddress: freshAddress() });
  t.after(() => socket.destroy());
  let got = '';
  const answered = pattern =>
    new Promise((resolve, reject) => {
      const look = () => {
        if (pattern.test(got)) resolve();
      };
      socket.on('data', part => {
        got += part;
        look();
      });
      socket.once('close', () => reject(new Error(`closed without it; got: ${got}`)));
    });
  socket.write(head);
  await answered(/^HTTP\/1\.1 100 /); // the server has the head and waits for the body
  const exit = beckon.stop();
  socket.write(body);
  await answered(/HTTP\/1\.1 202 /);
  assert.deepEqual(await exit, { code: 0, signal: null });
});
