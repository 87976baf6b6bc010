// What is kept of a visitor when the sessions have expired, and how it goes; how long a handle may keep anything.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Beckon, freshSession, quickRetries } from './kit/beckon.mjs';
import { until } from './kit/wait.mjs';

const soon = ['--sweep-every', '100ms', '--erase-every', '100ms'];
let beckon;
let hook;
before(async () => {
  beckon = await Beckon.start({ flags: ['--dev', ...quickRetries, ...soon] });
  hook = await beckon.subscribe(['signal.*']);
});
after(async () => {
  await hook?.close();
  await beckon?.close();
});

const visitor = (method, visitorId, more = '') => beckon.as('OPERATOR', method, `/visitors/${visitorId}${more}`);
const settings = body => beckon.as('OWNER', 'PUT', '/settings', body);
// All bytes in the data folder.
const onDisk = () =>
  readdirSync(beckon.data)
    .map(name => readFileSync(join(beckon.data, name), 'latin1'))
    .join('\n');

// Sends one signal whose session expires at once; resolves to its event.
async function expired(sessionId, visitorId, signalValue = 'v') {
  await settings({ retention: '1s' });
  await beckon.chain('signals', { sessionId, visitorId, signals: [{ type: 'seen', signalValue }] });
  const { event } = await hook.log.next(
    one => one.event?.payload.sessionId === sessionId && one.event.payload.visitorId === visitorId,
  );
  await until('the session has expired', async () => {
    const { json } = await visitor('GET', visitorId, '/export');
    return json.expiredSessions?.some(one => one.sessionId === sessionId);
  });
  await settings({});
  return event;
}

describe('a visitor whose sessions have expired', () => {
  test('is exported with the events that are still kept, and erased with them', async () => {
    const [sessionId, visitorId, neighbour] = [freshSession('gone'), freshSession('visitor'), freshSession('visitor')];
    const event = await expired(sessionId, visitorId, 'a private word');
    await expired(freshSession('gone'), neighbour);
    assert.equal((await beckon.as('CREATOR', 'GET', `/chain/${sessionId}`)).status, 404);
    const { json } = await visitor('GET', visitorId, '/export');
    assert.deepEqual(json.sessions, []);
    assert.deepEqual(json.expiredSessions, [{ sessionId, events: [event] }]);

    assert.equal((await visitor('DELETE', visitorId)).status, 204);
    assert.equal((await visitor('GET', visitorId, '/export')).status, 404);
    assert.equal((await visitor('DELETE', visitorId)).status, 404);
    const read = (await beckon.as('OPERATOR', 'GET', `/events/${event.id}`)).text;
    for (const word of [sessionId, visitorId, 'a private word']) assert.ok(!read.includes(word), word);
    await until('no byte of it is on the disk', () => {
      const bytes = onDisk();
      return ![sessionId, visitorId, 'a private word'].some(word => bytes.includes(word));
    });
    assert.equal((await visitor('GET', neighbour, '/export')).json.expiredSessions.length, 1);
  });

  test('is told of beside the sessions that go on', async () => {
    const [first, second, visitorId] = [freshSession('gone'), freshSession('stays'), freshSession('visitor')];
    const event = await expired(first, visitorId);
    await beckon.chain('signals', { sessionId: second, visitorId, signals: [{ type: 'seen' }] });
    const { json } = await visitor('GET', visitorId, '/export');
    assert.deepEqual(
      json.sessions.map(one => [one.sessionId, one.events.map(({ payload }) => payload.sessionId)]),
      [[second, [second]]],
    );
    assert.deepEqual(json.expiredSessions, [{ sessionId: first, events: [event] }]);
    assert.equal((await visitor('DELETE', visitorId)).status, 204);
    assert.equal((await visitor('GET', visitorId, '/export')).status, 404);
  });
});

describe('a session id that is used again', () => {
  test('shows its new visitor nothing of the former one, and takes nothing of theirs away', async () => {
    const sessionId = freshSession('kiosk');
    const [first, second] = [freshSession('visitor'), freshSession('visitor')];
    const event = await expired(sessionId, first, 'a private word');
    await beckon.chain('signals', { sessionId, visitorId: second, signals: [{ type: 'seen', signalValue: 'new' }] });
    const { event: own } = await hook.log.next(one => one.event?.payload.visitorId === second);
    const exported = await visitor('GET', second, '/export');
    assert.deepEqual(exported.json.sessions[0].events, [own]);
    for (const word of [first, 'a private word', event.id]) assert.ok(!exported.text.includes(word), word);
    assert.deepEqual(exported.json.expiredSessions, []);
    assert.equal((await visitor('DELETE', second)).status, 204);
    assert.deepEqual((await visitor('GET', first, '/export')).json.expiredSessions, [{ sessionId, events: [event] }]);
  });

  test('gives one visitor both of their lives of it, and not the one between', async () => {
    const sessionId = freshSession('kiosk');
    const [one, other] = [freshSession('visitor'), freshSession('visitor')];
    const early = await expired(sessionId, one);
    await expired(sessionId, other, 'between');
    await beckon.chain('signals', { sessionId, visitorId: one, signals: [{ type: 'seen', signalValue: 'again' }] });
    const { event: late } = await hook.log.next(({ event }) => event?.payload.signal.signalValue === 'again');
    const { json } = await visitor('GET', one, '/export');
    assert.deepEqual(json.sessions[0].events, [late]);
    assert.deepEqual(json.expiredSessions, [{ sessionId, events: [early] }]);
  });
});

