// Backups: what was acknowledged before one began is there when it is restored, and nothing that was never sent; what
// cannot be restored is refused by name, before anything is written; a drill sends nothing to anybody.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Beckon, binary, freshSession } from './kit/beckon.mjs';
import { backUp, folderFor, restored, serverOn } from './kit/backups.mjs';
import { Load } from './kit/load.mjs';
import { Story } from './kit/story.mjs';
import { until } from './kit/wait.mjs';

const password = 'correct horse battery staple';
const never = ['--retry-schedule', '1h,1h,1h'];

test('while clients append, a backup holds all that was acknowledged before it, and nothing that was never sent', async t => {
  const folder = folderFor(t);
  const beckon = await Beckon.start();
  t.after(() => beckon.close());
  const load = new Load(beckon, { key: 'kept' });
  t.after(() => load.stop());
  await load.more(200);

  const { acked } = load.mark();
  await backUp(beckon, join(folder, 'b'));
  const { sent } = load.mark();
  await load.more(100);
  await load.stop();

  const other = await serverOn(await restored(beckon, join(folder, 'b'), folder));
  t.after(() => other.close());
  const stored = await load.readBack({ from: other, acked, sent });
  assert.ok(stored.size >= acked.length && stored.size < load.ledger.size);
  assert.equal((await other.signal(freshSession(), { type: 'more' })).status, 202, 'and it goes on');

  await beckon.kill();
  await backUp(beckon, join(folder, 'dead')); // without a server, of what it has left in its log
  const third = await serverOn(await restored(beckon, join(folder, 'dead'), folder));
  t.after(() => third.close());
  await load.readBack({ from: third });
});

