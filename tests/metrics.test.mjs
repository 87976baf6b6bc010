// What Prometheus reads of a server: names and types as it wants them, and each metric moves when its thing happens.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, statfsSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Beckon, freshAddress, freshSession, root } from './kit/beckon.mjs';
import { Metrics, runPromtool, withoutPromtool } from './kit/metrics.mjs';
import { needsFiles } from './kit/postgres.mjs';
import { until } from './kit/wait.mjs';

const email = 'ada@example.com',
  password = 'correct horse battery staple';

let beckon, before_, folder;
before(async () => {
  before_ = Date.now() / 1000;
  folder = mkdtempSync(join(tmpdir(), 'beckon-backups-'));
  beckon = await Beckon.start({
    flags: [
      '--dev',
      ...(needsFiles ? [] : ['--backup-folder', folder]),
      '--login-failures',
      '3',
      '--address-logins-per-minute',
      '6',
    ],
  });
});
after(async () => {
  await beckon?.close();
  rmSync(folder, { recursive: true, force: true });
});

const now = () => Metrics.of(beckon);
const value = async (name, labels) => (await now()).value(name, labels);

describe('the exposition', () => {
  test('has nothing that promtool finds fault with', { skip: withoutPromtool }, async () => {
    const { status, out } = runPromtool(['check', 'metrics'], { input: (await now()).text });
    assert.deepEqual([status, out], [0, '']);
  });

  test('has one help and one type for each name, and a counter’s name ends with _total, no other’s does', async () => {
    const { families, repeated } = await now();
    assert.deepEqual(repeated, []);
    assert.ok(families.size > 40);
    for (const [name, { type, help }] of families) {
      assert.ok(help, name);
      assert.ok(['counter', 'gauge', 'histogram'].includes(type), `${name} ${type}`);
      assert.equal(type === 'counter', name.endsWith('_total'), `${name} is a ${type}`);
    }
  });

  test('has what docs/operations.md lists, with the type that it says, and nothing else', {
    skip: needsFiles,
  }, async () => {
    const { families } = await now();
    const listed = [
      ...readFileSync(join(root, 'docs/operations.md'), 'utf8').matchAll(/^\| `(\w+)(?:\{[\w,]*\})?` \| (\w+) \|/gm),
    ].map(([, name, type]) => [name, type]);
    const withTls = 'beckon_tls_certificate_not_after_seconds'; // tests/tls.test.mjs
    assert.deepEqual(
      listed.filter(([name]) => name !== withTls).sort(),
      [...families].map(([name, { type }]) => [name, type]).sort(),
    );
  });
});

test('the build is named by its version', async () => {
  const [, version] = /^beckon (\S+)$/m.exec((await beckon.cli('version')).out);
  assert.equal(await value('beckon_build_info', `{version="${version}"}`), 1);
});

describe('the process', () => {
  test('started when it did, and uses processor time and memory', async () => {
    const first = await now();
    const started = first.value('process_start_time_seconds');
    assert.ok(started > before_ - 3 && started < Date.now() / 1000 + 3, `${started} against ${before_}`);
    assert.ok(first.value('process_resident_memory_bytes') > 1 << 20);
    assert.ok(first.value('process_virtual_memory_bytes') >= first.value('process_resident_memory_bytes'));
    assert.ok(first.value('process_threads') >= 9);
    const used = first.value('process_cpu_seconds_total');
    await until('processor time is used', async () => (await value('process_cpu_seconds_total')) > used, 60_000);
  });

  test('has as many files as connections are opened, under the limit of the kernel', async () => {
    const limit = Number(
      /^Max open files\s+(\d+)/m.exec(readFileSync(`/proc/${beckon.child.pid}/limits`, 'utf8'))?.[1],
    );
    const first = await now();
    assert.equal(first.value('process_max_fds'), limit);
    const sockets = Array.from({ length: 20 }, () => connect(beckon.port, '127.0.0.1'));
    await until(
      'all are open',
      async () => (await value('process_open_fds')) >= first.value('process_open_fds') + sockets.length - 5,
    );
    for (const socket of sockets) socket.destroy();
  });
});

