// History from a file: offline under the server's lock, and through a running server. Contract section 9.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Beckon, freshSession, root } from './kit/beckon.mjs';

const clickstream = join(root, '../shared/data/clickstream/events.csv');
const missing = existsSync(clickstream)
  ? false
  : 'the clickstream file is not here (looked for ../shared/data/clickstream/events.csv)';
const counts = out =>
  Object.fromEntries([...out.matchAll(/^(\w[\w ]*?) {2,}(\d+)$/gm)].map(([, name, count]) => [name, Number(count)]));

const folder = mkdtempSync(join(tmpdir(), 'beckon-import-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const csv = (name, ...rows) => {
  const file = join(folder, name);
  writeFileSync(
    file,
    ['event_id,event_name,domain_sessionid,domain_userid,derived_tstamp', ...rows.map(row => row.join(','))].join('\n'),
  );
  return file;
};
const hoursAgo = hours =>
  new Date(Date.now() - hours * 3_600_000).toISOString().replace('T', ' ').replace('Z', '+00:00');

describe('through a running server', () => {
  let beckon, token;
  before(async () => {
    beckon = await Beckon.start();
    token = await beckon.token('OPERATOR');
  });
  after(() => beckon?.close());
  const run = (file, ...more) =>
    beckon.cli('import', file, '--handle', 'demo', '--base', beckon.base, '--token', token, ...more);

  test('signals are stored at their own instants, once, and nothing is published', async t => {
    const s = freshSession();
    const hook = await beckon.subscribe(['*']);
    t.after(() => hook.close());
    const file = csv(
      'small.csv',
      ['e1', 'view', s, 'v1', hoursAgo(3)],
      ['e3', 'cart', s, 'v1', hoursAgo(1)],
      ['e2', 'view', s, 'v1', hoursAgo(2)],
      ['e4', 'view', s, 'v1', hoursAgo(24 * 31)],
    );
    const first = await run(file);
    assert.equal(first.code, 0, first.err);
    assert.deepEqual(counts(first.out), {
      'events read': 4,
      sessions: 1,
      accepted: 3,
      duplicates: 0,
      evicted: 0,
      'beyond retention': 1,
      'consent denied': 0,
    });
    assert.match(first.err, /--shift-to-now/);
    const { json: session } = await beckon.as('CREATOR', 'GET', `/chain/${s}`);
    assert.deepEqual(
      session.signals.map(({ signalKey, version }) => [signalKey, version]),
      [
        ['view', 1],
        ['view', 2],
        ['cart', 3],
      ],
    );
    assert.equal(session.visitorId, 'v1');
    assert.ok(Math.abs(Date.parse(session.createdAt) - (Date.now() - 3 * 3_600_000)) < 60_000, session.createdAt);
    assert.deepEqual(counts((await run(file)).out), {
      'events read': 4,
      sessions: 1,
      accepted: 0,
      duplicates: 3,
      evicted: 0,
      'beyond retention': 1,
      'consent denied': 0,
    });
    await beckon.signal(freshSession(), { type: 'told' });
    await hook.log.next(({ event }) => event?.type === 'signal.told');
    assert.equal(hook.log.items.filter(({ event }) => event?.type !== 'signal.told').length, 0);
  });

  test('what cannot be read is counted with its reason, and a file that is none is refused by line', async () => {
    const { code, out } = await run(
      csv(
        'odd.csv',
        ['e1', 'view', '', '', hoursAgo(1)],
        ['e2', 'view', 's', '', 'yesterday'],
        ['e3', 'view', 's', '', hoursAgo(1)],
      ),
    );
    assert.equal(code, 0);
    assert.match(out, /not read +1: no session id/);
    assert.match(out, /not read +1: no readable time/);
    assert.match((await run(csv('short.csv', ['e1', 'view', 's', '', hoursAgo(1)], ['e2']))).err, /line 3: 1 fields/);
    assert.match((await run(join(folder, 'nothing-here.csv'))).err, /cannot be read/);
    const other = join(folder, 'other.csv');
    writeFileSync(other, 'a,b\n1,2\n');
    assert.match((await run(other)).err, /no column event_id, derived_tstamp, domain_sessionid/);
  });

  test('a visitor id that is not UTF-8 refuses its event alone', async () => {
    const s = freshSession();
    const file = csv('latin1.csv', ['l1', 'view', s, 'Jürgen', hoursAgo(2)], ['l2', 'view', s, 'bo', hoursAgo(1)]);
    writeFileSync(file, Buffer.from(readFileSync(file, 'utf8'), 'latin1'));
    const { code, out, err } = await run(file);
    assert.equal(code, 0, err);
    assert.equal(counts(out).accepted, 1);
    assert.match(out, /not read +1: the visitor's id is not UTF-8; save the file as UTF-8/);
    assert.equal((await beckon.as('CREATOR', 'GET', `/chain/${s}`)).json.visitorId, 'bo');
  });

  test('it takes an OPERATOR, and a flag that misses its other is named', async () => {
    const file = csv('one.csv', ['e1', 'view', 's', '', hoursAgo(1)]);
    const refused = await beckon.cli(
      'import',
      file,
      '--handle',
      'demo',
      '--base',
      beckon.base,
      '--token',
      await beckon.token('CREATOR'),
    );
    assert.equal(refused.code, 1);
    assert.match(refused.err, /403.*insufficient_role/);
    assert.match(
      (await beckon.cli('import', file, '--handle', 'demo', '--base', beckon.base)).err,
      /--base and --token must be given together/,
    );
    assert.match(
      (await beckon.cli('import', file, '--handle', 'demo', '--format', 'other')).err,
      /--format must be one of segment, rudderstack, snowplow and snowplow-enriched/,
    );
  });

  test('a request is refused whole with every fault, and has its bounds', async () => {
    const post = signals => beckon.as('OPERATOR', 'POST', '/chain/import', { signals });
    const good = { sessionId: 'never', type: 'view', id: 'a', at: Date.now() };
    const bad = await post([good, { ...good, id: undefined, at: Date.now() + 600_000 }, { ...good, confidence: 2 }]);
    assert.deepEqual(
      [bad.status, bad.json.details.map(({ field }) => field).sort()],
      [400, ['signals[1].at', 'signals[1].id', 'signals[2].confidence']],
    );
    assert.equal((await beckon.as('CREATOR', 'GET', '/chain/never')).status, 404);
    assert.equal((await post(Array(501).fill(good))).json.details[0].issue, 'must be a list of 1 to 500 signals');
    assert.equal((await beckon.as('OPERATOR', 'POST', '/chain/import', 'x'.repeat(512 * 1024 + 1))).status, 413);
  });

  test('it brings a session no more context than signals may', async () => {
    const sessionId = freshSession();
    const keys = (from, to) => Object.fromEntries(Array.from({ length: to - from }, (_, i) => [`key${from + i}`, 'x']));
    const post = (...contexts) =>
      beckon.as('OPERATOR', 'POST', '/chain/import', {
        signals: contexts.map((context, i) => ({
          sessionId,
          type: 'view',
          id: `${Object.keys(context)[0]}`,
          at: Date.now() - 60_000 + i,
          context,
        })),
      });
    assert.equal((await post(keys(0, 32), keys(32, 60))).status, 202);
    const bad = await post(keys(50, 64), keys(64, 80));
    assert.deepEqual([bad.status, bad.json.details.map(({ field }) => field)], [400, ['signals[1].context']]);
    assert.equal((await beckon.signal(sessionId, { type: 'view' })).status, 202);
    assert.equal(Object.keys((await beckon.as('CREATOR', 'GET', `/chain/${sessionId}`)).json.context).length, 60);
  });

  test('offline it does not run beside the server', async () => {
    const { code, err } = await beckon.cli(
      'import',
      csv('one.csv', ['e1', 'view', 's', '', hoursAgo(1)]),
      '--handle',
      'demo',
      '--data',
      beckon.data,
    );
    assert.equal(code, 1);
    assert.match(err, /another|server/i);
  });
});

describe('the whole clickstream', { skip: missing }, () => {
  test('offline, then again through the server that starts on it', async t => {
    const beckon = await Beckon.start();
    t.after(() => beckon.close());
    const { status, text } = await beckon.as('OWNER', 'PUT', '/settings', { retention: '90d' }); // the file spans 58 days
    assert.equal(status, 200, text);
    const token = await beckon.token('OPERATOR');
    await beckon.stop();
    const offline = await beckon.cli(
      'import',
      clickstream,
      '--handle',
      'demo',
      '--data',
      beckon.data,
      '--shift-to-now',
    );
    assert.equal(offline.code, 0, offline.err);
    assert.deepEqual(counts(offline.out), {
      'events read': 832,
      sessions: 63,
      accepted: 832,
      duplicates: 0,
      evicted: 0,
      'beyond retention': 0,
      'consent denied': 0,
    });
    await beckon.open();
    const { json } = await beckon.as('CREATOR', 'GET', '/chain?limit=200');
    assert.equal(json.items.length, 63);
    assert.equal(
      json.items.reduce((sum, session) => sum + session.version, 0),
      832,
    );
    const online = await beckon.cli(
      'import',
      clickstream,
      '--handle',
      'demo',
      '--base',
      beckon.base,
      '--token',
      token,
      '--shift-to-now',
    );
    assert.deepEqual(counts(online.out), {
      'events read': 832,
      sessions: 63,
      accepted: 0,
      duplicates: 832,
      evicted: 0,
      'beyond retention': 0,
      'consent denied': 0,
    });
    const unshifted = await beckon.cli(
      'import',
      clickstream,
      '--handle',
      'demo',
      '--base',
      beckon.base,
      '--token',
      token,
    );
    assert.deepEqual([unshifted.code, counts(unshifted.out)['beyond retention']], [1, 832]);
  });
});
