// Ports below the range from which the system takes those of listen(0) and of outgoing connections: one that was found free
// stays free between two starts of a server, and nobody listens by chance where a test expects a refusal.
import { createServer } from 'node:net';

const perProcess = 99,
  blocks = 200;
let block; // a promise of its first port
let taken = 0;

// A server that listens there, or undefined.
const listening = port =>
  new Promise(done => {
    const server = createServer()
      .once('error', () => done(undefined))
      .listen(port, '127.0.0.1', () => done(server));
  });

// Ports that no other process of the tests takes, not even while a server restarts: whoever holds the one behind a block
// has the block.
async function ownBlock() {
  for (let tries = 0; tries < blocks; tries++) {
    const first = 10_000 + ((process.pid + tries) % blocks) * (perProcess + 1);
    const held = await listening(first + perProcess);
    if (held) {
      held.unref(); // until the process ends
      return first;
    }
  }
  throw new Error('no block of ports is free');
}

export async function freePort() {
  block ??= ownBlock();
  const first = await block;
  for (let tries = 0; tries < 2 * perProcess; tries++) {
    const port = first + (taken++ % perProcess);
    const probe = await listening(port);
    if (probe) {
      await new Promise(done => probe.close(done));
      return port;
    }
  }
  throw new Error(`no free port from ${first} on`);
}
