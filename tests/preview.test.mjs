// What helps to write a rule: its preview for a visitor, and the catalog of what was seen.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Beckon, freshAddress } from './kit/beckon.mjs';
import { until } from './kit/wait.mjs';

let beckon;
before(async () => {
  beckon = await Beckon.start();
  await say('s-1', { visitorId: 'ann', context: { country: 'AT', device: 'phone' } }, 'view', {
    type: 'cart',
    signalValue: 'add',
    source: 'web',
    metadata: {
      amount: 12.5,
      order: { id: 'o-1' },
      items: [
        { sku: 'a', price: 2 },
        { sku: 'b', price: 3 },
      ],
    },
  });
  await say('s-2', { visitorId: 'bob', context: { country: 'DE' } }, 'view', {
    type: 'cart',
    signalValue: 'remove',
    metadata: { amount: '9.90', gift: true },
  });
  await traits('ann', { firstName: 'Ann', email: 'ann@company.example', orders: 3 });
  await traits('cleo', { firstName: 'Cleo' });
});
after(async () => {
  await beckon?.close();
});

const say = async (sessionId, who, ...signals) => {
  const body = { sessionId, ...who, signals: signals.map(one => (typeof one === 'string' ? { type: one } : one)) };
  const answer = await beckon.chain('signals', body, { from: freshAddress() });
  assert.equal(answer.status, 202, answer.text);
};
const traits = async (id, set) => {
  const answer = await beckon.as('OPERATOR', 'POST', `/visitors/${id}/traits`, { set });
  assert.equal(answer.status, 200, answer.text);
};
const ask = (visitorId, rule, { role = 'CREATOR', ...more } = {}) =>
  beckon.as(role, 'POST', '/chain-rules/preview', { visitorId, rule, ...more });
const preview = async (...given) => {
  const answer = await ask(...given);
  assert.equal(answer.status, 200, answer.text);
  return answer.json;
};
const rule = (payload, more = {}) => ({ triggers: ['t'], when: {}, action: { type: 'popup', payload }, ...more });
const due = (payload, more = {}) =>
  rule(payload, {
    triggers: ['@due'],
    when: { all: [{ absent: { key: 'purchase' }, after: { key: 'cart' }, for: '1h' }] },
    ...more,
  });

