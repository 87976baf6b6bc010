// A backup folder to which a server ships its commits: the data as of any of them can be restored, whatever kind it is
// of, across kills and restarts; what cannot be restored is refused by name; the folder may fail without the server
// noticing.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Beckon, freshSession } from './kit/beckon.mjs';
import { allShipped, shipping } from './kit/backup_folder.mjs';
import { folderFor, restored, serverOn } from './kit/backups.mjs';
import { Load } from './kit/load.mjs';
import { Story } from './kit/story.mjs';
import { until } from './kit/wait.mjs';

const never = ['--retry-schedule', '1h,1h,1h'];
const shipsTo = (folder, ...more) => ['--dev', '--backup-folder', folder, '--backup-every', '1s', ...more];

test('three moments under load, with kills in between, are restored as they were', async t => {
  const under = folderFor(t);
  const folder = join(under, 'folder');
  const beckon = await Beckon.start({ flags: shipsTo(folder) });
  t.after(() => beckon.close());
  const load = new Load(beckon, { key: 'shipped' });
  t.after(() => load.stop());
  const moments = [];
  for (let i = 0; i < 3; i++) {
    await load.more(60);
    const { acked } = load.mark();
    const { at, last_commit: commit } = await allShipped(beckon);
    moments.push({ at, commit, acked, sent: load.mark().sent });
    await load.more(40);
    load.down();
    await beckon.kill();
    await beckon.open();
    load.up();
  }
  await load.stop();
  await allShipped(beckon);
  for (const { at, commit, acked, sent } of moments)
    for (const point of [
      ['--at', at],
      ['--commit', String(commit)],
    ]) {
      const other = await serverOn(await restored(beckon, folder, under, ...point));
      try {
        const stored = await load.readBack({ from: other, acked, sent });
        assert.ok(stored.size >= acked.length);
        assert.equal((await other.signal(freshSession(), { type: 'more' })).status, 202, 'and it goes on');
      } finally {
        await other.close();
      }
    }
  const newest = await serverOn(await restored(beckon, folder, under));
  t.after(() => newest.close());
  await load.readBack({ from: newest });
  assert.equal((await beckon.cli('verify', folder, '--data', beckon.data)).code, 0);
});

test('the platform admin sees how far the folder is, and that it fails', async t => {
  const without = await Beckon.start();
  t.after(() => without.close());
  const none = await without.admin('GET', '/backup-folder');
  assert.deepEqual([none.status, none.json.folder, none.json.status], [200, null, 'off']);

  const folder = join(folderFor(t), 'folder');
  const beckon = await Beckon.start({ flags: shipsTo(folder) });
  t.after(() => beckon.close());
  assert.equal((await beckon.signal(freshSession(), { type: 'view' })).status, 202);
  const { last_commit: commit } = await allShipped(beckon);
  const { json } = await beckon.admin('GET', '/backup-folder');
  assert.deepEqual([json.folder, json.status, json.failures], [folder, 'complete', 0]);
  assert.ok(json.lastCommit >= commit);
  for (const at of [json.completeAt, json.lastCommitAt, json.baseAt]) assert.ok(Date.now() - Date.parse(at) < 60_000);
  assert.equal((await beckon.as('OWNER', 'GET', '/webhooks')).status, 200);
  const refused = await beckon.call('GET', '/v2/platform-admin/backup-folder', { token: await beckon.token('OWNER') });
  assert.equal(refused.status, 403);

  rmSync(folder, { recursive: true });
  writeFileSync(folder, 'not a folder any more');
  assert.equal((await beckon.signal(freshSession(), { type: 'view' })).status, 202);
  const failing = await until('it fails', async () => {
    const { json: now } = await beckon.admin('GET', '/backup-folder');
    return now.status === 'failing' && now;
  });
  assert.ok(failing.failures > 0);
});

