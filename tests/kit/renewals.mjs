// Renewals of a certificate while clients are served: some on a connection that they keep, some on a new one for each
// request. Any failed request or lost connection fails the whole.
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { replace } from './certificates.mjs';
import { until } from './wait.mjs';

const serialOf = pair => new X509Certificate(readFileSync(pair.certificate)).serialNumber;

// One request; resolves to the serial number of the certificate on its connection.
const ask = (server, agent) =>
  new Promise((resolve, reject) => {
    const sent = request(`${server.base}/v2/system/health`, { agent, ca: server.ca }, answer => {
      const { serialNumber } = answer.socket.getPeerCertificate();
      answer.on('error', reject);
      answer.on('end', () =>
        answer.statusCode === 200 ? resolve(serialNumber) : reject(new Error(`status ${answer.statusCode}`)),
      );
      answer.resume();
    });
    sent.on('error', reject);
    sent.end();
  });

// Puts each of `pairs` in turn in the place of `served`, `times` times, and waits each time until new connections get it,
// and until as many requests as there are clients of each kind have gone through.
export async function renew(server, served, pairs, { times, clients }) {
  let running = true;
  let requests = 0;
  let connections = 0;
  const kept = Array.from({ length: clients }, async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    let first;
    while (running) {
      const serial = await ask(server, agent);
      assert.equal(serial, (first ??= serial), 'a connection that is kept is the same one throughout');
      requests += 1;
    }
    agent.destroy();
  });
  const fresh = Array.from({ length: clients }, async () => {
    while (running) {
      await ask(server, new Agent({ keepAlive: false, maxCachedSessions: 0 }));
      requests += 1;
      connections += 1;
    }
  });
  const load = Promise.all([...kept, ...fresh]);
  let renewals = 0;
  try {
    for (; renewals < times; renewals++) {
      const next = pairs[renewals % pairs.length];
      replace(served, next);
      server.child.kill('SIGHUP');
      const presented = until('new connections get it', async () => {
        const agent = new Agent({ keepAlive: false, maxCachedSessions: 0 });
        return (await ask(server, agent)) === serialOf(next);
      });
      await Promise.race([presented, load]);
      const goal = { requests: requests + 2 * clients, connections: connections + clients };
      const through = until(
        'the clients go on',
        () => requests >= goal.requests && connections >= goal.connections,
        60_000,
      );
      await Promise.race([through, load]);
    }
  } finally {
    running = false;
    await load;
  }
  return { renewals, requests, connections };
}
