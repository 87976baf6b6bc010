// The kinds of trouble that a round can have. Each makes its trouble, ends it, and returns what it did, and what may follow
// from it: { told, mayLose: the former primary's journal, keepsTime, keepsRecords } (traffic.mjs).
import { connect } from 'node:net';
import { setTimeout as pass } from 'node:timers/promises';
import { query } from '../postgres.mjs';
import { until } from '../wait.mjs';
import { canSetClocks } from '../clock.mjs';

const lease = 3000;
const tables = ['journal', 'journal_end', 'session', 'shard', 'node', 'delivery', 'event', 'timer', 'rule', 'handle'];

const between = (random, least, most) => Math.round(least + random() * (most - least));
const oneOf = (random, list) => list[Math.floor(random() * list.length)];

// A running node that no other trouble uses; with `chance`, one that owns shards.
async function take(cluster, random, chance = 0.75) {
  const free = cluster.nodes.filter(node => !node.isTaken && cluster.isRunning(node));
  const owners = random() < chance ? (await cluster.owners().catch(() => [])).filter(node => free.includes(node)) : [];
  const node = oneOf(random, owners.length ? owners : free);
  if (node) node.isTaken = true;
  return node;
}
const release = node => {
  node.isTaken = false;
};

async function stop(cluster, node) {
  const { code } = await node.stop();
  if (code !== 0) cluster.problems.push(`${node.name} ended with ${code} after SIGTERM: ${node.log.slice(-1000)}`);
}

async function killed(cluster, random) {
  const node = await take(cluster, random);
  await node.kill();
  const away = oneOf(random, [0, between(random, 0, 1500), between(random, lease, lease + 2000)]);
  await pass(away);
  await cluster.open(node);
  release(node);
  return { told: `${node.name}, away for ${away} ms` };
}

async function paused(cluster, random, least, most) {
  const node = await take(cluster, random);
  const standstill = between(random, least, most);
  node.child.kill('SIGSTOP');
  await pass(standstill);
  node.child.kill('SIGCONT');
  release(node);
  return { told: `${node.name} for ${standstill} ms` };
}

async function pausedLong(cluster, random) {
  if (random() < 0.6) return paused(cluster, random, lease + 600, lease + 4000);
  // The next owner stands still as well, as soon as it has taken over.
  const node = await take(cluster, random, 1);
  const others = cluster.nodes.filter(one => one !== node && cluster.isRunning(one));
  node.child.kill('SIGSTOP');
  const next = await until(
    'another has taken over',
    async () => (await cluster.owners()).find(one => others.includes(one)),
    20_000,
  );
  next.child.kill('SIGSTOP');
  const standstill = between(random, 100, lease + 1500);
  await pass(standstill);
  next.child.kill('SIGCONT');
  node.child.kill('SIGCONT');
  release(node);
  return { told: `${node.name}, then ${next.name} for ${standstill} ms as it had taken over` };
}

async function stopped(cluster, random) {
  const node = await take(cluster, random);
  await stop(cluster, node);
  const away = between(random, 0, 1500);
  await pass(away);
  await cluster.open(node);
  release(node);
  return { told: `${node.name}, away for ${away} ms` };
}

async function joined(cluster, random) {
  const node = await cluster.add('n9');
  await pass(between(random, 500, 3000));
  const isKilled = random() < 0.5;
  if (isKilled) await node.kill();
  else await stop(cluster, node);
  await cluster.remove(node);
  return { told: isKilled ? 'and was killed' : 'and was stopped' };
}

const waysOf = cluster => cluster.nodes.flatMap(node => node.ways);
const caught = cluster => {
  const sum = {};
  for (const { caught } of waysOf(cluster))
    for (const [kind, count] of Object.entries(caught)) sum[kind] = (sum[kind] ?? 0) + count;
  for (const link of waysOf(cluster)) link.caught = {};
  return Object.entries(sum)
    .map(([kind, count]) => `${count} ${kind}`)
    .join(', ');
};

async function commitsCut(cluster, random) {
  caught(cluster);
  const times = between(random, 5, 9);
  for (let i = 0; i < times; i++) {
    const kind = oneOf(random, ['request', 'answer', 'late']);
    for (const link of waysOf(cluster)) link.traps = [kind];
    await pass(between(random, 150, 600));
  }
  for (const link of waysOf(cluster)) link.traps = [];
  return { told: caught(cluster) };
}

async function commitsHeld(cluster, random) {
  caught(cluster);
  const long = between(random, lease, lease + 3000);
  for (const hold of [between(random, 300, 1500), long]) {
    for (const link of waysOf(cluster)) link.traps = [{ hold }];
    await pass(hold + 500);
  }
  for (const link of waysOf(cluster)) link.traps = [];
  return { told: `${caught(cluster)}, the longer one for ${long} ms` };
}

