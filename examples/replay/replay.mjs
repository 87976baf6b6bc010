// Sends a CSV of Snowplow's canonical events through Beckon's API, session by session.
//
//   node replay.mjs FILE --base URL --handle NAME [--token JWT] [--shift-to-now] [--concurrency N]
//
// With a token it uses the route of the handle; without, the public one, which takes 120 signals a minute from one
// address. --shift-to-now moves the newest event to now and keeps all distances. An event's own id goes along, so that a
// second run stores nothing twice; where a signal is older than the retention the server refuses it, and it is counted.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { records } from './csv.mjs';
import { send, sessionsOf } from './sender.mjs';
import { observation } from './snowplow.mjs';

const usage = 'usage: node replay.mjs FILE --base URL --handle NAME [--token JWT] [--shift-to-now] [--concurrency N]';
let options, file;
try {
  const parsed = parseArgs({
    allowPositionals: true,
    options: {
      base: { type: 'string' },
      handle: { type: 'string' },
      token: { type: 'string' },
      'shift-to-now': { type: 'boolean' },
      concurrency: { type: 'string', default: '4' },
    },
  });
  options = parsed.values;
  [file] = parsed.positionals;
} catch (error) {
  console.error(error.message);
}
const lanes = Number(options?.concurrency);
if (!file || !options.base || !options.handle || !Number.isInteger(lanes) || lanes < 1) {
  console.error(usage);
  process.exit(2);
}

const observations = [];
const unread = new Map();
let read = 0;
for (const record of records(readFileSync(file, 'utf8'))) {
  read += 1;
  const one = observation(record);
  if (one.problem) unread.set(one.problem, (unread.get(one.problem) ?? 0) + 1);
  else observations.push(one);
}
if (options['shift-to-now'] && observations.length) {
  const shift = Date.now() - observations.reduce((newest, one) => Math.max(newest, one.at), -Infinity);
  for (const one of observations) one.at += shift;
}

const base = options.base.replace(/\/+$/, '');
const url = options.token
  ? `${base}/v2/handles/${encodeURIComponent(options.handle)}/chain/signals`
  : `${base}/v2/public/chain/signals`;
async function post(body) {
  const headers = {
    'content-type': 'application/json',
    ...(options.token ? { authorization: `Bearer ${options.token}` } : {}),
  };
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  return {
    status: answer.status,
    retryAfter: Number(answer.headers.get('retry-after')),
    json: await answer.json().catch(() => null),
  };
}

const tty = process.stderr.isTTY;
let shownAt = 0;
const show = text => {
  if (tty) process.stderr.write(`\r${text.padEnd(90)}`);
  else if (Date.now() - shownAt > 5000) {
    shownAt = Date.now();
    console.error(text);
  }
};
const sessions = sessionsOf(observations);
const began = Date.now();
let totals;
try {
  totals = await send(sessions, {
    handle: options.token ? undefined : options.handle,
    post,
    concurrency: lanes,
    progress: t => show(`replay: ${t.sent} of ${observations.length} signals, ${t.refused} refused`),
    waiting: seconds => show(`replay: the server's limit is reached, waiting ${seconds} s`),
  });
} catch (error) {
  console.error(`\nreplay: ${base} does not answer: ${error.cause?.code ?? error.message}`);
  process.exit(1);
}
if (tty) process.stderr.write('\n');
console.log(`events read     ${read}`);
console.log(`sessions        ${totals.sessions}`);
console.log(`accepted        ${totals.accepted}`);
console.log(`duplicates      ${totals.duplicates}`);
console.log(`evicted         ${totals.evicted}`);
console.log(`refused         ${totals.refused}`);
for (const [reason, count] of totals.reasons) console.log(`  ${count} × ${reason}`);
for (const [reason, count] of unread) console.log(`not read        ${count} × ${reason}`);
console.log(`took            ${((Date.now() - began) / 1000).toFixed(1)} s`);
// Refusals are counted, not failures; a run of which nothing was taken is one.
process.exit(observations.length > 0 && totals.accepted + totals.duplicates === 0 ? 1 : 0);
