// W3C Trace Context: the trace of a request is in its log line and goes on with the deliveries that it causes.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Beckon, freshAddress, freshSession, quickRetries } from './kit/beckon.mjs';
import { until } from './kit/wait.mjs';

const trace = '4bf92f3577b34da6a3ce929d0e0e4736',
  parent = '00f067aa0ba902b7',
  traceparent = `00-${trace}-${parent}-01`,
  tracestate = 'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE';

let beckon, hook;
before(async () => {
  beckon = await Beckon.start({ flags: ['--dev', '--log-requests', 'all', ...quickRetries] });
  hook = await beckon.subscribe(['*']);
});
after(async () => {
  await hook?.close();
  await beckon?.close();
});

const lines = event =>
  beckon.log
    .split('\n')
    .filter(line => line.includes(`"event":"${event}"`))
    .map(line => JSON.parse(line));
const lineOf = (event, fits) => until(`a line ${event} that fits`, () => lines(event).find(fits), 10_000);
// Sends a signal of a new session, and waits for its delivery.
async function signal(headers, to = hook) {
  const sessionId = freshSession();
  const { status, text, json } = await beckon.chain(
    'signals',
    { sessionId, signals: [{ type: 'view' }] },
    { from: freshAddress(), headers },
  );
  assert.equal(status, 202, text);
  const sent = await to.log.next(one => one.event?.payload.sessionId === sessionId);
  return { sessionId, requestId: json.requestId, sent };
}
const read = header => {
  const [, id, span, flags] = /^00-([0-9a-f]{32})-([0-9a-f]{16})-(0[01])$/.exec(header ?? '') ?? [];
  return { id, span, flags };
};

test('a delivery is in the trace of the request that caused it, with a parent of its own; signatures stay as they are', async () => {
  const { sent, requestId } = await signal({ traceparent, tracestate });
  assert.ok(sent.verified);
  const { id, span, flags } = read(sent.headers.traceparent);
  assert.deepEqual([id, flags, sent.headers.tracestate], [trace, '01', tracestate]);
  assert.notEqual(span, parent);
  assert.notEqual(span, '0'.repeat(16));
  assert.equal((await lineOf('request', line => line.id === requestId)).trace, trace);
  const attempt = await lineOf('attempt', line => line.webhookId === sent.event.id);
  assert.deepEqual([attempt.trace, attempt.span], [trace, span]);
  const { cause, deliveries } = (await beckon.as('OPERATOR', 'GET', `/events/${sent.event.id}`)).json;
  assert.deepEqual([cause.traceparent, cause.tracestate], [traceparent, tracestate]);
  const shown = await until('the attempt is written', async () => {
    const { json } = await beckon.as('OPERATOR', 'GET', `/webhooks/${hook.id}/deliveries/${deliveries[0].deliveryId}`);
    return json.attempts[0];
  });
  assert.equal(shown.requestHeaders.traceparent, sent.headers.traceparent);
  assert.equal(shown.requestHeaders.tracestate, tracestate);
});

test('a request without a trace begins none', async () => {
  const { sent, requestId } = await signal({});
  assert.deepEqual([sent.headers.traceparent, sent.headers.tracestate], [undefined, undefined]);
  assert.ok(!('trace' in (await lineOf('request', line => line.id === requestId))));
  const attempt = await lineOf('attempt', line => line.webhookId === sent.event.id);
  assert.ok(!('trace' in attempt) && !('span' in attempt));
  const { cause } = (await beckon.as('OPERATOR', 'GET', `/events/${sent.event.id}`)).json;
  assert.deepEqual(Object.keys(cause), ['signal']);
});

describe('what is invalid is ignored, and the request is not refused for it:', () => {
  const other = traceparent.slice(2);
  for (const [says, headers] of Object.entries({
    'another length': { traceparent: `${traceparent}0`, tracestate },
    'upper case': { traceparent: traceparent.toUpperCase(), tracestate },
    'a trace of zeros': { traceparent: `00-${'0'.repeat(32)}-${parent}-01`, tracestate },
    'a parent of zeros': { traceparent: `00-${trace}-${'0'.repeat(16)}-01`, tracestate },
    'version ff': { traceparent: `ff${other}`, tracestate },
    'more behind version 00': { traceparent: `${traceparent}-more`, tracestate },
    'two of them': { traceparent: [traceparent, traceparent], tracestate },
    'a tracestate alone': { tracestate },
  }))
    test(says, async () => {
      const { sent } = await signal(headers);
      assert.deepEqual([sent.headers.traceparent, sent.headers.tracestate], [undefined, undefined]);
    });

  test('a tracestate that is no list, or longer than 512 bytes: the trace goes on without it', async () => {
    for (const state of ['Rojo=1', 'rojo', `a=${'x'.repeat(255)},b=${'x'.repeat(255)}`]) {
      const { sent } = await signal({ traceparent, tracestate: state });
      assert.equal(read(sent.headers.traceparent).id, trace);
      assert.equal(sent.headers.tracestate, undefined, state);
    }
    const longest = `a=${'x'.repeat(253)},b=${'x'.repeat(254)}`;
    assert.equal((await signal({ traceparent, tracestate: longest })).sent.headers.tracestate, longest);
  });
});

