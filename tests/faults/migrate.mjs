// `beckon migrate`: everything of a data folder moves into a PostgreSQL database and back. The same questions get the same
// answers, what was owed is delivered, and a move that is killed leaves nothing on which a server would start. Skipped
// where PostgreSQL is not installed.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Beckon, binary, freshSession, plain, quickRetries } from '../kit/beckon.mjs';
import { execute, isInstalled, Postgres } from '../kit/postgres.mjs';
import { Story } from '../kit/story.mjs';
import { until } from '../kit/wait.mjs';

const inFolder = { BECKON_DATABASE: 'sqlite' };
let postgres;
let made = 0;
function database(like = '') {
  const name = `m${++made}`;
  execute(postgres.where('postgres'), `CREATE DATABASE ${name}${like && ` TEMPLATE ${like.split('dbname=')[1]}`}`);
  return postgres.where(name);
}
// A folder with the master key of another one.
function folder(t, key) {
  const made = mkdtempSync(join(tmpdir(), 'beckon-migrate-'));
  t.after(() => rmSync(made, { recursive: true, force: true }));
  copyFileSync(join(key, 'master.key'), join(made, 'master.key'));
  return made;
}

function migrating(data, where, ...more) {
  const child = spawn(binary, ['migrate', '--data', data, '--database', where, ...more], { env: plain });
  child.out = '';
  child.stdout.on('data', part => (child.out += part));
  child.stderr.on('data', part => (child.out += part));
  child.ended = new Promise(done => child.once('close', code => done({ code, text: child.out })));
  return child;
}
const migrate = (...args) => migrating(...args).ended;
// What it said of each table: name → rows and hash.
const compared = text =>
  new Map([...text.matchAll(/^(\w+) +(\d+ rows {2}[0-9a-f]{32})$/gm)].map(([, name, what]) => [name, what]));
async function moved(...args) {
  const { code, text } = await migrate(...args);
  assert.equal(code, 0, text);
  assert.match(text, /Both sides have the same rows with the same hashes/);
  return compared(text);
}

const began = Date.now();
const days = count => new Date(began + count * 86_400_000).toISOString();

// What can be asked of a handle whose deliveries have ended.
async function answers(beckon) {
  const told = {};
  const ask = async (role, path) => {
    const { status, json, text } = await beckon.as(role, 'GET', path);
    assert.equal(status, 200, `${path}: ${text}`);
    for (const ofTheAnswer of ['requestId', 'settledUntil', 'exportedAt']) delete json[ofTheAnswer];
    told[path] = json;
    return json.items ?? [];
  };
  for (const path of ['/settings', '/collaborators', '/identity-keys', '/context-origins', '/tokens?limit=100'])
    await ask('OWNER', path);
  for (const path of [
    '/traits',
    '/counters',
    '/chain-rules',
    '/chain-rules/versions',
    '/catalog',
    '/webhooks?limit=100',
  ])
    await ask('OPERATOR', path);
  await ask('OPERATOR', `/analytics?since=${days(-1)}&until=${days(1)}&bucket=day`);
  const deliveries = await ask('OPERATOR', '/deliveries?limit=100');
  assert.ok(deliveries.length > 3, 'there are deliveries');
  for (const one of deliveries) {
    await ask('OPERATOR', `/webhooks/${one.subscriptionId}/deliveries/${one.deliveryId}`);
    await ask('OPERATOR', `/events/${one.eventId}`);
  }
  const sessions = await ask('OPERATOR', '/chain?limit=100');
  assert.ok(sessions.length > 20, 'there are sessions');
  for (const { sessionId } of sessions) {
    await ask('OPERATOR', `/chain/${sessionId}`);
    for (const { decisionId } of told[`/chain/${sessionId}`].decisions)
      await ask('OPERATOR', `/decisions/${decisionId}`);
  }
  for (const { visitorId } of await ask('OPERATOR', '/visitors?limit=100'))
    for (const what of ['', '/timeline?limit=100', '/export']) await ask('OPERATOR', `/visitors/${visitorId}${what}`);
  const admin = async path => {
    told[path] = (await beckon.admin('GET', path)).json;
    delete told[path].requestId;
  };
  for (const path of ['/allowlist', '/handles', '/users?limit=100']) await admin(path);
  // An export is an audit event, and so is what a server writes at its start.
  const audit = (await beckon.admin('GET', '/audit-events?limit=200')).json.items.map(one => JSON.stringify(one));
  return { told, audit };
}
function equal(now, former) {
  assert.deepEqual(Object.keys(now.told), Object.keys(former.told));
  for (const path of Object.keys(former.told)) assert.deepEqual(now.told[path], former.told[path], path);
  const known = new Set(now.audit);
  assert.deepEqual(
    former.audit.filter(one => !known.has(one)),
    [],
  );
}