describe('a session that becomes basic', () => {
  test('loses visitor and metadata in its stored events too, and later attempts send what is left', async t => {
    const [sessionId, visitorId, next] = [freshSession(), freshSession('visitor'), freshSession('visitor')];
    const failing = await beckon.subscribe(['signal.bought'], { path: '/status/503' });
    t.after(() => failing.close());
    const say = (type, more) => beckon.chain('signals', { sessionId, signals: [{ type, ...more.signal }], ...more.of });
    await say('bought', {
      signal: { signalValue: 'a lamp', metadata: { mail: 'ann@shop.example' } },
      of: { visitorId },
    });
    const { event } = await failing.log.next();
    assert.deepEqual(
      [event.payload.visitorId, event.payload.signal.metadata],
      [visitorId, { mail: 'ann@shop.example' }],
    );
    assert.equal((await say('left', { of: { consent: 'basic' } })).status, 202);
    const { payload, ...head } = event;
    const { visitorId: gone, proven, ...rest } = payload;
    assert.equal(proven, false);
    const reduced = { ...head, payload: { ...rest, signal: { ...payload.signal, metadata: {} } } };
    const later = await failing.log.next(one => one.event.payload.visitorId !== gone);
    assert.deepEqual(later.event, reduced);
    assert.equal(later.verified, true);
    const { text } = await beckon.as('OPERATOR', 'GET', `/events/${event.id}`);
    assert.ok(text.includes('a lamp') && !text.includes(visitorId) && !text.includes('ann@shop'), text);
    assert.equal((await visitor('GET', visitorId, '/export')).status, 404);
    await until('no byte of it is on the disk', () => {
      const bytes = onDisk();
      return ![visitorId, 'ann@shop.example'].some(word => bytes.includes(word));
    });

    // The session may then be another visitor's.
    assert.equal((await say('back', { of: { consent: 'full', visitorId: next } })).status, 202);
    const exported = await visitor('GET', next, '/export');
    assert.ok(exported.text.includes('a lamp') && !exported.text.includes(visitorId), exported.text);
  });
});

describe('the retention of a handle', () => {
  test('has a maximum of the server', async () => {
    const bad = await settings({ retention: '401d', limits: { sessionSignalsPerMinute: 5 } });
    assert.deepEqual([bad.status, bad.json.error], [400, 'validation_error']);
    assert.deepEqual(
      bad.json.details.map(one => one.field),
      ['retention'],
    );
    assert.match(bad.json.details[0].issue, /400d/);
    assert.equal((await settings({ retention: '400d' })).status, 200);
    await settings({});
  });

  test('that was saved under a higher maximum is cut to the one of today', async () => {
    await settings({ retention: '300d' });
    await beckon.stop();
    beckon.flags.push('--max-retention', '40d');
    await beckon.open();
    assert.equal((await beckon.as('OWNER', 'GET', '/settings')).json.retention, '40d');
    assert.equal((await settings({ retention: '41d' })).status, 400);
    await settings({});
  });

  test('with consent basic has the same maximum', async () => {
    const refused = await settings({ basicRetention: '41d' });
    assert.equal(refused.status, 400);
    assert.deepEqual(
      refused.json.details.map(({ field }) => field),
      ['basicRetention'],
    );
    assert.match(refused.json.details[0].issue, /at most "40d"/);
    assert.equal((await settings({ basicRetention: '40d' })).status, 200);
    await beckon.stop();
    beckon.flags[beckon.flags.indexOf('40d')] = '20d';
    beckon.flags.push('--retention', '20d');
    await beckon.open();
    assert.equal((await beckon.as('OWNER', 'GET', '/settings')).json.basicRetention, '20d');
    await settings({});
  });

  test('of the server itself may not be above it', async () => {
    const refused = async (...flags) => {
      const { code, err } = await beckon.cli('serve', '--data', `${beckon.data}-none`, ...flags);
      assert.notEqual(code, 0);
      return err;
    };
    assert.match(
      await refused('--retention', '30d', '--max-retention', '9d'),
      /: retention 30d is longer than max-retention 9d/,
    );
    assert.match(
      await refused('--basic-retention', '401d', '--max-retention', '400d'),
      /: basic-retention 401d is longer than max-retention 400d/,
    );
  });
});