// Links that are cut, or silent one way or both ways.
async function severed(random, links) {
  const how = oneOf(random, [['cut'], ['up'], ['down'], ['up', 'down']]);
  const time = oneOf(random, [between(random, 300, 1500), between(random, lease, lease + 2500)]);
  for (const link of links)
    if (how[0] === 'cut') {
      link.refuse();
      link.cut();
    } else link.hold(...how);
  await pass(time);
  const cut = random() < 0.5;
  for (const link of links) await link.heal({ cut });
  return `${how.join(' and ')} for ${time} ms, then ${cut ? 'cut' : 'on'}`;
}

async function nodesApart(cluster, random) {
  const node = await take(cluster, random);
  const told = await severed(random, [node.way]);
  release(node);
  return { told: `the port of ${node.name}: ${told}` };
}

async function databaseOneWay(cluster, random) {
  const node = await take(cluster, random);
  const told = await severed(random, node.ways);
  release(node);
  return { told: `${node.name}: ${told}` };
}

// The last renewal is answered late, and the node loses the database thereafter: its lease ends before it would if it
// had begun with the answer.
async function renewedLate(cluster, random, traffic) {
  const node = await take(cluster, random, 1);
  const sessions = await traffic.warm();
  const late = between(random, 1750, 1900);
  await Promise.race([...node.ways.map(link => link.renewal(() => link.hold('down'))), pass(lease)]);
  for (const link of node.ways) link.hold('down');
  await pass(late);
  for (const link of node.ways) {
    link.hold('up'); // or it would renew once more
    link.release('down');
  }
  await pass(50);
  for (const link of node.ways) link.hold('down');
  const others = cluster.nodes.filter(one => one !== node);
  let next;
  for (const end = performance.now() + 15_000; !next && performance.now() < end; await pass(20))
    next = (await cluster.owners()).find(one => others.includes(one));
  // What the next owner has stored is not in the memory of this one.
  await traffic.probe(sessions, next, node, 1500);
  for (const link of node.ways) await link.heal();
  release(node);
  return { told: `${node.name}, by ${late} ms` };
}

async function databaseCrashed(cluster, random) {
  const away = oneOf(random, [100, between(random, 500, 2000), between(random, lease, lease + 2500)]);
  await cluster.crash(cluster.primary, away);
  return { told: `away for ${away} ms` };
}

async function backendKilled(cluster, random) {
  for (let i = 0; i < 3; i++) {
    const names = cluster.nodes.map(({ name }) => `'${name}'`).join();
    const rows = await cluster.rows(
      `SELECT pid FROM pg_stat_activity WHERE application_name IN (${names}) OR application_name LIKE 'beckon %'`,
    );
    if (rows.length) process.kill(Number(oneOf(random, rows)[0]), 'SIGKILL');
    await pass(between(random, 600, 1500));
    await until('the database is back', () => cluster.sql('SELECT 1').catch(() => false), 30_000);
  }
  await cluster.streams();
  return { told: '3 times' };
}

async function promotedSynchronous(cluster) {
  await cluster.waitForReplica(true);
  await pass(500);
  const began = performance.now();
  const former = await cluster.promote();
  const took = Math.round(performance.now() - began);
  await pass(1000);
  await cluster.replaceReplica(former);
  return { told: `PostgreSQL took ${took} ms` };
}

async function promotedAsynchronous(cluster, random) {
  const senders = await cluster.senders();
  for (const pid of senders) process.kill(pid, 'SIGSTOP');
  const lag = between(random, 200, 800);
  await pass(lag);
  return { told: `${lag} ms behind`, mayLose: await cluster.promote(senders) };
}

async function replicaAway(cluster, random) {
  await cluster.waitForReplica(true);
  const away = between(random, 500, lease + 3000);
  await cluster.crash(cluster.replica, away);
  await cluster.waitForReplica(false);
  return { told: `for ${away} ms` };
}

async function waitCancelled(cluster, random) {
  await cluster.waitForReplica(true);
  const senders = await cluster.senders();
  for (const pid of senders) process.kill(pid, 'SIGSTOP');
  let count = 0;
  for (let i = 0; i < 3; i++) {
    const how = oneOf(random, ['cancel', 'cancel', 'terminate']);
    await pass(between(random, 300, 700));
    count += Number(
      await cluster.sql(`SELECT count(pg_${how}_backend(pid)) FROM pg_stat_activity WHERE wait_event = 'SyncRep'`),
    );
  }
  await pass(300);
  if (random() < 0.5) {
    for (const pid of senders) process.kill(pid, 'SIGCONT');
    await cluster.streams();
    await cluster.waitForReplica(false);
    return { told: `${count} waits, then the replica was back` };
  }
  // What was not replicated is gone, so nothing of it was acknowledged.
  await cluster.replaceReplica(await cluster.promote(senders));
  return { told: `${count} waits, then the replica was promoted` };
}