test('the disk: its free space and size, and those of the data file and its log', { skip: needsFiles }, async () => {
  const file = join(beckon.data, 'beckon.db');
  const disk = statfsSync(beckon.data);
  assert.equal((await beckon.signal(freshSession(), { type: 'view' })).status, 202);
  const first = await now();
  assert.equal(first.value('beckon_data_capacity_bytes'), disk.blocks * disk.bsize);
  const free = first.value('beckon_data_free_bytes');
  assert.ok(free > 0 && free <= disk.blocks * disk.bsize);
  await until('the sizes are those of the files', async () => {
    const sizes = [statSync(file).size, statSync(`${file}-wal`).size];
    const seen = await now();
    return seen.value('beckon_data_file_bytes') === sizes[0] && seen.value('beckon_wal_bytes') === sizes[1];
  });
  assert.ok((await value('beckon_wal_bytes')) > 0);
});

test('commits are counted by their duration', async () => {
  const first = await now();
  for (let i = 0; i < 5; ++i) assert.equal((await beckon.signal(freshSession(), { type: 'view' })).status, 202);
  const name = 'beckon_commit_seconds';
  // The last one is counted behind its response.
  const then = await until('they are counted', async () => {
    const seen = await now();
    const risen = one => seen.value(one) >= first.value(one) + 5;
    return risen(`${name}_count`) && risen('beckon_commit_works_total') && seen;
  });
  assert.ok(then.value(`${name}_sum`) > first.value(`${name}_sum`));
  const buckets = then.families.get(name).samples.filter(sample => sample.name === `${name}_bucket`);
  assert.ok(buckets.length > 10);
  for (const [i, { value: count }] of buckets.entries()) assert.ok(i === 0 || count >= buckets[i - 1].value);
  assert.deepEqual(
    [buckets.at(-1).labels, buckets.at(-1).value],
    ['{le="+Inf"}', then.value(`${name}_count`)],
    'the last bucket has all',
  );
});

describe('erasures', () => {
  test('wait until the journal is rewritten, and their age rises; also after a restart', async () => {
    const server = await Beckon.start();
    const session = freshSession();
    const seen = async name => (await Metrics.of(server)).value(name);
    assert.equal((await server.signal(session, { type: 'view' })).status, 202);
    assert.equal(await seen('beckon_erasures_waiting'), 0);
    assert.equal(await seen('beckon_oldest_erasure_seconds'), 0);
    assert.equal((await server.as('OPERATOR', 'DELETE', `/chain/${session}`)).status, 204);
    assert.equal(await seen('beckon_erasures_waiting'), 1);
    const age = await seen('beckon_oldest_erasure_seconds');
    await until('it gets older', async () => (await seen('beckon_oldest_erasure_seconds')) > age);
    assert.equal((await server.stop()).code, 0);
    await server.open(); // begins with a pass
    await until('all are done', async () => (await seen('beckon_erasures_waiting')) === 0);
    assert.equal(await seen('beckon_oldest_erasure_seconds'), 0);
    await server.close();
  });
});