describe('a server with everything in it', () => {
  let beckon, story, folder, state;
  const ended = [];
  before(async () => {
    const t = { after: action => ended.unshift(action) };
    folder = join(folderFor(t), 'folder');
    beckon = await Beckon.start({ flags: shipsTo(folder, ...never) });
    t.after(() => beckon.close());
    story = await Story.begin();
    t.after(() => story.close());
    story.server = beckon;
    for (const [, step] of story.steps) await step();
    state = await story.state();
    assert.equal((await beckon.cli('user', 'add', 'ada@example.com', '--data', beckon.data)).code, 0);
    await allShipped(beckon);
  });
  after(async () => {
    for (const action of ended) await action();
  });

  test('is the same when it is restored, with what the command line wrote', async t => {
    const data = await restored(beckon, folder, folderFor(t));
    const other = await serverOn(data, ['--dev', ...never]);
    t.after(() => other.close());
    story.server = other;
    assert.deepEqual(await story.state(), state);
    story.server = beckon;
    const again = await beckon.cli('user', 'add', 'ada@example.com', '--data', data);
    assert.equal(again.code, 1, 'the user is there');
  });

  test('is listed, verified and drilled', async t => {
    const { code, out } = await beckon.cli('restore', folder, '--list');
    assert.equal(code, 0);
    assert.match(
      out,
      /^series 1: commit \d+ of \S+Z to commit \d+ of \S+Z; \d+ bytes, made by beckon \S+, schema \d+, master key [0-9a-f]{16}$/,
    );
    const verified = await beckon.cli('verify', folder, '--data', beckon.data);
    assert.equal(verified.code, 0, verified.err);
    assert.match(verified.out, /^commit \d+ of \S+Z, made by beckon/m);
    assert.match(verified.out, /^sound, and all secrets open with the master key$/m);
    const aside = folderFor(t);
    const drilled = await beckon.cli('drill', folder, '--data', beckon.data, '--temporary', aside);
    assert.equal(drilled.code, 0, `${drilled.out}\n${drilled.err}`);
    assert.match(drilled.out, /^all as expected$/m);
    assert.deepEqual(readdirSync(aside), []);
  });

  describe('whose folder cannot restore what is asked, says so and writes nothing:', () => {
    const refusal = async (t, from, ...more) => {
      const data = join(folderFor(t), 'data');
      const { code, err } = await beckon.cli('restore', from, '--data', data, ...more);
      assert.equal(code, 1);
      assert.equal(existsSync(data), false);
      return err;
    };
    test('a time before the first base, and what there is', async t => {
      const err = await refusal(t, folder, '--at', '2020-01-01T00:00:00Z');
      assert.match(
        err,
        /no commit of 2020-01-01T00:00:00Z or before in .*There is commit \d+ of \S+Z to commit \d+ of/,
      );
    });
    test('a commit that is not there', async t => {
      assert.match(await refusal(t, folder, '--commit', '999999'), /no commit 999999 in .*There is commit \d+ of/);
    });
    test('no time at all', async t => {
      assert.match(await refusal(t, folder, '--at', 'noon'), /--at must be a time such as/);
      const both = ['--at', '2026-01-01T00:00:00Z', '--commit', '1'];
      assert.match(await refusal(t, folder, ...both), /cannot be combined/);
    });
    test('a folder without backups', async t => {
      assert.match(await refusal(t, folderFor(t)), /nothing can be restored/);
    });
    test('another master key, by fingerprint', async t => {
      const key = join(folderFor(t), 'key');
      writeFileSync(key, Buffer.alloc(32, 7).toString('base64'), { mode: 0o600 });
      const err = await refusal(t, folder, '--master-key-file', key);
      assert.match(err, /encrypted with another master key: its fingerprint is [0-9a-f]{16}, that of \S+key is/);
    });
    test('a newer format, and a changed byte', async t => {
      const series = join(folder, 'series-000001');
      const base = join(
        series,
        readdirSync(series).find(name => name.startsWith('base-')),
      );
      const whole = readFileSync(base);
      t.after(() => writeFileSync(base, whole));
      const changed = Buffer.from(whole);
      changed[12] = '2'.charCodeAt(0);
      writeFileSync(base, changed);
      assert.match(await refusal(t, folder), /was made by a newer version of Beckon, in a format that this one/);
      changed.set(whole);
      changed[whole.length >> 1] ^= 1;
      writeFileSync(base, changed);
      assert.match(await refusal(t, folder), /is damaged in the block at byte \d+: its checksum does not match/);
      const { code, err } = await beckon.cli('verify', folder, '--data', beckon.data);
      assert.equal(code, 1);
      assert.match(err, /^damaged: The backup \S+base-\S+ is damaged in the block at byte \d+/m);
    });
    test('a changed byte in a segment, with the commit up to which all is whole', async t => {
      const series = join(folder, 'series-000001');
      const names = readdirSync(series).sort();
      const segment = join(series, names.filter(name => name.startsWith('segment-')).at(-1));
      const whole = readFileSync(segment);
      t.after(() => writeFileSync(segment, whole));
      const changed = Buffer.from(whole);
      changed[whole.length - 40] ^= 1;
      writeFileSync(segment, changed);
      const says = await refusal(t, folder);
      const [, commit] = /is damaged .* What is before it can be restored: --commit (\d+) is the newest\.$/m.exec(says);
      writeFileSync(segment, changed);
      await restored(beckon, folder, folderFor(t), '--commit', commit);
    });
  });

  test('has a doctor that looks at the folder', async t => {
    const look = async where =>
      (await beckon.cli('doctor', '--name', '', '--data', beckon.data, '--backup-folder', where)).out;
    assert.match(await look(folder), /^warning {2}backups {6}\S+ is on the same disk as the data/m);
    const file = join(folderFor(t), 'file');
    writeFileSync(file, '');
    assert.match(await look(file), /^broken {3}backups {6}\S+ cannot be written/m);
  });
});