describe('beckon migrate', { skip: isInstalled() ? false : 'PostgreSQL is not installed' }, () => {
  let beckon, story, where;
  before(async () => {
    postgres = await Postgres.start({ settings: { fsync: 'off' } });
    beckon = await Beckon.start({ env: inFolder, flags: ['--dev', ...quickRetries] });
    story = await Story.begin();
    story.server = beckon;
    for (const [, act] of story.steps) await act();
    const shopped = await beckon.demo('OPERATOR', 40, '--seed', '11');
    assert.equal(shopped.code, 0, shopped.err);
    await story.accountedFor();
    await until('all deliveries have ended', async () => {
      const { items } = (await beckon.as('OPERATOR', 'GET', '/deliveries?limit=100')).json;
      return items.every(({ status }) => ['delivered', 'failed', 'withdrawn'].includes(status));
    });
  });
  after(async () => {
    await beckon?.close();
    await story?.close();
    await postgres.close();
  });

  test('keeps all answers, from a folder into a database and from there into a folder', {
    timeout: 300_000,
  }, async t => {
    const former = await answers(beckon);
    await beckon.stop();
    where = database();
    const there = await moved(beckon.data, where);
    assert.ok(there.size > 30 && [...there.values()].some(what => !what.startsWith('0 ')), [...there].join());
    const second = folder(t, beckon.data);
    assert.deepEqual(await moved(second, where, '--to', 'data'), there, 'the content is the same after both ways');
    const verified = await beckon.cli('verify', '--data', second);
    assert.equal(verified.code, 0, verified.err);

    const onDatabase = await Beckon.start({ data: folder(t, beckon.data), flags: [], env: { BECKON_DATABASE: where } });
    t.after(() => onDatabase.close());
    equal(await answers(onDatabase), former);
    const onFolder = await Beckon.start({ data: second, flags: [], env: inFolder });
    t.after(() => onFolder.close());
    equal(await answers(onFolder), former);

    const decide = async (server, sessionId, trigger) => {
      const { status, json, text } = await server.chain('resolve', { sessionId, trigger });
      assert.equal(status, 200, text);
      return [json.action, json.ruleId, json.outcome, json.variant];
    };
    const { items } = former.told['/chain?limit=100'];
    const triggers = [...new Set(former.told['/chain-rules'].items.flatMap(rule => rule.triggers))].filter(
      trigger => !trigger.startsWith('@'),
    );
    let acted = 0;
    for (const { sessionId } of items)
      for (const trigger of triggers) {
        const [one, other] = [await decide(onDatabase, sessionId, trigger), await decide(onFolder, sessionId, trigger)];
        assert.deepEqual(one, other, `${sessionId} ${trigger}`);
        acted += one[1] ? 1 : 0;
      }
    assert.ok(acted > 0, 'rules have acted');
    await beckon.open();
  });

  test('what was owed and never attempted is delivered from the database', async t => {
    const hanging = await Beckon.start({ env: inFolder });
    t.after(() => hanging.close());
    let taking = false;
    const hook = await hanging.subscribe(['signal.*'], {
      path: '/hang',
      answer: () => (taking ? { status: 200 } : null),
    });
    t.after(() => hook.close());
    const sessions = Array.from({ length: 30 }, () => freshSession('owed'));
    for (const session of sessions) assert.equal((await hanging.signal(session, { type: 'view' })).status, 202);
    await hook.log.next();
    await hanging.kill();
    const to = database();
    const there = await moved(hanging.data, to);
    assert.match(there.get('delivery'), /^30 rows/);
    const came = new Set(hook.log.items.map(one => one.headers['webhook-id']));
    const back = folder(t, hanging.data);
    assert.deepEqual(await moved(back, to, '--to', 'data'), there, 'also from there, where each has a row');
    taking = true;
    hook.log.items.length = 0;
    const server = await Beckon.start({ data: folder(t, hanging.data), env: { BECKON_DATABASE: to } });
    t.after(() => server.close());
    await until('all were delivered', () => hook.log.items.length >= 30);
    const ids = hook.log.items.map(one => one.headers['webhook-id']);
    assert.equal(new Set(ids).size, 30);
    for (const id of came) assert.ok(ids.includes(id), 'an attempt that had no answer is made again under its id');
    assert.deepEqual(hook.log.items.map(one => one.event.payload.sessionId).sort(), [...sessions].sort());
  });

  // A trigger that waits for a lock stops the move in the middle of a table.
  test('killed in the middle of any table, it is no store, and goes on', { timeout: 300_000 }, async t => {
    await beckon.stop();
    t.after(() => beckon.open());
    const to = database(where);
    const tables = ['journal', 'event', 'delivery', 'attempt', 'audit'];
    execute(
      to,
      `INSERT INTO meta VALUES ('moving', 0);
       CREATE FUNCTION wait() RETURNS trigger AS $$ BEGIN PERFORM pg_advisory_xact_lock_shared(TG_ARGV[0]::bigint); RETURN NEW; END $$ LANGUAGE plpgsql;
       ${tables.map((table, i) => `CREATE TRIGGER waits BEFORE INSERT ON ${table} FOR EACH ROW EXECUTE FUNCTION wait(${i + 1})`).join('; ')}`,
    );
    const refused = async (...args) => {
      const { code, err } = await beckon.cli(...args);
      assert.equal(code, 1, args.join(' '));
      assert.match(err, /beckon migrate has not ended/);
    };
    // Runs the move until it waits, and kills it there.
    const killed = async (lock, ...args) => {
      const holder = spawn('psql', ['-XAtq', to], { stdio: ['pipe', 'pipe', 'inherit'], env: plain });
      t.after(() => holder.kill('SIGKILL'));
      const held = new Promise(done => holder.stdout.once('data', done));
      holder.stdin.write(`${lock}; SELECT 'held';\n`);
      await held;
      const child = migrating(...args);
      await until(
        'it waits for the lock',
        () =>
          child.exitCode !== null ||
          execute(
            to,
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name = 'beckon'",
          ) > 0,
      );
      assert.equal(child.exitCode, null, child.out);
      child.kill('SIGKILL');
      await child.ended;
      const gone = new Promise(done => holder.once('close', done));
      holder.stdin.end();
      await gone;
      await until(
        'the database has ended its connections',
        () => execute(to, "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'beckon'") === '0',
      );
    };
    for (const i of tables.keys()) {
      await killed(`SELECT pg_advisory_lock(${i + 1})`, beckon.data, to);
      await refused('serve', '--data', beckon.data, '--database', to, '--listen', '127.0.0.1:0');
      await refused('user', 'list', '--data', beckon.data, '--database', to);
    }
    const { code, text } = await migrate(beckon.data, to);
    assert.equal(code, 0, text);
    assert.match(text, /An earlier move was continued/);
    const there = compared(text);
    assert.deepEqual(await moved(beckon.data, database()), there, 'as without kills');

    const back = folder(t, beckon.data);
    // The journal is read before the move begins.
    for (const table of tables.slice(1)) {
      await killed(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`, back, to, '--to', 'data');
      await refused('serve', '--data', back, '--listen', '127.0.0.1:0');
      assert.equal(existsSync(join(back, 'beckon.db')), false);
    }
    assert.deepEqual(await moved(back, to, '--to', 'data'), there);
    assert.deepEqual(
      readdirSync(back).filter(name => name.includes('moving')),
      [],
    );
    assert.equal((await beckon.cli('verify', '--data', back)).code, 0);
  });

  test('starts again if the source was changed since it was killed', async t => {
    await beckon.stop();
    t.after(() => beckon.open());
    const to = database(where);
    execute(to, "INSERT INTO meta VALUES ('moving', 0)");
    execute(
      to,
      'CREATE FUNCTION fail() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION $e$ no $e$; END $$ LANGUAGE plpgsql',
    );
    execute(to, 'CREATE TRIGGER fails BEFORE INSERT ON delivery FOR EACH ROW EXECUTE FUNCTION fail()');
    const failed = await migrate(beckon.data, to);
    assert.equal(failed.code, 1);
    assert.match(failed.text, /The database: .*goes on where this one ended/);
    execute(to, 'DROP TRIGGER fails ON delivery');
    const added = await beckon.cli('handle', 'add', 'late', '--owner', 'late@example.com', '--data', beckon.data);
    assert.equal(added.code, 0, added.err);
    const { code, text } = await migrate(beckon.data, to);
    assert.equal(code, 0, text);
    assert.doesNotMatch(text, /continued/);
    assert.equal(execute(to, "SELECT count(*) FROM handle WHERE handle = 'late'"), '1');
  });

  test('is refused while a server uses either side, and where the target has data', async t => {
    const to = database();
    const served = await migrate(beckon.data, to);
    assert.equal(served.code, 1);
    assert.match(served.text, /Another server is using/);
    const other = await Beckon.start({ env: { BECKON_DATABASE: to } });
    t.after(() => other.close());
    const empty = folder(t, other.data);
    const lease = await migrate(empty, to, '--to', 'data');
    assert.equal(lease.code, 1);
    assert.match(lease.text, /Another server is using this database/);
    await beckon.stop();
    t.after(() => beckon.open());
    const taken = await migrate(beckon.data, to);
    assert.match(taken.text, /Another server is using this database/);
    await other.stop();
    const full = await migrate(beckon.data, to);
    assert.equal(full.code, 1);
    assert.match(full.text, /already has data/);
    const back = await migrate(beckon.data, to, '--to', 'data');
    assert.equal(back.code, 1);
    assert.match(back.text, /already has data/);
    const nowhere = await migrate(beckon.data, 'sqlite');
    assert.equal(nowhere.code, 1);
    assert.match(nowhere.text, /--database must name the PostgreSQL database/);
    const none = await migrate(empty, database());
    assert.match(none.text, /There is no data in/);
  });
});
