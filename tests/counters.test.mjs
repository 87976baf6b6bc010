// Lifetime counters, from outside: docs/people.md.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Beckon, freshAddress, freshSession } from './kit/beckon.mjs';
import { until } from './kit/wait.mjs';

let beckon;
before(async () => {
  beckon = await Beckon.start();
});
after(() => beckon?.close());

const person = () => `${freshSession()}@company.example`;
const path = id => `/visitors/${encodeURIComponent(id)}`;
const hours = 3_600_000;
const ago = ms => new Date(Math.floor(Date.now() / 1000) * 1000 - ms).toISOString();
// Declares a counter and waits until it has a value.
const declare = async (name, body) => {
  const answer = await beckon.as('CREATOR', 'PUT', `/counters/${name}`, body);
  assert.ok([200, 201].includes(answer.status), answer.text);
  await until(
    'the counter is filled',
    async () => (await beckon.as('CREATOR', 'GET', `/counters/${name}`)).json.filling === null,
  );
  return answer;
};
const send = async (sessionId, signals, who = {}) => {
  const answer = await beckon.chain('signals', { sessionId, ...who, signals }, { from: freshAddress() });
  assert.equal(answer.status, 202, answer.text);
};
const bought = (amount, more = {}) => ({ type: 'purchase', metadata: { amount }, ...more });
const buy = async (id, amount, more, sessionId = freshSession()) => {
  await send(sessionId, [bought(amount, more)], { visitorId: id });
  return sessionId;
};
const visitor = async id => (await beckon.as('OPERATOR', 'GET', path(id))).json;
const orders = async id => (await visitor(id)).counters.orders;
// [count, sum]
const told = async id => {
  const { count, sum } = await orders(id);
  return [count, sum];
};

describe('declarations', () => {
  test('are made, changed, listed and deleted by a CREATOR', async () => {
    const made = await declare('first', { key: 'purchase', field: 'amount', meta: { currency: { in: ['EUR'] } } });
    assert.equal(made.status, 201);
    const { since, requestId, filling, ...definition } = made.json;
    assert.deepEqual(definition, {
      name: 'first',
      key: 'purchase',
      field: 'amount',
      meta: { currency: { in: ['EUR'] } },
      keep: '5y',
      zone: 'Etc/UTC',
    });
    assert.ok(Date.parse(since) <= Date.now() && requestId && filling !== undefined);
    const again = await declare('first', { key: 'purchase', field: 'amount', meta: { currency: { in: ['EUR'] } } });
    assert.deepEqual([again.status, again.json.since], [200, since]);
    const longer = await declare('first', { key: 'purchase', field: 'amount', keep: '400d', zone: 'Europe/Berlin' });
    assert.deepEqual([longer.json.keep, longer.json.zone, longer.json.meta], ['400d', 'Europe/Berlin', undefined]);
    const { items } = (await beckon.as('CREATOR', 'GET', '/counters')).json;
    assert.deepEqual(
      items.map(({ name }) => name),
      ['first'],
    );
    assert.equal((await beckon.as('CREATOR', 'DELETE', '/counters/first')).status, 204);
    for (const method of ['GET', 'DELETE'])
      assert.equal((await beckon.as('CREATOR', method, '/counters/first')).status, 404, method);
  });

  test('with faults are 400 with every fault, and change nothing', async () => {
    const bad = await beckon.as('CREATOR', 'PUT', '/counters/9bad', {
      value: 7.5,
      times: 'quantity',
      keep: '11y',
      zone: 'Mars/Olympus',
      more: 1,
    });
    assert.equal(bad.status, 400);
    assert.deepEqual(bad.json.details.map(({ field }) => field).sort(), [
      'keep',
      'key',
      'more',
      'name',
      'times',
      'zone',
    ]);
    assert.deepEqual((await beckon.as('CREATOR', 'GET', '/counters')).json.items, []);
  });

  test('are at most 20', async () => {
    for (let i = 0; i < 20; ++i) await declare(`c${i}`, { key: `k${i}` });
    const more = await beckon.as('CREATOR', 'PUT', '/counters/more', { key: 'k' });
    assert.equal(more.status, 400);
    assert.match(more.json.details[0].issue, /at most 20/);
    assert.equal((await beckon.as('CREATOR', 'PUT', '/counters/c3', { key: 'k3', keep: '1d' })).status, 200);
    for (let i = 0; i < 20; ++i)
      assert.equal((await beckon.as('CREATOR', 'DELETE', `/counters/c${i}`)).status, 204, `c${i}`);
  });

  test('that a rule uses, in a condition or in a payload, cannot be deleted', async () => {
    await declare('used', { key: 'purchase' });
    const when = { all: [{ ever: 'used', count: { atLeast: 1 } }] };
    const rule = { triggers: ['used'], when, action: { type: 'x' } };
    assert.equal((await beckon.as('CREATOR', 'PUT', '/chain-rules/by-condition', rule)).status, 201);
    const inserted = { triggers: ['used'], when: {}, action: { type: 'x', payload: { n: '{{ever.used.count}}' } } };
    assert.equal((await beckon.as('CREATOR', 'PUT', '/chain-rules/by-payload', inserted)).status, 201);
    const refused = await beckon.as('CREATOR', 'DELETE', '/counters/used');
    assert.deepEqual([refused.status, refused.json.rules], [409, ['by-condition', 'by-payload']]);
    for (const id of ['by-condition', 'by-payload']) await beckon.as('CREATOR', 'DELETE', `/chain-rules/${id}`);
    assert.equal((await beckon.as('CREATOR', 'DELETE', '/counters/used')).status, 204);
  });
});

