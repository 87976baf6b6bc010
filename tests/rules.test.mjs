// Contract section 5 and the first part of the rule language, from outside.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { Beckon, freshAddress, freshSession } from './kit/beckon.mjs';

let beckon;
before(async () => {
  beckon = await Beckon.start();
});
after(async () => {
  await beckon?.close();
});

const action = { type: 'popup', payload: { code: 'SAVE10' } };
const simple = { triggers: ['t'], when: {}, action };
const rules = (method, id, body, options) =>
  beckon.as('CREATOR', method, `/chain-rules${id ? `/${id}` : ''}`, body, options);
const put = async (id, rule) => {
  const answer = await rules('PUT', id, rule);
  assert.ok([200, 201].includes(answer.status), answer.text);
  return answer;
};
const send = async (sessionId, signals, more = {}) => {
  const answer = await beckon.chain('signals', { sessionId, signals, ...more }, { from: freshAddress() });
  assert.equal(answer.status, 202, answer.text);
};
const resolve = async (sessionId, trigger = 't', context) => {
  const answer = await beckon.chain(
    'resolve',
    { sessionId, trigger, ...(context ? { context } : {}) },
    { from: freshAddress() },
  );
  assert.equal(answer.status, 200, answer.text);
  return answer.json;
};
afterEach(async () => {
  for (let items; (items = (await rules('GET')).json.items).length > 0; )
    for (const { ruleId } of items) assert.equal((await rules('DELETE', ruleId)).status, 204);
});

