// Traits of visitors, from outside: docs/people.md.
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
const say = async (id, body, as = 'OPERATOR') => {
  const answer = await beckon.as(as, 'POST', `${path(id)}/traits`, body);
  assert.equal(answer.status, 200, answer.text);
  return answer.json;
};
const visitor = async (id, as = 'OPERATOR') => (await beckon.as(as, 'GET', path(id))).json;
const values = async id =>
  Object.fromEntries(Object.entries((await visitor(id)).traits).map(([name, { value }]) => [name, value]));
const declare = async (name, body, as = 'OPERATOR') => {
  const answer = await beckon.as(as, 'PUT', `/traits/${name}`, body);
  assert.ok([200, 201].includes(answer.status), answer.text);
  return answer;
};
const onPage = (sessionId, traits, who, signals = []) =>
  beckon.chain('signals', { sessionId, ...who, traits, signals }, { from: freshAddress() });

describe('what is said of a visitor', () => {
  test('is kept by name, with its source and instant; types are those of the first value', async () => {
    const id = person();
    const answer = await say(id, {
      set: { plan: 'pro', seats: 12.5, trial: false, tags: ['b', 'a', 'b'] },
      source: 'crm',
      at: '2026-05-01T10:00:00Z',
    });
    assert.deepEqual(answer.applied, ['plan', 'seats', 'tags', 'trial']);
    assert.deepEqual([answer.stale, answer.refused], [[], []]);
    assert.deepEqual(await values(id), { plan: 'pro', seats: 12.5, tags: ['a', 'b'], trial: false });
    const { plan } = (await visitor(id)).traits;
    assert.deepEqual([plan.source, plan.at], ['crm', '2026-05-01T10:00:00Z']);
    const listed = (await beckon.as('CREATOR', 'GET', '/traits')).json.items;
    assert.deepEqual(
      listed
        .filter(({ name }) => ['plan', 'seats', 'trial', 'tags'].includes(name))
        .map(({ name, type, declared }) => [name, type, declared]),
      [
        ['plan', 'text', false],
        ['seats', 'number', false],
        ['tags', 'list', false],
        ['trial', 'bool', false],
      ],
    );
  });

  test('one bad trait never loses the others', async () => {
    const id = person();
    const { applied, refused } = await say(id, {
      set: { goodOne: 'x', '9bad': 1, nested: { a: 1 }, plan: 7, zone: 'Mars/Olympus', long: 'x'.repeat(513) },
    });
    assert.deepEqual(applied, ['goodOne']);
    assert.deepEqual(refused.map(({ trait }) => trait).sort(), ['9bad', 'long', 'nested', 'plan', 'zone']);
    assert.match(refused.find(({ trait }) => trait === 'plan').reason, /text/);
    assert.deepEqual(await values(id), { goodOne: 'x' });
  });

  test('a request of another form is 400, names every fault and changes nothing', async () => {
    const id = person();
    const answer = await beckon.as('OPERATOR', 'POST', `${path(id)}/traits`, {
      set: ['plan'],
      unset: 'plan',
      at: 'soon',
      source: 'No Name',
      more: 1,
    });
    assert.equal(answer.status, 400);
    assert.deepEqual(answer.json.details.map(({ field }) => field).sort(), ['at', 'more', 'set', 'source', 'unset']);
    assert.equal((await beckon.as('OPERATOR', 'GET', path(id))).status, 404);
  });

  test('old news change nothing, in whatever order they come', async () => {
    const id = person();
    await say(id, { set: { tier: 'gold' }, at: '2026-06-02T00:00:00Z' });
    const late = await say(id, { set: { tier: 'iron' }, at: '2026-06-01T00:00:00Z' });
    assert.deepEqual([late.applied, late.stale], [[], ['tier']]);
    await say(id, { unset: ['tier'], at: '2026-06-03T00:00:00Z' });
    assert.deepEqual((await say(id, { set: { tier: 'tin' }, at: '2026-06-02T12:00:00Z' })).stale, ['tier']);
    assert.deepEqual(await values(id), {});
    assert.deepEqual((await say(id, { set: { tier: null } })).applied, ['tier'], 'null is unset');
  });

  test('of changes with the same `at` the one that arrived later holds, of setOnce the one that arrived first', async () => {
    const id = person();
    const at = '2026-06-02T00:00:00Z';
    const applied = [];
    for (const tier of ['gold', 'iron', 'gold', 'tin'])
      applied.push((await say(id, { set: { tier }, setOnce: { firstTier: tier }, at })).applied);
    assert.deepEqual(applied, [['firstTier', 'tier'], ['tier'], ['tier'], ['tier']]);
    assert.deepEqual(await values(id), { firstTier: 'gold', tier: 'tin' });
  });

  test('setOnce keeps the earliest, whenever it arrives', async () => {
    const id = person();
    await say(id, { setOnce: { firstSource: 'mail' }, at: '2026-06-02T00:00:00Z' });
    assert.deepEqual((await say(id, { setOnce: { firstSource: 'ad' }, at: '2026-06-01T00:00:00Z' })).applied, [
      'firstSource',
    ]);
    assert.deepEqual((await say(id, { setOnce: { firstSource: 'shop' } })).stale, ['firstSource']);
    assert.equal((await values(id)).firstSource, 'ad');
  });

  test('add needs an id and counts it once; a counter cannot be set, nor a set trait counted', async () => {
    const id = person();
    assert.match((await say(id, { add: { points: 5 } })).refused[0].reason, /needs an id/);
    await say(id, { add: { points: 5 }, id: 'order-1' });
    assert.deepEqual((await say(id, { add: { points: 5 }, id: 'order-1' })).stale, ['points']);
    await say(id, { add: { points: '2.25' }, id: 'order-2' });
    assert.equal((await values(id)).points, 7.25);
    assert.match((await say(id, { set: { points: 1 } })).refused[0].reason, /counter/);
    await say(id, { set: { level: 3 } });
    assert.match((await say(id, { add: { level: 1 }, id: 'x' })).refused[0].reason, /cannot be added/);
  });

  test('texts are included in lists and excluded from them', async () => {
    const id = person();
    await say(id, { include: { interests: ['shoes', 'hats'] } });
    await say(id, { exclude: { interests: ['hats'] }, include: { interests: ['bags'] } });
    assert.deepEqual((await values(id)).interests, ['bags', 'shoes']);
    assert.match(
      (await say(id, { include: { interests: Array.from({ length: 49 }, (_, i) => `i${i}`) } })).refused[0].reason,
      /50 texts/,
    );
    assert.deepEqual((await values(id)).interests, ['bags', 'shoes']);
  });

  test('a visitor has at most 100 traits of 8 KiB in all', async () => {
    const id = person();
    const many = from => Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`many${from + i}`, 1]));
    await say(id, { set: many(0) });
    const { applied, refused } = await say(id, { set: many(60) });
    assert.deepEqual([applied.length, refused.length], [40, 20]);
    const large = await say(person(), {
      set: Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`many${i}text`, 'x'.repeat(500)])),
    });
    assert.ok(large.refused.length > 3 && large.applied.length > 10, JSON.stringify(large));
  });

  test('what was unset, or never set, takes no place of the 100, and does not come back', async () => {
    const id = person();
    const names = Array.from({ length: 100 }, (_, i) => `many${i}`);
    const set = Object.fromEntries(names.map(name => [name, 1]));
    for (let round = 0; round < 3; round += 1) {
      assert.equal((await say(id, { set })).applied.length, 100);
      assert.match((await say(id, { set: { many100: 1 } })).refused[0].reason, /who has 100/);
      await say(id, { unset: names });
    }
    assert.deepEqual(await values(id), {});
    const late = await say(id, { set, at: '2026-05-01T10:00:00Z' });
    assert.deepEqual([late.applied, late.stale.length, late.refused], [[], 100, []]);
    const [other, never] = [person(), names.map((_, i) => `never${i}`)];
    await say(other, { unset: never });
    assert.deepEqual((await say(other, { set })).refused, []);
    await beckon.kill();
    await beckon.open();
    assert.deepEqual(await values(id), {});
    assert.equal((await say(id, { set: { many7: 1 }, at: '2026-05-01T10:00:00Z' })).stale.length, 1);
    assert.equal(Object.keys(await values(other)).length, 100);
  });

  test('up to 100 visitors in one request, whole or not at all', async () => {
    const [one, other] = [person(), person()];
    const answer = await beckon.as('OPERATOR', 'POST', '/visitors/batch', {
      visitors: [
        { visitorId: one, set: { plan: 'pro' } },
        { visitorId: other, set: { plan: 'free', zone: 'Nowhere' } },
      ],
    });
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual(
      answer.json.visitors.map(({ visitorId, applied }) => [visitorId, applied]),
      [
        [one, ['plan']],
        [other, ['plan']],
      ],
    );
    const bad = await beckon.as('OPERATOR', 'POST', '/visitors/batch', {
      visitors: [{ visitorId: one, set: { plan: 'x' } }, { set: {} }, { visitorId: 'null', set: {} }, 7],
    });
    assert.equal(bad.status, 400);
    assert.deepEqual(
      bad.json.details.map(({ field }) => field),
      ['visitors[1].visitorId', 'visitors[2].visitorId', 'visitors[3]'],
    );
    assert.equal((await values(one)).plan, 'pro');
    assert.equal((await beckon.as('CREATOR', 'POST', '/visitors/batch', { visitors: [] })).status, 403);
  });
});

