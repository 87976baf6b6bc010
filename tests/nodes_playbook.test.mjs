// The playbook over three nodes behind a load balancer that sends each request to the next node. Skipped where
// PostgreSQL is not installed.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { balance } from './kit/balancer.mjs';
import { Nodes } from './kit/nodes.mjs';
import { isInstalled, Postgres } from './kit/postgres.mjs';

describe('the playbook over three nodes', { skip: isInstalled() ? false : 'PostgreSQL is not installed' }, () => {
  let postgres, nodes, balancer;
  before(async () => {
    postgres = await Postgres.start();
    nodes = await Nodes.start(postgres, { flags: ['--admit-http'] });
    await nodes.divided();
    const allowed = await nodes.any.admin('PUT', '/allowlist', { handles: ['*'], egress: ['127.0.0.0/8'] });
    assert.equal(allowed.status, 200, allowed.text);
    balancer = await balance(nodes.all.map(({ port }) => port));
  });
  after(async () => {
    balancer?.close();
    await nodes?.close();
    postgres?.close();
  });

  // Every step, each of its requests at another node.
  async function passes() {
    const { any, handle } = nodes;
    const { code, out, err } = await any.cli(
      ...['playbook', '--base', balancer.base, '--handle', handle],
      ...['--operator-token', await any.token('OPERATOR'), '--creator-token', await any.token('CREATOR')],
    );
    assert.equal(code, 0, out + err);
    for (const step of ['LM-01', 'LM-02', 'LM-03', 'LM-04', 'LM-05', 'LM-06'])
      assert.match(out, new RegExp(`\\b${step}\\b`), out);
  }

  test('all steps hold, each request at another node', async () => {
    await passes();
    for (const { port, name } of nodes.all) assert.ok(balancer.took[port] >= 2, `${name}: ${balancer.took[port]}`);
  });

  test('all steps hold again at the nodes that are left, once another one owns the data', async () => {
    const owner = await nodes.owner();
    await owner.stop();
    await nodes.owner();
    await nodes.ready();
    balancer.close();
    balancer = await balance(nodes.running.map(({ port }) => port));
    await passes();
  });
});
