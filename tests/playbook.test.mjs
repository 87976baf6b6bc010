// The operator's playbook, step by step, as an operator does it; then the machine dies and nothing is forgotten.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';
import { Beckon } from './kit/beckon.mjs';
import { until } from './kit/wait.mjs';
import { verify } from '../examples/receiver/receiver.mjs';

let beckon, hook, tested;
before(async () => {
  beckon = await Beckon.start();
});
after(async () => {
  await hook?.close();
  await beckon?.close();
});

test('serve prints one ready line on standard output', () => {
  const lines = beckon.output.split('\n').filter(line => line.startsWith('ready '));
  assert.deepEqual(lines, [`ready ${beckon.base}`]);
});

test('serve --dev prints exports with which the cURL of the playbook runs as written', () => {
  const all = beckon.output + beckon.log;
  for (const name of ['API_BASE', 'HANDLE', 'JWT_TOKEN', 'SESSION_ID', 'SUBSCRIPTION_ID'])
    assert.match(all, new RegExp(`export .*${name}=`), name);
});

test('LM-01: a signal is accepted with its metadata', async () => {
  const { status, json } = await beckon.call('POST', '/v2/public/chain/signals', {
    body: { handle: 'demo', sessionId: 'sess-1', signals: [{ type: 'view' }] },
  });
  assert.equal(status, 202);
  const { expiresAt, requestId, ...rest } = json;
  assert.deepEqual(rest, {
    accepted: 1,
    duplicates: 0,
    evicted: 0,
    handle: 'demo',
    sessionId: 'sess-1',
    version: 1,
    signalCount: 1,
  });
  assert.match(requestId, /^req_/);
  assert.ok(Date.parse(expiresAt) > Date.now());
});

test('LM-02: a decision is resolved', async () => {
  const { status, json } = await beckon.call('POST', '/v2/public/chain/resolve', {
    body: { handle: 'demo', sessionId: 'sess-1', trigger: 'checkout' },
  });
  assert.equal(status, 200);
  assert.match(json.decisionId, /^dec_/);
  assert.equal(json.trigger, 'checkout');
  assert.equal(json.sessionVersion, 1);
  assert.ok(['act', 'none', 'suppressed', 'holdout'].includes(json.outcome), json.outcome);
  assert.ok(!('explanation' in json), 'the public route never shows why');
});

test('LM-03: decisions are prefetched in the order asked', async () => {
  const { status, json } = await beckon.call('POST', '/v2/public/chain/prefetch', {
    body: { handle: 'demo', sessionId: 'sess-1', triggers: ['exit_intent', 'checkout', 'return'] },
  });
  assert.equal(status, 200);
  assert.deepEqual(
    json.decisions.map(decision => decision.trigger),
    ['exit_intent', 'checkout', 'return'],
  );
});

test('LM-03: a single trigger is taken too', async () => {
  const { status, json } = await beckon.call('POST', '/v2/public/chain/prefetch', {
    body: { handle: 'demo', sessionId: 'sess-1', trigger: 'checkout' },
  });
  assert.equal(status, 200);
  assert.deepEqual(
    json.decisions.map(decision => decision.trigger),
    ['checkout'],
  );
});

test('LM-04: below operator a webhook change is refused', async () => {
  const { status, json } = await beckon.as('CREATOR', 'POST', '/webhooks', {
    endpointUrl: 'https://hooks.example.com/test',
    eventTypes: ['link.clicked'],
  });
  assert.equal(status, 403);
  assert.equal(json.error, 'insufficient_role');
});

test('LM-05: a subscription is created, its secret shown once', async () => {
  hook = await beckon.subscribe(['link.clicked']);
  assert.match(hook.id, /^whs_/);
  assert.match(hook.secret, /^whsec_/);
  assert.equal(Buffer.from(hook.secret.slice('whsec_'.length), 'base64').length, 32);
  const again = await beckon.as('OPERATOR', 'GET', `/webhooks/${hook.id}`);
  assert.equal(again.status, 200);
  assert.ok(!again.text.includes('whsec_'));
});

test('LM-05: the address of the playbook itself is taken', async () => {
  const { status, json } = await beckon.as('OPERATOR', 'POST', '/webhooks', {
    endpointUrl: 'https://hooks.example.com/test',
    eventTypes: ['link.clicked'],
  });
  assert.equal(status, 201);
  assert.equal((await beckon.as('OPERATOR', 'DELETE', `/webhooks/${json.subscriptionId}`)).status, 204);
});

