// A day of traffic of PROVE_PEOPLE people (300), told by the five libraries that send from servers, over a wire that
// answers 429 and 503, cuts connections, and to a server that is killed and restarted and whose limits are reached. What
// a library says that it sent is stored exactly once, what it gave up at most once, and nothing else is stored. Then what
// is stored is sent to a second server by our own API, and both decide the same for every session.
//
// PROVE_SEED: of the people and of the wire.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { Beckon } from '../kit/beckon.mjs';
import { random } from '../kit/faulty_disk.mjs';
import { accessToken } from '../kit/neighbours.mjs';
import { until } from '../kit/wait.mjs';
import { openWire } from '../kit/wire.mjs';
import { libraries } from '../neighbours/senders.mjs';

const people = Number(process.env.PROVE_PEOPLE ?? 300);
const seed = Number(process.env.PROVE_SEED ?? Date.now() % 1_000_000);
const seconds = Math.max(30, people / 60); // in which the day goes by
const kills = Math.max(3, Math.floor(people / 1000));
const clients = 2; // of each library
const day = 24 * 3_600_000;
const perSession = 20; // signals a minute
const names = Object.keys(libraries);

const pause = ms => new Promise(done => setTimeout(done, ms));

// Runs `job` for each of the items, some at once.
async function each(items, job, atOnce = 16) {
  const queue = [...items];
  const one = async () => {
    while (queue.length) await job(queue.shift());
  };
  await Promise.all(Array.from({ length: atOnce }, one));
}

