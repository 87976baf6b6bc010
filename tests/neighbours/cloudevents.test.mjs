// CloudEvents, in and out, with the SDK as it is published: docs/neighbours.md, "CloudEvents".
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { CloudEvent, emitterFor, HTTP, httpTransport, Mode } from 'cloudevents';
import { Beckon, freshSession, root } from '../kit/beckon.mjs';
import { accessToken, sessionOf, signalsOf } from '../kit/neighbours.mjs';
import { until } from '../kit/wait.mjs';

let beckon, token;
before(async () => {
  beckon = await Beckon.start();
  token = await accessToken(beckon);
});
after(async () => {
  await beckon?.close();
});

const path = (what = 'cloudevents') => `/v2/public/handles/demo/${what}`;
let ids = 0;
const eventOf = (more = {}) =>
  new CloudEvent({ id: `e-${(ids += 1)}`, source: '/shop', type: 'order.paid', data: { amount: 5 }, ...more });
// Sends what the SDK has made of it; its transport drops no header and reads no answer.
const send = ({ headers, body }, { to = path(), of = token, more = {} } = {}) =>
  beckon.call('POST', to, { body, token: of, headers: { ...headers, ...more } });
const batch = (events, options) =>
  send({ headers: { 'content-type': 'application/cloudevents-batch+json' }, body: JSON.stringify(events) }, options);
const attributes = event => JSON.parse(JSON.stringify(event));

