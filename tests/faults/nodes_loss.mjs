// A replica that lags is promoted while the owner of a lane does not reach the database, and another node takes the
// lane over: the former owner reports what is lost, although it owns the lane no longer, and although the next one has
// written more since. Skipped where PostgreSQL is not installed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freshSession } from '../kit/beckon.mjs';
import { isInstalled } from '../kit/postgres.mjs';
import { Cluster } from '../kit/rounds/cluster.mjs';
import { reportsOfLoss } from '../kit/rounds/faults.mjs';
import { until } from '../kit/wait.mjs';

const skip = isInstalled() ? false : 'PostgreSQL is not installed';

test('what a promotion has lost is reported by an owner that has lost its lane before it could look', {
  skip,
  timeout: 180_000,
}, async t => {
  const cluster = await Cluster.start({ count: 2 });
  t.after(() => cluster.close());
  const [handle] = cluster.handles;
  const shard = Number(cluster.shardOf.get(handle));
  const ownerName = () =>
    cluster.sql(`SELECT n.name FROM shard s JOIN node n ON n.incarnation = s.owner WHERE s.id = ${shard}`);
  const write = async (node, count) => {
    for (let i = 0; i < count; i++) {
      const body = { handle, sessionId: freshSession(), signals: [{ type: 'page.viewed' }] };
      await until(
        'it is acknowledged',
        async () => (await cluster.ask(node, 'POST', '/v2/public/chain/signals', { body })).status === 202,
        30_000,
      );
    }
    return (await cluster.ends()).get(shard);
  };

  const name = await ownerName();
  const owner = cluster.nodes.find(node => node.name === name);
  const other = cluster.nodes.find(node => node !== owner);
  const kept = await write(owner, 3);
  await until('the replica has it', async () => (await cluster.ends(cluster.replica)).get(shard) === kept);
  const senders = await cluster.senders();
  for (const pid of senders) process.kill(pid, 'SIGSTOP');
  const acknowledged = await write(owner, 3);
  for (const link of owner.ways) {
    link.refuse();
    link.cut();
  }
  const former = await cluster.promote(senders);
  t.after(() => former.close());
  await until('the other node owns it', async () => (await ownerName()) === other.name, 30_000);
  while ((await write(other, 1)) <= acknowledged);
  // Of other shards, whose owner is the other node, it may have been: they are swept meanwhile.
  const early = reportsOfLoss(cluster.nodes.map(({ log }) => log).join(''));
  assert(!early.has(shard), 'nobody could know it yet');

  for (const link of owner.ways) await link.heal();
  const reports = await until('it is reported', () => {
    const found = reportsOfLoss(owner.log);
    return found.has(shard) && found;
  });
  assert.deepEqual(reports.get(shard), { acknowledged, found: former.endsOfReplica.get(shard) });
  assert(!reportsOfLoss(other.log).has(shard));
});