// The messages of all people, in the order of their times. Some people are known, some are browsers, some sign in during
// the day; some are told by two libraries, and one in each client does more in a few minutes than a session's limit is.
function trafficOf(next) {
  const pick = list => list[Math.floor(next() * list.length)];
  const begin = Date.now() - day - 600_000;
  const hex = n =>
    Math.floor(next() * 16 ** n)
      .toString(16)
      .padStart(n, '0');
  const uuid = () => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(8)}${hex(4)}`;
  const messages = [];
  for (let n = 0; n < people; n += 1) {
    const kind = pick(['known', 'user', 'browser', 'signs in']);
    const busy = n < names.length * clients;
    const home = { library: names[n % names.length], client: Math.floor(n / names.length) % clients };
    const other = { library: pick(names), client: home.client };
    const isOfTwo = !busy && kind !== 'browser' && next() < 0.2;
    const signsInAt = kind === 'signs in' ? next() * day : 0;
    const starts = next() * day * 0.9;
    const count = busy ? perSession + 6 : 3 + Math.floor(next() * 9);
    for (let i = 0; i < count; i += 1) {
      const at = busy ? starts + i * 2000 : next() * day;
      const event = pick(['view', 'view', 'view', 'Order Completed', `Step ${i}`]);
      const sender = isOfTwo && next() < 0.5 ? other : home;
      const isLong = next() < 0.1; // longer than the ids that are stored as they are
      messages.push({
        ...sender,
        id: sender.library === 'posthog' ? uuid() : `${isLong ? 'long-'.repeat(13) : 'm'}${n}-${i}`,
        person: n,
        at: new Date(Math.floor(begin + at)),
        event,
        ...(event === 'view' && { path: `/p${Math.floor(next() * 5)}` }),
        ...(event === 'Order Completed' && { total: 1 + Math.floor(next() * 90) }),
        ...(kind !== 'browser' && at >= signsInAt && { userId: `u${n}` }),
        ...(kind !== 'user' && { anonymousId: `a${n}`, sessionId: `s${n}` }),
      });
    }
  }
  return messages.sort((one, two) => one.at - two.at);
}

const storedId = id => (Buffer.byteLength(id) <= 64 ? id : `h${createHash('sha256').update(id).digest('base64url')}`);

async function setLimit(beckon, tokenSignalsPerMinute) {
  const { status, text } = await beckon.as('OWNER', 'PATCH', '/settings', { limits: { tokenSignalsPerMinute } });
  assert.equal(status, 200, text);
}

// Kills the server and starts it again, at random moments while the messages go out; after some starts its limit is so
// low for a while that batches go beyond it.
async function trouble(beckon, next, progress) {
  for (let i = 0; i < kills; i += 1) {
    const moment = (i + 0.1 + 0.8 * next()) / kills;
    await until('it is time for a kill', () => progress() >= moment, 600_000);
    await beckon.kill();
    await pause(next() * 1500);
    await beckon.open();
    if (i % 4 > 0) continue;
    await setLimit(beckon, 30);
    await pause(3000);
    await setLimit(beckon, 600_000);
  }
}

// Sends all, a day in `seconds`, each client at its own pace. Returns, by the id under which it is stored, each message.
async function sendAll(messages, at, token, next, beckon) {
  const known = new Map();
  const began = performance.now();
  const first = messages[0].at.getTime();
  const dueAt = message => began + ((message.at - first) / day) * seconds * 1000;
  const run = async (library, client) => {
    const sender = libraries[library](at, token[library]);
    for (const message of messages) {
      if (message.library !== library || message.client !== client) continue;
      const early = dueAt(message) - performance.now();
      if (early > 5) await pause(early);
      await sender.room?.();
      const sentAs = sender.send(message);
      known.set(storedId(sentAs), { ...message, sentAs, sender });
    }
    return sender;
  };
  const runs = names.flatMap(name => Array.from({ length: clients }, (_, client) => run(name, client)));
  const [senders] = await Promise.all([Promise.all(runs), trouble(beckon, next, () => known.size / messages.length)]);
  assert.equal(known.size, messages.length, 'each message has its own id');
  await Promise.all(senders.map(sender => sender.finish()));
  return known;
}

async function sessionsOf(beckon) {
  const ids = [];
  let cursor = '';
  do {
    const { status, json, text } = await beckon.as('OPERATOR', 'GET', `/chain?limit=200${cursor}`);
    assert.equal(status, 200, text);
    ids.push(...json.items.map(({ sessionId }) => sessionId));
    cursor = json.nextCursor && `&cursor=${encodeURIComponent(json.nextCursor)}`;
  } while (cursor);
  const sessions = [];
  await each(ids, async id => {
    const { status, json, text } = await beckon.as('OPERATOR', 'GET', `/chain/${encodeURIComponent(id)}`);
    assert.equal(status, 200, text);
    assert.equal(json.version, json.signals.length, 'every version has its signal');
    sessions.push(json);
  });
  return sessions;
}

// What is stored against what the libraries said of it. Returns the counts by library.
function compare(sessions, known) {
  const stored = new Set();
  const moved = {}; // by library, the ms by which times were moved since they looked like those of a clock that is off
  for (const { sessionId, visitorId, signals } of sessions)
    for (const { id, at } of signals) {
      const message = known.get(id);
      assert.ok(message, `${id} in ${sessionId} was sent`);
      assert.ok(!stored.has(id), `${id} is there once`);
      assert.ok([null, `u${message.person}`].includes(visitorId), `${id} is of its person, not of ${visitorId}`);
      stored.add(id);
      const by = new Date(at) - message.at;
      if (by !== 0) (moved[message.library] ??= []).push(by);
    }
  const counts = Object.fromEntries(names.map(name => [name, { sent: 0, 'given up': 0, 'of these stored': 0 }]));
  const silent = [];
  const lost = [];
  for (const [id, { library, sender, sentAs }] of known) {
    const said = sender.told.get(sentAs);
    const count = counts[library];
    if (said === 'sent') {
      count.sent += 1;
      if (!stored.has(id)) lost.push(`${library} ${id}`);
    } else if (said === 'failed') {
      count['given up'] += 1;
      if (stored.has(id)) count['of these stored'] += 1;
    } else silent.push(`${library} ${id}`);
  }
  assert.deepEqual(lost, [], 'said to be sent, and not there');
  assert.deepEqual(silent, [], 'neither sent nor given up, by what the libraries say');
  return { counts, moved, stored };
}

const orders = ['Order_Completed', 'order_completed'];
const rules = {
  'many-views': { triggers: ['home'], when: { all: [{ count: { key: 'view' }, scope: 'visitor', atLeast: 5 }] } },
  'some-views': {
    triggers: ['home'],
    priority: -1,
    when: { all: [{ count: { key: 'view' }, scope: 'session', within: '12h', atLeast: 2 }] },
  },
  'just-ordered': {
    triggers: ['checkout'],
    when: { all: [{ last: { key: orders }, scope: 'visitor', atMost: '6h' }] },
  },
  'spent-much': {
    triggers: ['checkout'],
    priority: -1,
    when: { all: [{ sum: { key: orders, field: 'total' }, scope: 'visitor', atLeast: 100 }] },
  },
  'looks-around': {
    triggers: ['exit'],
    when: { all: [{ distinct: { key: 'view' }, scope: 'visitor', atLeast: 4 }] },
  },
};
const triggers = ['home', 'checkout', 'exit'];

async function saveRules(beckon) {
  for (const [id, rule] of Object.entries(rules)) {
    const body = { ...rule, action: { type: 'popup', payload: { rule: id } } };
    const { status, text } = await beckon.as('CREATOR', 'PUT', `/chain-rules/${id}`, body);
    assert.equal(status, 201, text);
  }
}

// The same sessions by our own API, each signal as it is stored, in the order in which it came.
async function sendAgain(beckon, token, sessions) {
  await each(sessions, async ({ sessionId, visitorId, anonymousId, context, signals }) => {
    const inOrder = signals.toSorted((one, two) => one.version - two.version);
    for (let from = 0; from < inOrder.length; from += 60) {
      const body = {
        sessionId,
        context,
        ...(visitorId && { visitorId }),
        ...(anonymousId && { anonymousId }),
        signals: inOrder.slice(from, from + 60).map(({ signalKey, signalValue, metadata, source, at, id }) => ({
          type: signalKey,
          ...(signalValue !== null && { signalValue }),
          ...(source && { source }),
          metadata,
          at,
          id,
        })),
      };
      const path = `/v2/public/handles/${beckon.handle}/chain/signals`;
      const { status, json, text } = await beckon.call('POST', path, { body, token });
      assert.equal(status, 202, text);
      assert.equal(json.accepted, body.signals.length, text);
    }
  });
}

async function decide(beckon, token, sessionId) {
  const path = `/v2/public/handles/${beckon.handle}/chain/prefetch`;
  const { status, json, text } = await beckon.call('POST', path, { body: { sessionId, triggers }, token });
  assert.equal(status, 200, text);
  return json.decisions.map(({ trigger, outcome, ruleId, action }) => ({ trigger, outcome, ruleId, action }));
}

// Returns how often each rule acted.
async function compareDecisions(sessions, one, two) {
  const acted = {};
  await each(sessions, async ({ sessionId }) => {
    const both = async () => Promise.all([one, two].map(([beckon, token]) => decide(beckon, token, sessionId)));
    let [here, there] = await both();
    // A signal may leave a rule's time between the two questions, but not twice.
    if (JSON.stringify(here) !== JSON.stringify(there)) [here, there] = await both();
    assert.deepEqual(there, here, sessionId);
    for (const { trigger, ruleId } of here) {
      const name = ruleId ?? `${trigger}: none`;
      acted[name] = (acted[name] ?? 0) + 1;
    }
  });
  return acted;
}

const kTitle = `a day of ${people} people by five libraries, with trouble: what was sent is stored once, and nothing else`;
test(kTitle, { timeout: 1_200_000 + people * 200 }, async t => {
  t.diagnostic(`PROVE_SEED=${seed}`);
  t.mock.method(console, 'error', () => {}); // where two of the libraries print what they also tell
  const next = random(seed);
  const flags = ['--dev', '--log-requests', 'off', '--token-decisions-per-minute', '100000000'];
  const wide = ['--max-token-signals-per-minute', '100000000', '--token-signals-per-minute'];
  const limit = ['--session-signals-per-minute', String(perSession), ...wide, '600000'];
  const beckon = await Beckon.start({ flags: [...flags, ...limit] });
  t.after(() => beckon.close());
  for (const role of ['OWNER', 'OPERATOR', 'CREATOR']) await beckon.token(role);
  const token = {};
  for (const name of names) token[name] = await accessToken(beckon);
  const asking = await accessToken(beckon, ['chain.resolve']);
  const wire = await openWire(beckon.port, random(seed + 1));
  t.after(() => wire.close());

  const messages = trafficOf(next);
  const began = performance.now();
  const known = await sendAll(messages, wire.at, token, next, beckon);
  const took = Math.round((performance.now() - began) / 1000);
  await beckon.kill();
  await beckon.open();
  const sessions = await sessionsOf(beckon);
  const { counts, moved, stored } = compare(sessions, known);
  t.diagnostic(`${messages.length} messages of ${people} people in ${took} s, ${kills + 1} kills and restarts`);
  t.diagnostic(`${stored.size} stored in ${sessions.length} sessions: ${JSON.stringify(counts)}`);
  t.diagnostic(`the wire: ${JSON.stringify(wire.did)}; the server answered ${JSON.stringify(wire.answers)}`);
  for (const [library, by] of Object.entries(moved))
    t.diagnostic(`${library}: ${by.length} times moved by ${Math.min(...by)} to ${Math.max(...by)} ms`);
  for (const [kind, count] of Object.entries(wire.did)) assert.ok(count > 0, `the wire did ${kind}`);
  assert.ok(wire.answers[429] > 0, 'a limit of the server was reached');

  const other = await Beckon.start({
    flags: [...flags, '--session-signals-per-minute', '100000', ...wide, '100000000'],
  });
  t.after(() => other.close());
  await saveRules(beckon);
  await saveRules(other);
  const ours = await accessToken(other, ['chain.signal.write', 'chain.resolve']);
  await sendAgain(other, ours, sessions);
  const acted = await compareDecisions(sessions, [beckon, asking], [other, ours]);
  t.diagnostic(`${sessions.length * triggers.length} decisions compared, all equal: ${JSON.stringify(acted)}`);
  for (const id of Object.keys(rules)) assert.ok(acted[id] > 0, `${id} acted`);
});
