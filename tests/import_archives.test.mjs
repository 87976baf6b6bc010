// Archives of other systems, read by `beckon import`: docs/neighbours.md, Archives. Contract section 9.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { Beckon, binary, freshSession, root } from './kit/beckon.mjs';
import { openWire } from './kit/shop.mjs';

const folder = mkdtempSync(join(tmpdir(), 'beckon-archives-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const file = (name, bytes) => {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
};
const ndjson = messages => messages.map(one => `${typeof one === 'string' ? one : JSON.stringify(one)}\n`).join('');
const counts = out =>
  Object.fromEntries([...out.matchAll(/^(\w[\w ]*?) {2,}(\d+)$/gm)].map(([, name, count]) => [name, Number(count)]));
const ago = minutes => new Date(Date.now() - minutes * 60_000).toISOString();

let beckon, token;
before(async () => {
  beckon = await Beckon.start();
  token = await beckon.token('OPERATOR');
});
after(() => beckon?.close());
const run = (path, format, ...more) =>
  beckon.cli('import', path, '--format', format, '--handle', 'demo', '--base', beckon.base, '--token', token, ...more);
const session = async id => (await beckon.as('CREATOR', 'GET', `/chain/${encodeURIComponent(id)}`)).json;
const keysOf = ({ signals }) => signals.map(({ signalKey }) => signalKey);

let ids = 0;
// As Segment keeps a message: with the times of all the ways that it went.
const archived = (anonymousId, minutes, message) => {
  ids += 1;
  const timestamp = ago(minutes);
  return {
    anonymousId,
    messageId: `ajs-next-${1_764_000_000_000 + ids}-${process.pid}`,
    type: 'track',
    context: {
      library: { name: 'analytics.js', version: 'next-1.84.3' },
      page: { path: '/pricing', search: '?key=s3cret' },
    },
    integrations: {},
    channel: 'client',
    originalTimestamp: ago(minutes + 600), // a clock that was wrong
    sentAt: ago(minutes + 600),
    receivedAt: timestamp,
    timestamp,
    version: 2,
    ...message,
  };
};

describe('Segment', () => {
  test('two people of one browser stay apart across files and what came live, and nothing is stored twice', async () => {
    const browser = freshSession('shared');
    const [anna, bert] = [`anna-${browser}`, `bert-${browser}`];
    const days = [
      archived(browser, 60, { event: 'Day1', userId: anna }),
      archived(browser, 30, { event: 'Day2', userId: bert }),
    ];
    for (const [i, day] of days.entries()) {
      const { code, out, err } = await run(file(`day-${i}.ndjson`, ndjson([day])), 'segment');
      assert.deepEqual([code, counts(out).accepted], [0, 1], err);
    }
    const of = async visitorId =>
      (await beckon.as('OPERATOR', 'GET', `/visitors/${visitorId}/export`)).json.sessions.flatMap(keysOf);
    assert.deepEqual([await of(anna), await of(bert)], [['Day1'], ['Day2']]);
    for (const order of [days, days.toReversed()]) {
      const { out } = await run(file('both.ndjson', ndjson(order)), 'segment');
      assert.deepEqual([counts(out).accepted, counts(out).duplicates], [0, 2], out);
    }
  });

  const visit = () => {
    const anonymous = freshSession('anon');
    const userId = `${anonymous}@shop.example`;
    const messages = [
      archived(anonymous, 60, { type: 'page', name: 'Pricing', properties: { path: '/pricing' } }),
      archived(anonymous, 58, { event: 'Product Added', properties: { sku: 'lamp', price: 20 } }),
      archived(anonymous, 57, { type: 'identify', userId, traits: { plan: 'pro', seats: 5 } }),
      archived(anonymous, 50, { event: 'Order Completed', userId, properties: { revenue: 20 } }),
      archived(anonymous, 49, { type: 'group', groupId: 'g-1', userId, traits: { name: 'Shop' } }),
    ];
    return { anonymous, userId, messages };
  };

  for (const [how, made] of [
    ['plain', text => text],
    ['in gzip', text => gzipSync(text)],
    ['in gzip of several parts', text => Buffer.concat([gzipSync(text.slice(0, 300)), gzipSync(text.slice(300))])],
  ])
    test(`an archive ${how} becomes what its library would have sent, once`, async () => {
      const { anonymous, userId, messages } = visit();
      const path = file('segment.json', made(ndjson(messages)));
      const first = await run(path, 'segment');
      assert.equal(first.code, 0, first.err);
      assert.deepEqual(counts(first.out), {
        'events read': 5,
        accepted: 5,
        duplicates: 0,
        evicted: 0,
        'beyond retention': 0,
        'consent denied': 0,
        'with traits': 1,
      });
      const found = await session(`sg:${anonymous}`);
      assert.deepEqual(keysOf(found), ['view', 'Product_Added', 'identify', 'Order_Completed', 'group']);
      assert.equal(found.visitorId, userId);
      assert.deepEqual(found.context, { page: '/pricing' });
      assert.equal(found.signals[0].signalValue, '/pricing');
      assert.equal(found.signals[1].metadata.price, 20);
      assert.ok(Math.abs(Date.parse(found.signals[0].at) - Date.parse(messages[0].timestamp)) < 1000);
      const again = counts((await run(path, 'segment')).out);
      assert.deepEqual([again.accepted, again.duplicates], [0, 5]);
    });

  test('what was sent live already is the same session and the same signals', async () => {
    const made = await beckon.as('OPERATOR', 'POST', '/tokens', { name: 'Live', scopes: ['chain.signal.write'] });
    const { anonymous, messages } = visit();
    const batch = messages.map(({ originalTimestamp, sentAt, receivedAt, channel, version, ...sent }) => sent);
    const live = await beckon.call('POST', '/v1/batch', {
      body: { batch, sentAt: new Date().toISOString() },
      headers: { authorization: `Basic ${Buffer.from(`${made.json.token}:`).toString('base64')}` },
    });
    assert.equal(live.status, 200, live.text);
    const imported = counts((await run(file('live.json', ndjson(messages)), 'segment')).out);
    assert.deepEqual([imported.accepted, imported.duplicates], [0, 5]);
    assert.equal((await session(`sg:${anonymous}`)).signals.length, 5);
  });

  test('another visitor on the same browser has a session of their own', async () => {
    const anonymous = freshSession('anon');
    const of = (minutes, userId) => archived(anonymous, minutes, { event: 'Seen', userId });
    const messages = [of(60, 'ann-1'), of(59, 'bob-1'), of(58, 'ann-1'), of(57, 'bob-1')];
    const path = file('two.json', ndjson(messages));
    assert.equal(counts((await run(path, 'segment')).out).accepted, 4);
    const first = await session(`sg:${anonymous}`);
    assert.deepEqual([first.visitorId, first.signals.length], ['ann-1', 2]);
    const { json } = await beckon.as('CREATOR', 'GET', '/visitors/bob-1');
    const own = json.sessions.map(({ sessionId }) => sessionId);
    assert.equal(own.length, 1);
    assert.ok(own[0].startsWith(`sg:${anonymous}.`), own[0]);
    assert.equal((await session(own[0])).signals.length, 2);
    // From a line in the middle, whose session it is is known from the lines before.
    assert.equal(counts((await run(path, 'segment', '--from-line', '2')).out).duplicates, 3);
  });

  test('what cannot be read is left out, and told with its reason and its first line', async () => {
    const anonymous = freshSession('anon');
    const good = archived(anonymous, 10, { event: 'Good' });
    const lines = [
      '{"type":"track"',
      good,
      '[]',
      archived(anonymous, 10, { type: 'delete' }),
      archived(anonymous, 10, { event: '' }),
      { ...archived(anonymous, 10, { event: 'No browser' }), anonymousId: null },
      '',
      archived(anonymous, 10, { event: 'Too long', properties: { text: 'x'.repeat(1024 * 1024) } }),
      { ...archived(anonymous, 10, { event: 'No time' }), timestamp: 'then', originalTimestamp: undefined },
      archived(anonymous, 24 * 60 * 40, { event: 'Long ago' }),
    ];
    const { code, out, err } = await run(file('bad.json', ndjson(lines)), 'segment');
    assert.equal(code, 0, err);
    const of = counts(out);
    assert.deepEqual([of['events read'], of.accepted, of['beyond retention']], [10, 1, 1]);
    const told = [...out.matchAll(/^not read +(\d+): (.*) \(line (\d+)\)$/gm)].map(([, ...one]) => one);
    assert.deepEqual(
      told.map(([count, , line]) => [count, line]).sort((a, b) => a[1] - b[1]),
      [
        ['1', '1'],
        ['2', '3'],
        ['1', '5'],
        ['1', '6'],
        ['2', '7'],
        ['1', '9'],
      ],
    );
    assert.match(err, /--shift-to-now/);
  });

  test('traits go to a file that import --people takes', async () => {
    const { userId, messages } = visit();
    const people = join(folder, 'people.ndjson');
    const path = file('traits.json', ndjson(messages));
    assert.match((await run(path, 'segment')).err, /--traits-to FILE/);
    assert.equal((await run(path, 'segment', '--traits-to', people)).code, 0);
    const args = ['--people', people, '--handle', 'demo', '--base', beckon.base, '--token', token];
    const imported = await beckon.cli('import', ...args);
    assert.equal(imported.code, 0, imported.err);
    const { json } = await beckon.as('OPERATOR', 'GET', `/visitors/${encodeURIComponent(userId)}`);
    assert.deepEqual([json.traits.plan.value, json.traits.seats.value], ['pro', 5]);
  });

  test('where the server is gone, the command says from which line to go on, and nothing is stored twice', async t => {
    const wire = await openWire(beckon.port);
    t.after(() => wire.close());
    const anonymous = freshSession('anon');
    const messages = [...Array(900).keys()].map(i =>
      archived(`${anonymous}-${i % 9}`, 1000 - i, { event: `Step ${i % 7}` }),
    );
    const path = file('long.json.gz', gzipSync(ndjson(messages)));
    let requests = 0;
    wire.loses = () => {
      requests += 1;
      wire.cut = requests === 2;
      return wire.cut;
    };
    const args = ['import', path, '--format', 'segment', '--handle', 'demo', '--token', token];
    const first = await beckon.cli(...args, '--base', wire.at);
    assert.equal(first.code, 1);
    const [, from] = /--from-line (\d+)/.exec(first.err) ?? assert.fail(first.err);
    assert.equal(from, '251');
    assert.equal(counts(first.out).accepted, 250);
    const second = counts((await run(path, 'segment', '--from-line', from)).out);
    assert.deepEqual([second['events read'], second.duplicates, second.accepted], [650, 250, 400]);
    for (let i = 0; i < 9; i += 1) assert.equal((await session(`sg:${anonymous}-${i}`)).signalCount, 100);
  });

  test('of a file that is cut off, what can be read is imported', async () => {
    const { anonymous, messages } = visit();
    const whole = gzipSync(ndjson([...messages, ...visit().messages]), { level: 0 });
    const { code, out, err } = await run(file('cut.gz', whole.subarray(0, whole.length / 2 + 500)), 'segment');
    assert.equal(code, 1);
    assert.match(err, /the file cannot be read on/);
    assert.ok(counts(out).accepted >= 4, out);
    assert.ok((await session(`sg:${anonymous}`)).signals.length >= 4);
    // It says where to go on, once the file is whole.
    const [, from] = /--from-line (\d+)/.exec(err) ?? assert.fail(err);
    const lines = Number(counts(out)['events read']);
    assert.equal(Number(from), lines + 1);
    const rest = counts((await run(file('mended.gz', whole), 'segment', '--from-line', from)).out);
    assert.equal(rest['events read'], messages.length + visit().messages.length - lines);
    assert.equal(rest.duplicates, 0);
  });

  test('offline, and with all times moved so that the newest is now', async t => {
    const other = await Beckon.start();
    t.after(() => other.close());
    await other.stop();
    const { anonymous, messages } = visit();
    const old = messages.map(one => ({ ...one, timestamp: new Date(Date.parse(one.timestamp) - 90 * 86_400_000) }));
    const out = await other.command(
      'import',
      file('old.json', ndjson(old)),
      '--format',
      'segment',
      '--handle',
      'demo',
      '--shift-to-now',
    );
    assert.equal(counts(out).accepted, 5);
    await other.open();
    other.forgetTokens();
    const { json } = await other.as('CREATOR', 'GET', `/chain/sg:${anonymous}`);
    assert.ok(Date.now() - Date.parse(json.signals.at(-1).at) < 60_000, json.signals.at(-1).at);
  });
});

test('RudderStack: by the corrected time, and in the sessions that its browser library counts', async () => {
  const anonymousId = freshSession('anon');
  const rudder = (minutes, message) => ({
    ...archived(anonymousId, minutes, message),
    channel: 'web',
    context: { sessionId: 1_764_000_000_123, library: { name: 'RudderLabs JavaScript SDK' } },
  });
  const messages = [rudder(30, { type: 'page', userId: '' }), rudder(20, { event: 'Order Completed', userId: 'u-1' })];
  const { code, err } = await run(file('rudder.json.gz', gzipSync(ndjson(messages))), 'rudderstack');
  assert.equal(code, 0, err);
  const found = await session(`rs:${anonymousId}.1764000000123`);
  assert.deepEqual([keysOf(found), found.visitorId], [['view', 'Order_Completed'], 'u-1']);
  assert.ok(Math.abs(Date.parse(found.signals[1].at) - Date.parse(messages[1].timestamp)) < 1000);
});

describe('Snowplow’s enriched events', () => {
  // Columns of docs.snowplow.io by number; the others are empty.
  const kColumns = {
    app_id: 0,
    collector_tstamp: 3,
    event: 5,
    event_id: 6,
    v_tracker: 9,
    user_id: 12,
    user_ipaddress: 13,
    domain_userid: 15,
    geo_country: 18,
    page_url: 29,
    page_title: 30,
    mkt_medium: 47,
    mkt_source: 48,
    mkt_campaign: 51,
    se_category: 53,
    se_action: 54,
    se_label: 55,
    se_property: 56,
    se_value: 57,
    unstruct_event: 58,
    br_lang: 83,
    dvce_ismobile: 102,
    domain_sessionid: 123,
    derived_tstamp: 124,
  };
  const tsv = rows =>
    rows
      .map(row => {
        const columns = Array(131).fill('');
        for (const [name, value] of Object.entries(row)) columns[kColumns[name]] = value;
        return `${columns.join('\t')}\n`;
      })
      .join('');
  const time = minutes => ago(minutes).replace('T', ' ').replace('Z', '');
  const uuid = () => crypto.randomUUID();

  test('become the signals that the trackers’ would be', async () => {
    const sid = uuid();
    const visit = {
      app_id: 'demo',
      domain_userid: uuid(),
      domain_sessionid: sid,
      user_id: 'u-7',
      user_ipaddress: '203.0.113.7',
      page_url: 'https://shop.example/pricing?token=s3cret',
      geo_country: 'DE',
      mkt_source: 'email',
      mkt_medium: 'newsletter',
      mkt_campaign: 'spring',
      br_lang: 'de-DE',
      dvce_ismobile: '1',
      v_tracker: 'js-4.10.1',
    };
    const order = { schema: 'iglu:com.acme/order_paid/jsonschema/1-0-0', data: { amount: 20 } };
    const rows = [
      { event: 'page_view', page_title: 'Prices', derived_tstamp: time(30) },
      { event: 'page_ping', derived_tstamp: time(29) },
      {
        event: 'struct',
        se_category: 'cart',
        se_action: 'add',
        se_label: 'lamp',
        se_value: '20',
        derived_tstamp: time(28),
      },
      {
        event: 'unstruct',
        unstruct_event: JSON.stringify({
          schema: 'iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0',
          data: order,
        }),
        collector_tstamp: time(27),
      },
      { event: 'transaction', derived_tstamp: time(26) },
    ].map(row => ({ ...visit, event_id: uuid(), ...row }));
    const path = file('enriched.tsv.gz', gzipSync(`${tsv(rows)}a\tb\n`));
    const { code, out, err } = await run(path, 'snowplow-enriched');
    assert.equal(code, 0, err);
    assert.equal(counts(out).accepted, 3);
    assert.match(out, /not read +1: is a page ping/);
    assert.match(out, /not read +1: does not have the 131 columns of an enriched event \(line 6\)/);
    const found = await session(`sp:${sid}`);
    assert.deepEqual(keysOf(found), ['view', 'cart.add', 'order_paid']);
    assert.deepEqual(
      found.signals.map(({ signalValue }) => signalValue),
      ['/pricing', 'lamp', null],
    );
    assert.equal(found.visitorId, 'u-7');
    assert.deepEqual(found.context, {
      campaign: 'spring',
      country: 'DE',
      device: 'MOBILE',
      locale: 'de-DE',
      medium: 'newsletter',
      page: '/pricing',
      source: 'email',
    });
    assert.equal(found.signals[2].metadata.amount, 20);
    assert.ok(!JSON.stringify(found).includes('s3cret') && !JSON.stringify(found).includes('203.0.113.7'));
    const again = counts((await run(path, 'snowplow-enriched')).out);
    assert.deepEqual([again.accepted, again.duplicates], [0, 3]);
  });
});

test('a format that is none is an error that names them', async () => {
  const { code, err } = await run(file('x.json', ''), 'mixpanel');
  assert.equal(code, 1);
  for (const name of ['segment', 'rudderstack', 'snowplow', 'snowplow-enriched']) assert.match(err, new RegExp(name));
});

test('the commands of the document work as they are written there', async () => {
  const section = readFileSync(join(root, 'docs/neighbours.md'), 'utf8')
    .split(/^## Archives$/m)[1]
    .split(/^## /m)[0];
  const codes = [...section.matchAll(/```\n(.*?)```/gs)].map(([, code]) => code);
  assert.equal(codes.length, 1);
  const place = mkdtempSync(join(folder, 'document-'));
  symlinkSync(binary, join(place, 'beckon'));
  writeFileSync(join(place, 'token'), token);
  const anonymous = freshSession('anon');
  const messages = [archived(anonymous, 9, { type: 'identify', userId: `${anonymous}-u`, traits: { plan: 'pro' } })];
  writeFileSync(join(place, 'archive.json.gz'), gzipSync(ndjson(messages)));
  const commands = codes[0].replaceAll('https://beckon.example', beckon.base).replaceAll('acme', 'demo');
  const env = { PATH: `${place}:${process.env.PATH}` };
  const { stdout } = await promisify(execFile)('bash', ['-euc', commands], { cwd: place, env });
  assert.equal(counts(stdout).accepted, 1);
  const { json } = await beckon.as('OPERATOR', 'GET', `/visitors/${anonymous}-u`);
  assert.equal(json.traits.plan.value, 'pro');
});