describe('keeping rules', () => {
  test('put, get, list, delete; the ruleId comes from the path', async () => {
    const full = {
      name: 'Save the cart',
      status: 'live',
      priority: 80,
      triggers: ['exit_intent', 'checkout'],
      when: {
        all: [{ count: { key: 'cart', value: 'add' }, within: '30m', atLeast: 1 }],
        any: [{ context: 'country', in: ['US'] }],
        none: [{ seen: { key: 'purchase' }, within: '7d' }],
      },
      action,
      ttl: '5m',
    };
    const made = await put('exit-save-cart', full);
    const got = await rules('GET', 'exit-save-cart');
    assert.equal(got.status, 200);
    assert.equal(got.json.ruleId, 'exit-save-cart');
    for (const [key, value] of Object.entries(full)) assert.deepEqual(got.json[key], value, key);
    assert.equal(got.headers.etag, made.headers.etag);
    assert.deepEqual(
      (await rules('GET')).json.items.map(rule => rule.ruleId),
      ['exit-save-cart'],
    );
    assert.equal((await rules('DELETE', 'exit-save-cart')).status, 204);
    assert.deepEqual(
      [(await rules('GET', 'exit-save-cart')).json.error, (await rules('DELETE', 'exit-save-cart')).json.error],
      ['not_found', 'not_found'],
    );
  });

  test('each change makes a new rulesVersion, seen at once by the next resolve', async () => {
    const s = freshSession();
    const before = (await resolve(s)).rulesVersion;
    await put('one', simple);
    const acted = await resolve(s);
    assert.deepEqual([acted.outcome, acted.rulesVersion], ['act', before + 1]);
    await put('one', { ...simple, status: 'paused' });
    const paused = await resolve(s);
    assert.deepEqual([paused.outcome, paused.rulesVersion], ['none', before + 2]);
  });

  test('the list comes by pages of 50', async () => {
    for (let i = 0; i < 52; i++) await put(`r${String(i).padStart(2, '0')}`, { ...simple, status: 'draft' });
    const first = await rules('GET');
    assert.equal(first.json.items.length, 50);
    const rest = await beckon.as('CREATOR', 'GET', `/chain-rules?cursor=${encodeURIComponent(first.json.nextCursor)}`);
    assert.deepEqual([rest.json.items.map(rule => rule.ruleId), rest.json.nextCursor], [['r50', 'r51'], null]);
  });

  test('rules are there after kill -9', async () => {
    await put('kept', simple);
    await beckon.kill();
    await beckon.open();
    assert.equal((await resolve(freshSession())).ruleId, 'kept');
  });

  test('If-Match guards against a lost update, and If-Match * wants one to be there', async () => {
    const { etag } = (await put('g', simple)).headers;
    assert.equal((await rules('PUT', 'g', { ...simple, priority: 5 }, { headers: { 'if-match': etag } })).status, 200);
    assert.equal((await rules('PUT', 'g', simple, { headers: { 'if-match': etag } })).status, 412);
    assert.equal((await rules('DELETE', 'g', undefined, { headers: { 'if-match': etag } })).status, 412);
    assert.equal((await rules('PUT', 'not-there', simple, { headers: { 'if-match': '*' } })).status, 412);
  });

  test('every version is listed and can be restored, as a new one', async () => {
    const version = async () => (await rules('GET')).json.rulesVersion;
    const post = (body, options) => beckon.as('CREATOR', 'POST', '/chain-rules/rollback', body, options);
    const start = await version();
    const kept = (await put('a', { ...simple, priority: 1 })).headers.etag;
    await put('b', { ...simple, priority: 2 });
    assert.equal((await rules('DELETE', 'b')).status, 204);
    await put('c', { ...simple, priority: 3 });
    const { items } = (await beckon.as('CREATOR', 'GET', '/chain-rules/versions?limit=3')).json;
    assert.deepEqual(
      items.map(({ version: v, changed, changes }) => [
        v - start,
        changed,
        changes.map(({ ruleId, change }) => `${ruleId} ${change}`).join(),
      ]),
      [
        [4, 1, 'c saved'],
        [3, 1, 'b deleted'],
        [2, 1, 'b saved'],
      ],
    );

    const s = freshSession();
    assert.equal((await resolve(s)).ruleId, 'c');
    const back = await post({ version: start + 2 });
    assert.deepEqual(
      [back.status, back.json.rulesVersion, back.json.equals, back.json.changed],
      [200, start + 5, start + 2, 2],
      back.text,
    );
    assert.deepEqual([(await resolve(s)).ruleId, (await resolve(s)).rulesVersion], ['b', start + 5]);
    assert.deepEqual(
      (await rules('GET')).json.items.map(rule => rule.ruleId),
      ['a', 'b'],
    );
    assert.equal((await rules('GET', 'a')).headers.etag, kept, 'what did not change keeps its tag');
    assert.equal((await rules('GET', 'b')).headers.etag, `"${start + 5}"`);

    const same = await post({ version: start + 5 });
    assert.deepEqual(
      [same.json.rulesVersion, same.json.changed],
      [start + 5, 0],
      'nothing differs, so no version is made',
    );
    assert.equal((await post({ version: start }, { headers: { 'if-match': `"${start + 4}"` } })).status, 412);
    assert.equal(
      (await post({ version: start }, { headers: { 'if-match': (await rules('GET')).headers.etag } })).status,
      200,
    );
    assert.equal(await version(), start + 6);
    assert.equal((await post({ version: start + 7 })).status, 404);
    const audit = (await beckon.as('OPERATOR', 'GET', '/audit-events?limit=1')).json.items[0];
    assert.deepEqual([audit.action, audit.target], ['rules.rollback', String(start)]);
  });

  test('the difference of a version from the one before, or from any other', async () => {
    const start = (await rules('GET')).json.rulesVersion;
    const difference = (version, from) =>
      beckon.as('CREATOR', 'GET', `/chain-rules/versions/${version}${from === undefined ? '' : `?from=${from}`}`);
    await put('a', { ...simple, priority: 1 });
    await put('b', { ...simple, priority: 2 });
    await put('a', { ...simple, priority: 3 });
    await rules('DELETE', 'b');
    const told = ({ json }) =>
      json.changes.map(({ ruleId, change, was, is }) => [ruleId, change, was?.priority ?? null, is?.priority ?? null]);
    const changed = await difference(start + 3);
    assert.deepEqual(
      [changed.status, changed.json.from, changed.json.changed, told(changed)],
      [200, start + 2, 1, [['a', 'saved', 1, 3]]],
      changed.text,
    );
    assert.deepEqual(told(await difference(start + 1)), [['a', 'saved', null, 1]]);
    assert.deepEqual(told(await difference(start + 4)), [['b', 'deleted', 2, null]]);
    const back = await difference(start + 2, start + 4);
    assert.deepEqual(
      [back.json.version, back.json.from, told(back)],
      [
        start + 2,
        start + 4,
        [
          ['a', 'saved', 3, 1],
          ['b', 'saved', null, 2],
        ],
      ],
      'what restoring it would do',
    );
    assert.deepEqual(told(await difference(start + 4, start + 4)), []);
    for (const [version, from] of [[start + 5], [start + 4, start + 5], ['x'], ['-1'], ['99999999999999999999']])
      assert.equal((await difference(version, from)).status, 404, `${version} ${from}`);
    assert.deepEqual(
      (await difference(start, 'x')).json.details.map(({ field }) => field),
      ['from'],
    );
  });

  test('all versions come by pages', async () => {
    const path = '/chain-rules/versions?limit=2';
    const seen = [];
    for (let cursor = ''; cursor !== null; ) {
      const { json } = await beckon.as('CREATOR', 'GET', path + (cursor && `&cursor=${encodeURIComponent(cursor)}`));
      seen.push(...json.items.map(item => item.version));
      cursor = json.nextCursor;
    }
    assert.deepEqual(
      seen,
      Array.from(seen, (_, i) => seen.length - i),
    );
  });

  test('the order of rules is changed as a whole, in one version that the audit log has once', async () => {
    const order = (body, options) => beckon.as('CREATOR', 'PATCH', '/chain-rules/order', body, options);
    const of = name => ({ ...simple, name });
    for (const id of ['a', 'b', 'c', 'order']) await put(id, of(id));
    const before = (await rules('GET')).headers.etag;
    const s = freshSession();
    assert.equal((await resolve(s)).ruleId, 'a');
    const moved = await order({ ruleIds: ['c', 'a', 'b'] }, { headers: { 'if-match': before } });
    assert.deepEqual(
      [moved.status, moved.json.rulesVersion, moved.json.changes],
      [200, Number(before.slice(1, -1)) + 1, [{ ruleId: 'c', priority: 10, was: 0 }]],
      moved.text,
    );
    assert.equal(moved.headers.etag, `"${moved.json.rulesVersion}"`);
    assert.equal((await resolve(s)).ruleId, 'c');
    const kept = (await rules('GET', 'c')).json;
    assert.deepEqual([kept.name, kept.status, kept.priority], ['c', undefined, 10], 'it says what it said');
    const audit = (await beckon.as('OPERATOR', 'GET', '/audit-events?limit=1')).json.items[0];
    assert.deepEqual([audit.action, audit.target], ['rules.order', String(moved.json.rulesVersion)]);
    assert.deepEqual(
      [audit.before.ruleIds, audit.detail.ruleIds],
      [
        ['a', 'b', 'c'],
        ['c', 'a', 'b'],
      ],
    );

    const same = await order({ ruleIds: ['c', 'b'] });
    assert.deepEqual([same.json.rulesVersion, same.json.changes], [moved.json.rulesVersion, []]);
    assert.equal((await order({ ruleIds: ['a', 'c'] }, { headers: { 'if-match': before } })).status, 412);
    const wrong = await order({ ruleIds: ['a', 'none', 'a', 5], more: 1 });
    assert.deepEqual(
      [wrong.status, wrong.json.details.map(({ field }) => field)],
      [400, ['more', 'ruleIds[1]', 'ruleIds[2]', 'ruleIds[3]']],
    );
    for (const body of [{}, { ruleIds: [] }, { ruleIds: 'a' }])
      assert.deepEqual(
        (await order(body)).json.details.map(({ field }) => field),
        ['ruleIds'],
      );
    assert.equal((await rules('GET')).json.rulesVersion, moved.json.rulesVersion, 'what is refused changes nothing');
    assert.equal((await rules('GET', 'order')).json.name, 'order', 'a rule may have that id');
  });

  test('the versions that changed one rule come by themselves, by pages', async () => {
    const { version: start } = (await beckon.as('CREATOR', 'GET', '/chain-rules/versions?limit=1')).json.items[0];
    const versions = query => beckon.as('CREATOR', 'GET', `/chain-rules/versions?${query}`);
    const told = ({ json }) => json.items.map(one => [one.version - start, one.changed, one.changes]);
    for (const id of ['first', 'other', 'first', 'other']) await put(id, { ...simple, name: `${id} ${Math.random()}` });
    assert.equal((await rules('DELETE', 'first')).status, 204);
    const back = await beckon.as('CREATOR', 'POST', '/chain-rules/rollback', { version: start + 2 });
    assert.equal(back.json.changed, 2, back.text);
    const saved = [{ ruleId: 'first', change: 'saved' }];
    const page = await versions('ruleId=first&limit=2');
    assert.deepEqual(
      told(page),
      [
        [6, 2, saved],
        [5, 1, [{ ruleId: 'first', change: 'deleted' }]],
      ],
      page.text,
    );
    const { actor } = (await beckon.as('OPERATOR', 'GET', '/audit-events?limit=1')).json.items[0];
    assert.ok(actor);
    assert.deepEqual(
      page.json.items.map(one => one.actor),
      [actor, actor],
      'who made them, as in the audit log',
    );
    const cursor = encodeURIComponent(page.json.nextCursor);
    const rest = await versions(`ruleId=first&limit=2&cursor=${cursor}`);
    assert.deepEqual(
      [told(rest), rest.json.nextCursor],
      [
        [
          [3, 1, saved],
          [1, 1, saved],
        ],
        null,
      ],
    );
    assert.deepEqual(told(await versions('ruleId=never-there')), []);
    for (const [query, field] of [
      [`ruleId=other&cursor=${cursor}`, 'cursor'],
      ['ruleId=Not%20an%20id', 'ruleId'],
      ['ruleId=', 'ruleId'],
    ])
      assert.deepEqual(
        (await versions(query)).json.details.map(one => one.field),
        [field],
      );
  });

  test('without a token 401; on a foreign handle 404', async () => {
    assert.equal((await beckon.call('GET', '/v2/handles/demo/chain-rules')).json.error, 'missing_bearer_token');
    assert.equal(
      (
        await beckon.call('PUT', '/v2/handles/nobody-here/chain-rules/x', {
          body: simple,
          token: await beckon.token('OWNER'),
        })
      ).json.error,
      'handle_not_found',
    );
  });
});

