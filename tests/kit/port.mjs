// Ports below the range from which the system takes those of listen(0) and of outgoing connections: one that was found free
// stays free between two starts of a server, and nobody listens by chance where a test expects a refusal.
import { createServer } from 'node:net';

const perProcess = 100,
  first = 10_000 + (process.pid % 200) * perProcess;
let taken = 0;

const isFree = port =>
  new Promise(done => {
    const probe = createServer()
      .once('error', () => done(false))
      .listen(port, '127.0.0.1', () => probe.close(() => done(true)));
  });

export async function freePort() {
  for (let tries = 0; tries < 2 * perProcess; tries++) {
    const port = first + (taken++ % perProcess);
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port from ${first} on`);
}