describe('a preview', () => {
  test('is the message with the values of the visitor', async () => {
    const hello = rule({
      title: 'Hi {{visitor.traits.firstName}}',
      n: '{{visitor.traits.orders}}',
      last: '{{signal.key}} in {{session.context.country}}',
    });
    const shown = await preview('ann', hello);
    assert.deepEqual(shown.variants, [
      {
        variant: null,
        action: { type: 'popup', payload: { title: 'Hi Ann', n: 3, last: 'cart in AT' } },
        missing: [],
        tooLarge: false,
      },
    ]);
    assert.deepEqual([shown.outcome, shown.visitorId, shown.sessionId, shown.dueAt], ['act', 'ann', 's-1', null]);
    assert.equal(shown.explanation[0].matched, true);
  });

  test('names everything that is missing, and shows the rest', async () => {
    const hello = rule({
      a: 'Hi {{visitor.traits.firstName}}',
      b: '{{visitor.traits.plan}}',
      c: "{{signal.value | default:'x'}}",
    });
    const { variants, outcome } = await preview('bob', hello);
    assert.deepEqual(variants[0].missing, [
      { name: 'visitor.traits.firstName', hidden: false },
      { name: 'visitor.traits.plan', hidden: false },
    ]);
    assert.deepEqual(variants[0].action.payload, { a: 'Hi ', b: null, c: 'remove' });
    assert.equal(outcome, 'suppressed');
  });

  test('shows the message also where the rule does not act, and says why', async () => {
    const bought = rule({ text: 'Thanks' }, { when: { all: [{ seen: { key: 'purchase' } }] } });
    const shown = await preview('ann', bought);
    assert.equal(shown.outcome, 'none');
    assert.deepEqual(shown.variants[0].action.payload, { text: 'Thanks' });
    assert.equal(shown.explanation[0].matched, false);
  });

  test('has every variant, and says which the visitor would be given', async () => {
    const split = {
      triggers: ['t'],
      when: {},
      split: { salt: 'x', arms: { a: 50, b: 50 }, force: { ann: 'b' } },
      actions: {
        a: { type: 'popup', payload: { v: 'a {{decision.variant}}' } },
        b: { type: 'banner', payload: { v: 'b' } },
      },
    };
    const shown = await preview('ann', split);
    assert.equal(shown.variant, 'b');
    assert.deepEqual(
      shown.variants.map(one => [one.variant, one.action.payload.v]),
      [
        ['a', 'a a'],
        ['b', 'b'],
      ],
    );
  });

  test('of a draft is as if it were live, and the rules that are saved do not matter', async () => {
    const saved = await beckon.as('CREATOR', 'PUT', '/chain-rules/first', rule({ x: 1 }, { priority: 100 }));
    assert.equal(saved.status, 201);
    const shown = await preview('ann', rule({ x: 2 }, { ruleId: 'second', status: 'draft' }));
    assert.deepEqual([shown.outcome, shown.ruleId, shown.explanation.length], ['act', 'second', 1]);
  });

  test('of a delayed rule is of the end of its wait, with the signal from which it waits', async () => {
    const shown = await preview(
      'ann',
      due({ sku: '{{anchor.metadata.items[].sku}}', to: '{{visitor.traits.firstName}}' }),
    );
    assert.equal(shown.outcome, 'act');
    assert.deepEqual(shown.variants[0].action.payload, { sku: ['a', 'b'], to: 'Ann' });
    assert.ok(Date.parse(shown.dueAt) > Date.now());
    const none = await preview('cleo', due({ to: '{{visitor.traits.firstName}}' }));
    assert.deepEqual([none.outcome, none.dueAt, none.sessionId], ['none', null, null]);
    assert.deepEqual(none.variants[0].action.payload, { to: 'Cleo' });
  });

  test('sensitive traits are in messages of delayed rules alone, and hidden from a CREATOR', async () => {
    const mail = { to: '{{visitor.traits.email}}' };
    const of = async (one, role) => (await preview('ann', one, { role })).variants[0];
    assert.deepEqual((await of(due(mail), 'OPERATOR')).action.payload, { to: 'ann@company.example' });
    const hidden = await of(due(mail), 'CREATOR');
    assert.deepEqual(hidden.action.payload, { to: null });
    assert.deepEqual(hidden.missing, [{ name: 'visitor.traits.email', hidden: true }]);
    for (const role of ['CREATOR', 'OPERATOR']) {
      const page = await of(rule(mail), role);
      assert.deepEqual(page.missing, [{ name: 'visitor.traits.email', hidden: false }], role);
      assert.deepEqual(page.action.payload, { to: null });
    }
    // Not in the explanation of a condition either.
    const asked = await ask('ann', rule({}, { when: { all: [{ trait: 'email', equals: 'x' }] } }));
    assert.ok(!asked.text.includes('ann@company.example'), asked.text);
    const when = { all: [...due({}).when.all, { trait: 'email', equals: 'x' }] };
    const message = await ask('ann', due({}, { when }), { role: 'OPERATOR' });
    assert.deepEqual(message.json.explanation[0].conditions, [
      {
        path: 'when.all[1]',
        met: false,
        measure: 'trait email',
        wanted: 'x',
        seen: 'hidden, because the trait is sensitive',
        margin: null,
        changesAt: null,
      },
    ]);
  });

  test('that shows a sensitive trait is in the audit log', async () => {
    const previewed = async () =>
      (await beckon.as('OPERATOR', 'GET', '/audit-events')).json.items.filter(one => one.action === 'visitor.preview');
    const before = (await previewed()).length;
    const mail = { to: '{{visitor.traits.email}}', name: '{{visitor.traits.firstName}}' };
    await preview('ann', due(mail), { role: 'CREATOR' });
    await preview('ann', rule(mail), { role: 'OPERATOR' });
    await preview('cleo', due(mail), { role: 'OPERATOR' }); // has no email
    await preview('ann', due({ name: '{{visitor.traits.firstName}}' }), { role: 'OPERATOR' });
    assert.equal((await previewed()).length, before);
    await preview('ann', due(mail, { ruleId: 'mail' }), { role: 'OPERATOR' });
    const [latest, ...others] = await previewed();
    assert.deepEqual([others.length, latest.detail], [before, { ruleId: 'mail', traits: ['email'] }]);
    assert.match(latest.target, /^hash:/);
  });

  test('counts nothing and stores nothing', async () => {
    const capped = rule({ x: 1 }, { ruleId: 'capped', limit: { caps: [{ max: 1, per: '1d' }] } });
    for (let i = 0; i < 3; i += 1) assert.equal((await preview('ann', capped)).outcome, 'act');
    const session = (await beckon.as('CREATOR', 'GET', '/chain/s-1')).json;
    assert.deepEqual(session.decisions, []);
    assert.equal((await beckon.as('CREATOR', 'GET', '/chain-rules/capped')).status, 404);
  });

  test('one of the visitor’s sessions can be chosen, and no one else’s', async () => {
    await say('s-3', { visitorId: 'ann', context: { country: 'FR' } }, 'view');
    const where = rule({ c: '{{session.context.country}}' });
    const country = async more => (await preview('ann', where, more)).variants[0].action.payload.c;
    assert.equal(await country(), 'FR');
    assert.equal(await country({ sessionId: 's-1' }), 'AT');
    assert.equal((await ask('ann', where, { sessionId: 's-2' })).status, 404);
  });

  test('every fault of the rule and of the question is named', async () => {
    const answer = await ask('', rule({ a: '{{visitor.nothing}}' }, { ttl: 'x', status: 'alive' }));
    assert.equal(answer.status, 400);
    const fields = answer.json.details.map(one => one.field);
    for (const field of ['visitorId', 'rule.ttl', 'rule.status', 'rule.action.payload.a'])
      assert.ok(fields.includes(field), field);
    assert.equal((await ask('nobody', rule({}))).status, 404);
    assert.equal((await ask('ann')).status, 400);
  });

  test('no rule can be called preview', async () => {
    assert.equal((await beckon.as('CREATOR', 'PUT', '/chain-rules/preview', rule({}))).status, 405);
  });
});