describe('a counter', () => {
  test('counts over all sessions of the visitor', async () => {
    await declare('orders', { key: 'purchase', field: 'amount' });
    const id = person();
    await send(freshSession(), [{ type: 'view' }], { visitorId: id });
    assert.deepEqual(await orders(id), { count: 0, sum: null, first: null, last: null, days: 0 });
    const [first, last] = [ago(25 * hours), ago(hours)];
    await buy(id, '49.90', { at: first });
    await buy(id, 10, { at: last });
    await buy(id, undefined, { at: ago(2 * hours) });
    const found = await orders(id);
    assert.deepEqual([found.count, found.sum, found.days >= 2], [3, 59.9, true]);
    assert.deepEqual([Date.parse(found.first), Date.parse(found.last)], [Date.parse(first), Date.parse(last)]);
  });

  test('counts a signal with an id once, and nothing with basic consent', async () => {
    const id = person();
    const sessionId = await buy(id, 10, { id: 'o-1' });
    await buy(id, 10, { id: 'o-1' }, sessionId);
    assert.deepEqual(await told(id), [1, 10]);
    await send(freshSession(), [bought(5)], { visitorId: id, consent: 'basic' });
    assert.deepEqual(await told(id), [1, 10]);
  });

  test('is filled with what came before it was declared', async () => {
    const id = person(),
      other = person();
    await send(
      freshSession(),
      [
        { type: 'early', metadata: { n: 2 } },
        { type: 'early', metadata: { n: 3 } },
      ],
      {
        visitorId: id,
      },
    );
    const gone = freshSession();
    await send(gone, [{ type: 'early', metadata: { n: 4 } }], { visitorId: other });
    await send(freshSession(), [{ type: 'view' }], { visitorId: other });
    assert.equal((await beckon.as('OPERATOR', 'DELETE', `/chain/${gone}`)).status, 204);
    await declare('early', { key: 'early', field: 'n' });
    assert.deepEqual([(await visitor(id)).counters.early.count, (await visitor(id)).counters.early.sum], [2, 5]);
    assert.equal((await visitor(other)).counters.early.count, 0, 'what was erased is not counted');
    await send(freshSession(), [{ type: 'early', metadata: { n: 1 } }], { visitorId: id });
    assert.equal((await visitor(id)).counters.early.sum, 6);
    // Another definition begins again.
    await declare('early', { key: 'early', meta: { n: { atLeast: 3 } } });
    assert.deepEqual([(await visitor(id)).counters.early.count, (await visitor(id)).counters.early.sum], [1, null]);
  });

  test('survives kill -9', async () => {
    const id = person();
    await buy(id, 10);
    await buy(id, 5);
    const { counters } = await visitor(id);
    await beckon.kill();
    await beckon.open();
    assert.deepEqual((await visitor(id)).counters, counters);
    await buy(id, 1);
    assert.deepEqual(await told(id), [3, 16]);
  });

  test('of ids that join adds up, and each has its own after a split', async () => {
    const [one, other] = [person(), person()];
    await buy(one, 10);
    await buy(other, 5);
    await buy(other, 1);
    assert.equal((await beckon.as('OPERATOR', 'POST', `${path(one)}/aliases`, { id: other })).status, 200);
    for (const id of [one, other]) assert.deepEqual(await told(id), [3, 16]);
    await buy(one, 100);
    assert.equal((await beckon.as('OPERATOR', 'POST', `${path(one)}/split`, { ids: [other] })).status, 200);
    assert.deepEqual(
      [await told(one), await told(other)],
      [
        [2, 110],
        [2, 6],
      ],
    );
  });

  test('of a browser comes along when somebody signs in', async () => {
    const id = person(),
      anonymousId = `a-${freshSession()}`;
    await send(freshSession(), [bought(7)], { anonymousId });
    assert.deepEqual(await told(`~${anonymousId}`), [1, 7]);
    await send(freshSession(), [bought(1)], { anonymousId, visitorId: id });
    assert.deepEqual(await told(id), [2, 8]);
  });

  test('loses what an erased session has counted, and all of an erased visitor; an export has it', async () => {
    const id = person();
    const gone = await buy(id, 10);
    await buy(id, 5);
    const exported = (await beckon.as('OPERATOR', 'GET', `${path(id)}/export`)).json;
    assert.deepEqual([exported.counters.orders.count, exported.counters.orders.sum], [2, 15]);
    assert.equal((await beckon.as('OPERATOR', 'DELETE', `/chain/${gone}`)).status, 204);
    assert.deepEqual(await told(id), [1, 5]);
    assert.equal((await beckon.as('OPERATOR', 'DELETE', path(id))).status, 204);
    assert.equal((await beckon.as('OPERATOR', 'GET', path(id))).status, 404);
    await buy(id, 1);
    assert.deepEqual(await told(id), [1, 1], 'another life');
  });
});

