// posthog-node as it is published: only host and key are ours.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PostHog } from 'posthog-node';
import { freshSession } from '../kit/beckon.mjs';
import { served, sessionOf, signalsOf, typesOf } from '../kit/neighbours.mjs';

let beckon, token, wire;
served(made => {
  ({ beckon, token, wire } = made);
});

function open(key = token, host = wire.at) {
  const client = new PostHog(key, { host, fetchRetryDelay: 100 });
  const errors = [];
  client.on('error', error => errors.push(error));
  return { client, errors };
}

test('events, an identify and an alias become signals, and $set and $set_once traits', async () => {
  const { client, errors } = open();
  const distinctId = freshSession('d');
  client.capture({ distinctId, event: 'order paid', properties: { total: 3, $set_once: { firstOrder: 3 } } });
  client.identify({ distinctId, properties: { plan: 'pro' } });
  client.alias({ distinctId, alias: 'other' });
  client.groupIdentify({ groupType: 'company', groupKey: 'g1', properties: { size: 3 } });
  await client.shutdown();
  assert.deepEqual(errors, []);
  const session = await sessionOf(beckon, `ph:u:${distinctId}`);
  assert.deepEqual(
    session.signals.map(({ signalKey, metadata, source }) => [signalKey, metadata, source]),
    [
      ['order_paid', { event: 'order paid', total: 3 }, 'posthog-node'],
      ['identify', {}, 'posthog-node'],
      ['alias', { previousId: 'other' }, 'posthog-node'],
    ],
  );
  assert.equal(session.visitorId, distinctId);
  const { json: visitor } = await beckon.as('OPERATOR', 'GET', `/visitors/${distinctId}`);
  assert.deepEqual([visitor.traits.plan.value, visitor.traits.firstOrder.value], ['pro', 3]);
});

test('a session of PostHog is one of ours', async () => {
  const { client, errors } = open();
  const distinctId = freshSession('d');
  const $session_id = freshSession('s');
  client.capture({ distinctId, event: '$pageview', properties: { $session_id, $pathname: '/pricing' } });
  await client.shutdown();
  assert.deepEqual(errors, []);
  const [{ signalKey, signalValue }] = await signalsOf(beckon, `ph:${$session_id}`);
  assert.deepEqual([signalKey, signalValue], ['view', '/pricing']);
});

test('a batch that is too large is halved, and all of it is stored once', async () => {
  const { client, errors } = open();
  const before = wire.passed.length;
  wire.answers.push({ status: 413 });
  const distinctId = freshSession('d');
  for (let n = 0; n < 40; n += 1) client.capture({ distinctId, event: `Step ${n}` });
  await client.shutdown();
  assert.deepEqual(errors, []);
  assert.ok(wire.passed.length - before >= 2);
  const types = await typesOf(beckon, `ph:u:${distinctId}`);
  assert.deepEqual(types.toSorted(), Array.from({ length: 40 }, (_, n) => `Step_${n}`).toSorted());
});

test('an answer that is lost is no loss', async () => {
  const { client, errors } = open();
  wire.answers.push({ status: 503 });
  const distinctId = freshSession('d');
  client.capture({ distinctId, event: 'One' });
  await client.shutdown();
  assert.deepEqual(errors, []);
  assert.deepEqual(await typesOf(beckon, `ph:u:${distinctId}`), ['One']);
});

test('a wrong key is one error, and nothing is sent again', async () => {
  const { client, errors } = open('nobody');
  const before = wire.passed.length;
  client.capture({ distinctId: 'd', event: 'One' });
  await client.shutdown();
  assert.deepEqual([errors.length, wire.passed.length - before], [1, 1]);
  assert.equal(wire.passed.at(-1).status, 401);
});

test('more than a batch may have is 413, so that it is halved', async () => {
  const batch = Array.from({ length: 1001 }, () => ({ event: 'e', distinct_id: 'd' }));
  const { status, json } = await beckon.call('POST', '/batch/', { body: { api_key: token, batch } });
  assert.deepEqual([status, json.error], [413, 'payload_too_large']);
  const large = await beckon.call('POST', '/batch/', { body: `{"api_key":"${'x'.repeat(1_100_000)}"}` });
  assert.equal(large.status, 413);
});
