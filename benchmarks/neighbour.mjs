// The p99 of appends of one handle while a neighbour does at once all that a handle can do to the others: it saves rules,
// creates subscriptions whose name server never responds, opens 300 live feeds, requests simulations, and sends bodies of
// 4 MiB and the largest imports. The baseline is the same server while a burner uses as much CPU as that took, on the same
// cpus. Clean, disturbed and burned runs take turns; medians are compared. The server has cpu 0, all clients cpu 1.
// Usage: benchmarks/neighbour.mjs [ROUNDS [SECONDS A RUN [APPENDS A SECOND]]]
import { fork, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { setTimeout as pass } from 'node:timers/promises';
import { Beckon } from '../tests/kit/beckon.mjs';

const [rounds, seconds, rate] = [3, 10, 200].map((preset, i) => Number(process.argv[2 + i] ?? preset));

const ask = (agent, base, method, path, { token, body } = {}) =>
  new Promise(done => {
    const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
    const asked = request(
      base + path,
      {
        agent,
        method,
        headers: {
          ...(token && { authorization: `Bearer ${token}` }),
          ...(text && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
        },
      },
      answer => answer.resume().on('end', () => done(answer.statusCode)),
    );
    asked.on('error', () => done(0)).end(text);
  });

if (process.send) {
  // The neighbour: works until the parent tells it to rest, and then reports how it was answered.
  process.once('message', async ({ base, token, handle }) => {
    const agent = new Agent({ keepAlive: true });
    const counts = {};
    let working = true;
    const note = (what, status) => {
      const key = `${what} ${status}`;
      counts[key] = (counts[key] ?? 0) + 1;
    };
    const own = `/v2/handles/${handle}`;
    const loop = async (what, next) => {
      for (let n = 0; working; n += 1) {
        const status = await next(n);
        note(what, status);
        if (status === 503 || status === 409) await pass(20); // about what a rude client does
      }
    };
    const post = (path, body) => ask(agent, base, 'POST', own + path, { token, body });
    const feeds = Array.from({ length: 300 }, () => {
      const feed = request(`${base}${own}/live`, { headers: { authorization: `Bearer ${token}` } }, answer => {
        note('live', answer.statusCode);
        answer.resume();
      });
      feed.on('error', () => {});
      feed.end();
      return feed;
    });
    const simulation = JSON.stringify({
      rules: [{ ruleId: 'one', triggers: ['t'], when: {}, action: { type: 'popup', payload: {} } }],
      since: new Date(Date.now() - 3_600_000).toISOString(),
    });
    const large = simulation + ' '.repeat(4 * 1024 * 1024 - simulation.length);
    const history = n => ({
      signals: Array.from({ length: 240 }, (_, i) => ({
        sessionId: `import-${(n * 240 + i) % 20_000}`,
        type: 'view',
        id: `${process.pid}-${n}-${i}`,
        at: new Date(Date.now() - 60_000).toISOString(),
        metadata: { text: 'x'.repeat(1900) },
      })),
    });
    const loops = [
      ...[0, 1].map(k =>
        loop('rule', n =>
          ask(agent, base, 'PUT', `${own}/chain-rules/r${k}-${n % 20}`, {
            token,
            body: {
              triggers: ['t'],
              when: { all: [{ count: { key: `k${n}` }, within: '1h', atLeast: 1 }] },
              action: { type: 'popup', payload: {} },
            },
          }),
        ),
      ),
      ...Array.from({ length: 100 }, (_, k) =>
        loop('subscription', n =>
          post('/webhooks', { endpointUrl: `http://n${k}-${n}.mute.example.com:8088/`, eventTypes: ['none.*'] }),
        ),
      ),
      ...Array.from({ length: 10 }, () => loop('simulation', () => post('/chain-rules/simulate', simulation))),
      ...Array.from({ length: 4 }, () => loop('4 MiB', () => post('/chain-rules/simulate', large))),
      ...Array.from({ length: 4 }, (_, k) => loop('import', n => post('/chain/import', history(n * 4 + k)))),
    ];
    process.once('message', async () => {
      working = false;
      for (const feed of feeds) feed.destroy();
      const { user, system } = process.cpuUsage();
      agent.destroy(); // some are still waiting for the name server
      void loops;
      process.send({ counts, cpu: (user + system) / 1e6 }, () => process.exit());
    });
  });
} else {
  const mute = createSocket('udp4');
  await new Promise(done => mute.bind(0, '127.0.0.1', done));
  const beckon = await Beckon.start({
    flags: [
      '--dev',
      '--log-level',
      'error',
      '--log-requests',
      'off',
      '--dns-servers',
      `127.0.0.1:${mute.address().port}`,
      '--session-signals-per-minute',
      '100000000',
      '--address-signals-per-minute',
      '100000000',
    ],
    runner: ['taskset', '-c', '0'],
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const cpuOf = () => {
    const fields = readFileSync(`/proc/${beckon.child.pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  };
  let sent = 0;
  // Appends at a steady rate, each timed from when it was to be sent.
  const measure = async () => {
    const times = [];
    let refused = 0;
    const before = cpuOf();
    const began = performance.now();
    const all = [];
    for (let i = 0; i < seconds * rate; i += 1) {
      const due = began + (i * 1000) / rate;
      const early = due - performance.now();
      if (early > 1) await pass(early);
      all.push(
        ask(agent, beckon.base, 'POST', '/v2/public/chain/signals', {
          body: { handle: 'demo', sessionId: `s-${(sent += 1) % 500}`, signals: [{ type: 'view' }] },
        }).then(status => {
          times.push(performance.now() - due);
          if (status !== 202) refused += 1;
        }),
      );
    }
    await Promise.all(all);
    times.sort((a, b) => a - b);
    return {
      p50: times[times.length >> 1],
      p99: times[Math.floor(times.length * 0.99)],
      refused,
      cpu: cpuOf() - before,
    };
  };
  // Uses a share of a cpu, in slices of 5 ms on average.
  const burner = (cpu, share) =>
    spawn('taskset', [
      '-c',
      cpu,
      process.execPath,
      '-e',
      `const share = ${share}; (function turn() { const end = performance.now() + 5; while (performance.now() < end); setTimeout(turn, share >= 1 ? 0 : 5 / share - 5); })()`,
    ]);
  const median = list => list.toSorted((a, b) => a - b)[list.length >> 1];
  try {
    const made = await beckon.admin('POST', '/handles', { handle: 'noisy', ownerEmail: 'owner@noisy.example' });
    if (made.status !== 201) throw new Error(made.text);
    const token = await beckon.token('OWNER', 'noisy');
    await measure(); // warm-up
    const results = { clean: [], disturbed: [], burned: [] };
    for (let round = 0; round < rounds; round += 1) {
      const clean = await measure();
      const child = fork(new URL(import.meta.url).pathname, { execArgv: [] });
      spawn('taskset', ['-cp', '1', String(child.pid)], { stdio: 'ignore' });
      child.send({ base: beckon.base, token, handle: 'noisy' });
      await pass(1000); // all of it is under way
      const disturbed = await measure();
      const told = new Promise(done => child.once('message', done));
      child.send('rest');
      const { counts, cpu } = await told;
      await pass(4000); // the last lookups have ended
      const shares = [(disturbed.cpu - clean.cpu) / seconds, cpu / (seconds + 1)];
      const burners = shares.map((share, i) => burner(String(i), Math.min(1, Math.max(0.01, share))));
      await pass(500);
      const burned = await measure();
      for (const one of burners) one.kill();
      results.clean.push(clean.p99);
      results.disturbed.push(disturbed.p99);
      results.burned.push(burned.p99);
      const show = one =>
        `p50 ${one.p50.toFixed(1)} p99 ${one.p99.toFixed(1)} ms${one.refused ? `, ${one.refused} refused` : ''}`;
      console.log(
        `round ${round + 1}: clean ${show(clean)}; disturbed ${show(disturbed)}; burned (${shares.map(share => share.toFixed(2)).join(' + ')} cpus) ${show(burned)}`,
      );
      console.log(
        `  the neighbour: ${Object.entries(counts)
          .sort()
          .map(([what, n]) => `${what}: ${n}`)
          .join(', ')}`,
      );
    }
    const ratio = median(results.disturbed) / median(results.burned);
    console.log(
      `append p99, medians of ${rounds} rounds: clean ${median(results.clean).toFixed(1)} ms, next to a neighbour ${median(results.disturbed).toFixed(1)} ms, next to a burner ${median(results.burned).toFixed(1)} ms: ${ratio.toFixed(2)} times (goal: at most 1.5)`,
    );
  } finally {
    agent.destroy();
    mute.close();
    await beckon.close();
  }
}