describe('the catalog', () => {
  test('counts keys, values, metadata, sources, context and triggers, the most frequent first', async () => {
    assert.equal((await beckon.chain('resolve', { sessionId: 's-1', trigger: 't' })).status, 200);
    const json = await until('the decision is recorded', async () => {
      const answer = await beckon.as('CREATOR', 'GET', '/catalog');
      assert.equal(answer.status, 200, answer.text);
      return answer.json.triggers.length > 0 && answer.json;
    });
    assert.equal(json.sessions, 3);
    assert.deepEqual(
      json.keys.map(one => [one.key, one.count]),
      [
        ['view', 3],
        ['cart', 2],
      ],
    );
    const cart = json.keys[1];
    assert.deepEqual(cart.values, [
      { value: 'add', count: 1 },
      { value: 'remove', count: 1 },
    ]);
    assert.deepEqual(
      cart.fields.map(one => [one.field, one.count, one.values.map(({ value }) => value)]),
      [
        ['amount', 2, ['12.5', '9.90']],
        ['gift', 1, ['true']],
        ['items[].price', 1, ['2']],
        ['items[].sku', 1, ['a']],
        ['order.id', 1, ['o-1']],
      ],
    );
    assert.deepEqual(cart.fields.find(one => one.field === 'gift').type, 'boolean');
    assert.deepEqual(json.sources, [{ value: 'web', count: 1 }]);
    assert.deepEqual(json.scores, {});
    assert.deepEqual(json.context, [
      {
        field: 'country',
        count: 3,
        values: ['AT', 'DE', 'FR'].map(value => ({ value, count: 1 })),
      },
      { field: 'device', count: 1, values: [{ value: 'phone', count: 1 }] },
    ]);
    assert.deepEqual(json.triggers, [{ value: 't', count: 1 }]);
  });

  test('names the scores that the settings declare, for those who cannot read the settings', async () => {
    const scores = { intent: { weights: { view: 1, 'cart.*': 5 }, halfLife: '1d' } };
    const saved = await beckon.as('OWNER', 'PUT', '/settings', { scores });
    assert.equal(saved.status, 200, saved.text);
    assert.equal((await beckon.as('CREATOR', 'GET', '/settings')).status, 403);
    assert.deepEqual((await beckon.as('CREATOR', 'GET', '/catalog')).json.scores, scores);
  });

  test('is bounded', async () => {
    await beckon.widen();
    for (let i = 0; i < 30; i += 1)
      await say(
        `big-${i}`,
        {},
        ...Array.from({ length: 20 }, (_, j) => ({
          type: `k-${i}-${j}`,
          signalValue: 'v'.repeat(120),
          metadata: { [`f${j}`]: j },
        })),
      );
    const { json } = await beckon.as('CREATOR', 'GET', '/catalog');
    assert.equal(json.keys.length, 200);
    assert.ok(json.keys.every(one => one.values.every(({ value }) => value.length <= 100)));
  });
});