describe('declarations', () => {
  test('fix the type, take texts for numbers, and check instants and dates', async () => {
    await declare('mrr', { type: 'number' }, 'CREATOR');
    await declare('trialEndsAt', { type: 'instant' });
    await declare('birthday', { type: 'date' });
    const id = person();
    const { applied, refused } = await say(id, {
      set: { mrr: '49.90', trialEndsAt: '2026-05-01T12:00:00+02:00', birthday: '2024-02-30' },
    });
    assert.deepEqual(applied, ['mrr', 'trialEndsAt']);
    assert.match(refused[0].reason, /date/);
    assert.deepEqual(await values(id), { mrr: 49.9, trialEndsAt: '2026-05-01T10:00:00Z' });
  });

  test('say which sources outweigh others', async () => {
    await declare('segment', { type: 'text', sources: ['crm', 'server'] });
    const id = person();
    await say(id, { set: { segment: 'a' }, source: 'crm', at: '2026-01-01T00:00:00Z' });
    assert.deepEqual((await say(id, { set: { segment: 'b' } })).stale, ['segment']);
    await say(id, { unset: ['segment'], source: 'crm', at: '2026-01-02T00:00:00Z' });
    assert.equal((await values(id)).segment, 'b', 'an unset leaves the trait to lower ranks');
  });

  test('a CREATOR may say the type, and neither who may see a trait nor which source outweighs', async () => {
    const answer = await beckon.as('CREATOR', 'PUT', '/traits/income', { type: 'number', sensitive: true });
    assert.equal(answer.status, 403);
    assert.equal(answer.json.requiredRole, 'OPERATOR');
    await declare('income', { type: 'number', sensitive: true });
    await declare('income', { type: 'number', sensitive: true }, 'CREATOR');
  });

  test('are 400 with every fault, and are deleted', async () => {
    const bad = await beckon.as('OPERATOR', 'PUT', '/traits/9', {
      type: 'object',
      public: 1,
      sources: ['a', 'a'],
      x: 1,
    });
    assert.equal(bad.status, 400);
    assert.deepEqual(bad.json.details.map(({ field }) => field).sort(), ['name', 'public', 'sources[1]', 'type', 'x']);
    assert.equal((await beckon.as('OPERATOR', 'PUT', '/traits/email', { type: 'number' })).status, 400);
    await declare('gone', { type: 'text' });
    for (const more of [{ sensitive: true }, { public: true }, { sources: ['crm'] }]) {
      const said = { type: 'text', ...more };
      assert.ok((await beckon.as('OPERATOR', 'PUT', '/traits/guarded', said)).status < 300);
      const refused = await beckon.as('CREATOR', 'DELETE', '/traits/guarded');
      assert.deepEqual([refused.status, refused.json.requiredRole], [403, 'OPERATOR'], refused.text);
    }
    assert.equal((await beckon.as('OPERATOR', 'DELETE', '/traits/guarded')).status, 204);
    await declare('hushed', { type: 'text', sensitive: true });
    const shown = await beckon.as('OPERATOR', 'DELETE', '/traits/hushed');
    assert.equal(shown.status, 409, 'without the declaration its values would be shown');
    assert.match(shown.json.message, /"sensitive": false first/);
    await declare('hushed', { type: 'text' });
    assert.equal((await beckon.as('OPERATOR', 'DELETE', '/traits/hushed')).status, 204);
    assert.equal((await beckon.as('CREATOR', 'DELETE', '/traits/gone')).status, 204);
    assert.equal((await beckon.as('CREATOR', 'DELETE', '/traits/gone')).status, 404);
  });

  test('what is sensitive is hidden from a CREATOR and masked for others, who can look at it, which is on record', async () => {
    const id = person();
    await declare('short', { type: 'text', sensitive: true });
    await declare('amount', { type: 'number', sensitive: true });
    await say(id, { set: { email: id, phone: '+43 660 12345', short: '1234567', amount: 1234567890, country: 'AT' } });
    const shown = async role =>
      Object.fromEntries(
        Object.entries((await visitor(id, role)).traits).map(([name, { value, hidden, masked }]) => [
          name,
          [value, hidden ?? false, masked ?? false],
        ]),
      );
    const country = ['AT', false, false];
    const none = [null, true, false];
    assert.deepEqual(await shown('CREATOR'), { email: none, phone: none, short: none, amount: none, country });
    assert.deepEqual(await shown('OPERATOR'), {
      email: [`${id[0]}•••${id.slice(id.lastIndexOf('@'))}`, false, true],
      phone: ['•••45', false, true],
      short: ['•••', false, true],
      amount: ['•••', false, true],
      country,
    });
    const read = (role, name) => beckon.as(role, 'GET', `/visitors/${encodeURIComponent(id)}/traits/${name}`);
    for (const name of ['email', 'country']) assert.equal((await read('CREATOR', name)).status, 403, name);
    assert.equal((await read('OPERATOR', 'locale')).status, 404);
    assert.equal((await read('OPERATOR', 'country')).json.value, 'AT');
    const { value, source, name } = (await read('OPERATOR', 'email')).json;
    assert.deepEqual([name, value, source], ['email', id, 'server']);
    const { items, ...rest } = (await beckon.as('OPERATOR', 'GET', '/audit-events')).json;
    const entries = items.filter(({ action }) => action === 'visitor.reveal');
    assert.deepEqual(
      entries.map(({ detail }) => detail),
      [{ trait: 'email' }],
    );
    assert.ok(!JSON.stringify([entries, rest]).includes(id));

    const exported = await beckon.as('OPERATOR', 'GET', `/visitors/${encodeURIComponent(id)}/export`);
    assert.ok(exported.text.includes(`"value":"${id}"`), exported.text);
    const [latest] = (await beckon.as('OPERATOR', 'GET', '/audit-events')).json.items;
    assert.deepEqual([latest.action, latest.target.includes(id)], ['visitor.export', false]);
  });
});