describe('what a producer sends', () => {
  test('is one signal in the structured and in the binary mode, and the second is a duplicate', async () => {
    const sessionid = freshSession();
    const time = new Date(Date.now() - 60_000).toISOString();
    const event = eventOf({ sessionid, subject: 'v-1', time });
    for (const message of [HTTP.structured(event), HTTP.binary(event)]) {
      const answer = await send(message);
      assert.deepEqual([answer.status, answer.text], [202, '']);
    }
    const session = await sessionOf(beckon, sessionid);
    assert.equal(session.visitorId, 'v-1');
    const { signalKey, source, metadata, at } = session.signals[0];
    assert.deepEqual([session.signals.length, signalKey, source, metadata], [1, 'order.paid', '/shop', { amount: 5 }]);
    assert.equal(Date.parse(at), Date.parse(time));
  });

  test('comes through the emitter of the SDK, in either mode', async () => {
    const sessionid = freshSession();
    for (const mode of [Mode.BINARY, Mode.STRUCTURED]) {
      const emit = emitterFor(httpTransport(beckon.base + path()), { mode });
      await emit(eventOf({ sessionid }), { headers: { authorization: `Bearer ${token}` } });
    }
    await until('both are stored', async () => (await signalsOf(beckon, sessionid)).length === 2);
  });

  test('is taken on the route of signals too, by its content type', async () => {
    const sessionid = freshSession();
    const options = { to: path('chain/signals') };
    assert.equal((await send(HTTP.structured(eventOf({ sessionid })), options)).status, 202);
    assert.equal((await send(HTTP.binary(eventOf({ sessionid })), options)).status, 202);
    assert.equal((await batch([eventOf({ sessionid })], options)).json.accepted, 1);
    assert.equal((await signalsOf(beckon, sessionid)).length, 3);
    const { status } = await send({ headers: { 'content-type': 'text/plain' }, body: 'x' }, options);
    assert.equal(status, 415);
  });

  test('without a session is in one of its subject, and the same id of another source is another event', async () => {
    const subject = `v ${freshSession()} für`;
    const event = eventOf({ subject });
    await send(HTTP.structured(event));
    await send(HTTP.structured(event.cloneWith({ source: '/other' })));
    const { items } = (await beckon.as('OPERATOR', 'GET', '/chain?limit=200')).json;
    const found = items.filter(({ visitorId }) => visitorId === subject);
    assert.deepEqual([found.length, found[0].version], [1, 2]);
    assert.match(found[0].sessionId, /^ce:u:h[\w-]{43}$/);
  });

  test('as a batch is stored event by event', async () => {
    const sessionid = freshSession();
    const good = () => attributes(eventOf({ sessionid }));
    const [bad] = [good()];
    delete bad.source;
    const answer = await batch([good(), bad, good()]);
    assert.equal(answer.status, 200, answer.text);
    const { accepted, duplicates, rejected } = answer.json;
    assert.deepEqual([accepted, duplicates], [2, 0]);
    assert.deepEqual(rejected, [
      {
        index: 1,
        messageId: bad.id,
        error: 'validation_error',
        issue: 'source is required: a text that is not empty',
      },
    ]);
    assert.equal((await signalsOf(beckon, sessionid)).length, 2);
  });

  test('is refused as a whole where it is one event, with every fault', async () => {
    const refused = async (message, options) => {
      const { status, json } = await send(message, options);
      return [status, json.error, (json.details ?? []).map(({ field }) => field)];
    };
    const structured = { 'content-type': 'application/cloudevents+json' };
    assert.deepEqual(await refused({ headers: structured, body: '{"id":"1","specversion":"0.3"}' }), [
      400,
      'validation_error',
      ['specversion', 'source', 'type', 'subject'],
    ]);
    assert.deepEqual(await refused({ headers: { 'content-type': 'application/json' }, body: '{}' }), [
      400,
      'validation_error',
      ['specversion', 'id', 'source', 'type', 'subject'],
    ]);
    const binary = HTTP.binary(eventOf({ subject: 'v' }));
    assert.deepEqual(await refused({ ...binary, body: '{' }), [400, 'invalid_payload', []]);
    assert.deepEqual(await refused(binary, { more: { 'ce-subject': '%zz' } }), [
      400,
      'validation_error',
      ['ce-subject'],
    ]);
    const old = HTTP.structured(eventOf({ subject: 'v', time: '2001-01-01T00:00:00Z' }));
    assert.deepEqual(await refused(old), [400, 'validation_error', []]);
    assert.deepEqual((await refused(binary, { of: 'patv1_none' }))[0], 401);
    assert.deepEqual((await refused(binary, { of: await accessToken(beckon, ['audit.read']) }))[0], 403);
  });

  test('has percent-encoded headers, and data of any type', async () => {
    const sessionid = freshSession();
    const { headers } = HTTP.binary(eventOf({ sessionid }));
    const more = { 'ce-subject': 'f%C3%BCr%20%22dich%22', 'content-type': 'text/plain' };
    assert.equal((await send({ headers, body: 'paid' }, { more })).status, 202);
    const session = await sessionOf(beckon, sessionid);
    assert.deepEqual([session.visitorId, session.signals[0].metadata], ['für "dich"', { data: 'paid' }]);
  });

  test('may be chunked, but not longer than the limit', async () => {
    const sessionid = freshSession();
    const message = HTTP.structured(eventOf({ sessionid }));
    const head = [
      `POST ${path()} HTTP/1.1`,
      'host: x',
      `authorization: Bearer ${token}`,
      'content-type: application/cloudevents+json',
      'transfer-encoding: chunked',
    ].join('\r\n');
    const body = Buffer.from(message.body);
    const chunk = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
    assert.equal((await beckon.raw(`${head}\r\n\r\n${chunk}`)).status, 202);
    assert.equal((await signalsOf(beckon, sessionid)).length, 1);
    const status = await new Promise((done, failed) => {
      const socket = connect(beckon.port, '127.0.0.1');
      socket.on('error', failed);
      socket.once('data', part => {
        done(Number(/^HTTP\/1.1 (\d+)/.exec(part)[1]));
        socket.destroy();
      });
      socket.write(`${head}\r\n\r\n${(1_100_000).toString(16)}\r\n${'x'.repeat(1_000)}`);
    });
    assert.equal(status, 413);
  });

  test('in a session of another visitor is in one of its own', async () => {
    const sessionid = 'ab'; // shorter than what ids of sessions that are made begin with
    await send(HTTP.structured(eventOf({ sessionid, subject: 'first' })));
    assert.equal((await send(HTTP.structured(eventOf({ sessionid, subject: 'second' })))).status, 202);
    const { items } = (await beckon.as('OPERATOR', 'GET', '/chain?limit=200')).json;
    const found = items.find(({ visitorId }) => visitorId === 'second');
    assert.match(found.sessionId, /^ce:ab\.[0-9a-f]{8}$/);
  });
});

