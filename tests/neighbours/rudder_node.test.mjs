// @rudderstack/rudder-sdk-node as it is published: only key and data plane are ours.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import Rudder from '@rudderstack/rudder-sdk-node';
import { freshSession } from '../kit/beckon.mjs';
import { served, sessionOf, signalsOf, typesOf } from '../kit/neighbours.mjs';
import { until } from '../kit/wait.mjs';

let beckon, token, wire;
served(made => {
  ({ beckon, token, wire } = made);
});

const open = (at = beckon.base, more = {}) => new Rudder(token, { dataPlaneUrl: at, ...more });
// Each call's error, once all were told.
const told = calls => Promise.all(calls.map(call => new Promise(done => call(error => done(error)))));
const kSix = (client, ids) => [
  done => client.identify({ ...ids, traits: { plan: 'pro' } }, done),
  done => client.page({ ...ids, name: 'Pricing', properties: { path: '/pricing' } }, done),
  done => client.track({ ...ids, event: 'Order Completed', properties: { total: 12.5 } }, done),
  done => client.group({ ...ids, groupId: 'g1', traits: { size: 3 } }, done),
  done => client.alias({ ...ids, previousId: 'old' }, done),
  done => client.screen({ ...ids, name: 'Home' }, done),
];

for (const gzip of [true, false])
  test(`six calls become six signals, with gzip ${gzip}`, async () => {
    const client = open(wire.at, { gzip });
    const before = wire.passed.length;
    const ids = { userId: freshSession('u'), anonymousId: freshSession('a') };
    const errors = told(kSix(client, ids));
    await client.flush();
    assert.deepEqual(await errors, Array(6).fill(undefined));
    const session = await sessionOf(beckon, `rs:${ids.anonymousId}`);
    assert.deepEqual(
      session.signals.map(({ signalKey, signalValue }) => [signalKey, signalValue]),
      [
        ['identify', null],
        ['view', '/pricing'],
        ['Order_Completed', null],
        ['group', 'g1'],
        ['alias', null],
        ['screen', 'Home'],
      ],
    );
    assert.equal(session.visitorId, ids.userId);
    const { json: visitor } = await beckon.as('OPERATOR', 'GET', `/visitors/${ids.userId}`);
    assert.equal(visitor.traits.plan.value, 'pro');
    const encodings = wire.passed.slice(before).map(({ headers }) => headers['content-encoding']);
    assert.deepEqual([...new Set(encodings)], [gzip ? 'gzip' : undefined]);
  });

test('what is refused for a while arrives once, as Retry-After says', async () => {
  const client = open(wire.at);
  wire.answers.push({ status: 429, headers: { 'retry-after': '1' } }, { status: 503 });
  const userId = freshSession('u');
  const errors = told([0, 1, 2].map(n => done => client.track({ userId, event: `Step ${n}` }, done)));
  await client.flush();
  assert.deepEqual(await errors, [undefined, undefined, undefined]);
  await until('all are there', async () => (await signalsOf(beckon, `rs:u:${userId}`)).length === 3);
  assert.deepEqual((await typesOf(beckon, `rs:u:${userId}`)).toSorted(), ['Step_0', 'Step_1', 'Step_2']);
});

test('a message without anybody’s id is the only one that is lost', async () => {
  const client = open();
  const userId = freshSession('u');
  const errors = told([
    done => client.track({ userId, event: 'One' }, done),
    done => client.track({ userId: 'undefined', event: 'Nobody' }, done),
    done => client.track({ userId, event: 'Two' }, done),
  ]);
  await client.flush();
  assert.deepEqual(await errors, [undefined, undefined, undefined]);
  assert.deepEqual(await typesOf(beckon, `rs:u:${userId}`), ['One', 'Two']);
});
