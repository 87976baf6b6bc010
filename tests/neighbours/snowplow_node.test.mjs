// @snowplow/node-tracker as it is published: only endpoint and application id are ours.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { buildPageView, buildSelfDescribingEvent, buildStructEvent, newTracker } from '@snowplow/node-tracker';
import { freshAddress, freshSession } from '../kit/beckon.mjs';
import { basic, served, sessionOf, signalsOf, typesOf } from '../kit/neighbours.mjs';
import { until } from '../kit/wait.mjs';

let beckon, token, wire;
served(made => {
  ({ beckon, token, wire } = made);
});

// A tracker of a user, and what it was told of its requests.
function open(emitter = {}, appId = 'demo') {
  const userId = freshSession('u');
  const said = { ok: 0, failed: [] };
  const tracker = newTracker(
    { namespace: freshSession('n'), appId },
    {
      endpoint: wire.at,
      bufferSize: 1,
      onRequestSuccess: () => {
        said.ok += 1;
      },
      onRequestFailure: failure => said.failed.push(failure),
      ...emitter,
    },
  );
  tracker.setUserId(userId);
  return { tracker, userId, said };
}
const order = buildSelfDescribingEvent({
  event: { schema: 'iglu:com.acme/order_paid/jsonschema/1-0-0', data: { total: 5, items: [{ sku: 'a' }] } },
});
const three = [
  buildPageView({ pageUrl: 'https://shop.example/pricing?coupon=1', pageTitle: 'Pricing' }),
  buildStructEvent({ category: 'shop', action: 'add', label: 'sku-1', property: 'size', value: 3.5 }),
  order,
];

for (const eventMethod of ['post', 'get'])
  test(`a page view, a structured and a self-describing event are signals, by ${eventMethod}`, async () => {
    const { tracker, userId, said } = open({ eventMethod });
    for (const event of three) tracker.track(event);
    await until('all were taken', () => said.ok >= (eventMethod === 'get' ? 3 : 1) || said.failed.length > 0);
    assert.deepEqual(said.failed, []);
    const session = await until('all are there', async () => {
      const seen = await sessionOf(beckon, `sp:w:${userId}`);
      return seen?.signals.length === 3 && seen;
    });
    assert.equal(session.visitorId, userId);
    assert.deepEqual(
      session.signals
        .map(({ signalKey, signalValue, metadata }) => [signalKey, signalValue, metadata])
        .toSorted(([one], [other]) => (one < other ? -1 : 1)),
      [
        ['order_paid', null, { total: 5, items: [{ sku: 'a' }] }],
        ['shop.add', 'sku-1', { property: 'size', value: 3.5 }],
        ['view', '/pricing', { name: 'Pricing' }],
      ],
    );
    assert.equal(session.context.page, '/pricing');
  });

test('the key may stand in the path, or be an access token in a header', async () => {
  const byPath = open({ postPath: '/demo/com.snowplowanalytics.snowplow/tp2' }, 'shop-app');
  const byHeader = open({ customHeaders: { Authorization: basic(token).authorization } }, 'shop-app');
  for (const [{ tracker, said, userId }, family] of [
    [byPath, 'sp:w'],
    [byHeader, 'sp:u'],
  ]) {
    tracker.track(order);
    await until('it was taken', () => said.ok === 1);
    assert.deepEqual(await typesOf(beckon, `${family}:${userId}`), ['order_paid']);
  }
});

test('what could not be sent goes out with the next event, and is stored once', async () => {
  const { tracker, userId, said } = open();
  wire.answers.push({ status: 503 }, { status: 429 });
  tracker.track(buildStructEvent({ category: 'step', action: '0' }));
  await until('it was refused', () => said.failed.length === 1);
  tracker.track(buildStructEvent({ category: 'step', action: '1' }));
  await until('it was refused again', () => said.failed.length >= 2);
  tracker.track(buildStructEvent({ category: 'step', action: '2' }));
  await until('all are there', async () => (await signalsOf(beckon, `sp:w:${userId}`)).length === 3);
  assert.deepEqual((await typesOf(beckon, `sp:w:${userId}`)).toSorted(), ['step.0', 'step.1', 'step.2']);
});