async function slow(cluster, random) {
  const all = random() < 0.5;
  const node = await take(cluster, random);
  const links = all ? waysOf(cluster) : node.ways;
  for (const link of links) link.delay = 200;
  const time = between(random, 2000, 5000);
  await pass(time);
  for (const link of links) link.delay = 0;
  release(node);
  return { told: `${all ? 'for all nodes' : `for ${node.name}`}, ${time} ms` };
}

// Others take all connections of the database, and those of the nodes are cut, so that they need new ones.
async function connectionsTaken(cluster, random) {
  const taken = [];
  const message = Buffer.from('\0\0\0\0\0\x03\0\0user\0beckon\0database\0postgres\0\0');
  message.writeInt32BE(message.length, 0);
  // True once it is connected, false if there is no room.
  const takeOne = () =>
    new Promise(done => {
      const socket = connect(cluster.primary.port, '127.0.0.1');
      socket.on('connect', () => socket.write(message));
      socket.once('data', bytes => {
        if (bytes[0] === 0x52) taken.push(socket); // AuthenticationOk
        done(bytes[0] === 0x52);
      });
      socket.on('error', () => done(false));
    });
  const time = between(random, 1000, lease + 1500);
  const end = performance.now() + time;
  let cutAt = 0;
  while (performance.now() < end) {
    while (await takeOne());
    if (performance.now() > cutAt) {
      for (const link of waysOf(cluster)) link.cut();
      cutAt = performance.now() + 1000;
    }
    await pass(20);
  }
  for (const socket of taken) socket.destroy();
  await until('there is room', () => cluster.sql('SELECT 1').catch(() => false), 10_000);
  return { told: `${taken.length} for ${time} ms` };
}

