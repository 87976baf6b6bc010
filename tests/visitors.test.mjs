// The list of a handle's visitors, and the timeline of one over all sessions: docs/people.md.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Beckon, freshAddress } from './kit/beckon.mjs';
import { until } from './kit/wait.mjs';

let beckon;
before(async () => {
  // A snapshot leaves memory as soon as it is written: the list is of both.
  beckon = await Beckon.start();
});
after(async () => {
  await beckon?.close();
});

const say = async (sessionId, who, ...signals) => {
  const body = { sessionId, ...who, signals: signals.map(one => (typeof one === 'string' ? { type: one } : one)) };
  const answer = await beckon.chain('signals', body, { from: freshAddress() });
  assert.equal(answer.status, 202, answer.text);
};
const ok = async (role, method, path, body) => {
  const answer = await beckon.as(role, method, path, body);
  assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${answer.text}`);
  return answer.json;
};
const path = id => `/visitors/${encodeURIComponent(id)}`;
// All pages of a list.
const listed = async (where, { role = 'CREATOR', limit = 50 } = {}) => {
  const items = [];
  for (let cursor = '', pages = 0; ; pages += 1) {
    assert.ok(pages < 1000, 'the list ends');
    const mark = where.includes('?') ? '&' : '?';
    const page = await ok(role, 'GET', `${where}${mark}limit=${limit}${cursor && `&cursor=${cursor}`}`);
    assert.ok(page.items.length <= limit);
    items.push(...page.items);
    if (!page.nextCursor) return items;
    cursor = page.nextCursor;
  }
};
const find = async (q, more) => (await listed(`/visitors?q=${encodeURIComponent(q)}`, more)).map(one => one.id);

describe('the list', () => {
  before(async () => {
    await say('s-1', { anonymousId: 'home' }, 'view');
    await say('s-2', { anonymousId: 'home', visitorId: 'jon@company.example' }, 'view', 'cart');
    await say('s-3', { visitorId: 'jo' }, 'view');
    await say('s-4', { anonymousId: 'a-7f' }, 'view');
    await say('s-5', { visitorId: 'élise' }, 'view');
    await ok('OPERATOR', 'POST', '/visitors/batch', {
      visitors: [
        { visitorId: 'crm-17', set: { plan: 'pro' } },
        { visitorId: 'crm-18', set: { plan: 'free' } },
      ],
    });
    await ok('OPERATOR', 'POST', `${path('jon@company.example')}/aliases`, { id: 'jon-old' });
  });

  test('has every visitor once by name: known ones, browsers, and those with traits alone', async () => {
    const all = await listed('/visitors');
    assert.deepEqual(
      all.map(one => one.id),
      ['crm-17', 'crm-18', 'jo', 'jon@company.example', '~a-7f', 'élise'],
    );
    const jon = all.find(one => one.id === 'jon@company.example');
    assert.deepEqual([jon.visitorId, jon.idCount, jon.sessionCount, jon.foundBy], [jon.id, 3, 2, null]);
    const browser = all.find(one => one.id === '~a-7f');
    assert.deepEqual([browser.visitorId, browser.idCount, browser.sessionCount], [null, 1, 1]);
    for (const one of all) assert.ok(one.firstSeenAt <= one.lastSeenAt, one.id);
    assert.equal(all[0].sessionCount, 0);
  });

  test('pages of every size give the same', async () => {
    const all = await listed('/visitors');
    for (const limit of [1, 2, 5, 200]) assert.deepEqual(await listed('/visitors', { limit }), all, `${limit}`);
  });

  test('is searched by the beginning of any id, and has a visitor with several that fit once', async () => {
    assert.deepEqual(await find('jo'), ['jo', 'jon@company.example']);
    assert.deepEqual(await find('jon'), ['jon@company.example']);
    assert.deepEqual(await find('~'), ['~a-7f', 'jon@company.example']);
    assert.deepEqual(await find('~home', { limit: 1 }), ['jon@company.example']);
    assert.deepEqual(await find('é'), ['élise']);
    assert.deepEqual(await find('crm-18'), ['crm-18']);
    for (const nobody of ['x', 'Jo', 'jon@company.example.', '~zz']) assert.deepEqual(await find(nobody), [], nobody);
    const [jon] = await listed('/visitors?q=~ho');
    assert.equal(jon.foundBy, '~home');
    const [by] = await listed('/visitors?q=jon');
    assert.equal(by.foundBy, 'jon-old', 'the first that fits');
  });

  test('lastSeenAt follows the newest signal', async () => {
    const seen = async () => (await listed('/visitors?q=jo')).find(one => one.id === 'jo').lastSeenAt;
    const then = await seen();
    await until('the clock has gone on', async () => Date.now() > Date.parse(then));
    await say('s-3', {}, 'view');
    assert.ok((await seen()) > then);
  });

  test('a split and an erasure are followed', async () => {
    await ok('OPERATOR', 'POST', `${path('jon@company.example')}/split`, { ids: ['jon-old'] });
    assert.deepEqual(await find('jon'), ['jon-old', 'jon@company.example']);
    await ok('OPERATOR', 'DELETE', path('jon-old'));
    assert.deepEqual(await find('jon'), ['jon@company.example']);
  });

  test('is the same after a restart', async () => {
    const before = await listed('/visitors');
    await beckon.kill();
    await beckon.open();
    assert.deepEqual(await listed('/visitors'), before);
    assert.deepEqual(await find('~'), ['~a-7f', 'jon@company.example']);
  });

  test('what is no beginning of an id, no cursor and no limit is refused', async () => {
    for (const [query, field] of [
      [`q=${'x'.repeat(257)}`, 'q'],
      ['q=a%00b', 'q'],
      ['limit=201', 'limit'],
      ['cursor=abc', 'cursor'],
    ]) {
      const answer = await beckon.as('CREATOR', 'GET', `/visitors?${query}`);
      assert.equal(answer.status, 400, query);
      assert.deepEqual(
        answer.json.details.map(one => one.field),
        [field],
      );
    }
    const { nextCursor } = await ok('CREATOR', 'GET', '/visitors?limit=1');
    assert.equal((await beckon.as('CREATOR', 'GET', `/visitors?limit=1&q=jo&cursor=${nextCursor}`)).status, 400);
  });

  test('a page reads a bounded number of records, and the next one goes on', async () => {
    // A visitor with many browsers is found by the first of them, and the others are passed over.
    await say('many-0', { visitorId: 'many' }, 'view');
    for (let i = 0; i < 40; i += 1)
      await ok('OPERATOR', 'POST', `${path('many')}/aliases`, { id: `many-${String(i).padStart(2, '0')}` });
    const [many, ...others] = await listed('/visitors?q=many', { limit: 1 });
    assert.deepEqual([many.id, many.foundBy, many.idCount, others], ['many', 'many', 41, []]);
    const [found] = await listed('/visitors?q=many-');
    assert.deepEqual([found.id, found.foundBy], ['many', 'many-00']);
  });
});

describe('the timeline', () => {
  const who = 'ann';
  let hook;
  before(async () => {
    hook = await beckon.subscribe(['signal.cart']);
    await ok('CREATOR', 'PUT', '/chain-rules/later', {
      triggers: ['@due'],
      when: { all: [{ absent: { key: 'purchase' }, after: { key: 'cart' }, for: '1h' }] },
      action: { type: 'email', payload: {} },
    });
    await ok('CREATOR', 'PUT', '/chain-rules/hello', {
      triggers: ['page'],
      when: {},
      limit: { cooldown: '1s' },
      action: { type: 'banner', payload: {} },
    });
    await say('t-1', { anonymousId: 'ann-home' }, { type: 'view', at: new Date(Date.now() - 3_600_000).toISOString() });
    await say('t-2', { anonymousId: 'ann-home', visitorId: who }, 'view', { type: 'cart', signalValue: 'add' });
    const resolved = await beckon.chain('resolve', { sessionId: 't-2', trigger: 'page' });
    assert.equal(resolved.json.outcome, 'act');
    await ok('OPERATOR', 'POST', `${path(who)}/traits`, {
      set: { plan: 'pro', email: 'ann@company.example' },
      source: 'crm',
      at: '2026-05-01T10:00:00Z',
    });
    await ok('OPERATOR', 'POST', `${path(who)}/traits`, { add: { orders: 2 }, include: { tags: ['a'] }, id: 'o-1' });
    await hook.log.next();
  });
  after(async () => {
    await hook?.close();
  });

  const timeline = (more = {}) => listed(`${path(who)}/timeline`, { role: 'OPERATOR', ...more });

  test('has all sessions, decisions, messages, traits, ids and what is scheduled in one line, newest first', async () => {
    const all = await timeline();
    const at = all.map(one => Date.parse(one.at));
    assert.deepEqual(
      at,
      [...at].sort((a, b) => b - a),
    );
    const kinds = {};
    for (const one of all) (kinds[one.kind] ??= []).push(one);
    assert.deepEqual(kinds.signal.map(one => [one.sessionId, one.signalKey]).sort(), [
      ['t-1', 'view'],
      ['t-2', 'cart'],
      ['t-2', 'view'],
    ]);
    assert.deepEqual(
      kinds.decision.map(one => [one.sessionId, one.trigger, one.outcome, one.ruleId]),
      [['t-2', 'page', 'act', 'hello']],
    );
    assert.deepEqual(
      kinds.delivery.map(one => [one.sessionId, one.eventType]),
      [['t-2', 'signal.cart']],
    );
    assert.deepEqual(
      kinds.timer.map(one => [one.sessionId, one.ruleId]),
      [['t-2', 'later']],
    );
    assert.equal(all[0].kind, 'timer', 'what is still to come stands first');
    assert.deepEqual(
      kinds.id.map(one => one.id),
      ['~ann-home'],
    );
    assert.deepEqual(kinds.trait.map(({ trait, op, value, source }) => [trait, op, value, source]).sort(), [
      ['email', 'set', 'a•••@company.example', 'crm'],
      ['orders', 'add', 2, 'server'],
      ['plan', 'set', 'pro', 'crm'],
      ['tags', 'include', 'a', null],
    ]);
    assert.equal(kinds.trait.find(one => one.trait === 'plan').at, '2026-05-01T10:00:00Z');
  });

  test('is the same for every id of the visitor, and in pages of every size', async () => {
    const all = await timeline();
    assert.deepEqual(await listed(`${path('~ann-home')}/timeline`, { role: 'OPERATOR' }), all);
    for (const limit of [1, 3, 200]) assert.deepEqual(await timeline({ limit }), all, `${limit}`);
  });

  test('masks sensitive traits, and hides them from a CREATOR', async () => {
    const of = async role =>
      (await timeline({ role })).filter(one => one.trait === 'email').map(({ value, hidden }) => [value, hidden]);
    assert.deepEqual(await of('OPERATOR'), [['a•••@company.example', undefined]]);
    assert.deepEqual(await of('CREATOR'), [[null, true]]);
  });

  test('many signals of one millisecond are each there once', async () => {
    const at = new Date(Date.now() - 60_000).toISOString();
    for (let i = 0; i < 3; i += 1)
      await say(
        `t-many-${i}`,
        { visitorId: 'many-at-once' },
        ...Array.from({ length: 30 }, () => ({ type: 'view', at })),
      );
    const all = await listed(`${path('many-at-once')}/timeline`, { limit: 7 });
    const signals = all.filter(one => one.kind === 'signal');
    assert.equal(signals.length, 90);
    assert.equal(new Set(signals.map(one => `${one.sessionId} ${one.version}`)).size, 90);
  });

  test('who is unknown has none', async () => {
    assert.equal((await beckon.as('CREATOR', 'GET', '/visitors/nobody-yet/timeline')).status, 404);
  });
});
