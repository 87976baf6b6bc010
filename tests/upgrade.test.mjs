// An upgrade of the data: what the older version has written is copied first, next to the data; a command of a newer
// version does not touch the data of a running older server.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Beckon, freshSession, root } from './kit/beckon.mjs';
import { smallDisk } from './kit/backup_folder.mjs';
import { folderFor } from './kit/backups.mjs';
import { until } from './kit/wait.mjs';

const { DatabaseSync } = await import('node:sqlite');

// The steps of the schema, in their order, as the source has them.
function steps() {
  const source = readFileSync(join(root, 'src/store/sqlite/schema.cc'), 'utf8');
  const texts = new Map(
    [...source.matchAll(/constexpr const char\* (\w+) = (?:R"sql\(([\s\S]*?)\)sql"|"");/g)].map(([, name, sql]) => [
      name,
      sql ?? '',
    ]),
  );
  const order = /std::array kSteps = \{([^}]*)\}/
    .exec(source)[1]
    .split(',')
    .map(name => name.trim());
  return order.map(name => texts.get(name));
}

// A data folder of the version before the newest step, with a user in it, and a master key.
function olderData(folder) {
  const all = steps();
  const file = join(folder, 'beckon.db');
  const db = new DatabaseSync(file);
  db.exec('PRAGMA page_size = 8192; PRAGMA journal_mode = WAL');
  for (const sql of all.slice(0, -1)) db.exec(sql);
  db.exec(`PRAGMA application_id = ${0x42434b4e}; PRAGMA user_version = ${all.length - 1}`);
  db.exec("INSERT INTO user (email) VALUES ('ada@example.com')");
  db.close();
  writeFileSync(join(folder, 'master.key'), Buffer.alloc(32, 7).toString('base64'), { mode: 0o600 });
  return { file, copy: `${file}.before-schema-${all.length}`, schema: all.length - 1 };
}

function one(file, sql) {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    return Object.values(db.prepare(sql).get())[0];
  } finally {
    db.close();
  }
}

test('data of an older version is copied before it is upgraded, and the copy takes the older version back', async t => {
  const folder = folderFor(t);
  const { file, copy, schema } = olderData(folder);
  const beckon = await Beckon.start({ data: folder });
  t.after(() => beckon.close());
  assert.match(
    beckon.log,
    new RegExp(`"event":"copied_before_upgrade","copy":"${copy}","bytes":\\d+,"schema":${schema}`),
  );
  assert.match(beckon.log, new RegExp(`"event":"upgraded","from_schema":${schema},"to_schema":${schema + 1}`));
  assert.equal(statSync(copy).mode & 0o777, 0o600);
  assert.equal(one(copy, 'PRAGMA user_version'), schema);
  assert.equal(one(copy, 'SELECT email FROM user'), 'ada@example.com');
  const { out } = await beckon.cli('doctor', '--name', '', '--data', folder);
  assert.match(
    out,
    /^warning {2}upgrade {6}\S+\.before-schema-\d+ \(\d+ MiB\) is the data as it was before an upgrade/m,
  );
  assert.equal((await beckon.signal(freshSession(), { type: 'later' })).status, 202);
  await beckon.stop();

  for (const end of ['', '-wal', '-shm']) rmSync(file + end, { force: true });
  copyFileSync(copy, file); // as docs/operations.md says to go back
  assert.equal(one(file, 'PRAGMA user_version'), schema);
  assert.equal(one(file, 'SELECT count(*) FROM journal'), 0, 'what was stored after the upgrade is not in it');
});

test('a command of a newer version does not touch the data of a running older server', async t => {
  const folder = folderFor(t);
  const { file, copy, schema } = olderData(folder);
  const lock = join(folder, 'beckon.lock');
  const server = spawn('flock', ['-x', lock, 'sleep', '600'], { detached: true });
  t.after(() => process.kill(-server.pid));
  const holds = async () => (await new Promise(done => spawn('flock', ['-n', lock, 'true']).once('exit', done))) !== 0;
  await until('it holds the lock', holds);
  const beckon = Object.assign(new Beckon(), { env: {} });
  const { code, err } = await beckon.cli('user', 'add', 'bob@example.com', '--data', folder);
  assert.equal(code, 1);
  assert.match(
    err,
    new RegExp(
      `A server of an older version is using ${folder} \\(schema ${schema}, this version has ${schema + 1}\\)`,
    ),
  );
  assert.equal(one(file, 'PRAGMA user_version'), schema);
  assert.equal(one(file, 'SELECT count(*) FROM user'), 1);
  assert.equal(existsSync(copy), false);
});

test('without space for the copy the server does not start, says so, and changes nothing', async t => {
  const folder = smallDisk(t, 16_000);
  if (!folder) return t.skip('a tmpfs cannot be mounted here');
  const { file, copy, schema } = olderData(folder);
  const { bavail, bsize } = statfsSync(folder);
  writeFileSync(join(folder, 'other'), Buffer.alloc(bavail * bsize - statSync(file).size / 2));
  await assert.rejects(Beckon.start({ data: folder }), error => {
    assert.match(error.message, /is of an older version .* needs \d+ MiB there, and \d+ MiB are free\. Make room, or/);
    assert.match(error.message, /--upgrade-copy false/);
    return true;
  });
  assert.equal(one(file, 'PRAGMA user_version'), schema);
  assert.deepEqual(
    readdirSync(folder).filter(name => name.includes('before')),
    [],
  );
  rmSync(join(folder, 'other'));
  const beckon = await Beckon.start({ data: folder, flags: ['--dev', '--upgrade-copy', 'false'] });
  await beckon.stop();
  assert.equal(existsSync(copy), false);
  assert.equal(one(file, 'PRAGMA user_version'), schema + 1);
});