test('a later version is read as far as this one goes, and sent on as this one with the flag that it knows', async () => {
  const { sent } = await signal({ traceparent: `cc-${trace}-${parent}-fe-what-comes-later` });
  assert.deepEqual([read(sent.headers.traceparent).id, read(sent.headers.traceparent).flags], [trace, '00']);
});

test('decisions, custom events, tests and edited deliveries keep the trace of their requests, too', async () => {
  const headers = { traceparent };
  const isIn = ({ headers: sent }) => assert.equal(read(sent.traceparent).id, trace);
  const rule = { triggers: ['traced'], when: {}, action: { type: 'banner', payload: {} } };
  assert.equal((await beckon.as('CREATOR', 'PUT', '/chain-rules/traced', rule)).status, 201);
  const sessionId = freshSession();
  const decided = await beckon.chain('resolve', { sessionId, trigger: 'traced' }, { headers, from: freshAddress() });
  assert.equal(decided.json?.outcome, 'act', decided.text);
  isIn(await hook.log.next(one => one.event?.payload.decisionId === decided.json.decisionId));

  const published = await beckon.as('OPERATOR', 'POST', '/events', { type: 'order.paid', payload: {} }, { headers });
  const paid = await hook.log.next(one => one.event?.id === published.json.eventId);
  isIn(paid);

  const tested = await beckon.as('OPERATOR', 'POST', `/webhooks/${hook.id}/test`, {}, { headers });
  isIn(await hook.log.next(one => one.event?.id === tested.json.eventId));

  const { deliveries } = (await beckon.as('OPERATOR', 'GET', `/events/${published.json.eventId}`)).json;
  const path = `/webhooks/${hook.id}/deliveries/${deliveries[0].deliveryId}`;
  const again = '00-11111111111111111111111111111111-2222222222222222-00';
  const edited = await until('it has ended, and can be edited', async () => {
    const { status, json } = await beckon.as(
      'OPERATOR',
      'POST',
      `${path}/resend`,
      { payload: { n: 1 } },
      { headers: { traceparent: again } },
    );
    return status === 202 && json;
  });
  const sent = await hook.log.next(one => one.event?.id === edited.eventId);
  assert.equal(read(sent.headers.traceparent).id, '1'.repeat(32));
});

test('retries are in the trace as well, each with its own parent, also after a restart', async () => {
  let answers = 503;
  const failing = await beckon.subscribe(['signal.view'], { answer: () => ({ status: answers }) });
  const { sent } = await signal({ traceparent, tracestate }, failing);
  const of = ({ event }) => event?.id === sent.event.id;
  await until('it is retried', () => failing.log.items.filter(of).length >= 2);
  await beckon.kill();
  answers = 200;
  const before = failing.log.items.length;
  await beckon.open();
  beckon.forgetTokens();
  const { deliveries } = (await beckon.as('OPERATOR', 'GET', `/events/${sent.event.id}`)).json;
  const { deliveryId } = deliveries.find(one => one.subscriptionId === failing.id);
  await until('it has ended', async () => {
    const { json } = await beckon.as('OPERATOR', 'GET', `/webhooks/${failing.id}/deliveries/${deliveryId}`);
    return ['delivered', 'failed'].includes(json.status);
  });
  if (failing.log.items.slice(before).filter(of).length === 0)
    assert.equal(
      (await beckon.as('OPERATOR', 'POST', `/webhooks/${failing.id}/deliveries/${deliveryId}/retry`, {})).status,
      202,
    );
  await until('it is sent again', () => failing.log.items.slice(before).some(of));
  const all = failing.log.items.filter(of).map(({ headers }) => headers);
  for (const headers of all) assert.deepEqual([read(headers.traceparent).id, headers.tracestate], [trace, tracestate]);
  assert.equal(new Set(all.map(headers => headers.traceparent)).size, all.length);
  await failing.close();
});

test('the operator’s own header takes its place', async () => {
  const own = await beckon.subscribe(['signal.view'], { more: { headers: { Traceparent: 'mine' } } });
  const { sent } = await signal({ traceparent, tracestate }, own);
  assert.deepEqual([sent.headers.traceparent, sent.headers.tracestate], ['mine', undefined]);
  await own.close();
});

test('a session that is erased takes the trace of its events along', async () => {
  const { sessionId, sent } = await signal({ traceparent });
  assert.equal((await beckon.as('OPERATOR', 'DELETE', `/chain/${sessionId}`)).status, 204);
  const { json } = await beckon.as('OPERATOR', 'GET', `/events/${sent.event.id}`);
  assert.deepEqual(json.cause, {});
});

test('a page of another origin may send both headers', async () => {
  const { status, headers } = await beckon.call('OPTIONS', '/v2/public/chain/signals', {
    headers: { origin: 'https://shop.example', 'access-control-request-method': 'POST' },
  });
  assert.equal(status, 204);
  const allowed = headers['access-control-allow-headers'].split(', ');
  for (const name of ['traceparent', 'tracestate']) assert.ok(allowed.includes(name), name);
});