describe('what a subscription gets', () => {
  for (const [format, mode] of [
    ['cloudevents', 'structured'],
    ['cloudevents-binary', 'binary'],
  ])
    test(`is a CloudEvent in the ${mode} mode where it asks for ${format}, signed as any other`, async () => {
      const hook = await beckon.subscribe(['signal.bought'], { more: { format } });
      try {
        assert.equal(hook.made.format, format);
        const sessionId = freshSession();
        await beckon.chain('signals', { sessionId, visitorId: 'für', signals: [{ type: 'bought' }] });
        const { headers, raw, verified } = await hook.log.next();
        assert.ok(verified);
        const event = HTTP.toEvent({ headers, body: raw });
        assert.ok(event.validate());
        assert.deepEqual(
          [event.id, event.type, event.source, event.sessionid],
          [headers['webhook-id'], 'signal.bought', '/v2/handles/demo', sessionId],
        );
        assert.equal(mode === 'binary' ? decodeURIComponent(event.subject) : event.subject, 'für');
        assert.deepEqual([event.data.sessionId, event.data.signal.signalKey], [sessionId, 'bought']);
        assert.ok(Math.abs(Date.parse(event.time) - Date.now()) < 60_000);
        // What the operator is shown is what was sent.
        const shown = await until('it is delivered', async () => {
          const { items } = (await beckon.as('OPERATOR', 'GET', `/webhooks/${hook.id}/deliveries`)).json;
          const one =
            items[0] &&
            (await beckon.as('OPERATOR', 'GET', `/webhooks/${hook.id}/deliveries/${items[0].deliveryId}`)).json;
          return one?.status === 'delivered' && one;
        });
        assert.equal(shown.requestBody, raw);
        const sent = shown.attempts[0].requestHeaders;
        for (const [name, value] of Object.entries(sent)) if (value !== '***') assert.equal(headers[name], value, name);
        assert.equal(sent['content-length'], String(Buffer.byteLength(raw)));
      } finally {
        await hook.close();
      }
    });

  test('changes with the subscription, also for a delivery that is sent again', async () => {
    let status = 500;
    const hook = await beckon.subscribe(['signal.again'], { answer: () => ({ status }) });
    try {
      await beckon.signal(freshSession(), { type: 'again' });
      const first = await hook.log.next();
      assert.equal(first.event.type, 'signal.again');
      assert.equal(first.event.specversion, undefined);
      status = 200;
      const change = { format: 'cloudevents' };
      const changed = await beckon.as('OPERATOR', 'PATCH', `/webhooks/${hook.id}`, change);
      assert.deepEqual([changed.status, changed.json.format], [200, 'cloudevents']);
      const second = await hook.log.next(({ event }) => event.specversion === '1.0');
      assert.equal(second.event.id, first.event.id);
      const wrong = await beckon.as('OPERATOR', 'PATCH', `/webhooks/${hook.id}`, { format: 'xml' });
      assert.deepEqual([wrong.status, wrong.json.details[0].field], [400, 'format']);
    } finally {
      await hook.close();
    }
  });
});

test('the snippets of docs/neighbours.md work as they are written', async () => {
  const text = readFileSync(join(root, 'docs/neighbours.md'), 'utf8');
  const [, section] = /^## CloudEvents\n([\s\S]*?)(?=^## )/m.exec(text);
  const [, code] = /```mjs\n([\s\S]*?)```/.exec(section);
  const [, command] = /```sh\n([\s\S]*?)```/.exec(section);
  const env = { ...process.env, API_BASE: beckon.base, HANDLE: 'demo', ACCESS_TOKEN: token };
  const run = (program, args) => promisify(execFile)(program, args, { cwd: import.meta.dirname, env });
  await run(process.execPath, ['--input-type=module', '-e', code]);
  await until('it is stored', async () => (await signalsOf(beckon, 'sess-ce-1')).length === 1);
  await run('bash', ['-euc', command]);
  assert.equal((await signalsOf(beckon, 'sess-ce-2')).length, 1);
});
