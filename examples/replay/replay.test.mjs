// The mapping on a small CSV made by hand, the sender against a scripted answer, and the whole real file where it is.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { records } from './csv.mjs';
import { send, sessionsOf } from './sender.mjs';
import { observation } from './snowplow.mjs';

const columns = [
  'event_id',
  'platform',
  'event_name',
  'domain_sessionid',
  'domain_userid',
  'derived_tstamp',
  'geo_country',
  'page_urlpath',
  'user_ipaddress',
  'unstruct_event_com_snowplowanalytics_snowplow_ecommerce_snowplow_ecommerce_action_1_0_0',
  'contexts_com_snowplowanalytics_snowplow_ecommerce_product_1_0_0',
  'contexts_com_snowplowanalytics_snowplow_ecommerce_transaction_1_0_0',
  'contexts_com_snowplowanalytics_snowplow_client_session_1_0_1',
  'contexts_com_snowplowanalytics_snowplow_ecommerce_user_1_0_0',
];
const quoted = text => `"${text.replaceAll('"', '""')}"`;
const csv = (...rows) =>
  [columns.join(','), ...rows.map(row => columns.map(column => quoted(row[column] ?? '')).join(',')), ''].join('\n');
const one = row =>
  observation(
    [
      ...records(
        csv({
          event_id: 'e-1',
          platform: 'web',
          event_name: 'page_view',
          domain_sessionid: 's-1',
          derived_tstamp: '2022-12-22 13:25:47.677000+00:00',
          ...row,
        }),
      ),
    ][0],
  );
const [, , , , , , , , , action, products, transaction, clientSession, user] = columns;

test('quoted fields hold commas, doubled quotes and line ends', () => {
  const text = 'a,b\r\n"1,2","say ""hi""\r\nthere"\r\nplain,\r\n';
  assert.deepEqual(
    [...records(text)],
    [
      { a: '1,2', b: 'say "hi"\r\nthere' },
      { a: 'plain', b: '' },
    ],
  );
});

test('a quote that is never closed and a short record are faults, by line', () => {
  assert.throws(() => [...records('a,b\n1,2\n"3,4\n')], /line 3/);
  assert.throws(() => [...records('a,b\n1\n')], /line 2: 1 fields/);
  assert.throws(() => [...records('a,b\n"1"x,2\n')], /line 2/);
});

test('an action becomes the key, its products the metadata', () => {
  const seen = one({
    [action]: '{"type":"add_to_cart","name":null}',
    [products]:
      '[{"id":"1236","category":"Hats","price":"12.0","currency":"EUR","quantity":"2"},{"id":"7","price":"1.5"}]',
    domain_userid: 'v-1',
    geo_country: 'GR',
    page_urlpath: '/x',
  });
  assert.deepEqual(seen, {
    sessionId: 's-1',
    visitorId: 'v-1',
    at: Date.UTC(2022, 11, 22, 13, 25, 47, 677),
    context: { page: '/x', country: 'GR', device: 'DESKTOP' },
    signal: {
      id: 'e-1',
      signalKey: 'add_to_cart',
      signalValue: '1236,7',
      source: 'snowplow',
      metadata: {
        amount: 25.5,
        currency: 'EUR',
        products: [
          { id: '1236', category: 'Hats', price: 12, quantity: 2 },
          { id: '7', price: 1.5 },
        ],
      },
    },
  });
});

test('a transaction is worth its revenue', () => {
  const { signal } = one({
    [action]: '{"type":"transaction"}',
    [transaction]: '[{"transaction_id":"T1","revenue":"26.0","currency":"EUR"}]',
    [products]: '[{"id":"1","price":"12.0"}]',
  });
  assert.equal(signal.signalValue, 'T1');
  assert.equal(signal.metadata.amount, 26);
});

test('without an action the name of the event is the key', () => {
  assert.equal(one({}).signal.signalKey, 'page_view');
});

test('where the session or the visitor is empty, the client-session context tells', () => {
  const seen = one({ domain_sessionid: '', [clientSession]: '[{"sessionId":"c04b","userId":"a163"}]' });
  assert.deepEqual([seen.sessionId, seen.visitorId], ['c04b', 'a163']);
});

test('what cannot be a signal says why', () => {
  assert.equal(one({ domain_sessionid: '' }).problem, 'no session id');
  assert.equal(one({ derived_tstamp: 'never' }).problem, 'no readable time');
  assert.equal(one({ event_name: '' }).problem, 'no event type');
});

test('nothing that names a person goes along', () => {
  const text = JSON.stringify(
    one({ [user]: '[{"id":"U1","email":"peter@example.com"}]', user_ipaddress: '192.0.2.7' }),
  );
  assert.ok(!text.includes('peter') && !text.includes('192.0.2.7') && !text.includes('U1'));
});

