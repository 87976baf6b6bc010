// How long appends and decisions of 500 visitors take while one other visitor sends 1,000 signals a second, in 20
// sessions, one signal a request. The baseline is the same server without that visitor; a third turn spreads the same
// signals over 1,000 visitors, to show what is due to their being one visitor's. All visitors are known; rules read the
// visitor's own window, a lifetime counter and a cap, and a delayed rule waits, so that a signal changes all that a
// visitor has. The turns alternate; medians are compared. The server has cpu 0, all clients cpu 1.
// Usage: benchmarks/hot_visitor.mjs [ROUNDS [SECONDS A RUN [REQUESTS A SECOND OF THE OTHERS]]]
import { fork, spawn } from 'node:child_process';
import { Agent, request } from 'node:http';
import { setTimeout as pass } from 'node:timers/promises';
import { Beckon } from '../tests/kit/beckon.mjs';

const [rounds, seconds, rate] = [5, 8, 200].map((preset, i) => Number(process.argv[2 + i] ?? preset));
const kLoad = 1000; // signals a second

const ask = (agent, base, path, body) =>
  new Promise(done => {
    const text = JSON.stringify({ handle: 'demo', ...body });
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
    const asked = request(base + path, { agent, method: 'POST', headers }, answer =>
      answer.resume().on('end', () => done(answer.statusCode)),
    );
    asked.on('error', () => done(0)).end(text);
  });

// Sends `perSecond` requests a second, each when it is due, until `goesOn(n)` is false. Waits for all responses.
const steadily = async (perSecond, goesOn, send) => {
  const began = performance.now(),
    all = [];
  for (let n = 0; goesOn(n); n += 1) {
    const due = began + (n * 1000) / perSecond;
    const early = due - performance.now();
    if (early > 1) await pass(early);
    all.push(send(n, Math.min(due, performance.now()))); // a timer may be a little early
  }
  await Promise.all(all);
};

const visit = (who, session, type) => ({
  sessionId: session,
  visitorId: `${who}@shop.example`,
  signals: [{ type, metadata: { amount: 5 } }],
});

if (process.send) {
  // The load, in a process of its own: until the parent tells it to rest, and then reports what was sent.
  process.once('message', async ({ base, visitors }) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 64 });
    let working = true,
      sent = 0,
      refused = 0;
    process.once('message', () => {
      working = false;
    });
    const began = performance.now();
    await steadily(
      kLoad,
      () => working,
      async n => {
        const who = `hot-${visitors}-${n % visitors}`;
        const status = await ask(
          agent,
          base,
          '/v2/public/chain/signals',
          visit(who, `${who}-${n % 20}`, n % 10 ? 'view' : 'purchase'),
        );
        sent += 1;
        if (status !== 202) refused += 1;
      },
    );
    process.send({ rate: (sent / (performance.now() - began)) * 1000, refused }, () => process.exit());
  });
} else {
  const beckon = await Beckon.start({
    flags: [
      ...['--dev', '--log-level', 'error', '--log-requests', 'off'],
      ...['session-signals', 'address-signals', 'address-decisions'].flatMap(what => [
        `--${what}-per-minute`,
        '100000000',
      ]),
    ],
    runner: ['taskset', '-c', '0'],
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const save = async (path, body) => {
    const { status, text } = await beckon.as('OWNER', 'PUT', path, body);
    if (status >= 300) throw new Error(text);
  };
  let turn = 0;
  const measure = async () => {
    const times = { append: [], resolve: [] };
    let refused = 0;
    turn += 1;
    await steadily(
      rate,
      n => n < seconds * rate,
      async (n, due) => {
        const what = n % 2 ? 'append' : 'resolve',
          who = `other-${(n >> 1) % 500}`,
          session = `${who}-${turn}`;
        const status =
          what === 'append'
            ? await ask(
                agent,
                beckon.base,
                '/v2/public/chain/signals',
                visit(who, session, n % 9 ? 'view' : 'purchase'),
              )
            : await ask(agent, beckon.base, '/v2/public/chain/resolve', {
                sessionId: session,
                visitorId: `${who}@shop.example`,
                trigger: 'enter',
              });
        times[what].push(performance.now() - due);
        if (status >= 300 || status === 0) refused += 1;
      },
    );
    const [append, resolve] = [times.append, times.resolve].map(list => {
      list.sort((a, b) => a - b);
      return { p50: list[list.length >> 1], p99: list[Math.floor(list.length * 0.99)] };
    });
    return { append, resolve, refused };
  };
  const nextTo = async visitors => {
    const child = fork(new URL(import.meta.url).pathname, { execArgv: [] });
    spawn('taskset', ['-cp', '1', String(child.pid)], { stdio: 'ignore' });
    child.send({ base: beckon.base, visitors });
    await pass(1000); // it is under way
    const measured = await measure();
    const told = new Promise(done => child.once('message', done));
    child.send('rest');
    return { ...measured, load: await told };
  };
  const median = list => list.toSorted((a, b) => a - b)[list.length >> 1];
  try {
    await save('/counters/orders', { key: 'purchase', field: 'amount' });
    await save('/chain-rules/often', {
      triggers: ['enter'],
      when: {
        all: [
          { count: { key: 'view' }, within: '1d', atLeast: 3, scope: 'visitor' },
          { ever: 'orders', count: { atLeast: 1 } },
        ],
      },
      limit: { caps: [{ max: 3, per: '1d' }] },
      action: { type: 'popup', payload: {} },
    });
    await save('/chain-rules/missed', {
      triggers: ['@due'],
      when: { all: [{ absent: { key: 'order' }, after: { key: 'purchase' }, for: '1h', scope: 'visitor' }] },
      action: { type: 'email', payload: {} },
    });
    await measure(); // warm-up
    const turns = { alone: [], hot: [], spread: [] };
    for (let round = 0; round < rounds; round += 1) {
      const got = { alone: await measure(), hot: await nextTo(1), spread: await nextTo(1000) };
      for (const [name, one] of Object.entries(got)) {
        turns[name].push(one);
        const show = ({ p50, p99 }) => `p50 ${p50.toFixed(2)} p99 ${p99.toFixed(2)} ms`;
        const load = one.load ? `, next to ${one.load.rate.toFixed(0)} signals/s (${one.load.refused} refused)` : '';
        console.log(
          `round ${round + 1}, ${name}: append ${show(one.append)}, resolve ${show(one.resolve)}${load}${one.refused ? `, ${one.refused} refused` : ''}`,
        );
      }
    }
    const of = (name, what, share) => median(turns[name].map(one => one[what][share]));
    const times = (what, share, other) => (of('hot', what, share) / of(other, what, share)).toFixed(2);
    for (const what of ['append', 'resolve'])
      console.log(
        `${what}: p50 ${times(what, 'p50', 'alone')}, p99 ${times(what, 'p99', 'alone')} times as long next to the hot visitor as alone; ${times(what, 'p50', 'spread')} and ${times(what, 'p99', 'spread')} times as next to as many signals of 1,000 visitors`,
      );
    console.log(
      `others next to one visitor of ${kLoad} signals a second, medians of ${rounds} rounds: append p50 ${times('append', 'p50', 'alone')} times, resolve p50 ${times('resolve', 'p50', 'alone')} times (goal: at most 1.5)`,
    );
  } finally {
    agent.destroy();
    await beckon.close();
  }
}