describe('a server with everything in it', () => {
  let beckon, story, file, t;
  const ended = [];
  before(async () => {
    t = { after: action => ended.unshift(action) };
    const folder = folderFor(t);
    beckon = await Beckon.start({ flags: ['--dev', ...never] });
    t.after(() => beckon.close());
    story = await Story.begin();
    t.after(() => story.close());
    story.server = beckon;
    for (const [, step] of story.steps) await step();
    file = join(folder, 'everything');
    await beckon.addUser('ada@example.com', password);
    const said = await beckon.as('OPERATOR', 'POST', '/visitors/v-7/traits', { set: { plan: 'gold' } });
    assert.equal(said.status, 200, said.text);
  });
  after(async () => {
    for (const action of ended) await action();
  });

  test('is the same when it is restored: sessions, rules, endpoints, deliveries, settings, handles, users, tokens, traits', async s => {
    const operator = await beckon.token('OPERATOR');
    const state = await story.state();
    await backUp(beckon, file);
    const other = await serverOn(await restored(beckon, file, folderFor(s)), ['--dev', ...never]);
    s.after(() => other.close());
    story.server = other;
    assert.deepEqual(await story.state(), state);
    story.server = beckon;
    const answer = await other.call('GET', '/v2/handles/demo/webhooks', { token: operator });
    assert.equal(answer.status, 200, 'its tokens are those of the former one');
    const body = { email: 'ada@example.com', password };
    assert.equal((await other.call('POST', '/v2/auth/login', { body })).status, 200, 'its users sign in');
    const { json } = await other.as('OPERATOR', 'GET', '/visitors/v-7');
    assert.equal(json.traits.plan.value, 'gold', 'its visitors have their traits');
  });

  test('is verified next to the running server, and in the backup: counts, and no damage', async () => {
    for (const args of [
      ['verify', '--data', beckon.data],
      ['verify', file, '--data', beckon.data],
    ]) {
      const { code, out, err } = await beckon.cli(...args);
      assert.equal(code, 0, err);
      assert.match(out, /^sound, and all secrets open with the master key$/m);
      assert.match(out, /^handles +2$/m);
      assert.match(out, /^endpoints +3$/m, 'two of the story, and the one of --dev');
      assert.match(out, /^deliveries +[1-9]\d*$/m);
      assert.match(out, /^journal rows +[1-9]\d*$/m);
    }
  });

  test('is verified without a key too, which says so', async s => {
    const { code, out } = await beckon.cli('verify', file, '--data', folderFor(s));
    assert.equal(code, 0);
    assert.match(out, /^sound; no master key was given/m);
  });

  test('has a backup for its owner alone, with nothing left next to it, also through a pipe', async s => {
    const folder = folderFor(s);
    await backUp(beckon, join(folder, 'b'));
    assert.equal(statSync(join(folder, 'b')).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(folder), ['b']);
    await backUp(beckon, join(folder, 'b'));
    assert.deepEqual(readdirSync(folder), ['b'], 'an older backup is replaced');

    const aside = folderFor(s);
    const child = spawn(binary, ['backup', '-', '--data', beckon.data, '--temporary', aside]);
    const parts = [];
    child.stdout.on('data', part => parts.push(part));
    let said = '';
    child.stderr.on('data', part => {
      said += part;
    });
    const code = await new Promise(done => child.once('close', done));
    assert.equal(code, 0, said);
    assert.match(said, /^backup: position \d+/);
    assert.deepEqual(readdirSync(aside), []);
    writeFileSync(join(folder, 'piped'), Buffer.concat(parts));
    assert.equal((await beckon.cli('verify', join(folder, 'piped'), '--data', beckon.data)).code, 0);
  });

  describe('whose backup cannot be restored, refuses it and writes nothing:', () => {
    let whole;
    before(() => {
      whole = readFileSync(file);
    });
    const refusal = async (s, bytes, ...more) => {
      const folder = folderFor(s);
      const data = join(folder, 'data');
      writeFileSync(join(folder, 'b'), bytes);
      const { code, err } = await beckon.cli('restore', join(folder, 'b'), '--data', data, ...more);
      assert.equal(code, 1);
      assert.equal(existsSync(data), false, 'nothing was written');
      return err;
    };

    test('another master key, by fingerprint', async s => {
      const key = join(folderFor(s), 'key');
      writeFileSync(key, Buffer.alloc(32, 7).toString('base64'), { mode: 0o600 });
      assert.match(
        await refusal(s, whole, '--master-key-file', key),
        /encrypted with another master key: its fingerprint is [0-9a-f]{16}, that of \S+key is [0-9a-f]{16}\./,
      );
    });
    test('a newer format', async s => {
      const newer = Buffer.from(whole);
      newer[14] = '2'.charCodeAt(0);
      assert.match(await refusal(s, newer), /was made by a newer version of Beckon/);
    });
    test('truncated, and where', async s => {
      const err = await refusal(s, whole.subarray(0, whole.length - 40));
      assert.match(err, /is truncated: it ends in the block that begins at byte \d+\./);
    });
    test('a flipped bit, and where', async s => {
      const flipped = Buffer.from(whole);
      flipped[Math.floor(whole.length / 2)] ^= 4;
      assert.match(await refusal(s, flipped), /is damaged in the block at byte \d+: its checksum does not match/);
    });
    test('no backup at all', async s => {
      assert.match(await refusal(s, 'SQLite format 3'), /is not a backup made by beckon backup/);
    });
    test('a folder that holds data', async () => {
      const { code, err } = await beckon.cli('restore', file, '--data', beckon.data);
      assert.equal(code, 1);
      assert.match(err, /already holds data/);
    });
  });

  test('is restored without the key too, and then says which key it needs', async s => {
    const data = join(folderFor(s), 'data');
    const { code, out } = await beckon.cli('restore', file, '--data', data);
    assert.equal(code, 0);
    const needed = /with the fingerprint ([0-9a-f]{16}), at /.exec(out)?.[1];
    await assert.rejects(serverOn(data, []), /The master key \S+ is missing/);
    copyFileSync(join(beckon.data, 'master.key'), join(data, 'master.key'));
    const other = await serverOn(data);
    s.after(() => other.close());
    assert.match(await backUp(other, join(data, '../b')), new RegExp(`master key ${needed};`));
  });

  test('is never written over by a backup', async () => {
    const { code, err } = await beckon.cli('backup', join(beckon.data, 'beckon.db'), '--data', beckon.data);
    assert.equal(code, 1);
    assert.match(err, /exists and is not a backup; choose another name/);
    assert.equal((await beckon.call('GET', '/v2/system/ready')).status, 200);
  });

  test('is in a drill as it was, and the folder of the drill goes', async s => {
    const aside = folderFor(s);
    const { code, out, err } = await beckon.cli('drill', file, '--data', beckon.data, '--temporary', aside);
    assert.equal(code, 0, `${out}\n${err}`);
    for (const step of ['LM-01', 'LM-02', 'LM-03', 'LM-04', 'LM-05', 'LM-06'])
      assert.match(out, new RegExp(`^${step} `, 'm'));
    assert.match(out, /^all as expected$/m);
    assert.deepEqual(readdirSync(aside), []);
  });
});