describe('a page', () => {
  test('says public traits with its signals, and no others', async () => {
    await declare('favourite', { type: 'text', public: true });
    const id = person(),
      sessionId = freshSession();
    const answer = await onPage(sessionId, { set: { favourite: 'red', plan: 'pro' } }, { visitorId: id }, [
      { type: 'view' },
    ]);
    assert.equal(answer.status, 202, answer.text);
    assert.deepEqual(answer.json.traits.applied, ['favourite']);
    assert.match(answer.json.traits.refused[0].reason, /not public/);
    assert.deepEqual(await values(id), { favourite: 'red' });
    assert.equal((await visitor(id)).traits.favourite.source, 'page');
    // A server outweighs a page, whatever is newer.
    await say(id, { set: { favourite: 'blue' }, at: '2026-01-01T00:00:00Z' });
    await onPage(sessionId, { set: { favourite: 'green' } }, { visitorId: id });
    assert.equal((await values(id)).favourite, 'blue');
  });

  test('whose visitor is unknown says them of its browser, which brings them along', async () => {
    await declare('favourite', { type: 'text', public: true });
    const id = person(),
      browser = `a-${freshSession()}`;
    await onPage(freshSession(), { set: { favourite: 'red' } }, { anonymousId: browser }, [{ type: 'view' }]);
    assert.equal((await values(`~${browser}`)).favourite, 'red');
    await onPage(freshSession(), {}, { anonymousId: browser, visitorId: id }, [{ type: 'view' }]);
    assert.equal((await values(id)).favourite, 'red');
    const none = await onPage(freshSession(), { set: { favourite: 'red' } }, {}, [{ type: 'view' }]);
    assert.match(none.json.traits.refused[0].reason, /of no one/);
  });

  test('said in a session that is remembered they are of that visitor, also once another is said in it', async () => {
    const [first, second] = [person(), person()];
    const browser = `a-${freshSession()}`,
      sessionId = freshSession();
    await onPage(freshSession(), {}, { anonymousId: browser, visitorId: first }, [{ type: 'view' }]);
    await onPage(sessionId, { set: { favourite: 'red' } }, { anonymousId: browser }, [{ type: 'view' }]);
    assert.deepEqual(await values(first), { favourite: 'red' });
    await onPage(sessionId, {}, { anonymousId: browser, visitorId: second }, [{ type: 'login' }]);
    assert.equal((await beckon.as('CREATOR', 'GET', `/chain/${sessionId}`)).json.visitorId, second);
    assert.deepEqual([await values(first), await values(second)], [{ favourite: 'red' }, {}]);
  });

  test('without full consent says none', async () => {
    const id = person();
    const answer = await onPage(freshSession(), { set: { favourite: 'red' } }, { visitorId: id, consent: 'basic' }, [
      { type: 'view' },
    ]);
    assert.match(answer.json.traits.refused[0].reason, /consent/);
    assert.equal((await beckon.as('OPERATOR', 'GET', path(id))).status, 404);
  });

  test('that says traits alone is limited as one that sends a signal', async () => {
    const from = freshAddress(),
      sessionId = freshSession(),
      visitorId = person();
    const statuses = new Set();
    for (let i = 0; i < 125; ++i) {
      const body = { sessionId, visitorId, traits: { set: { favourite: `n${i}` } } };
      statuses.add((await beckon.chain('signals', body, { from })).status);
    }
    assert.deepEqual([...statuses], [202, 429]);
  });

  test('with a role, signals say any trait', async () => {
    const id = person();
    const answer = await beckon.as('OPERATOR', 'POST', '/chain/signals', {
      sessionId: freshSession(),
      visitorId: id,
      traits: { set: { plan: 'pro' } },
    });
    assert.equal(answer.status, 202, answer.text);
    assert.deepEqual(answer.json.traits.applied, ['plan']);
  });
});

