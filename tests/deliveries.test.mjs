// Contract section 6: replays, order within a session, and how long things are kept.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Beckon, freshSession, quickRetries } from './kit/beckon.mjs';
import { until } from './kit/wait.mjs';

let beckon;
const open = [];
before(async () => {
  beckon = await Beckon.start({ flags: ['--dev', '--replay-per-second', '20', ...quickRetries] });
});
after(async () => {
  for (const hook of open) await hook.close();
  await beckon?.close();
});

const subscribe = async (...args) => {
  const hook = await beckon.subscribe(...args);
  open.push(hook);
  return hook;
};
const hooks = (method, path = '', body) => beckon.as('OPERATOR', method, `/webhooks${path}`, body);
const publish = async (type, payload = {}) => {
  const answer = await beckon.as('OPERATOR', 'POST', '/events', { type, payload });
  assert.equal(answer.status, 202, answer.text);
  return answer.json.eventId;
};
const listed = async (hook, query = '') => (await hooks('GET', `/${hook.id}/deliveries?limit=200${query}`)).json.items;
const ended = (hook, count, query = '') =>
  until(`${count} have ended ${query}`, async () => {
    const items = await listed(hook, query);
    return items.length === count && items.every(({ endedAt }) => endedAt) && items;
  });

describe('the deliveries of all endpoints', () => {
  const all = async (query = '') => {
    const answer = await beckon.as('OPERATOR', 'GET', `/deliveries?${query}`);
    assert.equal(answer.status, 200, answer.text);
    return answer.json;
  };
  const endedAll = (count, query) =>
    until(`${count} have ended`, async () => {
      const { items } = await all(`limit=200&${query}`);
      return items.length === count && items.every(({ endedAt }) => endedAt) && items;
    });

  test('come in one list, newest first, by pages, with where each goes', async () => {
    const [one, two] = [
      await subscribe(['listed.*'], { more: { description: 'to the shop' } }),
      await subscribe(['listed.b'], { answer: () => ({ status: 400 }) }),
    ];
    const begin = Date.now();
    for (const type of ['listed.a', 'listed.b', 'listed.c', 'listed.b']) await publish(type);
    const items = await endedAll(6, 'q=listed.');
    const times = items.map(({ createdAt }) => Date.parse(createdAt));
    assert.deepEqual(
      times,
      [...times].sort((a, b) => b - a),
    );
    const toOne = items.find(({ subscriptionId }) => subscriptionId === one.id);
    assert.deepEqual(toOne.endpoint, { host: '127.0.0.1', description: 'to the shop' });
    const listedByItself = (await listed(one)).find(({ deliveryId }) => deliveryId === toOne.deliveryId);
    const { endpoint, ruleId, visitorId, ...rest } = toOne;
    assert.deepEqual([rest, ruleId, visitorId], [listedByItself, null, null]);

    const seen = [];
    for (let cursor = ''; cursor !== null; ) {
      const page = await all(`q=listed.&limit=4${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
      seen.push(...page.items.map(({ deliveryId }) => deliveryId));
      cursor = page.nextCursor;
    }
    assert.deepEqual(
      seen,
      items.map(({ deliveryId }) => deliveryId),
    );
    const { nextCursor } = await all('q=listed.&limit=1');
    const other = await beckon.as('OPERATOR', 'GET', `/deliveries?q=listed&cursor=${encodeURIComponent(nextCursor)}`);
    assert.deepEqual(
      other.json.details.map(({ field }) => field),
      ['cursor'],
    );

    const count = async query => (await all(`limit=200&since=${begin}&${query}`)).items.length;
    assert.deepEqual(
      [
        await count(`subscriptionId=${two.id}`),
        await count('eventType=listed.b'),
        await count('eventType=listed'),
        await count('q=listed.&status=failed'),
        await count('q=listed.&status=delivered'),
        await count(`subscriptionId=${two.id}&status=delivered`),
        await count('subscriptionId=whs_none'),
      ],
      [2, 4, 0, 2, 4, 0, 0],
    );
    assert.equal((await all(`until=${begin}&q=listed.`)).items.length, 0);
    const middle = items[2].createdAt;
    const [before, after] = [await all(`q=listed.&until=${middle}`), await all(`q=listed.&since=${middle}`)];
    assert.ok(before.items.length > 0 && before.items.length + after.items.length === items.length);

    assert.equal((await hooks('DELETE', `/${two.id}`)).status, 204);
    const [gone] = (await all(`subscriptionId=${two.id}&limit=1`)).items;
    assert.equal(gone.endpoint, null, 'what was sent to an endpoint that is deleted stays');
  });

  test('are found by the id of the delivery, its event or its session, or by how its type begins', async () => {
    const hook = await subscribe(['signal.sought', 'chain.decision.resolved']);
    const [sessionId, another] = [freshSession(), freshSession()];
    for (const id of [sessionId, another])
      await beckon.chain('signals', { sessionId: id, visitorId: `of-${id}`, signals: [{ type: 'sought' }] });
    const rule = { triggers: ['seek'], when: {}, action: { type: 'popup' } };
    assert.equal((await beckon.as('CREATOR', 'PUT', '/chain-rules/seeker', rule)).status, 201);
    await beckon.chain('resolve', { sessionId, trigger: 'seek' });
    const items = await endedAll(2, `q=${sessionId}`);
    assert.deepEqual(
      items.map(({ eventType, ruleId }) => [eventType, ruleId]),
      [
        ['chain.decision.resolved', 'seeker'],
        ['signal.sought', null],
      ],
    );
    const [, signal] = items;
    assert.deepEqual([signal.visitorId, signal.sessionId], [`of-${sessionId}`, sessionId]);
    for (const id of [signal.deliveryId, signal.eventId]) assert.deepEqual((await all(`q=${id}`)).items, [signal]);
    assert.deepEqual((await all(`q=${sessionId}&eventType=signal.sought`)).items, [signal]);
    assert.deepEqual((await all(`q=${sessionId}&subscriptionId=whs_none`)).items, []);
    const first = await all(`q=${sessionId}&limit=1`);
    const rest = await all(`q=${sessionId}&limit=1&cursor=${encodeURIComponent(first.nextCursor)}`);
    assert.deepEqual([first.items, rest.items, rest.nextCursor], [[items[0]], [signal], null]);
    assert.equal((await all('q=signal.sough')).items.length, 2);
    assert.deepEqual((await all('q=igna')).items, [], 'not what stands in the middle');
    assert.deepEqual((await all(`q=${signal.deliveryId.slice(0, -1)}`)).items, [], 'nor a part of an id');
    assert.equal((await beckon.as('OPERATOR', 'DELETE', `/chain/${sessionId}`)).status, 204);
    assert.deepEqual((await all(`q=${sessionId}`)).items, []);
    const [erased] = (await all(`q=${signal.deliveryId}`)).items;
    assert.deepEqual([erased.visitorId, erased.sessionId], [null, null]);
    assert.ok(hook.log.items.length >= 3);
    await beckon.as('CREATOR', 'DELETE', '/chain-rules/seeker');
  });

  test('are listed by the state that they are shown in, and what is wrong is said of every filter', async () => {
    const hook = await subscribe(['paused.one']);
    await hooks('PATCH', `/${hook.id}`, { enabled: false });
    const eventId = await publish('paused.one');
    const held = (await all(`status=held&subscriptionId=${hook.id}`)).items;
    assert.deepEqual(
      held.map(one => [one.eventId, one.status]),
      [[eventId, 'held']],
    );
    for (const status of ['queued', 'sending', 'retrying', 'delivered', 'failed', 'withdrawn'])
      assert.equal((await all(`status=${status}&subscriptionId=${hook.id}`)).items.length, 0, status);
    await hooks('DELETE', `/${hook.id}`);
    assert.equal((await all(`status=withdrawn&subscriptionId=${hook.id}`)).items.length, 1);
    const wrong = await beckon.as('OPERATOR', 'GET', '/deliveries?status=lost&since=then&until=later');
    assert.deepEqual([wrong.status, wrong.json.details.map(({ field }) => field)], [400, ['status', 'since', 'until']]);
  });
});

describe('the figures of endpoints', () => {
  const stats = async hook => {
    const answer = await hooks('GET', '/stats?limit=200');
    assert.equal(answer.status, 200, answer.text);
    return answer.json.items.find(({ subscriptionId }) => subscriptionId === hook.id);
  };

  test('say what was delivered, how often it was tried, how fast it answers and what waits', async () => {
    const good = await subscribe(['counted.good']);
    const bad = await subscribe(['counted.bad'], {
      answer: ({ event }) => ({ status: [200, 200, 200, 400][event.payload.n] ?? 503 }),
    });
    const none = await stats(good);
    assert.deepEqual(
      [none.of, none.delivered, none.failed, none.share, none.answerMs, none.waiting, none.waitingSince],
      [0, 0, 0, null, { p50: null, p95: null }, 0, null],
    );
    assert.equal(none.hours.length, 24);
    assert.ok(Math.abs(Date.now() - 86_400_000 - Date.parse(none.since)) < 60_000);

    for (let n = 0; n < 5; n++) await publish('counted.good', { n });
    for (let n = 0; n < 4; n++) await publish('counted.bad', { n });
    await ended(good, 5);
    await ended(bad, 4);
    const first = await stats(good);
    assert.deepEqual(
      [first.of, first.delivered, first.failed, first.withdrawn, first.attempts, first.share, first.failingSince],
      [5, 5, 0, 0, 5, 1, null],
    );
    const took = [];
    for (const { deliveryId } of await listed(good)) {
      const { attempts } = (await hooks('GET', `/${good.id}/deliveries/${deliveryId}`)).json;
      took.push(attempts.at(-1).latency.total);
    }
    took.sort((a, b) => a - b);
    assert.deepEqual(first.answerMs, { p50: took[2], p95: took[4] });
    const second = await stats(bad);
    assert.deepEqual([second.delivered, second.failed, second.share, second.waiting], [3, 1, 0.75, 0]);
    assert.deepEqual(
      second.hours.reduce(([d, f], { delivered, failed }) => [d + delivered, f + failed], [0, 0]),
      [3, 1],
    );

    await publish('counted.bad', { n: 9 });
    await ended(bad, 5);
    const failing = await stats(bad);
    assert.deepEqual([failing.failed, failing.attempts, failing.waiting], [2, 7, 0]);
    assert.equal(failing.failingSince, null, 'it is not said before it has lasted 10 minutes');
    await hooks('PATCH', `/${bad.id}`, { enabled: false });
    for (let n = 0; n < 2; n++) await publish('counted.bad', { n });
    const waiting = (await listed(bad, '&status=held')).map(({ createdAt }) => createdAt);
    const held = await stats(bad);
    assert.deepEqual([held.of, held.waiting, held.waitingSince], [7, 2, waiting.at(-1)]);
  });

  test('come in the order of the endpoints, by pages', async () => {
    const ids = async path => (await hooks('GET', path)).json.items.map(({ subscriptionId }) => subscriptionId);
    assert.deepEqual(await ids('/stats?limit=200'), await ids('?limit=200'));
    const { items, nextCursor } = (await hooks('GET', '/stats?limit=1')).json;
    const [next] = await ids(`/stats?limit=1&cursor=${encodeURIComponent(nextCursor)}`);
    assert.deepEqual([items[0].subscriptionId, next], (await ids('?limit=200')).slice(0, 2));
    assert.equal((await beckon.as('CREATOR', 'GET', '/webhooks/stats')).json.error, 'insufficient_role');
  });
});

describe('a replay', () => {
  const start = async (hook, body) => {
    const answer = await hooks('POST', `/${hook.id}/replay`, body);
    assert.equal(answer.status, 202, answer.text);
    return answer.json;
  };
  const state = async (hook, { replayId }) => (await hooks('GET', `/${hook.id}/replays/${replayId}`)).json;
  const done = (hook, replay) =>
    until('it is done', async () => {
      const now = await state(hook, replay);
      return now.state === 'done' && now;
    });

  test('sends what has failed again, and no more than that', async () => {
    let up = false;
    const hook = await subscribe(['replayed.*'], {
      answer: ({ event }) => ({ status: up || event.payload.n % 2 ? 200 : 400 }),
    });
    for (let n = 0; n < 10; n++) await publish('replayed.one', { n });
    await ended(hook, 10);
    up = true;
    const before = hook.log.items.length;
    const job = await start(hook, { since: '2020-01-01T00:00:00Z', status: 'failed' });
    assert.deepEqual([job.state, job.total, job.status, job.subscriptionId], ['running', 5, 'failed', hook.id]);
    const after = await done(hook, job);
    assert.deepEqual([after.queued, after.progress], [5, 1]);
    assert.ok(Date.parse(after.endedAt) >= Date.parse(after.createdAt));
    await ended(hook, 10, '&status=delivered');
    const again = hook.log.items.slice(before);
    assert.deepEqual(
      again.map(({ event, headers }) => [event.payload.n, headers['x-arjun-attempt']]).sort(),
      [0, 2, 4, 6, 8].map(n => [n, '2']),
    );
    assert.ok((await hooks('GET', `/${hook.id}/replays`)).json.items.some(({ replayId }) => replayId === job.replayId));
  });

  test('goes on after kill -9, and queues nothing twice', async () => {
    const hook = await subscribe(['long.*']);
    for (let n = 0; n < 60; n++) await publish('long.one', { n });
    await ended(hook, 60);
    const job = await start(hook, { since: 0 });
    await until('some of it is queued', async () => {
      const { queued } = await state(hook, job);
      return queued >= 20 && queued < 60;
    });
    await beckon.kill();
    await beckon.open();
    const after = await done(hook, job);
    assert.equal(after.queued, 60);
    await ended(hook, 60, '&status=delivered');
    for (const { attemptCount, deliveryId } of await listed(hook)) assert.equal(attemptCount, 2, deliveryId);
  });

  test('cancelled it queues no more', async () => {
    const hook = await subscribe(['cancelled.*']);
    for (let n = 0; n < 60; n++) await publish('cancelled.one', { n });
    await ended(hook, 60);
    const job = await start(hook, { since: 0 });
    const second = await hooks('POST', `/${hook.id}/replay`, { since: 0 });
    assert.deepEqual([second.status, second.json.error], [409, 'conflict']);
    const cancelled = (await hooks('POST', `/${hook.id}/replays/${job.replayId}/cancel`)).json;
    assert.equal(cancelled.state, 'cancelled');
    assert.ok(cancelled.queued < 60);
    assert.equal((await hooks('POST', `/${hook.id}/replays/${job.replayId}/cancel`, {})).json.state, 'cancelled');
    const next = await done(hook, await start(hook, { since: Date.now() - 60_000, until: Date.now() - 59_000 }));
    assert.deepEqual([next.total, next.queued, next.progress], [0, 0, 1]);
    await ended(hook, 60);
    assert.equal((await listed(hook)).filter(({ attemptCount }) => attemptCount === 2).length, cancelled.queued);
  });

  for (const [name, body, ...fields] of [
    ['no since', {}, 'since'],
    ['a since that is no time', { since: 'yesterday' }, 'since'],
    ['an until before since', { since: 1000, until: 500 }, 'until'],
    ['a state that is no end', { since: 0, status: 'queued' }, 'status'],
    ['everything wrong', { since: {}, until: 'x', status: 5 }, 'since', 'until', 'status'],
  ])
    test(`with ${name} is refused by its field`, async () => {
      const hook = await subscribe(['nothing']);
      const { status, json, text } = await hooks('POST', `/${hook.id}/replay`, body);
      assert.deepEqual([status, json.details?.map(({ field }) => field)], [400, fields], text);
    });

  test('of an unknown or a disabled subscription is refused, and a CREATOR may not', async () => {
    assert.equal((await hooks('POST', '/whs_unknown/replay', { since: 0 })).json.error, 'not_found');
    const hook = await subscribe(['nothing']);
    assert.equal((await hooks('GET', `/${hook.id}/replays/rpl_unknown`)).json.error, 'not_found');
    assert.equal(
      (await beckon.as('CREATOR', 'POST', `/webhooks/${hook.id}/replay`, { since: 0 })).json.error,
      'insufficient_role',
    );
    await hooks('PATCH', `/${hook.id}`, { enabled: false });
    assert.equal((await hooks('POST', `/${hook.id}/replay`, { since: 0 })).json.error, 'conflict');
  });
});

describe('order within a session', () => {
  test('one after another, across retries; other sessions do not wait', async () => {
    const [bad, good] = [freshSession(), freshSession()];
    let up = false;
    const hook = await subscribe(['signal.step'], {
      answer: ({ event }) => ({
        status: !up && event.payload.sessionId === bad && event.payload.version === 1 ? 503 : 200,
      }),
      more: { ordering: 'session' },
    });
    const signals = Array.from({ length: 5 }, (_, n) => ({ type: 'step', signalValue: n }));
    await beckon.signal(bad, ...signals);
    await hook.log.next();
    await beckon.signal(good, ...signals);
    await hook.log.next(({ event }) => event.payload.sessionId === good && event.payload.version === 5);
    assert.ok(
      hook.log.items.every(({ event }) => event.payload.sessionId === good || event.payload.version === 1),
      'nothing passed the one that failed',
    );
    const waiting = (await listed(hook)).filter(({ sessionId, status }) => sessionId === bad && status === 'queued');
    assert.ok(
      waiting.every(
        ({ reason, nextAttemptAt }) =>
          reason === 'waiting behind another delivery of its session' && nextAttemptAt === null,
      ),
      JSON.stringify(waiting),
    );
    up = true;
    await hook.log.next(({ event }) => event.payload.sessionId === bad && event.payload.version === 5);
    for (const session of [bad, good]) {
      const versions = hook.log.items
        .filter(({ event }) => event.payload.sessionId === session)
        .map(({ event }) => event.payload.version);
      assert.deepEqual([...versions].sort(), versions);
      assert.deepEqual([...new Set(versions)], [1, 2, 3, 4, 5]);
    }
  });

  test('is kept across kill -9', async () => {
    const session = freshSession();
    const hook = await subscribe(['signal.stage'], { more: { ordering: 'session' } });
    await beckon.signal(session, ...Array.from({ length: 30 }, () => ({ type: 'stage' })));
    await until('some have come', () => hook.log.items.length >= 5);
    await beckon.kill();
    await beckon.open();
    await hook.log.next(({ event }) => event.payload.version === 30);
    const versions = hook.log.items.map(({ event }) => event.payload.version);
    for (let i = 1; i < versions.length; i++) assert.ok(versions[i] >= versions[i - 1], versions.join(' '));
  });
});

describe('how long things are kept', () => {
  test('what is held longer than a setting says fails with its reason, and that is told', async () => {
    const strict = await Beckon.start({ flags: ['--dev', '--held-for', '50ms', '--sweep-every', '20ms'] });
    const [watch, hook] = [
      await strict.subscribe(['webhook.delivery.failed']),
      await strict.subscribe(['signal.held']),
    ];
    try {
      await strict.as('OPERATOR', 'PATCH', `/webhooks/${hook.id}`, { enabled: false });
      await strict.signal(freshSession(), { type: 'held' });
      const { event } = await watch.log.next();
      assert.deepEqual(
        [event.payload.subscriptionId, event.payload.reason, event.payload.attempts],
        [hook.id, 'held for too long', 0],
      );
      const [one] = (await strict.as('OPERATOR', 'GET', `/webhooks/${hook.id}/deliveries`)).json.items;
      assert.deepEqual([one.status, one.reason], ['failed', 'held for too long']);
    } finally {
      await hook.close();
      await watch.close();
      await strict.close();
    }
  });

  test('the log goes after its time, events with it; what is pending stays', async () => {
    const strict = await Beckon.start({ flags: ['--dev', '--log-retention', '300ms', '--sweep-every', '20ms'] });
    const [hook, held] = [await strict.subscribe(['signal.logged']), await strict.subscribe(['signal.logged'])];
    try {
      await strict.as('OPERATOR', 'PATCH', `/webhooks/${held.id}`, { enabled: false });
      const {
        json: { eventId: unmatched },
      } = await strict.as('OPERATOR', 'POST', '/events', { type: 'nobody.wants', payload: {} });
      await strict.signal(freshSession(), { type: 'logged' });
      const { event } = await hook.log.next();
      const log = one => strict.as('OPERATOR', 'GET', `/webhooks/${one.id}/deliveries`);
      await until('its delivery is gone', async () => (await log(hook)).json.items.length === 0);
      assert.equal((await log(held)).json.items.length, 1);
      const shown = await strict.as('OPERATOR', 'GET', `/events/${event.id}`);
      assert.deepEqual(
        shown.json.deliveries.map(({ subscriptionId }) => subscriptionId),
        [held.id],
        'the event is there as long as one of its deliveries',
      );
      await until(
        'nobody’s event is gone',
        async () => (await strict.as('OPERATOR', 'GET', `/events/${unmatched}`)).status === 404,
      );
      await strict.as('OPERATOR', 'DELETE', `/webhooks/${held.id}`);
      await until(
        'the event is gone',
        async () => (await strict.as('OPERATOR', 'GET', `/events/${event.id}`)).status === 404,
      );
    } finally {
      await hook.close();
      await held.close();
      await strict.close();
    }
  });

  test('a visitor who is erased is erased there too: bodies, headers and answers', async () => {
    const hook = await subscribe(['signal.personal'], {
      answer: ({ event: { payload } }) => ({
        status: 200,
        headers: { 'x-thanks-to': payload.visitorId },
        body: `thank you ${payload.visitorId}`,
      }),
    });
    const sessionId = freshSession();
    await beckon.chain('signals', {
      sessionId,
      visitorId: 'mrs-visitor',
      signals: [{ type: 'personal', signalValue: 'her secret' }],
    });
    const { event } = await hook.log.next();
    const [{ deliveryId }] = await ended(hook, 1);
    const read = async () =>
      (await hooks('GET', `/${hook.id}/deliveries/${deliveryId}`)).text +
      (await beckon.as('OPERATOR', 'GET', `/events/${event.id}`)).text +
      (await hooks('GET', `/${hook.id}/deliveries`)).text;
    for (const word of ['mrs-visitor', 'her secret', sessionId, 'x-thanks-to'])
      assert.ok((await read()).includes(word), word);
    assert.equal((await beckon.as('OPERATOR', 'DELETE', '/visitors/mrs-visitor')).status, 204);
    for (const word of ['mrs-visitor', 'her secret', sessionId, 'x-thanks-to'])
      assert.ok(!(await read()).includes(word), word);
    assert.equal((await hooks('POST', `/${hook.id}/deliveries/${deliveryId}/retry`)).json.error, 'conflict');
    const { json } = await hooks('POST', `/${hook.id}/replay`, { since: 0 });
    assert.equal(json.total, 0, 'nor is there anything to replay');
  });
});
