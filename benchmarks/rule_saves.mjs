// The longest append of one handle while another saves rules, with 5,000 handles in memory, compared with quiet runs: the
// two alternate on one server (cpu 0; the clients are on cpu 1), and the medians of their longest appends are compared.
// Usage: benchmarks/rule_saves.mjs [HANDLES [TURNS [SECONDS A TURN]]]
import { Agent, request } from 'node:http';
import { Beckon } from '../tests/kit/beckon.mjs';

const [handles, turns, seconds] = [5000, 8, 4].map((preset, i) => Number(process.argv[2 + i] ?? preset));
const beckon = await Beckon.start({
  flags: [
    '--dev',
    '--log-level',
    'warn',
    '--session-signals-per-minute',
    '100000000',
    '--address-signals-per-minute',
    '100000000',
  ],
  runner: ['taskset', '-c', '0'],
});
const agent = new Agent({ keepAlive: true });
const post = (path, body) =>
  new Promise((done, refuse) => {
    const text = JSON.stringify(body);
    const asked = request(
      beckon.base + path,
      {
        agent,
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) },
      },
      answer => {
        answer.resume().on('end', () => done(answer.statusCode));
      },
    );
    asked.on('error', refuse).end(text);
  });

const median = list => list.toSorted((a, b) => a - b)[list.length >> 1];
let sent = 0;
// Appends sequentially for the given time; returns the longest duration in ms.
async function longest() {
  let most = 0,
    count = 0;
  for (const end = performance.now() + seconds * 1000; performance.now() < end; ) {
    const began = performance.now();
    const status = await post('/v2/public/chain/signals', {
      handle: 'demo',
      sessionId: `s-${(sent += 1) % 50}`,
      signals: [{ type: 'view' }],
    });
    if (status !== 202) throw new Error(`an append was answered ${status}`);
    most = Math.max(most, performance.now() - began);
    count += 1;
  }
  return { most, count };
}
async function saves(until) {
  let count = 0;
  while (!until.over) {
    const rule = {
      triggers: ['t'],
      when: { all: [{ count: { key: `k${count}` }, within: '1h', atLeast: 1 }] },
      action: { type: 'popup', payload: {} },
    };
    const { status, text } = await beckon.call('PUT', `/v2/handles/other-0/chain-rules/r${count % 20}`, {
      body: rule,
      token: await beckon.token('CREATOR', 'other-0'),
    });
    if (status !== 200 && status !== 201) throw new Error(`a rule was refused: ${text}`);
    count += 1;
  }
  return count;
}

try {
  for (let h = 0; h < handles; h++) {
    const { status, text } = await beckon.admin('POST', '/handles', {
      handle: `other-${h}`,
      ownerEmail: 'owner@other.example',
    });
    if (status !== 201) throw new Error(`no handle: ${text}`);
  }
  await longest(); // warm-up
  const quiet = [],
    busy = [];
  let saved = 0;
  for (let turn = 0; turn < turns; turn++) {
    quiet.push((await longest()).most);
    const until = { over: false };
    const saving = saves(until);
    busy.push((await longest()).most);
    until.over = true;
    saved += await saving;
  }
  console.log(
    `${handles} handles, ${turns} turns of ${seconds} s: longest append, median: quiet ${median(quiet).toFixed(1)} ms, while another handle saved ${saved} rules ${median(busy).toFixed(1)} ms: ${(median(busy) / median(quiet)).toFixed(2)} times`,
  );
} finally {
  agent.destroy();
  await beckon.close();
}
