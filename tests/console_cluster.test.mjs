// The page Cluster: the nodes of a database, what each owns, and what it says while nobody owns some shards.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Beckon } from './kit/beckon.mjs';
import { openBrowser, openConsole } from './kit/browser.mjs';
import { Nodes } from './kit/nodes.mjs';
import { isInstalled, Postgres } from './kit/postgres.mjs';
import { assertReadableInBothThemes } from './kit/readable.mjs';

let browser;
before(async () => {
  browser = await openBrowser();
});
after(() => browser.close());

const nodesOf = async node => (await node.admin('GET', '/nodes')).json;

test('a server that is no node says that it is the only one', async t => {
  const beckon = await Beckon.start();
  t.after(() => beckon.close());
  const { status, json } = await beckon.admin('GET', '/nodes');
  assert.equal(status, 200);
  assert.deepEqual([json.self, json.items, json.unowned], [null, [], []]);
  assert.equal(
    (await beckon.call('GET', '/v2/platform-admin/nodes', { token: await beckon.token('OWNER') })).status,
    403,
  );
  const page = await openConsole(browser, beckon.base, {
    token: await beckon.token('PLATFORM_ADMIN'),
    path: '/-/cluster',
  });
  await page.getByText('This server is the only one.').waitFor();
  assert.deepEqual(page.faults, []);
});

describe('with several nodes', { skip: isInstalled() ? false : 'PostgreSQL is not installed' }, () => {
  let postgres, nodes;
  before(async () => {
    postgres = await Postgres.start();
    nodes = await Nodes.start(postgres, { count: 2 });
    await nodes.divided();
  });
  after(async () => {
    await nodes?.close();
    postgres?.close();
  });

  test('each shard is owned by one of the nodes, whichever is asked', async () => {
    for (const node of nodes.all) {
      const { self, items, unowned } = await nodesOf(node);
      assert.ok(
        nodes.all.some(({ name }) => name === self),
        self,
      );
      assert.deepEqual(
        items.map(({ name }) => name),
        ['n1', 'n2'],
      );
      const owned = items.flatMap(({ shards }) => shards).sort((a, b) => a - b);
      assert.deepEqual(owned, [...Array(32).keys()]);
      assert.deepEqual(unowned, []);
      for (const { address, leaseSeconds } of items) {
        assert.match(address, /^127\.0\.0\.1:\d+$/);
        assert.ok(leaseSeconds > 0 && leaseSeconds <= 3, `${leaseSeconds}`);
      }
    }
  });

  test('the page lists them, and follows when one of them is gone', async t => {
    const token = await nodes.any.token('PLATFORM_ADMIN');
    const page = await openConsole(browser, nodes.all[0].base, { token, path: '/-/cluster' });
    t.after(() => page.context().close());
    for (const { name } of nodes.all) await page.getByRole('row', { name: new RegExp(name) }).waitFor();
    assert.equal(await page.getByText(/s left/).count(), 2);
    await assertReadableInBothThemes(page, 'the cluster');
    await nodes.all[1].kill();
    await page
      .getByRole('row', { name: /n2/ })
      .getByText(/over for/i)
      .waitFor();
    await page
      .getByRole('row', { name: /n1/ })
      .getByText(/shards 0–31/)
      .waitFor();
    assert.deepEqual(page.faults, []);
  });
});