test('a restart goes on with the same series, and what was committed without the folder begins a new one', async t => {
  const folder = join(folderFor(t), 'folder');
  const beckon = await Beckon.start({ flags: shipsTo(folder) });
  t.after(() => beckon.close());
  await allShipped(beckon);
  await beckon.signal(freshSession(), { type: 'last' });
  assert.equal((await beckon.stop()).code, 0);
  const { out } = await beckon.cli('restore', folder, '--list');
  const newest = Number(/to commit (\d+) of/.exec(out)[1]);
  await beckon.open();
  await until('it goes on', () => /"event":"backup_series_goes_on"/.test(beckon.log));
  await beckon.signal(freshSession(), { type: 'again' });
  assert.ok((await allShipped(beckon)).last_commit > newest);
  assert.deepEqual(readdirSync(folder), ['beckon.lock', 'series-000001']);
  await beckon.stop();

  const { flags } = beckon;
  beckon.flags = ['--dev'];
  await beckon.open();
  const load = new Load(beckon, { key: 'unshipped' });
  const salts = () => readFileSync(join(beckon.data, 'beckon.db-wal')).toString('hex', 16, 24);
  const log = salts();
  await load.more(100);
  await load.stop();
  await until('the log has begun again, over what was not shipped', async () => {
    assert.equal((await beckon.signal(freshSession(), { type: 'more' })).status, 202);
    return salts() !== log;
  });
  await beckon.stop();
  beckon.flags = flags;
  await beckon.open();
  await allShipped(beckon);
  assert.deepEqual(readdirSync(folder), ['beckon.lock', 'series-000001', 'series-000002']);
  const other = await serverOn(await restored(beckon, folder, folderFor(t)));
  t.after(() => other.close());
  await load.readBack({ from: other });
});

test('a folder is made in one that is there, as soon as it is, and the server serves meanwhile', async t => {
  const under = folderFor(t);
  const blocked = join(under, 'blocked');
  writeFileSync(blocked, 'a file where the folder is to be');
  const beckon = await Beckon.start({ flags: shipsTo(join(blocked, 'folder')) });
  t.after(() => beckon.close());
  await until('the failure is counted', async () => (await shipping(beckon)).failing === 1);
  assert.match(
    beckon.log,
    /"event":"backup_failed","why":"The backup folder \S+ cannot be created, since \S+ does not/,
  );
  assert.equal((await beckon.signal(freshSession(), { type: 'view' })).status, 202);
  assert.ok((await shipping(beckon)).behind_seconds >= 0);
  rmSync(blocked);
  mkdirSync(blocked);
  const { failing, failures_total: failures } = await allShipped(beckon);
  assert.equal(failing, 0);
  assert.ok(failures >= 1);
  assert.match(beckon.log, /"event":"backup_goes_on"/);
});
