// @segment/analytics-node and @customerio/cdp-analytics-node as they are published: only host and write key are ours.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, test } from 'node:test';
import { Analytics as CustomerIo } from '@customerio/cdp-analytics-node';
import { Analytics as Segment } from '@segment/analytics-node';
import { freshAddress, freshSession } from '../kit/beckon.mjs';
import { accessToken, basic, served, sessionOf, signalsOf, typesOf } from '../kit/neighbours.mjs';

let beckon, token, wire;
served(made => {
  ({ beckon, token, wire } = made);
});

const batch = (messages, { key = token, headers, ...options } = {}) =>
  beckon.call('POST', '/v1/batch', {
    body: { batch: messages, sentAt: new Date().toISOString() },
    headers: { ...basic(key), ...headers },
    from: freshAddress(),
    ...options,
  });
const track = (more = {}) => ({ type: 'track', event: 'Seen', userId: freshSession('u'), ...more });

for (const [name, Library] of [
  ['Segment', Segment],
  ['Customer.io', CustomerIo],
])
  describe(`the library of ${name}`, () => {
    // A client, the errors that it reported, and the bodies that it sent.
    const open = (settings = {}) => {
      const client = new Library({ host: beckon.base, writeKey: token, ...settings });
      const errors = [];
      client.on('error', error => errors.push(error));
      return { client, errors };
    };
    const done = call => new Promise((resolve, reject) => call(error => (error ? reject(error) : resolve())));

    test('six calls become six signals, and their traits the visitor’s', async () => {
      const { client, errors } = open();
      const userId = freshSession('u');
      const anonymousId = freshSession('a');
      const calls = [
        client.page({ userId, anonymousId, name: 'Pricing', properties: { path: '/pricing' } }),
        client.track({
          userId,
          anonymousId,
          event: 'Order Completed',
          properties: { total: 12.5, items: [{ sku: 1 }] },
        }),
        client.identify({ userId, anonymousId, traits: { plan: 'pro', seats: 5 } }),
        client.group({ userId, anonymousId, groupId: 'g1', traits: { size: 3 } }),
        client.alias({ userId, previousId: anonymousId }),
        client.screen({ userId, anonymousId, name: 'Home' }),
      ];
      assert.deepEqual(calls, Array(6).fill(undefined));
      await client.closeAndFlush();
      assert.deepEqual(errors, []);
      const session = await sessionOf(beckon, `sg:${anonymousId}`);
      const signals = session.signals.map(({ signalKey, signalValue, metadata }) => [signalKey, signalValue, metadata]);
      assert.deepEqual(signals.toSorted(), [
        ['Order_Completed', null, { event: 'Order Completed', total: 12.5, items: [{ sku: 1 }] }],
        ['alias', null, { previousId: anonymousId }],
        ['group', 'g1', { size: 3 }],
        ['identify', null, {}],
        ['screen', 'Home', { name: 'Home' }],
        ['view', '/pricing', { name: 'Pricing', path: '/pricing' }],
      ]);
      assert.equal(session.visitorId, userId);
      const { json: visitor } = await beckon.as('OPERATOR', 'GET', `/visitors/${userId}`);
      assert.equal(visitor.traits.plan.value, 'pro');
      assert.equal(visitor.traits.seats.value, 5);
    });

    test('each call is told that it was sent, and the same messages again add nothing', async () => {
      const sent = [];
      const { client, errors } = open({ host: wire.at });
      const before = wire.passed.length;
      const userId = freshSession('u');
      const told = Array.from({ length: 6 }, (_, n) =>
        done(call => client.track({ userId, event: `Step ${n}` }, call)),
      );
      await client.closeAndFlush();
      await Promise.all(told);
      assert.deepEqual(errors, []);
      for (const { path, body, headers } of wire.passed.slice(before)) {
        assert.equal(path, '/v1/batch');
        sent.push(...JSON.parse(body).batch);
        const again = await beckon.call('POST', path, { body, headers });
        assert.deepEqual([again.status, again.json.accepted], [200, 0]);
      }
      assert.equal(sent.length, 6);
      assert.equal((await signalsOf(beckon, `sg:u:${userId}`)).length, 6);
    });

    test('an answer that is lost is no loss: what is sent again arrives once', async () => {
      const { client, errors } = open({ host: wire.at });
      wire.answers.push({ status: 500 }, { status: 503, headers: { 'retry-after': '1' } });
      const userId = freshSession('u');
      for (let n = 0; n < 3; n += 1) client.track({ userId, event: `Step ${n}` });
      await client.closeAndFlush();
      assert.deepEqual(errors, []);
      assert.deepEqual((await typesOf(beckon, `sg:u:${userId}`)).toSorted(), ['Step_0', 'Step_1', 'Step_2']);
    });

    test('one message that cannot be stored costs none of the others', async () => {
      const userId = freshSession('u');
      const { client, errors } = open({ host: wire.at });
      const before = wire.passed.length;
      for (let n = 0; n < 15; n += 1)
        client.track({
          userId,
          event: n === 7 ? '' : `Step ${n}`,
          properties: n === 3 ? { a: { b: { c: { d: 1 } } } } : {},
        });
      await client.closeAndFlush();
      assert.deepEqual(errors, []);
      assert.equal((await signalsOf(beckon, `sg:u:${userId}`)).length, 14);
      const [{ status }] = wire.passed.slice(before);
      assert.equal(status, 200);
    });
  });