describe('a rule that cannot be evaluated is refused with the path of the fault', () => {
  const all = condition => ({ ...simple, when: { all: [condition] } });
  const cart = { key: 'cart' };
  const without = key => {
    const { [key]: _, ...rest } = simple;
    return rest;
  };
  for (const [name, rule, path] of [
    ['no triggers', without('triggers'), 'triggers'],
    ['no when', without('when'), 'when'],
    ['no action', without('action'), 'action'],
    ['an empty list of triggers', { ...simple, triggers: [] }, 'triggers'],
    ['a trigger that is no name', { ...simple, triggers: ['t', 'Not A Name'] }, 'triggers[1]'],
    ['an unknown status', { ...simple, status: 'sleeping' }, 'status'],
    ['a priority that is no number', { ...simple, priority: 'high' }, 'priority'],
    ['an unknown member', { ...simple, wehn: {} }, 'wehn'],
    ['an unknown part of when', { ...simple, when: { some: [] } }, 'when.some'],
    ['a condition that is no object', all('x'), 'when.all[0]'],
    ['no measure', all({ within: '30m', atLeast: 1 }), 'when.all[0]'],
    ['two measures', all({ count: cart, seen: cart, within: '30m', atLeast: 1 }), 'when.all[0]'],
    ['an unknown measure', all({ frequency: cart, atLeast: 1 }), 'when.all[0]'],
    ['a count without a bound', all({ count: cart, within: '30m' }), 'when.all[0]'],
    ['a bound that is no number', all({ count: cart, within: '30m', atLeast: 'two' }), 'when.all[0].atLeast'],
    ['a window that is no duration', all({ count: cart, within: 'soon', atLeast: 1 }), 'when.all[0].within'],
    ['a window of nothing', all({ count: cart, within: '0s', atLeast: 1 }), 'when.all[0].within'],
    [
      'a confidence above 1',
      all({ count: { key: 'cart', minConfidence: 2 }, within: '30m', atLeast: 1 }),
      'when.all[0].count.minConfidence',
    ],
    ['a context in no list', all({ context: 'country' }), 'when.all[0]'],
    ['a context list of the wrong type', all({ context: 'country', in: 'US' }), 'when.all[0].in'],
    ['a ttl that is no duration', { ...simple, ttl: '5 minutes' }, 'ttl'],
    ['an action without a type', { ...simple, action: { payload: {} } }, 'action.type'],
    [
      'a fault deep in the second condition of none',
      {
        ...simple,
        when: {
          none: [
            { seen: cart, within: '1h' },
            { seen: cart, within: 5 },
          ],
        },
      },
      'when.none[1].within',
    ],
  ])
    test(name, async () => {
      const answer = await rules('PUT', 'bad', rule);
      assert.deepEqual([answer.status, answer.json.error], [400, 'validation_error'], answer.text);
      assert.ok(
        answer.json.details.some(({ field }) => field === path || field.startsWith(`${path}.`)),
        `${path} in ${JSON.stringify(answer.json.details)}`,
      );
      assert.equal((await rules('GET', 'bad')).status, 404, 'nothing was saved');
    });
  test('every fault is named at once', async () => {
    const { json } = await rules('PUT', 'bad', {
      triggers: [],
      when: { all: [{ count: cart, within: 'x', atLeast: 1 }] },
      action,
      ttl: 'y',
    });
    assert.ok(json.details.length >= 3, JSON.stringify(json.details));
  });
  for (const id of ['UPPER', 'a b', 'x'.repeat(200)])
    test(`the id ${id.slice(0, 10)} is refused`, async () => {
      assert.ok([400, 404].includes((await rules('PUT', encodeURIComponent(id), simple)).status));
    });
});