test('LM-06: a test is dispatched, arrives signed, and both signatures verify', async () => {
  const { status, json } = await beckon.as('OPERATOR', 'POST', `/webhooks/${hook.id}/test`, {});
  assert.equal(status, 202);
  assert.match(json.eventId, /^evt_/);
  assert.match(json.deliveryId, /^dlv_/);
  assert.equal(json.status, 'queued');
  tested = json;
  const got = await hook.log.next(delivery => delivery.headers['webhook-id'] === json.eventId);
  assert.equal(got.problem, '', 'standardwebhooks and x-arjun-signature verify in the example receiver');
  assert.equal(got.verified, true);
  assert.equal(got.method, 'POST');
  assert.equal(got.headers['content-type'], 'application/json');
  assert.equal(got.headers['x-arjun-event-type'], 'webhook.test');
  assert.equal(got.headers['x-arjun-attempt'], '1');
  const { id, type, handle, occurredAt, payload } = got.event;
  assert.deepEqual([id, type, handle, typeof payload], [json.eventId, 'webhook.test', 'demo', 'object']);
  assert.ok(Math.abs(Date.parse(occurredAt) - Date.now()) < 60_000);
});

test('ten lines of HMAC verify the same delivery', async () => {
  const { headers, raw } = await hook.log.next();
  const key = Buffer.from(hook.secret.split('_')[1], 'base64');
  const signed = createHmac('sha256', key)
    .update(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${raw}`)
    .digest('base64');
  assert.deepEqual(headers['webhook-signature'].split(' '), [`v1,${signed}`]);
  const platform = createHmac('sha256', hook.secret).update(raw).digest('hex');
  assert.equal(headers['x-arjun-signature'], `sha256=${platform}`);
  assert.ok(!('x-arjun-signature-previous' in headers), 'no rotation, so no previous one');
});

test('a changed body does not verify', async () => {
  const { headers, raw } = await hook.log.next();
  assert.throws(() => verify(hook.secret, headers, raw.replace('demo', 'dem0')));
});

test('a link.clicked signal is published as itself', async () => {
  const { status } = await beckon.signal('sess-2', {
    type: 'link.clicked',
    signalValue: 'launch',
    metadata: { slug: 'launch' },
  });
  assert.equal(status, 202);
  const { event } = await hook.log.next(delivery => delivery.event?.type === 'link.clicked');
  assert.equal(event.payload.sessionId, 'sess-2');
  assert.equal(event.payload.version, 1);
  const { at, ...signal } = event.payload.signal;
  assert.ok(Date.parse(at));
  assert.deepEqual(
    {
      signalKey: signal.signalKey,
      signalValue: signal.signalValue,
      confidence: signal.confidence,
      metadata: signal.metadata,
    },
    { signalKey: 'link.clicked', signalValue: 'launch', confidence: 1, metadata: { slug: 'launch' } },
  );
});

test('the log shows both as delivered, with the 200', async () => {
  const items = await until('both are delivered', async () => {
    const { json } = await beckon.as('OPERATOR', 'GET', `/webhooks/${hook.id}/deliveries`);
    return json.items.length === 2 && json.items.every(item => item.status === 'delivered') && json.items;
  });
  const one = items.find(item => item.deliveryId === tested.deliveryId);
  assert.equal(one.eventType, 'webhook.test');
  const { json } = await beckon.as('OPERATOR', 'GET', `/webhooks/${hook.id}/deliveries/${tested.deliveryId}`);
  assert.equal(json.attempts.length, 1);
  assert.equal(json.attempts[0].status, 200);
});

test('after kill -9 the signals, the log and the subscription are there, and it delivers', async () => {
  await beckon.kill();
  await beckon.open();
  const session = await beckon.as('CREATOR', 'GET', '/chain/sess-1');
  assert.equal(session.status, 200);
  assert.deepEqual(
    session.json.signals.map(signal => signal.signalKey),
    ['view'],
  );
  const log = await beckon.as('OPERATOR', 'GET', `/webhooks/${hook.id}/deliveries`);
  assert.equal(log.json.items.length, 2);
  const { json } = await beckon.as('OPERATOR', 'POST', `/webhooks/${hook.id}/test`, {});
  const got = await hook.log.next(delivery => delivery.headers['webhook-id'] === json.eventId);
  assert.equal(got.verified, true);
  assert.equal((await beckon.signal('sess-1', { type: 'view' })).json.version, 2);
});

test('a test of a deleted subscription is 404, its log stays readable', async () => {
  assert.equal((await beckon.as('OPERATOR', 'DELETE', `/webhooks/${hook.id}`)).status, 204);
  const { status, json } = await beckon.as('OPERATOR', 'POST', `/webhooks/${hook.id}/test`, {});
  assert.deepEqual([status, json.error], [404, 'not_found']);
  assert.equal((await beckon.as('OPERATOR', 'GET', `/webhooks/${hook.id}/deliveries`)).json.items.length, 3);
});

test('beckon playbook agrees', async () => {
  const { code, out } = await beckon.cli(
    'playbook',
    '--base',
    beckon.base,
    '--handle',
    'demo',
    '--operator-token',
    await beckon.token('OPERATOR'),
    '--creator-token',
    await beckon.token('CREATOR'),
  );
  assert.equal(code, 0, out);
  for (const step of ['LM-01', 'LM-02', 'LM-03', 'LM-04', 'LM-05', 'LM-06']) assert.ok(out.includes(step), step);
});

test('SIGTERM drains and exits 0', async () => {
  assert.deepEqual(await beckon.stop(), { code: 0, signal: null });
});