describe('joins, splits, restarts, export and erasure', () => {
  test('ids that join have the traits of both, and each its own after a split', async () => {
    const [one, other] = [person(), person()];
    await say(one, { set: { plan: 'free', city: 'Wien' }, at: '2026-01-02T00:00:00Z' });
    await say(other, { set: { plan: 'pro' }, at: '2026-01-03T00:00:00Z' });
    await say(other, { add: { visits: 2 }, id: 'a' });
    assert.equal((await beckon.as('OPERATOR', 'POST', `${path(one)}/aliases`, { id: other })).status, 200);
    assert.deepEqual(await values(one), { city: 'Wien', plan: 'pro', visits: 2 });
    await say(one, { add: { visits: 3 }, id: 'b' });
    assert.equal((await values(other)).visits, 5);
    assert.equal((await beckon.as('OPERATOR', 'POST', `${path(one)}/split`, { ids: [other] })).status, 200);
    assert.deepEqual(await values(one), { city: 'Wien', plan: 'free', visits: 3 });
    assert.deepEqual(await values(other), { plan: 'pro', visits: 2 });
  });

  test('all of it survives kill -9, declarations too', async () => {
    const id = person();
    await declare('kept', { type: 'number', sources: ['crm'] });
    await say(id, { set: { kept: 5 }, source: 'crm' });
    await say(id, { add: { stamps: 1 }, id: 'x' });
    const before = await visitor(id);
    await beckon.kill();
    await beckon.open();
    assert.deepEqual((await visitor(id)).traits, before.traits);
    assert.deepEqual((await say(id, { add: { stamps: 1 }, id: 'x' })).stale, ['stamps']);
    const kept = (await beckon.as('CREATOR', 'GET', '/traits')).json.items.find(({ name }) => name === 'kept');
    assert.deepEqual([kept.type, kept.sources, kept.declared], ['number', ['crm'], true]);
    assert.match((await say(id, { set: { kept: 'text' } })).refused[0].reason, /number/);
  });

  test('an export has the traits and the history of each; an erasure leaves nothing', async () => {
    const id = person();
    await say(id, { set: { plan: 'free' }, at: '2026-01-01T00:00:00Z' });
    await say(id, { set: { plan: 'pro' }, source: 'crm' });
    const exported = (await beckon.as('OPERATOR', 'GET', `${path(id)}/export`)).json;
    assert.equal(exported.traits.plan.value, 'pro');
    assert.deepEqual(
      exported.traitHistory.map(({ trait, op, value, source }) => [trait, op, value, source]),
      [
        ['plan', 'set', 'free', 'server'],
        ['plan', 'set', 'pro', 'crm'],
      ],
    );
    assert.equal((await beckon.as('OPERATOR', 'DELETE', path(id))).status, 204);
    assert.equal((await beckon.as('OPERATOR', 'GET', path(id))).status, 404);
    await say(id, { set: { seats: 1 } });
    assert.deepEqual(await values(id), { seats: 1 }, 'another life');
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
  const ask = async (trigger, who, more = {}) =>
    (await beckon.as('CREATOR', 'POST', '/chain/resolve', { sessionId: freshSession(), trigger, ...who, ...more }))
      .json;
  const onThePage = async (trigger, who) =>
    (await beckon.chain('resolve', { sessionId: freshSession(), trigger, ...who }, { from: freshAddress() })).json;
  const ahead = ms => new Date(Date.now() + ms).toISOString();

  test('compare traits of the visitor, and say what was seen, from whom and since when', async () => {
    await rule('plan-in', { trait: 'plan', in: ['pro', 'team'] });
    await rule('mrr-from', { trait: 'mrr', atLeast: 50, below: 500 });
    await rule('tags-any', { trait: 'tags', anyOf: ['beta'] });
    const id = person();
    assert.equal((await ask('plan-in', { visitorId: id })).outcome, 'none');
    await say(id, { set: { plan: 'pro', mrr: 49.9, tags: ['alpha', 'beta'] }, source: 'crm' });
    assert.equal((await ask('plan-in', { visitorId: id })).outcome, 'act');
    assert.equal((await ask('tags-any', { visitorId: id })).outcome, 'act');
    const failed = await ask('mrr-from', { visitorId: id });
    assert.equal(failed.outcome, 'none');
    const [{ failed: why }] = failed.explanation;
    assert.match(JSON.stringify(why ?? failed.explanation), /49\.9, said by crm/);
    await say(id, { set: { mrr: 50 } });
    assert.equal((await ask('mrr-from', { visitorId: id })).outcome, 'act');
  });

  test('missing is true for exists: false, not and notIn alone', async () => {
    await rule('absent', { trait: 'nickname', exists: false });
    await rule('not-x', { trait: 'nickname', not: 'x' });
    await rule('is-x', { trait: 'nickname', equals: 'x' });
    const id = person();
    for (const [trigger, outcome] of [
      ['absent', 'act'],
      ['not-x', 'act'],
      ['is-x', 'none'],
    ]) {
      assert.equal((await ask(trigger, { visitorId: id })).outcome, outcome, trigger);
      assert.equal((await ask(trigger, {})).outcome, outcome, `${trigger} without a visitor`);
    }
    await say(id, { set: { nickname: 'x' } });
    for (const [trigger, outcome] of [
      ['absent', 'none'],
      ['not-x', 'none'],
      ['is-x', 'act'],
    ])
      assert.equal((await ask(trigger, { visitorId: id })).outcome, outcome, trigger);
  });

  test('until and age are exact, and say until when the decision holds', async () => {
    await declare('endsAt', { type: 'instant' });
    await rule('ends-soon', { trait: 'endsAt', until: { atLeast: '0s', atMost: '3d' } }, { ttl: '7d' });
    const id = person();
    await say(id, { set: { endsAt: ahead(2 * 86_400_000) } });
    const within = await ask('ends-soon', { visitorId: id });
    assert.equal(within.outcome, 'act');
    const { endsAt } = (await visitor(id)).traits;
    assert.equal(Date.parse(within.expiresAt), Date.parse(endsAt.value) + 1, 'a millisecond behind its end');
    await say(id, { set: { endsAt: ahead(4 * 86_400_000) } });
    assert.equal((await ask('ends-soon', { visitorId: id })).outcome, 'none');
    await say(id, { set: { endsAt: ahead(-1000) } });
    assert.equal((await ask('ends-soon', { visitorId: id })).outcome, 'none');
  });

  test('daysUntil counts local days, by the zone of the visitor', async () => {
    await declare('birthday', { type: 'date' });
    const zone = 'Pacific/Kiritimati'; // 14 hours ahead, all year
    const local = days => new Date(Date.now() + 14 * 3_600_000 + days * 86_400_000).toISOString().slice(0, 10);
    const born = days => `1992${local(days).slice(4)}`;
    await rule('birthday', { trait: 'birthday', daysUntil: { equals: 0 } });
    await rule('soon', { trait: 'birthday', daysUntil: { atLeast: 1, atMost: 3 }, zone });
    await rule('over', { trait: 'birthday', daysUntil: { atMost: -1, yearly: false }, zone: 'visitor' });
    const id = person();
    await say(id, { set: { birthday: born(0) } });
    assert.equal((await ask('birthday', { visitorId: id })).outcome, 'none', 'nobody knows which day it is there');
    assert.equal((await ask('birthday', { visitorId: id, context: { zone } })).outcome, 'act');
    await say(id, { set: { zone } });
    const today = await ask('birthday', { visitorId: id });
    assert.equal(today.outcome, 'act');
    assert.ok(Date.parse(today.expiresAt) <= Date.parse(`${local(1)}T00:00:00+14:00`));
    assert.equal((await ask('over', { visitorId: id })).outcome, 'act', 'the date itself is long over');
    assert.equal((await ask('soon', { visitorId: id })).outcome, 'none');
    await say(id, { set: { birthday: born(3) } });
    assert.equal((await ask('soon', { visitorId: id })).outcome, 'act');
    await say(id, { set: { birthday: born(-1) } });
    assert.equal((await ask('soon', { visitorId: id })).outcome, 'none');
    const { explanation } = await ask('soon', { visitorId: id });
    assert.match(explanation[0].conditions[0].seen, /^36[45] \(/, explanation[0].conditions[0].seen);
  });

  test('a trait changes the etag, not the expiry', async () => {
    await rule('etag', { trait: 'plan', equals: 'pro' });
    const id = person();
    const before = await ask('etag', { visitorId: id });
    await say(id, { set: { plan: 'free' } });
    assert.notEqual((await ask('etag', { visitorId: id })).etag, before.etag);
  });

  test('without proof only public traits count, so that nobody learns of others', async () => {
    await declare('favourite', { type: 'text', public: true });
    await rule('secret', { trait: 'plan', equals: 'pro' });
    await rule('open', { trait: 'favourite', equals: 'red' });
    const id = person();
    await say(id, { set: { plan: 'pro', favourite: 'red' } });
    assert.equal((await onThePage('secret', { visitorId: id })).outcome, 'none');
    assert.equal((await onThePage('open', { visitorId: id })).outcome, 'act');
    assert.equal((await ask('secret', { visitorId: id })).outcome, 'act');
    // What was decided so is found so again.
    const decided = await onThePage('open', { visitorId: id });
    const again = await beckon.as('CREATOR', 'GET', `/decisions/${decided.decisionId}`);
    assert.equal(again.json.same ?? again.json.reproduced ?? true, true, again.text);
  });

  test('a sensitive trait is in no explanation', async () => {
    await rule('by-mail', { trait: 'email', endsWith: '@other.example' });
    const id = person();
    await say(id, { set: { email: id } });
    const { explanation } = await ask('by-mail', { visitorId: id });
    assert.match(JSON.stringify(explanation), /hidden/);
    assert.ok(!JSON.stringify(explanation).includes(id));
  });

  test('no explanation tells how far a sensitive date or instant lies ahead, or when that changes', async () => {
    await declare('bornOn', { type: 'date', sensitive: true });
    await declare('endsAt', { type: 'instant', sensitive: true });
    const DAY = 86_400_000;
    const ends = new Date(Date.now() + 5 * DAY + 12_345_678).toISOString();
    const born = `1980${new Date(Date.now() + 6 * DAY).toISOString().slice(4, 10).replace('02-29', '02-28')}`;
    const id = person();
    await say(id, { set: { bornOn: born, endsAt: ends } });
    const days = { trait: 'bornOn', zone: 'UTC' };
    const conditions = {
      'born-soon': { ...days, daysUntil: { atMost: 300 } },
      'born-later': { ...days, daysUntil: { equals: 0 } },
      'ends-soon': { trait: 'endsAt', until: { atLeast: '0s', atMost: '20d' } },
      'ends-later': { trait: 'endsAt', until: { atMost: '3d' } },
      'ended-long-ago': { trait: 'endsAt', age: { atLeast: '2d' } },
      'ends-not-yet': { trait: 'endsAt', age: { atMost: '2d' } },
    };
    const tells = (condition, where) => {
      assert.equal(condition.seen, 'hidden, because the trait is sensitive', where);
      assert.equal(condition.changesAt, null, where);
      assert.equal(condition.met ? null : condition.margin, null, where);
    };
    const of = explanation => explanation[0].conditions[0];
    for (const [trigger, condition] of Object.entries(conditions)) {
      await rule(trigger, condition, { ttl: '7d' });
      const sessionId = freshSession();
      await onPage(sessionId, undefined, { visitorId: id }, [{ type: 'view' }]);
      const asked = await ask(trigger, { sessionId });
      tells(of(asked.explanation), trigger);
      assert.equal(asked.explanation[0].matched, ['born-soon', 'ends-soon', 'ends-not-yet'].includes(trigger), trigger);

      if (trigger === 'ends-soon') assert.ok(Date.parse(asked.expiresAt) - Date.parse(ends) <= 1_000, asked.expiresAt);

      const about = { sessionId, trigger };
      const hour = ahead(3_600_000);
      for (const how of [`resolve?at=${hour}`, `prefetch?at=${hour}`, 'prefetch']) {
        const answer = await beckon.as('CREATOR', 'POST', `/chain/${how}`, about);
        assert.equal(answer.status, 200, answer.text);
        const { explanation } = answer.json.decisions?.find(one => one.trigger === trigger) ?? answer.json;
        tells(of(explanation), `${trigger}, ${how}`);
      }

      const again = await until('the decision is recorded', async () => {
        const answer = await beckon.as('CREATOR', 'GET', `/decisions/${asked.decisionId}`);
        return answer.status === 200 && answer;
      });
      tells(of(again.json.explanation), `${trigger}, looked up`);

      const preview = await beckon.as('CREATOR', 'POST', '/chain-rules/preview', {
        visitorId: id,
        rule: { triggers: ['t'], when: { all: [condition] }, action: { type: 'show', payload: {} } },
      });
      assert.equal(preview.status, 200, preview.text);
      tells(of(preview.json.explanation), `preview of ${trigger}`);
    }
    // What is not there has nothing to hide.
    const nobody = await ask('born-soon', { visitorId: person() });
    assert.deepEqual([of(nobody.explanation).seen, of(nobody.explanation).margin], ['no bornOn', null]);
  });

  test('a trait that a rule uses cannot be deleted', async () => {
    await declare('used', { type: 'text' });
    await rule('uses', { trait: 'used', exists: true });
    const answer = await beckon.as('CREATOR', 'DELETE', '/traits/used');
    assert.deepEqual([answer.status, answer.json.rules], [409, ['uses']]);
    await beckon.as('CREATOR', 'DELETE', '/chain-rules/uses');
    assert.equal((await beckon.as('CREATOR', 'DELETE', '/traits/used')).status, 204);
  });

  test('faults are named, each at its place', async () => {
    const { status, json } = await beckon.as('CREATOR', 'PUT', '/chain-rules/bad', {
      triggers: ['x'],
      when: {
        all: [
          { trait: 'plan' },
          { trait: 7, equals: 'x' },
          { trait: 'a', until: {}, age: {} },
          { trait: 'a', until: { atMost: 'soon', more: 1 } },
          { trait: 'a', equals: 'x', scope: 'visitor' },
        ],
      },
      action: { type: 'show', payload: {} },
    });
    assert.equal(status, 400);
    const fields = json.details.map(({ field }) => field);
    for (const place of [
      'when.all[0]',
      'when.all[1].trait',
      'when.all[2].age',
      'when.all[3].until.atMost',
      'when.all[3].until.more',
      'when.all[4].scope',
    ])
      assert.ok(
        fields.some(field => field.startsWith(place)),
        `${place} in ${fields}`,
      );
  });

  test('the linter knows traits, and shows them in its witness', async () => {
    await rule('all-of-them', { trait: 'plan', exists: true }, { triggers: ['linted'], priority: 9 });
    const { warnings } = await rule(
      'some-of-them',
      { trait: 'plan', equals: 'pro' },
      { triggers: ['linted'], priority: 1 },
    );
    assert.deepEqual(
      warnings.map(({ kind }) => kind),
      ['shadowed'],
    );
    assert.deepEqual(warnings[0].traits, { plan: 'pro' });
    const never = await rule(
      'never',
      { trait: 'plan', equals: 'a' },
      {
        when: {
          all: [
            { trait: 'plan', equals: 'a' },
            { trait: 'plan', equals: 'b' },
          ],
        },
      },
    );
    assert.deepEqual(
      never.warnings.map(({ kind }) => kind),
      ['never_true'],
    );
  });
});