test('a drill sends nothing that is pending to anybody, and a restored server sends all of it under the same id', async t => {
  const folder = folderFor(t);
  const beckon = await Beckon.start({
    flags: ['--dev', '--retry-schedule', Array(30).fill('100ms').join(','), '--circuit-failures', '1000'],
  });
  t.after(() => beckon.close());
  let up = false;
  const came = [];
  const due = []; // of these, messages of the delayed rule
  const hook = await beckon.subscribe(['signal.*', 'chain.message.due'], {
    answer: ({ headers }) => {
      came.push(headers['webhook-id']);
      if (headers['x-arjun-event-type'] === 'chain.message.due') due.push(headers['webhook-id']);
      return { status: up ? 200 : 503 };
    },
  });
  t.after(() => hook.close());
  const put = await beckon.as('CREATOR', 'PUT', '/chain-rules/later', {
    triggers: ['@due'],
    when: { all: [{ absent: { key: 'purchase' }, after: { key: 'cart' }, for: '1s' }] },
    action: { type: 'email', payload: {} },
  });
  assert.equal(put.status, 201, put.text);
  assert.equal((await beckon.signal(freshSession(), { type: 'cart' })).status, 202);
  assert.equal((await beckon.as('OPERATOR', 'POST', `/webhooks/${hook.id}/test`, {})).status, 202);
  await until('its event and its test have come once', () => new Set(came).size >= 2);
  await backUp(beckon, join(folder, 'b'));
  await beckon.kill();
  const pending = [...new Set(came)];
  const later = Date.now() + 150; // after a wait of the schedule and its 10 % more
  await until('what had been sent is read', async () => (await hook.connections()) === 0);
  await until('all of it is due', () => Date.now() > later);
  came.length = due.length = 0;
  up = true;

  const { code, out, err } = await beckon.cli('drill', join(folder, 'b'), '--data', beckon.data);
  assert.equal(code, 0, `${out}\n${err}`);
  assert.match(out, /^pending deliveries +[1-9]/m);
  assert.deepEqual(came, [], 'it sent to its own receiver alone');

  const other = await serverOn(await restored(beckon, join(folder, 'b'), folder));
  t.after(() => other.close());
  await until('what was pending comes, under its ids', () => pending.every(id => came.includes(id)));
  await until('the timer that was set fires', () => due.length > 0);
});

test('a damaged data folder is named: which row, and which secrets', async t => {
  const beckon = await Beckon.start();
  t.after(() => beckon.close());
  const sessionId = freshSession('marked');
  assert.equal((await beckon.signal(sessionId, { type: 'view', signalValue: 'a value to be found' })).status, 202);
  const wrong = join(folderFor(t), 'key');
  writeFileSync(wrong, Buffer.alloc(32, 7).toString('base64'), { mode: 0o600 });
  const keyed = await beckon.cli('verify', '--data', beckon.data, '--master-key-file', wrong);
  assert.equal(keyed.code, 1);
  assert.match(keyed.err, /^damaged: the server's secret hash-key does not open with this master key$/m);
  await beckon.stop();
  const path = join(beckon.data, 'beckon.db');
  const bytes = readFileSync(path);
  const at = bytes.indexOf('a value to be found');
  assert.ok(at > 0);
  bytes[at] ^= 1;
  writeFileSync(path, bytes);
  rmSync(`${path}-wal`, { force: true }); // which the file has as well
  const { code, out, err } = await beckon.cli('verify', '--data', beckon.data);
  assert.equal(code, 1);
  assert.match(err, /^damaged: journal row \d+: checksum$/m);
  assert.match(out, /^damaged$/m);
});

test('a target that takes nothing any more is given up, and the server does not notice', async t => {
  const beckon = await Beckon.start();
  t.after(() => beckon.close());
  await beckon.widen();
  const noise = () =>
    Buffer.from(Array.from({ length: 180 }, () => Math.floor(Math.random() * 256))).toString('base64');
  for (let i = 0; i < 20; i++) {
    const signals = Array.from({ length: 40 }, () => ({ type: 'noise', signalValue: noise() }));
    assert.equal((await beckon.signal(freshSession(), ...signals)).status, 202);
  }
  const aside = folderFor(t);
  const child = spawn(binary, [
    ...['backup', '-', '--data', beckon.data, '--temporary', aside, '--stalled-after', '1s'],
  ]); // nobody reads its output
  let said = '';
  child.stderr.on('data', part => {
    said += part;
  });
  const code = await new Promise(done => child.once('exit', done));
  assert.equal(code, 1);
  assert.match(said, /nothing has progressed for 1s while writing to standard output; it was given up/);
  child.stdout.destroy();
  assert.deepEqual(readdirSync(aside), []);
  assert.equal((await beckon.signal(freshSession(), { type: 'view' })).status, 202);
});

test('a backup that is ended by a signal leaves nothing', async t => {
  const beckon = await Beckon.start();
  t.after(() => beckon.close());
  const aside = folderFor(t);
  const child = spawn(binary, ['backup', join(aside, 'b'), '--data', beckon.data]);
  await until('it has begun', () => readdirSync(aside).length > 0 || child.exitCode !== null);
  child.kill('SIGTERM');
  await new Promise(done => child.once('exit', done));
  assert.deepEqual(
    readdirSync(aside).filter(name => name !== 'b'),
    [],
  );
});

test('without data there is no backup, and nothing is created', async t => {
  const folder = folderFor(t);
  const beckon = await Beckon.start();
  t.after(() => beckon.close());
  for (const args of [['backup', join(folder, 'b')], ['verify']]) {
    const { code, err } = await beckon.cli(...args, '--data', join(folder, 'nowhere'));
    assert.equal(code, 1);
    assert.match(err, /There is no data in/);
  }
  assert.deepEqual(readdirSync(folder), []);
});