test('Segment’s library waits as Retry-After says when a session is full, and then all is there once', async () => {
  await beckon.as('OWNER', 'PATCH', '/settings', { limits: { sessionSignalsPerMinute: 5 } });
  const anonymousId = freshSession('a');
  const client = new Segment({ host: beckon.base, writeKey: token, maxRetries: 3 });
  const errors = [];
  const answers = [];
  client.on('error', error => errors.push(error));
  client.on('http_request', () => answers.push(Date.now()));
  for (let n = 0; n < 8; n += 1) client.track({ anonymousId, event: `Step ${n}` });
  await client.closeAndFlush({ timeout: 90_000 });
  await beckon.as('OWNER', 'PATCH', '/settings', { limits: { sessionSignalsPerMinute: null } });
  assert.deepEqual(errors, []);
  const types = await typesOf(beckon, `sg:${anonymousId}`);
  assert.deepEqual(
    types.toSorted(),
    Array.from({ length: 8 }, (_, n) => `Step_${n}`),
  );
  assert.ok(answers.length >= 2);
});

describe('the answer', () => {
  test('counts what was stored and what was there, and names each that was not', async () => {
    const messages = [track({ messageId: 'm0' }), track({ event: '', messageId: 'm1' }), { type: 'nothing' }];
    const { status, json, headers } = await batch(messages);
    assert.equal(status, 200);
    assert.equal(headers['x-request-id'], json.requestId);
    assert.deepEqual([json.success, json.accepted, json.duplicates], [true, 1, 0]);
    assert.deepEqual(json.rejected, [
      { index: 1, messageId: 'm1', error: 'validation_error', issue: 'event must be a text that is not empty' },
      {
        index: 2,
        messageId: null,
        error: 'validation_error',
        issue: 'type must be one of track, page, screen, identify, group, alias',
      },
    ]);
    const again = await batch(messages);
    assert.deepEqual([again.json.accepted, again.json.duplicates], [0, 1]);
  });

  test('is 400 where the body is no batch, and 401 where the key is nobody’s', async () => {
    for (const body of ['{', '[]', '{}', '{"batch":{}}', '']) {
      const { status, json } = await beckon.call('POST', '/v1/batch', { body, headers: basic(token) });
      assert.deepEqual([status, json.error], [400, 'invalid_payload'], body);
    }
    const ended = await accessToken(beckon);
    const [id] = ended.replace('patv1_', '').split('.');
    await beckon.as('OPERATOR', 'DELETE', `/tokens/${id}`);
    for (const key of ['nobody', 'No Handle', ended, 'patv1_tok_x.y', `${token}x`]) {
      const { status, json } = await batch([track()], { key });
      assert.deepEqual([status, json.error], [401, 'invalid_token'], key);
    }
    const without = await beckon.call('POST', '/v1/batch', { body: { batch: [track()] } });
    assert.deepEqual([without.status, without.json.error], [401, 'missing_bearer_token']);
    const scopes = await accessToken(beckon, ['chain.resolve']);
    assert.equal((await batch([track()], { key: scopes })).status, 403);
  });

  test('is for the key of the body where no other is said', async () => {
    const body = { batch: [track()], writeKey: token };
    assert.equal((await beckon.call('POST', '/v1/batch', { body })).json.accepted, 1);
    assert.equal(
      (await beckon.call('POST', `/v1/batch?writeKey=${token}`, { body: { batch: [track()] } })).status,
      401,
    );
    assert.equal((await beckon.call('POST', '/v1/batch?writeKey=demo', { body: { batch: [track()] } })).status, 200);
  });

  test('does not depend on the content type, and a body in gzip is inflated', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=UTF-8', 'a/b']) {
      const plain = await batch([track()], { headers: { 'content-type': type } });
      assert.deepEqual([plain.status, plain.json?.accepted], [200, 1], plain.text);
      const body = gzipSync(JSON.stringify({ batch: [track(), track()] }));
      const zipped = await batch([], { body, headers: { 'content-type': type, 'content-encoding': 'gzip' } });
      assert.deepEqual([zipped.status, zipped.json?.accepted], [200, 2], zipped.text);
    }
    const headers = { 'content-encoding': 'br' };
    assert.equal((await batch([track()], { headers })).status, 415);
  });

  test('to a body that inflates too far, or is too large, is no growth and no loss of the server', async () => {
    const zipped = body => batch([], { body: gzipSync(body), headers: { 'content-encoding': 'gzip' } });
    const bomb = await zipped(Buffer.alloc(100 << 20, 0x20));
    assert.deepEqual([bomb.status, bomb.json.error], [413, 'payload_too_large']);
    const noise = randomBytes(750_000).toString('hex');
    const large = await zipped(noise);
    assert.equal(large.status, 400);
    const plain = await batch([track({ properties: { text: 'x'.repeat(1_100_000) } })]);
    assert.deepEqual([plain.status, plain.json.error], [400, 'invalid_payload']);
    const broken = await batch([], { body: Buffer.from('{"batch":[]}'), headers: { 'content-encoding': 'gzip' } });
    assert.deepEqual([broken.status, broken.json.error], [400, 'invalid_payload']);
    const many = await batch(Array.from({ length: 1001 }, () => track()));
    assert.deepEqual([many.status, many.json.error], [400, 'invalid_payload']);
    assert.equal((await batch([track()])).status, 200);
  });

  test('to a batch of a megabyte is the same', async () => {
    const messages = Array.from({ length: 30 }, () => track({ properties: { text: 'x'.repeat(30_000), n: 1 } }));
    const { status, json, text } = await batch(messages);
    assert.deepEqual([status, json.accepted, json.rejected], [200, 30, []], text);
    const [signal] = await signalsOf(beckon, `sg:u:${messages[0].userId}`);
    assert.deepEqual(signal.metadata, { event: 'Seen', n: 1, _cut: true });
  });

  test('to half of an emoji is that it was stored', async () => {
    const body = `{"batch":[${JSON.stringify(track({ properties: { text: 'cut \ud83d' } }))}]}`;
    assert.equal((await batch([], { body })).json.accepted, 1);
  });
});