test('an unknown application id is final', async () => {
  const { tracker, said } = open({}, 'nobody');
  tracker.track(order);
  await until('it was refused', () => said.failed.length === 1);
  assert.deepEqual([said.failed[0].status, said.failed[0].willRetry], [401, false]);
});

const tp2 = '/com.snowplowanalytics.snowplow/tp2';
const post = (data, options = {}) => beckon.call('POST', tp2, { body: { data }, from: freshAddress(), ...options });
const view = (more = {}) => ({ e: 'pv', aid: 'demo', uid: freshSession('u'), ...more });

test('the answer is ok, and counts where an event was rejected', async () => {
  const ok = await post([view(), { e: 'pp', aid: 'demo' }]);
  assert.deepEqual([ok.status, ok.text, ok.headers['content-type']], [200, 'ok', 'text/plain']);
  const { status, json } = await post([view(), view({ e: 'tr' }), { e: 'pv', aid: 'demo' }]);
  assert.deepEqual([status, json.accepted, json.rejected.map(({ index }) => index)], [200, 1, [1, 2]]);
  const got = await beckon.call(
    'GET',
    `/i?e=pv&aid=demo&uid=${freshSession('u')}&url=${encodeURIComponent('https://a.example/ü')}`,
  );
  assert.deepEqual([got.status, got.text], [200, 'ok']);
});

test('an event that is asked for by HEAD is not stored', async () => {
  const path = `/i?e=pv&aid=demo&uid=${freshSession('u')}&duid=${freshSession('d')}&sid=${randomUUID()}`;
  assert.equal((await beckon.call('HEAD', `${path}&eid=${randomUUID()}`)).status, 200);
  assert.equal((await beckon.call('GET', `${path}&eid=${randomUUID()}`)).status, 200);
  const [newest] = (await beckon.as('CREATOR', 'GET', '/chain?limit=1')).json.items;
  const { json } = await beckon.as('CREATOR', 'GET', `/chain/${encodeURIComponent(newest.sessionId)}`);
  assert.equal(json.signals.length, 1);
});

test('it is never 413, which would be sent for ever, and an access token is not taken from a URL', async () => {
  const large = await post([view({ url: 'x'.repeat(1_100_000) })]);
  assert.deepEqual([large.status, large.json.error], [400, 'invalid_payload']);
  assert.equal((await post(Array.from({ length: 1001 }, () => view()))).status, 400);
  assert.equal((await beckon.call('GET', `/i?e=pv&uid=u&aid=${token}`)).status, 401);
  assert.equal((await beckon.call('POST', `/${token}${tp2}`, { body: { data: [view()] } })).status, 401);
  assert.equal((await beckon.call('POST', `/nobody${tp2}`, { body: { data: [view()] } })).status, 401);
});

test('a page reads the answer with credentials, for which its origin is named', async () => {
  const origin = 'https://shop.example';
  const preflight = await beckon.call('OPTIONS', tp2, { headers: { origin } });
  const answer = await post([view()], { headers: { origin } });
  for (const { headers } of [preflight, answer]) {
    assert.equal(headers['access-control-allow-origin'], origin);
    assert.equal(headers['access-control-allow-credentials'], 'true');
    assert.match(headers.vary, /Origin/);
    assert.equal(headers['set-cookie'], undefined);
  }
  const nowhere = await post([view()], { headers: { origin: 'null' } });
  assert.equal(nowhere.headers['access-control-allow-origin'], '*');
  assert.equal(nowhere.headers['access-control-allow-credentials'], undefined);
  const other = await beckon.call('OPTIONS', '/v1/batch', { headers: { origin } });
  assert.equal(other.headers['access-control-allow-credentials'], undefined);
});
