// 1,000 subscriptions of ten handles, none or 300 of them poison (tests/kit/poison.mjs): the time from sending a signal to
// the first attempt at the 700 healthy ones, in interleaved pairs of a clean and a poisoned run, each on a fresh server on
// cpu 0; clients and receivers share cpu 1. Usage: benchmarks/fairness.mjs [PAIRS [EVENTS PER SUBSCRIPTION [EVENTS A SECOND]]]
import { fork } from 'node:child_process';
import { Agent, createServer, request } from 'node:http';
import { setTimeout as pass } from 'node:timers/promises';
import { Beckon } from '../tests/kit/beckon.mjs';
import { poison } from '../tests/kit/poison.mjs';

const [pairs, perSubscription, rate] = [5, 5, 400].map((preset, i) => Number(process.argv[2 + i] ?? preset));
const handles = 10,
  perHandle = 100,
  sickPerHandle = 30;

// The poison runs in its own process, so that only its effect on the server is measured.
if (process.send) {
  const bad = await poison();
  process.send({ kinds: bad.kinds, dns: bad.dns });
  process.on('message', hush => {
    if (hush) bad.hush();
    else bad.speak();
  });
  process.on('disconnect', () => process.exit());
} else {
  const child = fork(new URL(import.meta.url).pathname, { execArgv: [] });
  const bad = await new Promise(done => child.once('message', done));
  const ratios = [],
    more = [];
  for (let pair = 0; pair < pairs; pair++) {
    const turns = pair % 2 ? ['poisoned', 'clean'] : ['clean', 'poisoned'];
    const took = {};
    for (const turn of turns)
      took[turn] = await run(turn === 'poisoned' ? bad.kinds : null, bad.dns, hush => child.send(hush));
    ratios.push(took.poisoned.p99 / took.clean.p99);
    more.push(took.poisoned.p99 - took.clean.p99);
    console.log(
      `pair ${pair + 1}: clean p50 ${took.clean.p50.toFixed(1)} p99 ${took.clean.p99.toFixed(1)} ms, poisoned p50 ${took.poisoned.p50.toFixed(1)} p99 ${took.poisoned.p99.toFixed(1)} ms: ${ratios.at(-1).toFixed(2)} times, ${more.at(-1).toFixed(1)} ms more`,
    );
  }
  const median = list => list.toSorted((a, b) => a - b)[list.length >> 1];
  const ratio = median(ratios),
    ms = median(more);
  console.log(
    `first attempt at ${handles * (perHandle - sickPerHandle)} that are well beside ${handles * sickPerHandle} that are poison, p99, median of ${pairs} pairs: ${ratio.toFixed(2)} times a clean run, ${ms.toFixed(1)} ms more: ${ratio <= 1.25 || ms <= 20 ? 'fair' : 'NOT FAIR'}`,
  );
  child.disconnect();
}

async function run(kinds, dns, hush) {
  hush(false); // an unresolvable name would delay creating its subscription
  const came = new Map(); // value of a signal → time of its first attempt
  const hooks = createServer((asked, answer) => {
    const at = performance.now();
    const parts = [];
    asked
      .on('data', part => parts.push(part))
      .on('end', () => {
        const { signalValue } = JSON.parse(Buffer.concat(parts)).payload.signal;
        if (!came.has(signalValue)) came.set(signalValue, at);
        answer.writeHead(200, { 'content-length': 0 }).end();
      });
  });
  hooks.keepAliveTimeout = 60_000;
  await new Promise(done => hooks.listen(0, '127.0.0.1', done));
  const beckon = await Beckon.start({
    flags: [
      '--dev',
      '--dns-servers',
      dns,
      '--log-level',
      'warn',
      '--io-threads',
      '1',
      '--session-signals-per-minute',
      '100000000',
      '--address-signals-per-minute',
      '100000000',
      '--http-connections-per-address',
      '1000',
    ],
    runner: ['taskset', '-c', '0'],
  });
  try {
    const well = []; // { handle, n }
    const sick = [];
    const urls = kinds && Object.values(kinds);
    for (let h = 0; h < handles; h++) {
      const handle = `shop-${h}`;
      const made = await beckon.admin('POST', '/handles', { handle, ownerEmail: 'owner@example.com' });
      if (made.status !== 201) throw new Error(made.text);
      const token = await beckon.token('OPERATOR', handle);
      await Promise.all(
        Array.from({ length: perHandle }, async (_, n) => {
          const isSick = n < sickPerHandle;
          const endpointUrl =
            isSick && urls
              ? urls[(h * sickPerHandle + n) % urls.length]
              : `http://127.0.0.1:${hooks.address().port}/${h}/${n}`;
          const { status, text } = await beckon.call('POST', `/v2/handles/${handle}/webhooks`, {
            token,
            body: { endpointUrl, eventTypes: [`signal.s${n}`] },
          });
          if (status !== 201) throw new Error(text);
          (isSick ? sick : well).push({ handle, n });
        }),
      );
    }
    hush(true);
    // Each subscription gets the same number of events, in an order without a pattern that a turn could match.
    const plan = [...well, ...sick]
      .flatMap(to => Array.from({ length: perSubscription }, () => ({ ...to, key: Math.random() })))
      .sort((a, b) => a.key - b.key);
    const agent = new Agent({ keepAlive: true, maxSockets: 32 });
    const sent = new Map(); // time is measured from here, since an attempt may arrive before its sender has read the 202
    const answers = [];
    const began = performance.now();
    for (const [i, { handle, n }] of plan.entries()) {
      const early = began + (i * 1000) / rate - performance.now();
      if (early > 1) await pass(early);
      sent.set(String(i), performance.now());
      answers.push(
        append(agent, beckon.port, {
          handle,
          sessionId: `s-${i % 5000}`,
          signals: [{ type: `s${n}`, signalValue: String(i) }],
        }),
      );
    }
    await Promise.all(answers);
    const judged = plan
      .map((one, i) => [String(i), one])
      .filter(([, { n }]) => n >= sickPerHandle)
      .map(([value]) => value);
    const until = performance.now() + 60_000;
    while (judged.some(value => !came.has(value))) {
      if (performance.now() > until)
        throw new Error(`${judged.filter(value => !came.has(value)).length} first attempts never came`);
      await pass(20);
    }
    agent.destroy();
    const times = judged.map(value => came.get(value) - sent.get(value)).sort((a, b) => a - b);
    const at = share => times[Math.min(times.length - 1, Math.floor(share * times.length))];
    return { p50: at(0.5), p99: at(0.99) };
  } finally {
    await beckon.close();
    hooks.closeAllConnections();
    await new Promise(done => hooks.close(done));
  }
}

function append(agent, port, body) {
  const bytes = JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        agent,
        port,
        host: '127.0.0.1',
        method: 'POST',
        path: '/v2/public/chain/signals',
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(bytes) },
      },
      answer => {
        answer
          .resume()
          .on('end', () => (answer.statusCode === 202 ? resolve() : reject(new Error(`status ${answer.statusCode}`))));
      },
    );
    sent.on('error', reject);
    sent.end(bytes);
  });
}
