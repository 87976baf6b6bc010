// Drains a backlog of Beckon's deliveries: each signal triggers one, to the subscription of its receiver, and all of them
// are released at once. Runs on a different core than the server, and is idle while it delivers.
//   beckon.mjs BASE TOKEN COUNT BODY_BYTES URL…     prints deliveries per second, until all are recorded, and
//   microseconds of CPU for each
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { cpu } from './cpu.mjs';

const [base, token, count, bytes, urls] = [
  process.argv[2],
  process.argv[3],
  Number(process.argv[4]),
  Number(process.argv[5]),
  process.argv.slice(6),
];
const hooks = urls.length,
  dispatcher = new Agent({ connections: 32 });
const status = process.env.RECEIVED_URL,
  metrics = process.env.METRICS_URL,
  pids = [process.env.SERVER_PID];

async function call(method, url, body, bearer) {
  const answer = await request(url, {
    method,
    dispatcher,
    body: body && JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...(bearer && { authorization: `Bearer ${bearer}` }) },
  });
  const text = await answer.body.text();
  if (answer.statusCode > 299) throw new Error(`${method} ${url}: ${answer.statusCode} ${text}`);
  return text;
}
const api = (method, path, body) =>
  call(method, `${base}/v2/handles/bench${path}`, body, token).then(text => text && JSON.parse(text));

// The body of an event for such a signal, with ids and times of realistic length.
const session = n => `sig_bench_${1700000000000 + n}`;
const signal = (n, note) => ({ type: `k${n % hooks}`, metadata: { note } });
const bare = JSON.stringify({
  id: 'e'.repeat(30),
  type: 'signal.k0',
  handle: 'bench',
  occurredAt: new Date().toISOString(),
  payload: {
    sessionId: session(0),
    version: 10,
    signal: {
      signalKey: 'k0',
      signalValue: null,
      confidence: 1,
      source: null,
      metadata: { note: '' },
      at: new Date().toISOString(),
    },
  },
});
const note = 'x'.repeat(Math.max(0, bytes - bare.length));

let sessions = process.pid * 10000;
async function owe(most) {
  let left = most;
  const post = async () => {
    while (left > 0) {
      const size = Math.min(60, left);
      left -= size;
      await call('POST', `${base}/v2/public/chain/signals`, {
        handle: 'bench',
        sessionId: session(sessions++),
        signals: Array.from({ length: size }, (_, i) => signal(i, note)),
      });
    }
  };
  await Promise.all(Array.from({ length: 16 }, post));
}
const received = async () => Number((await call('GET', status)).match(/accepts handled requests\s+\d+ \d+ (\d+)/)[1]);
const pending = async () =>
  [...(await call('GET', metrics)).matchAll(/^beckon_deliveries_(?:queued|retrying|held) (\S+)$/gm)].reduce(
    (sum, [, n]) => sum + Number(n),
    0,
  );

const ids = await Promise.all(
  urls.map(
    async (endpointUrl, i) =>
      (await api('POST', '/webhooks', { endpointUrl, eventTypes: [`signal.k${i}`], ratePerSecond: 1 })).subscriptionId,
  ),
);
await owe(count);
const owed = await pending(),
  before = await received(),
  used = cpu(pids),
  began = performance.now();
await Promise.all(ids.map(id => api('PATCH', `/webhooks/${id}`, { ratePerSecond: null })));
while ((await received()) - before < owed) await sleep(20);
while ((await pending()) > 0) await sleep(5);
console.log(`${((owed / (performance.now() - began)) * 1000).toFixed(0)} ${((cpu(pids) - used) / owed).toFixed(0)}`);
await Promise.all(ids.map(id => api('DELETE', `/webhooks/${id}`)));
process.exit(0);