describe('what a server says of a visitor of whom no browser is known', () => {
  const kRule = {
    triggers: ['home'],
    when: { all: [{ seen: { key: 'Order_Completed' } }] },
    action: { type: 'popup', payload: { title: '{{signal.metadata.coupon}}', text: 'x' } },
  };
  const signals = async (sessionId, more = {}) =>
    beckon.call('POST', '/v2/public/chain/signals', {
      body: { handle: 'demo', sessionId, signals: [{ type: 'x' }], ...more },
      from: freshAddress(),
    });

  test('is neither read nor changed by who knows the visitor’s id', async () => {
    const saved = await beckon.as('CREATOR', 'PUT', '/chain-rules/of-order', kRule);
    assert.ok(saved.status < 300, saved.text);
    for (const userId of [freshSession('u'), `${freshSession('u')}@shop.example`]) {
      const event = { ...track({ event: 'Order Completed', userId }), properties: { coupon: 'SECRET' } };
      assert.equal((await batch([{ ...event, messageId: `${userId}-1` }])).json.accepted, 1);
      const { items } = (await beckon.as('OPERATOR', 'GET', '/chain?limit=200')).json;
      const { sessionId } = items.find(({ visitorId }) => visitorId === userId);
      const asked = { sessionId, trigger: 'home' };
      const own = await beckon.as('CREATOR', 'POST', '/chain/resolve', asked);
      assert.equal(own.json.action.payload.title, 'SECRET');
      for (const path of ['/v2/public/chain/resolve', '/v2/public/chain/prefetch']) {
        const answer = await beckon.call('POST', path, { body: { handle: 'demo', ...asked }, from: freshAddress() });
        assert.deepEqual([answer.status, answer.json.details[0].field], [400, 'sessionId']);
      }
      const flag = await beckon.call('POST', '/v2/public/ofrep/demo/ofrep/v1/evaluate/flags/home', {
        body: { context: { targetingKey: sessionId } },
        from: freshAddress(),
      });
      assert.equal(flag.status, 400);
      assert.equal((await signals(sessionId, { consent: 'denied' })).status, 400);
      // By the libraries' routes, with the handle's name as the key.
      const pages = [
        track({ userId, messageId: 'p-1' }),
        track({ anonymousId: sessionId.slice(3), userId: undefined }),
      ];
      for (const headers of [{}, { 'sec-gpc': '1' }]) await batch(pages, { key: 'demo', headers });
      const after = await batch([{ ...event, messageId: `${userId}-2` }]);
      assert.deepEqual([after.json.accepted, after.json.denied], [1, undefined]);
      assert.deepEqual(await typesOf(beckon, sessionId), ['Order_Completed', 'Order_Completed']);
    }
  });

  test('a message that is nested too deeply costs no other', async () => {
    let deep = 'end';
    for (let i = 0; i < 60; i++) deep = i % 2 ? [deep] : { deep };
    const userId = freshSession('u');
    const { status, json } = await batch([
      track({ userId, messageId: '1' }),
      track({ userId, messageId: 2, properties: { a: 1, deep } }),
      track({ userId, messageId: 2 }),
    ]);
    assert.deepEqual([status, json.accepted, json.duplicates], [200, 2, 1], JSON.stringify(json));
    const [, { metadata }] = await signalsOf(beckon, `sg:u:${userId}`);
    assert.deepEqual(metadata, { event: 'Seen', a: 1, _cut: true });
  });
});

