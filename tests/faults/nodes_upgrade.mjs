// Three nodes under load are replaced one after the other, while a newer version's tables are there already; and a version
// that cannot go on with them is refused. Skipped where PostgreSQL is not installed.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { binary } from '../kit/beckon.mjs';
import { Load } from '../kit/load.mjs';
import { Nodes } from '../kit/nodes.mjs';
import { execute, isInstalled, Postgres } from '../kit/postgres.mjs';

describe('an upgrade of nodes', { skip: isInstalled() ? false : 'PostgreSQL is not installed' }, () => {
  let postgres, nodes;
  before(async () => {
    postgres = await Postgres.start();
    nodes = await Nodes.start(postgres);
    await nodes.ready();
  });
  after(async () => {
    await nodes?.close();
    postgres?.close();
  });
  const meta = name => Number(execute(nodes.where, `SELECT value FROM meta WHERE name = '${name}'`));

  test('goes from node to node under load, and loses nothing', { timeout: 120_000 }, async t => {
    const schema = meta('schema');
    assert.ok(meta('oldest_reader') > 0 && meta('oldest_reader') <= schema);
    const load = new Load(nodes.door(), { resend: 1 });
    t.after(() => load.stop());
    await load.more(100);
    // As the next version would: it adds a column, and leaves what this version knows.
    execute(
      nodes.where,
      `BEGIN; SET LOCAL lock_timeout = '2s'; ALTER TABLE journal ADD COLUMN later word;
       UPDATE meta SET value = value + 1 WHERE name = 'schema'; COMMIT`,
    );
    await load.more(100);
    for (const node of nodes.all) {
      assert.equal((await node.stop()).code, 0, node.log.slice(-1000));
      await load.more(50);
      await node.open();
      await nodes.ready();
      await load.more(50);
    }
    await load.stop();
    await nodes.ready();
    await load.readBack({ from: nodes.door() });
    assert.equal(meta('schema'), schema + 1, 'nothing was set back');
  });

  test('ends where a version cannot read what a newer one writes', () => {
    execute(
      nodes.where,
      `UPDATE meta SET value = (SELECT value FROM meta WHERE name = 'schema') WHERE name = 'oldest_reader'`,
    );
    const { status, stderr } = spawnSync(
      binary,
      [
        'serve',
        '--node',
        'n9',
        '--listen',
        '127.0.0.1:0',
        '--master-key-file',
        nodes.keyFile,
        '--database',
        nodes.where,
      ],
      { encoding: 'utf8' },
    );
    assert.equal(status, 1, stderr);
    assert.match(
      stderr,
      /The database is of a newer version \(schema \d+, this version has \d+\); start that version\./,
    );
  });
});