test('long values and many products stay within the contract’s limits', () => {
  const many = Array.from({ length: 60 }, (_, i) => ({
    id: `product-${i}-${'x'.repeat(20)}`,
    category: 'y'.repeat(30),
    price: '1.0',
  }));
  const { signal } = one({ [action]: '{"type":"list_view"}', [products]: JSON.stringify(many) });
  assert.ok(Buffer.byteLength(JSON.stringify(signal.metadata)) <= 2048);
  assert.equal(signal.metadata.products.length + signal.metadata.productsLeftOut, 60);
  assert.equal(signal.metadata.amount, 60, 'the amount counts those left out too');
  assert.ok([...signal.signalValue].length <= 256);
});

const observations = (sessionId, count, more = {}) =>
  Array.from({ length: count }, (_, i) => ({
    sessionId,
    visitorId: 'v',
    at: 1000 - i,
    context: {},
    signal: { id: `${sessionId}-${i}`, signalKey: 'v' },
    ...more,
  }));

test('batches hold at most 60 signals of one session, in the order of time, under its first visitor', async () => {
  const bodies = [];
  const sessions = sessionsOf([
    ...observations('a', 100),
    ...observations('b', 5),
    { ...observations('b', 1)[0], at: 5000, visitorId: 'other' },
  ]);
  const totals = await send(sessions, {
    handle: 'demo',
    concurrency: 1,
    post: async body => {
      bodies.push(body);
      return { status: 202, json: { accepted: body.signals.length, duplicates: 0, evicted: 0 } };
    },
  });
  assert.deepEqual(
    bodies.map(body => [body.sessionId, body.signals.length, body.visitorId]),
    [
      ['a', 60, 'v'],
      ['a', 40, 'v'],
      ['b', 6, 'v'],
    ],
  );
  for (const { signals } of bodies)
    assert.deepEqual(
      signals.map(signal => signal.at),
      signals.map(signal => signal.at).sort((x, y) => x - y),
    );
  assert.equal(totals.accepted, 106);
});

test('a 429 is waited out as Retry-After says', async () => {
  const answers = [
    { status: 429, retryAfter: 7 },
    { status: 202, json: { accepted: 3, duplicates: 0, evicted: 0 } },
  ];
  const pauses = [];
  const totals = await send(sessionsOf(observations('a', 3)), {
    post: async () => answers.shift(),
    pause: async ms => {
      pauses.push(ms);
    },
  });
  assert.deepEqual(pauses, [7000]);
  assert.equal(totals.accepted, 3);
});

test('signals that are named in a refusal are left out, the others are sent again', async () => {
  const sizes = [];
  const post = async body => {
    sizes.push(body.signals.length);
    return sizes.length === 1
      ? {
          status: 400,
          json: {
            error: 'validation_error',
            details: [
              { field: 'signals[0].at', issue: 'is older than the retention' },
              { field: 'signals[2].at', issue: 'is older than the retention' },
            ],
          },
        }
      : { status: 202, json: { accepted: body.signals.length, duplicates: 0, evicted: 0 } };
  };
  const totals = await send(sessionsOf(observations('a', 5)), { post });
  assert.deepEqual(sizes, [5, 3]);
  assert.deepEqual(
    [totals.accepted, totals.refused, [...totals.reasons]],
    [3, 2, [['at is older than the retention', 2]]],
  );
});

test('a refusal that names no signal counts the whole batch', async () => {
  const totals = await send(sessionsOf(observations('a', 5)), {
    post: async () => ({ status: 404, json: { error: 'handle_not_found', message: 'There is no such handle.' } }),
  });
  assert.equal(totals.refused, 5);
});

const real = join(import.meta.dirname, '../../../shared/data/clickstream/events.csv');
test('the whole real file becomes signals', {
  skip: existsSync(real)
    ? false
    : 'the clickstream file is not here (looked for ../shared/data/clickstream/events.csv)',
}, () => {
  const all = [...records(readFileSync(real, 'utf8'))].map(observation);
  assert.equal(all.length, 832);
  assert.deepEqual(
    all.filter(seen => seen.problem),
    [],
  );
  assert.equal(sessionsOf(all).length, 63);
  assert.equal(new Set(all.map(seen => seen.signal.id)).size, 832);
  const keys = Object.groupBy(all, seen => seen.signal.signalKey);
  assert.deepEqual(
    [keys.add_to_cart.length, keys.transaction.length, keys.product_view.length, keys.snowplow_ecommerce_action.length],
    [38, 14, 179, 410],
  );
  for (const seen of all) {
    assert.match(seen.sessionId, /^[A-Za-z0-9._:-]{1,128}$/);
    assert.match(seen.signal.signalKey, /^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/);
    assert.ok(Buffer.byteLength(JSON.stringify(seen.signal.metadata)) <= 2048);
    assert.ok(!JSON.stringify(seen).includes('@'));
  }
});