describe('judging', () => {
  const when = (id, condition, more = {}) => put(id, { ...simple, when: condition, ...more });
  const acts = async (s, context) => (await resolve(s, 't', context)).outcome === 'act';
  const cart = (more = {}) => ({ type: 'cart', signalValue: 'add', ...more });
  const ago = minutes => Date.now() - minutes * 60_000;

  test('an empty when always holds, on its triggers alone', async () => {
    await put('r', simple);
    assert.equal((await resolve(freshSession())).outcome, 'act');
    assert.equal((await resolve(freshSession(), 'other')).outcome, 'none');
  });

  test('draft and paused rules are not judged', async () => {
    for (const status of ['draft', 'paused']) {
      await put('r', { ...simple, status });
      assert.equal((await resolve(freshSession())).outcome, 'none', status);
    }
  });

  test('higher priority first, ties by ruleId in byte order', async () => {
    await put('b', { ...simple, priority: 1 });
    await put('a', { ...simple, priority: 1 });
    assert.equal((await resolve(freshSession())).ruleId, 'a');
    await put('c', { ...simple, priority: 2 });
    assert.equal((await resolve(freshSession())).ruleId, 'c');
  });

  test('count: atLeast, atMost, equals', async () => {
    const expected = {
      atLeast: [false, false, true, true],
      atMost: [true, true, true, false],
      equals: [false, false, true, false],
    };
    for (const [bound, answers] of Object.entries(expected)) {
      await when('r', { all: [{ count: { key: 'cart', value: 'add' }, within: '30m', [bound]: 2 }] });
      const s = freshSession();
      for (const [n, answer] of answers.entries()) {
        assert.equal(await acts(s), answer, `${n} seen, ${bound} 2`);
        await send(s, [cart(), { type: 'cart', signalValue: 'remove' }]);
      }
    }
  });

  test('seen, with lists and prefixes of keys and values, source and confidence', async () => {
    for (const [filter, fits, not] of [
      [{ key: 'cart' }, cart(), { type: 'cart2' }],
      [{ key: ['buy', 'cart'] }, cart(), { type: 'view' }],
      [{ key: 'shop.*' }, { type: 'shop.cart' }, { type: 'shopping' }],
      [{ key: 'cart', value: ['add', 'more'] }, cart(), cart({ signalValue: 'remove' })],
      [{ key: 'cart', value: 'ad*' }, cart(), cart({ signalValue: 'bad' })],
      [{ key: 'cart', source: 'web' }, cart({ source: 'web' }), cart({ source: 'app' })],
      [{ key: 'cart', minConfidence: 0.6 }, cart({ confidence: 0.6 }), cart({ confidence: 0.59 })],
    ]) {
      await when('r', { all: [{ seen: filter, within: '1h' }] });
      const s = freshSession();
      await send(s, [not]);
      assert.equal(await acts(s), false, `${JSON.stringify(filter)} does not take ${JSON.stringify(not)}`);
      await send(s, [fits]);
      assert.equal(await acts(s), true, `${JSON.stringify(filter)} takes ${JSON.stringify(fits)}`);
    }
  });

  test('within is rolling; "per": "session" is all of it', async () => {
    const s = freshSession();
    await send(s, [cart({ at: ago(40) })]);
    await when('r', { all: [{ seen: { key: 'cart' }, within: '30m' }] });
    assert.equal(await acts(s), false);
    await when('r', { all: [{ seen: { key: 'cart' }, within: '50m' }] });
    assert.equal(await acts(s), true);
    await when('r', { all: [{ count: { key: 'cart' }, per: 'session', equals: 1 }] });
    assert.equal(await acts(s), true);
  });

  test('absent: no purchase for ten minutes after the newest cart; a late purchase counts in its place', async () => {
    await when('r', { all: [{ absent: { key: 'purchase' }, after: { key: 'cart' }, for: '10m' }] });
    const s = freshSession();
    assert.equal(await acts(s), false, 'no anchor');
    await send(s, [cart({ at: ago(20) })]);
    assert.equal(await acts(s), true);
    await send(s, [{ type: 'purchase', at: ago(15) }]);
    assert.equal(await acts(s), false);
    await send(s, [cart({ at: ago(12) })]);
    assert.equal(await acts(s), true, 'a newer anchor starts it anew');
    await send(s, [cart({ at: ago(5) })]);
    assert.equal(await acts(s), false, 'its ten minutes are not over');
  });

  test('context: in, notIn; a field that is missing is in no list, and not in every list', async () => {
    await when('r', { all: [{ context: 'country', in: ['US', 'GB'] }] });
    assert.deepEqual(
      [
        await acts(freshSession(), { country: 'US' }),
        await acts(freshSession(), { country: 'DE' }),
        await acts(freshSession()),
      ],
      [true, false, false],
    );
    await when('r', { all: [{ context: 'country', notIn: ['US', 'GB'] }] });
    assert.deepEqual(
      [
        await acts(freshSession(), { country: 'US' }),
        await acts(freshSession(), { country: 'DE' }),
        await acts(freshSession()),
      ],
      [false, true, true],
    );
  });

  test('all, any and none together', async () => {
    await when('r', {
      all: [{ seen: { key: 'a' }, within: '1h' }],
      any: [
        { seen: { key: 'b' }, within: '1h' },
        { seen: { key: 'c' }, within: '1h' },
      ],
      none: [{ seen: { key: 'd' }, within: '1h' }],
    });
    for (const [keys, answer] of [
      ['a', false],
      ['ab', true],
      ['ac', true],
      ['bc', false],
      ['abd', false],
      ['abc', true],
    ]) {
      const s = freshSession();
      await send(
        s,
        [...keys].map(type => ({ type })),
      );
      assert.equal(await acts(s), answer, keys);
    }
  });

  test('the explanation names the first condition that failed, wanted and seen', async () => {
    await when(
      'near',
      {
        all: [
          { seen: { key: 'view' }, within: '1h' },
          { count: { key: 'cart' }, within: '30m', atLeast: 3 },
        ],
      },
      { priority: 2 },
    );
    await when('fits', {}, { priority: 1 });
    const s = freshSession();
    await send(s, [{ type: 'view' }, cart()]);
    const { json } = await beckon.as('CREATOR', 'POST', '/chain/resolve', { sessionId: s, trigger: 't' });
    assert.equal(json.ruleId, 'fits');
    const text = JSON.stringify(json.explanation);
    assert.ok(text.includes('"near"') && text.includes('"fits"'), text);
    assert.match(text, /when\.all\[1\]|"count"/);
    assert.ok(/3/.test(text) && /1/.test(text), 'wanted 3, seen 1');
  });
});