describe('failed sign-ins', () => {
  const name = 'beckon_sign_in_failures_total';
  const count = reason => value(name, `{reason="${reason}"}`);
  const login = (from, text = 'a wrong password') =>
    beckon.call('POST', '/v2/auth/login', { body: { email, password: text }, from });

  before(() => beckon.addUser(email, password));

  test('are counted by reason: the password, the account’s limit, the address’s limit, the link', async () => {
    const from = freshAddress();
    const limited = kind => value('beckon_rate_limited_total', `{kind="${kind}"}`);
    const reasons = ['password', 'account_limit', 'address_limit', 'link', 'busy', 'other'];
    const all = async () => Promise.all(reasons.map(count));
    assert.deepEqual(await all(), [0, 0, 0, 0, 0, 0]);
    for (let i = 0; i < 3; ++i) assert.equal((await login(from)).status, 401);
    assert.deepEqual(await all(), [3, 0, 0, 0, 0, 0]);
    assert.equal((await login(from)).status, 429);
    assert.deepEqual(await all(), [3, 1, 0, 0, 0, 0]);
    assert.equal(await limited('account_sign_ins'), 1);
    for (let i = 0; i < 2; ++i) await login(from);
    const beyond = await login(from);
    assert.equal(beyond.status, 429);
    assert.match(beyond.json.message, /Your address/);
    assert.deepEqual(await all(), [3, 3, 1, 0, 0, 0]);
    assert.equal(await limited('address_sign_ins'), 1);
    const code = 'x'.repeat(43);
    assert.equal(
      (await beckon.call('POST', '/v2/auth/exchange', { body: { code }, from: freshAddress() })).status,
      401,
    );
    assert.deepEqual(await all(), [3, 3, 1, 1, 0, 0]);
    assert.equal((await login(freshAddress(), password)).status, 200);
    assert.deepEqual(await all(), [3, 3, 1, 1, 0, 0], 'one that succeeds is none');
  });
});

describe('responses with 429', () => {
  const kinds = [
    'address_signals',
    'address_decisions',
    'token_signals',
    'token_decisions',
    'session_signals',
    'address_sign_ins',
    'account_sign_ins',
    'other',
  ];
  let server, token;
  before(async () => {
    server = await Beckon.start();
    const limits = {
      addressSignalsPerMinute: 2,
      addressDecisionsPerMinute: 1,
      tokenSignalsPerMinute: 1,
      tokenDecisionsPerMinute: 1,
      sessionSignalsPerMinute: 2,
    };
    assert.equal((await server.as('OWNER', 'PUT', '/settings', { limits })).status, 200);
    const made = await server.as('OPERATOR', 'POST', '/tokens', {
      name: 'Shop',
      scopes: ['chain.signal.write', 'chain.resolve'],
    });
    assert.equal(made.status, 201, made.text);
    token = made.json.token;
  });
  after(() => server?.close());

  const view = { type: 'view' };
  const publicly = (what, body, from) => server.chain(what, { sessionId: freshSession(), ...body }, { from });
  const byToken = (what, body) =>
    server.call('POST', `/v2/public/handles/demo/chain/${what}`, {
      body: { sessionId: freshSession(), ...body },
      token,
    });
  const session = freshSession('limited');
  const cases = {
    address_signals: [2, from => publicly('signals', { signals: [view] }, from)],
    address_decisions: [1, from => publicly('resolve', { trigger: 'checkout' }, from)],
    token_signals: [1, () => byToken('signals', { signals: [view] })],
    token_decisions: [1, () => byToken('resolve', { trigger: 'checkout' })],
    session_signals: [2, () => server.as('CREATOR', 'POST', '/chain/signals', { sessionId: session, signals: [view] })],
  };

  for (const [kind, [allowed, send]] of Object.entries(cases))
    test(`are counted as ${kind}`, async () => {
      const counts = async () => {
        const metrics = await Metrics.of(server);
        assert.equal(metrics.families.get('beckon_rate_limited_total').samples.length, kinds.length);
        return Object.fromEntries(kinds.map(of => [of, metrics.value('beckon_rate_limited_total', `{kind="${of}"}`)]));
      };
      const first = await counts();
      const from = freshAddress();
      for (let i = 0; i < allowed; ++i) {
        const { status, text } = await send(from);
        assert.ok(status < 300, text);
      }
      assert.deepEqual(await counts(), first);
      assert.equal((await send(from)).status, 429);
      assert.deepEqual(await counts(), { ...first, [kind]: first[kind] + 1 });
    });
});