describe('a warning where a message needs a trait', () => {
  const warnings = async (id, body) => {
    const answer = await beckon.as('CREATOR', 'PUT', `/chain-rules/${id}`, body);
    assert.ok(answer.status < 300, answer.text);
    const read = await beckon.as('CREATOR', 'GET', `/chain-rules/${id}`);
    const without = all => all.map(({ at, ...warning }) => warning); // when it was looked at
    assert.deepEqual(without(read.json.warnings), without(answer.json.warnings));
    return answer.json.warnings
      .filter(one => one.kind === 'missing_trait')
      .map(({ message, witness }) => {
        assert.deepEqual(witness, []);
        return message;
      });
  };
  before(async () => {
    await say('s-4', { visitorId: 'dan' }, 'view');
    await say('s-5', { anonymousId: 'of-nobody' }, 'view');
    await say('s-6', {}, 'view'); // of no visitor
  });

  test('has the share of the visitors of the last days who lack it', async () => {
    const hello = { a: 'Hi {{visitor.traits.firstName}}', b: '{{visitor.traits.orders}}' };
    assert.deepEqual(await warnings('w-1', rule(hello, { status: 'draft' })), [
      '75 % of the visitors of the last 7 days lack the trait firstName, so it is held back for them.',
      '75 % of the visitors of the last 7 days lack the trait orders, so it is held back for them.',
    ]);
    await traits('bob', { firstName: 'Bob' });
    const [first] = await warnings('w-1', rule(hello, { status: 'draft' }));
    assert.match(first, /^50 % /);
  });

  test('counts every arm, since a value that is missing holds back all of them', async () => {
    const split = {
      triggers: ['t'],
      status: 'draft',
      when: {},
      split: { salt: 'x', arms: { a: 50, b: 50 } },
      actions: { a: { type: 'popup', payload: {} }, b: { type: 'popup', payload: { x: '{{visitor.traits.orders}}' } } },
    };
    assert.equal((await warnings('w-2', split)).length, 1);
  });

  test('is not made where nothing is held back', async () => {
    const fine = rule({ a: "{{visitor.traits.orders | default:'0'}}" }, { status: 'draft' });
    assert.deepEqual(await warnings('w-3', fine), []);
    const empty = rule({ a: '{{visitor.traits.orders}}' }, { status: 'draft' });
    assert.deepEqual(await warnings('w-3', { ...empty, action: { ...empty.action, missing: 'null' } }), []);
    assert.deepEqual(await warnings('w-3', rule({ a: '{{signal.key}}' }, { status: 'draft' })), []);
  });

  test('a sensitive trait is in messages of delayed rules alone', async () => {
    const mail = { to: '{{visitor.traits.email}}' };
    assert.deepEqual(await warnings('w-4', rule(mail, { status: 'draft' })), [
      'It is always held back: the trait email is sensitive, so only messages of delayed rules have it.',
    ]);
    assert.match((await warnings('w-5', due(mail, { status: 'draft' })))[0], /^75 % of the visitors/);
  });
});
