// Signals at a steady rate, regardless of responses: alternating between signals without and with a delivery. Prints the
// latency of the durable append alone, and the time from sending a signal to the first byte of its delivery, which
// includes the append.
//   latency.mjs BASE TOKEN PER_SECOND SECONDS ROUNDS
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';

const [base, token, perSecond, seconds, rounds] = [
  process.argv[2],
  process.argv[3],
  ...process.argv.slice(4).map(Number),
];
const hooks = 8,
  dispatcher = new Agent({ connections: 64 });
const first = new Map(); // signal -> time of the first byte of its delivery

// Reads requests one at a time on each connection, as from a sender without pipelining.
const receiver = createServer(socket => {
  let text = '',
    began = 0;
  socket.setNoDelay(true);
  socket.on('error', () => {});
  socket.on('data', part => {
    if (!text) began = performance.now();
    text += part;
    const head = text.indexOf('\r\n\r\n');
    if (head < 0 || text.length < head + 4 + Number(/content-length: (\d+)/i.exec(text)[1])) return;
    const value = /"signalValue":"(\d+)"/.exec(text)[1];
    if (!first.has(value)) first.set(value, began);
    text = '';
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
  });
});
await new Promise(ready => receiver.listen(Number(process.env.HOOK_PORT), '127.0.0.1', ready));

async function call(method, path, body, bearer) {
  const answer = await request(base + path, {
    method,
    dispatcher,
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...(bearer && { authorization: `Bearer ${bearer}` }) },
  });
  const text = await answer.body.text();
  if (answer.statusCode > 299) throw new Error(`${method} ${path}: ${answer.statusCode} ${text}`);
}
for (let i = 0; i < hooks; ++i)
  await call(
    'POST',
    '/v2/handles/bench/webhooks',
    { endpointUrl: `http://127.0.0.1:${process.env.HOOK_PORT}/hook`, eventTypes: [`signal.k${i}`] },
    token,
  );

let signals = 0;
const note = 'x'.repeat(640); // a body of 1 KiB
async function turn(key) {
  const sent = [];
  const post = async () => {
    const mine = { value: String(++signals), at: performance.now() };
    sent.push(mine);
    await call('POST', '/v2/public/chain/signals', {
      handle: 'bench',
      sessionId: `sig_bench_${signals % 20000}`,
      signals: [{ type: key(signals), signalValue: mine.value, metadata: { note } }],
    });
    mine.accepted = performance.now();
  };
  const began = performance.now(),
    under_way = [];
  while (performance.now() - began < seconds * 1000) {
    while (sent.length < ((performance.now() - began) / 1000) * perSecond) under_way.push(post());
    await sleep(1);
  }
  await Promise.all(under_way);
  return sent;
}
const at = (list, share) => list.toSorted((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * share))];
const median = list => at(list, 0.5);
const ratios = { p50: [], p99: [] };
await turn(n => `k${n % hooks}`); // warms up connections and code
for (let round = 0; round < rounds; ++round) {
  const alone = (await turn(() => 'quiet')).map(one => one.accepted - one.at);
  const owed = await turn(n => `k${n % hooks}`);
  while (owed.some(one => !first.has(one.value))) await sleep(20);
  const delivered = owed.map(one => first.get(one.value) - one.at),
    behind = owed.map(one => Math.max(0, first.get(one.value) - one.accepted));
  const show = list => `p50 ${at(list, 0.5).toFixed(2)} p99 ${at(list, 0.99).toFixed(2)} ms`;
  const ratio = share => at(delivered, share) / at(alone, share);
  ratios.p50.push(ratio(0.5));
  ratios.p99.push(ratio(0.99));
  console.log(
    `append alone ${show(alone)}   to the first byte at the receiver ${show(delivered)} (behind the 202: ${show(behind)})   ratio p50 ${ratio(0.5).toFixed(2)} p99 ${ratio(0.99).toFixed(2)}`,
  );
}
console.log(
  `${perSecond} events/s, signal sent to first byte at the receiver over a durable append alone: median ratio of p50 ${median(ratios.p50).toFixed(2)}, of p99 ${median(ratios.p99).toFixed(2)}`,
);
process.exit(0);