describe('rules', () => {
  const rule = async (id, condition, more = {}) => {
    const answer = await beckon.as('CREATOR', 'PUT', `/chain-rules/${id}`, {
      triggers: [id],
      when: { all: [condition] },
      action: { type: 'show', payload: {} },
      ...more,
    });
    assert.ok([200, 201].includes(answer.status), answer.text);
    return answer.json;
  };
  const ask = async (trigger, who, sessionId = freshSession()) =>
    (await beckon.as('CREATOR', 'POST', '/chain/resolve', { sessionId, trigger, ...who })).json;
  const outcome = async (trigger, who, sessionId) => (await ask(trigger, who, sessionId)).outcome;

  test('compare what a counter has counted, and say what was seen', async () => {
    await rule('count', { ever: 'orders', count: { atLeast: 2, atMost: 3 } });
    await rule('sum', { ever: 'orders', sum: { atLeast: 99.8 } });
    await rule('days', { ever: 'orders', days: { equals: 2 } });
    await rule('first', { ever: 'orders', first: { age: { atLeast: '2d' } } });
    await rule('last', { ever: 'orders', last: { age: { atLeast: '2h' } } });
    const all = ['count', 'sum', 'days', 'first', 'last'];
    const outcomes = async id => Promise.all(all.map(async name => [name, await outcome(name, { visitorId: id })]));
    const id = person();
    await send(freshSession(), [{ type: 'view' }], { visitorId: id });
    assert.deepEqual(await outcomes(id), [...all.map(name => [name, 'none'])]);
    await buy(id, '49.90', { at: ago(73 * hours) });
    await buy(id, '49.89', { at: ago(3 * hours) });
    assert.equal(await outcome('sum', { visitorId: id }), 'none');
    const [{ conditions }] = (await ask('sum', { visitorId: id })).explanation;
    assert.deepEqual([conditions[0].seen, conditions[0].wanted], ['99.79', 'at least 99.8']);
    await buy(id, '0.01', { at: ago(3 * hours) });
    assert.deepEqual(await outcomes(id), [...all.map(name => [name, 'act'])]);
    await buy(id, 1);
    assert.deepEqual(
      [await outcome('count', { visitorId: id }), await outcome('last', { visitorId: id })],
      ['none', 'none'],
    );
  });

  test('without a visitor see what the session has counted', async () => {
    await rule('here', { ever: 'orders', count: { atLeast: 1 } });
    const sessionId = freshSession();
    await send(sessionId, [bought(1)]);
    assert.equal(await outcome('here', {}, sessionId), 'act');
    assert.equal(await outcome('here', {}), 'none');
  });

  test('say until when a decision holds, to the millisecond', async () => {
    await rule('recent', { ever: 'orders', last: { age: { atMost: '1h' } } }, { ttl: '7d' });
    const id = person(),
      at = ago(60_000);
    await buy(id, 1, { at });
    const decided = await ask('recent', { visitorId: id });
    assert.equal(decided.outcome, 'act');
    assert.equal(Date.parse(decided.expiresAt), Date.parse(at) + hours + 1);
    await declare('short', { key: 'purchase', keep: '1h' });
    await rule('kept', { ever: 'short', count: { atLeast: 1 } }, { ttl: '7d' });
    const kept = await ask('kept', { visitorId: id });
    assert.deepEqual([kept.outcome, Date.parse(kept.expiresAt)], ['act', Date.parse(at) + hours]);
  });

  test('what is counted changes the etag, and what was decided before is found so again', async () => {
    await rule('tagged', { ever: 'orders', count: { atLeast: 1 } });
    const id = person();
    await buy(id, 1);
    const before = await ask('tagged', { visitorId: id });
    await buy(id, 1);
    assert.notEqual((await ask('tagged', { visitorId: id })).etag, before.etag);
    await until(
      'the decision is on record',
      async () => (await beckon.as('CREATOR', 'GET', `/decisions/${before.decisionId}`)).status === 200,
    );
    const { json } = await beckon.as('CREATOR', 'GET', `/decisions/${before.decisionId}`);
    assert.deepEqual([json.outcome, json.same], ['act', true], JSON.stringify(json));
  });

  test('that name a counter which is not declared are refused, with its place', async () => {
    const answer = await beckon.as('CREATOR', 'PUT', '/chain-rules/undeclared', {
      triggers: ['x'],
      when: { all: [{ ever: 'nothing', count: { atLeast: 1 } }] },
      action: { type: 'x', payload: { n: '{{ever.nothing.sum}}' } },
    });
    assert.equal(answer.status, 400);
    assert.deepEqual(answer.json.details.map(({ field }) => field).sort(), ['action.payload', 'when.all[0].ever']);
  });

  test('with faults are refused, each at its place', async () => {
    for (const [condition, place] of [
      [{ ever: 'orders' }, 'count'],
      [{ ever: 7, count: { atLeast: 1 } }, 'ever'],
      [{ ever: 'orders', count: 3 }, 'count'],
      [{ ever: 'orders', count: {} }, 'count'],
      [{ ever: 'orders', count: { atLeast: 1 }, sum: { atLeast: 1 } }, 'sum'],
      [{ ever: 'orders', last: { atLeast: '1d' } }, 'last'],
      [{ ever: 'orders', first: { age: {} } }, 'first.age'],
      [{ ever: 'orders', last: { until: { atLeast: '1d' } } }, 'last.until'],
      [{ ever: 'orders', count: { atLeast: 1 }, within: '1d' }, 'within'],
    ]) {
      const answer = await beckon.as('CREATOR', 'PUT', '/chain-rules/bad', {
        triggers: ['x'],
        when: { all: [condition] },
        action: { type: 'x' },
      });
      assert.equal(answer.status, 400, JSON.stringify(condition));
      const fields = answer.json.details.map(({ field }) => field).join();
      assert.ok(fields.startsWith(`when.all[0].${place}`), `${place} in ${fields}: ${answer.text}`);
    }
  });

  test('that a counter makes needless are warned of, with a witness', async () => {
    await rule('many', { ever: 'orders', count: { atLeast: 2 } }, { triggers: ['linted'], priority: 9 });
    const { warnings } = await rule(
      'more',
      { ever: 'orders', count: { atLeast: 5 } },
      { triggers: ['linted'], priority: 1 },
    );
    assert.deepEqual(
      warnings.map(({ kind }) => kind),
      ['shadowed'],
    );
    assert.equal(warnings[0].counters.orders.count, 5);
  });
});