describe('the public key', () => {
  test('is the handle’s name, with the limits of an address and traits of pages', async () => {
    const from = freshAddress();
    const userId = freshSession('u');
    const sent = await batch([{ type: 'identify', userId, traits: { level: 'gold' } }], { key: 'demo', from });
    assert.deepEqual([sent.status, sent.json.accepted], [200, 1]);
    assert.match(sent.json.rejected[0].issue, /^traits\.level is not public/);
    assert.equal(sent.json.rejected[0].error, 'trait_refused');
    const many = Array.from({ length: 130 }, (_, n) => track({ messageId: `${userId}-${n}` }));
    const first = await batch(many, { key: 'demo', from });
    assert.deepEqual([first.status, first.json.error, first.json.accepted], [429, 'rate_limited', 119], first.text);
    assert.ok(Number(first.headers['retry-after']) >= 1);
    const none = await batch(many, { key: 'demo', from });
    assert.equal(none.status, 429);
    const other = await batch(many, { key: 'demo', from: freshAddress() });
    assert.deepEqual([other.json.accepted, other.json.duplicates], [11, 119], other.text);
  });

  test('an access token has its own limit, not that of an address', async () => {
    const many = Array.from({ length: 500 }, () => track());
    const from = freshAddress();
    for (let n = 0; n < 3; n += 1) assert.equal((await batch(many, { from })).json.accepted, 500);
  });

  test('is judged by origin, and an access token in a page is refused', async () => {
    await beckon.as('OWNER', 'PUT', '/context-origins', { origins: ['https://shop.example'] });
    const from = origin => batch([track()], { key: 'demo', headers: { origin } });
    const ours = await from('https://shop.example');
    assert.equal(ours.headers['access-control-allow-origin'], 'https://shop.example');
    assert.match(ours.headers['access-control-expose-headers'], /retry-after/);
    const other = await from('https://other.example');
    assert.deepEqual([other.status, other.json.error], [403, 'origin_not_allowed']);
    await beckon.as('OWNER', 'PUT', '/context-origins', { origins: [] });
    const inPage = await batch([track()], { headers: { origin: 'https://shop.example' } });
    assert.deepEqual([inPage.status, inPage.json.error], [403, 'origin_not_allowed']);
    const unknown = await batch([track()], { key: 'nobody', headers: { origin: 'https://shop.example' } });
    assert.deepEqual([unknown.status, unknown.headers['access-control-allow-origin']], [401, '*']);
  });

  test('a preflight allows what the libraries send', async () => {
    const asked = 'authorization,content-type,x-retry-count,anonymousid,sentat,rsa-retry-attempt,if-none-match';
    const { status, headers } = await beckon.call('OPTIONS', '/v1/batch', {
      headers: { origin: 'https://shop.example', 'access-control-request-headers': asked },
    });
    assert.equal(status, 204);
    const allowed = headers['access-control-allow-headers'].split(', ');
    for (const name of asked.split(',')) assert.ok(allowed.includes(name), name);
    assert.equal(headers['access-control-allow-origin'], '*');
    assert.ok(Number(headers['access-control-max-age']) > 0);
  });

  test('Sec-GPC is heard', async () => {
    const userId = freshSession('u');
    const anonymousId = freshSession('a');
    await batch([track({ userId, anonymousId })], { key: 'demo', headers: { 'sec-gpc': '1' } });
    const session = await sessionOf(beckon, `sg:${anonymousId}`);
    assert.deepEqual([session.consent, session.visitorId], ['basic', null]);
  });
});
