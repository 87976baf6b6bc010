// A server over PostgreSQL, whose database stops, crashes and cuts connections under load: only 503 with Retry-After in
// between, and afterwards what was acknowledged is stored, exactly once. Skipped where PostgreSQL is not installed.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Beckon, binary, quickRetries } from '../kit/beckon.mjs';
import { allDelivered, Load } from '../kit/load.mjs';
import { execute, isInstalled, Postgres } from '../kit/postgres.mjs';
import { until } from '../kit/wait.mjs';

let postgres;
let made = 0;
const database = () => {
  const name = `b${++made}`;
  execute(postgres.where('postgres'), `CREATE DATABASE ${name}`);
  return postgres.where(name);
};
const start = (where, more = {}) =>
  Beckon.start({ flags: ['--dev', ...quickRetries], env: { BECKON_DATABASE: where }, ...more });
const run = (args, env = {}) =>
  spawnSync(binary, args, { encoding: 'utf8', env: { PATH: process.env.PATH, ...env }, timeout: 60_000 });

describe('a server over PostgreSQL', { skip: isInstalled() ? false : 'PostgreSQL is not installed' }, () => {
  before(async () => {
    postgres = await Postgres.start();
  });
  after(() => postgres.close());

  test('keeps everything in the database: the data folder has the master key alone', async t => {
    const beckon = await start(database());
    t.after(() => beckon.close());
    assert.equal((await beckon.signal('s1', { type: 'page.viewed', id: 'n1' })).status, 202);
    await beckon.kill();
    await beckon.open(); // waits for the lease of the process that was killed
    const { status, json } = await beckon.as('CREATOR', 'GET', '/chain/s1');
    assert.equal(status, 200);
    assert.equal(json.version, 1);
    assert.equal((await beckon.signal('s1', { type: 'page.viewed', id: 'n1' })).json.duplicates, 1);
    assert.deepEqual(readdirSync(beckon.data).sort(), ['dev-token', 'master.key']);
  });

  test('stops, crashes and cut connections of the database lose nothing that was acknowledged', {
    timeout: 300_000,
  }, async t => {
    const where = database();
    // A request that is sent again until it is stored counts each time.
    const beckon = await start(where, { flags: ['--dev', ...quickRetries, '--address-signals-per-minute', '1000000'] });
    t.after(() => beckon.close());
    const hook = await beckon.subscribe(['signal.load']);
    t.after(() => hook.close());
    const load = new Load(beckon, { resend: 1 });
    t.after(() => load.stop());
    const [child] = [beckon.child];
    for (let round = 0; round < 4; round++) {
      await load.more(60);
      await postgres.stopAtOnce();
      if (round === 1) await until('clients are told', () => load.refused > 0, 60_000);
      await postgres.open();
      await load.more(60);
      for (let cut = 0; cut < 5; cut++) {
        execute(
          postgres.where('postgres'),
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${where.split('dbname=')[1]}'`,
        );
        await load.more(20);
      }
    }
    await load.stop();
    assert.equal(beckon.child, child);
    assert.equal(child.exitCode, null, 'the process went on');
    assert.equal(load.unanswered, 0, 'every request got an answer');
    const stored = await load.readBack();
    await allDelivered(beckon, hook, stored);
    assert.equal(stored.size, load.mark().acked.length, 'what was refused was sent again until it was acknowledged');
  });

  test('a database that is away at the start is named without its password', () => {
    const data = mkdtempSync(join(tmpdir(), 'beckon-test-'));
    const { status, stderr } = run(['serve', '--data', data], {
      BECKON_DATABASE: 'postgres://beckon:s3cret@127.0.0.1:1/beckon',
    });
    assert.equal(status, 1, stderr);
    assert.match(stderr, /The database cannot be reached: .*127\.0\.0\.1/);
    assert.doesNotMatch(stderr, /s3cret/);
    assert.equal(existsSync(join(data, 'master.key')), false, 'nothing was made');
    rmSync(data, { recursive: true });
  });

  test('with --dev a server is the only one: a second one on the same database is refused', async t => {
    const where = database();
    const beckon = await start(where);
    t.after(() => beckon.close());
    for (const more of [['--dev'], []]) {
      const second = run(['serve', '--data', beckon.data, '--listen', '127.0.0.1:0', ...more], {
        BECKON_DATABASE: where,
      });
      assert.equal(second.status, 1);
      assert.match(second.stderr, /Another server is using this database/);
    }
    assert.equal((await beckon.signal('s1', { type: 'page.viewed' })).status, 202);
  });

  test('another master key is refused before anything is written', async t => {
    const where = database();
    const beckon = await start(where);
    t.after(() => beckon.close());
    await beckon.stop();
    const other = mkdtempSync(join(tmpdir(), 'beckon-test-'));
    t.after(() => rmSync(other, { recursive: true }));
    const missing = run(['serve', '--data', other], { BECKON_DATABASE: where });
    assert.equal(missing.status, 1);
    assert.match(missing.stderr, /master key/);
    writeFileSync(join(other, 'master.key'), Buffer.alloc(32, 7), { mode: 0o600 });
    const wrong = run(['serve', '--data', other], { BECKON_DATABASE: where });
    assert.equal(wrong.status, 1);
    assert.match(wrong.stderr, /were encrypted with the master key/);
  });

  test('what works on files of a data folder names what to use instead', () => {
    for (const args of [['backup', 'file'], ['verify'], ['restore', 'file'], ['serve', '--backup-folder', 'folder']]) {
      const { status, stderr } = run(args, { BECKON_DATABASE: postgres.where('postgres') });
      assert.notEqual(status, 0, args.join(' '));
      assert.match(stderr, /pg_dump/, args.join(' '));
    }
  });

  test('--database takes sqlite or a database of PostgreSQL', () => {
    const { status, stderr } = run(['serve'], { BECKON_DATABASE: 'mysql://x' });
    assert.notEqual(status, 0);
    assert.match(stderr, /--database must be sqlite, or a PostgreSQL database/);
  });
});
