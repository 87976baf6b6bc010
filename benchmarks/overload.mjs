// Durable appends offered at three times the server's capacity, open loop: how many are still accepted, how the rest is
// refused, and whether memory stays flat. The server has cpu 0, the clients cpu 1.
// Usage: benchmarks/overload.mjs [SECONDS]: 600 for the figure of docs/reliability.md.
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Beckon, root } from '../tests/kit/beckon.mjs';

const seconds = Number(process.argv[2] ?? 60);
const memory = '64MiB'; // for sessions: reached soon, so that other growth would be visible
const beckon = await Beckon.start({
  flags: [
    '--dev',
    '--log-level',
    'error',
    '--log-requests',
    'off',
    '--io-threads',
    '1',
    '--memory',
    memory,
    '--session-signals-per-minute',
    '100000000',
    '--address-signals-per-minute',
    '100000000',
  ],
  runner: ['taskset', '-c', '0'],
});
try {
  const resident = () =>
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${beckon.child.pid}/status`, 'utf8'))[1]) / 1024;
  // A line per second, as numbers; `each` gets it as it arrives.
  const offer = (rate, duration, each = () => {}) =>
    new Promise((done, failed) => {
      const lines = [];
      let rest = '';
      const child = spawn(
        'taskset',
        ['-c', '1', join(root, 'build/release/open_loop'), String(beckon.port), String(rate), String(duration), 'demo'],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      child.stdout.on('data', part => {
        rest += part;
        for (let end; (end = rest.indexOf('\n')) >= 0; rest = rest.slice(end + 1)) {
          const [offered, taken, refused, other, missed, p99] = rest.slice(0, end).split(' ').map(Number);
          lines.push({ offered, taken, refused, other, missed, p99 });
          each(lines.at(-1));
        }
      });
      child.once('close', code => (code === 0 ? done(lines) : failed(new Error(`open_loop ended with ${code}`))));
    });
  const mean = list => list.reduce((sum, value) => sum + value, 0) / list.length;
  const median = list => list.toSorted((a, b) => a - b)[list.length >> 1];

  // Capacity: closed loop, until its memory of sessions is full; then the better half of 10 s.
  await offer(0, 10);
  const peak = median((await offer(0, 10)).map(line => line.taken));
  console.log(
    `at most ${peak} appends a second of 5 signals and 1 KiB, each on disk (${memory} of sessions in memory)`,
  );

  const sizes = []; // { at: seconds, mib }
  const lines = await offer(3 * peak, seconds, () => sizes.push({ at: sizes.length + 1, mib: resident() }));
  const total = name => lines.reduce((sum, line) => sum + line[name], 0);
  const goodput = mean(lines.map(line => line.taken));
  // The slope by least squares, after the first quarter, in which queues and caches fill.
  const settled = sizes.slice(Math.floor(sizes.length / 4));
  const at = mean(settled.map(one => one.at)),
    mib = mean(settled.map(one => one.mib));
  const slope =
    (60 * settled.reduce((sum, one) => sum + (one.at - at) * (one.mib - mib), 0)) /
    settled.reduce((sum, one) => sum + (one.at - at) ** 2, 0);
  const largest = Math.max(...sizes.map(one => one.mib)),
    smallest = Math.min(...settled.map(one => one.mib));
  console.log(
    `${seconds} s offered ${Math.round(total('offered') / seconds)} a second (${(total('offered') / seconds / peak).toFixed(2)} times; ${total('missed')} not offered for want of a connection): taken ${Math.round(goodput)} (${((100 * goodput) / peak).toFixed(0)} % of the most), p99 ${median(lines.map(line => line.p99))} ms; refused with Retry-After ${Math.round(total('refused') / seconds)}; anything else ${total('other')}`,
  );
  console.log(
    `resident memory ${smallest.toFixed(0)} to ${largest.toFixed(0)} MiB, slope ${slope.toFixed(2)} MiB a minute`,
  );
  // And everything accepted is on disk, in a process that still responds.
  const { status, json } = await beckon.as('CREATOR', 'GET', '/chain/sig_1');
  console.log(
    `it still answers: ${status}, ${json.version} signals in one session; data ${execFileSync('du', ['-sm', beckon.data]).toString().split('\t')[0]} MiB`,
  );
} finally {
  await beckon.close();
}