async function tableLocked(cluster, random) {
  const told = [];
  for (let i = 0; i < 2; i++) {
    const table = oneOf(random, tables);
    const seconds = oneOf(random, [0.5, 1, between(random, 2, 5)]);
    await cluster.sql(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(${seconds}); COMMIT`);
    told.push(`${table} for ${seconds} s`);
    await pass(300);
  }
  return { told: told.join(', ') };
}

// What the former owner would write next is there no more when it goes on, as after a retention that it has slept through.
async function journalTrimmed(cluster, random, traffic) {
  const node = await take(cluster, random, 1);
  const mine = `SELECT s.id, s.epoch FROM shard s JOIN node n ON n.incarnation = s.owner WHERE n.name = '${node.name}'`;
  const shards = await cluster.rows(mine);
  node.child.kill('SIGSTOP');
  node.isAvoided = true; // or most clients wait for it
  const was = `(VALUES ${shards.map(([id, epoch]) => `(${id}, ${epoch})`).join()}) AS was(shard, epoch)`;
  const ofNext = `FROM journal j USING ${was}, journal_end e WHERE was.shard = j.shard AND e.shard = j.shard
    AND j.epoch > was.epoch AND j.position < e.checkpoint`;
  await until(
    'others own its shards',
    async () => (await cluster.rows(mine)).length === 0 && (await cluster.owners()).length > 0,
    20_000,
  );
  await until(
    'enough of what they wrote is behind the checkpoint',
    async () => Number(await cluster.sql(`SELECT count(*) ${ofNext.replace('j USING', 'j,')}`)) > 20,
    12_000,
  ).catch(() => {});
  await traffic.more(50);
  const trimmed = await cluster.sql(`WITH gone AS (DELETE ${ofNext} RETURNING 1) SELECT count(*) FROM gone`);
  const ofFormer = async () =>
    Number(
      await cluster.sql(`SELECT count(*) FROM journal j JOIN ${was} ON was.shard = j.shard WHERE j.epoch <= was.epoch`),
    );
  const before = await ofFormer();
  node.child.kill('SIGCONT');
  node.isAvoided = false;
  await pass(1500);
  const after = await ofFormer();
  if (after > before)
    cluster.problems.push(`${after - before} rows were written by ${node.name} after others had taken over`);
  release(node);
  return { told: `${node.name}, ${trimmed} rows`, keepsRecords: trimmed === '0' };
}

async function clocksWrong(cluster, random) {
  const node = await take(cluster, random);
  const hours = oneOf(random, [1, -1]);
  await stop(cluster, node);
  await cluster.open(node, { clock: hours });
  if (random() < 0.6) {
    // It takes its turn as an owner.
    for (const other of cluster.nodes.filter(one => one !== node && cluster.isRunning(one))) {
      await stop(cluster, other);
      await cluster.open(other);
    }
  }
  const jumps = [];
  for (let i = 0; i < 2; i++) {
    await pass(between(random, 500, 1500));
    jumps.push(
      oneOf(
        random,
        [0, 1, -1].filter(one => one !== (jumps.at(-1) ?? hours)),
      ),
    );
    node.set(jumps.at(-1));
  }
  await pass(1000);
  await stop(cluster, node);
  await cluster.open(node);
  release(node);
  return { told: `${node.name} by ${[hours, ...jumps].join(', ')} h`, keepsTime: false };
}

export const kinds = {
  killed,
  paused_short: (cluster, random) => paused(cluster, random, 200, lease - 700),
  paused_long: pausedLong,
  stopped,
  joined,
  commits_cut: commitsCut,
  commits_held: commitsHeld,
  nodes_apart: nodesApart,
  database_one_way: databaseOneWay,
  renewed_late: renewedLate,
  database_crashed: databaseCrashed,
  backend_killed: backendKilled,
  promoted_synchronous: promotedSynchronous,
  promoted_asynchronous: promotedAsynchronous,
  replica_away: replicaAway,
  wait_cancelled: waitCancelled,
  slow,
  connections_taken: connectionsTaken,
  table_locked: tableLocked,
  journal_trimmed: journalTrimmed,
  ...(canSetClocks ? { clocks_wrong: clocksWrong } : {}),
};
// Those that can come on top of another, and those on top of which they can.
export const small = ['killed', 'paused_short', 'stopped', 'commits_cut'];
export const alone = [
  'renewed_late',
  'commits_held',
  'promoted_asynchronous',
  'wait_cancelled',
  'journal_trimmed',
  'clocks_wrong',
  'connections_taken',
  'paused_long',
];

// What nodes report as lost, by shard. Of several that have owned one, that which knew most.
export function reportsOfLoss(logs) {
  const reports = new Map();
  for (const [, ...numbers] of logs.matchAll(/"positions_lost".*?"shard":(\d+),"acknowledged":(\d+),"found":(\d+)/g)) {
    const [shard, acknowledged, found] = numbers.map(Number);
    if (!(reports.get(shard)?.acknowledged > acknowledged)) reports.set(shard, { acknowledged, found });
  }
  return reports;
}

// What an asynchronous promotion has lost: compared with the journal of the former primary, each shard where what was
// acknowledged is gone is reported, and nothing else. `handles`: those where clients miss something.
export async function faultsOfLoss(cluster, former, handles, logs) {
  const faults = [];
  former.settings = { ...former.settings, listen_addresses: '' };
  await former.open();
  const { endsOfReplica: kept } = former;
  // A commit without records has a row without bytes.
  const rows = await query(
    former.where('beckon'),
    'SELECT shard, position, (length(bytes) > 0)::int FROM journal ORDER BY shard, position',
  );
  const gone = new Map(); // shard → positions
  const there = new Set(); // of these, those without bytes too
  for (const [shard, position, hasBytes] of rows.split('\n').map(line => line.split('|').map(Number))) {
    if (position < (kept.get(shard) ?? 0)) continue;
    there.add(`${shard} ${position}`);
    if (hasBytes && position > (kept.get(shard) ?? 0)) gone.set(shard, [...(gone.get(shard) ?? []), position]);
  }
  const reports = reportsOfLoss(logs);
  for (const handle of handles)
    if (!reports.has(Number(cluster.shardOf.get(handle))))
      faults.push(`of ${handle} something is lost, and its shard ${cluster.shardOf.get(handle)} is not reported`);
  // The newest row of a shard may not have been acknowledged.
  for (const [shard, positions] of gone) {
    const known = positions.at(-2);
    if (known && !(reports.get(shard)?.acknowledged >= known))
      faults.push(`shard ${shard} has lost ${positions}, and reports ${JSON.stringify(reports.get(shard))}`);
  }
  for (const [shard, { acknowledged, found }] of reports) {
    if (found !== (kept.get(shard) ?? 0))
      faults.push(`shard ${shard} reports ${found}, the replica had ${kept.get(shard)}`);
    if (!there.has(`${shard} ${acknowledged}`))
      faults.push(`shard ${shard}: ${acknowledged} is reported, and was not there`);
  }
  const count = [...gone.values()].flat().length;
  return { faults, told: `${count} rows of ${gone.size} shards lost, ${reports.size} shards report it` };
}
