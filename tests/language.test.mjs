// What conditions can say beyond counting signals, from outside.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Beckon, freshAddress, freshSession } from './kit/beckon.mjs';

let beckon;
before(async () => {
  beckon = await Beckon.start();
});
after(async () => {
  await beckon?.close();
});

const rule = (when, more = {}) => ({ triggers: ['t'], when, action: { type: 'popup' }, ...more });
const put = (id, body) => beckon.as('CREATOR', 'PUT', `/chain-rules/${id}`, body);
const save = async (id, body) => {
  const answer = await put(id, body);
  assert.ok([200, 201].includes(answer.status), answer.text);
  return answer.json;
};
const faults = async body => {
  const answer = await put('r', body);
  assert.equal(answer.status, 400, answer.text);
  return answer.json.details.map(({ field, issue }) => `${field} ${issue}`);
};
const send = async (signals, more = {}) => {
  const sessionId = freshSession();
  const answer = await beckon.chain('signals', { sessionId, signals, ...more }, { from: freshAddress() });
  assert.equal(answer.status, 202, answer.text);
  return sessionId;
};
const decide = async (sessionId, more = {}) => {
  const answer = await beckon.as('CREATOR', 'POST', '/chain/resolve', { sessionId, trigger: 't', ...more });
  assert.equal(answer.status, 200, answer.text);
  return answer.json;
};

test('a context field is compared in every way, and the explanation says how', async () => {
  const saved = await save('r', rule({ all: [{ context: 'campaign', startsWith: 'SPRING', fold: true }] }));
  assert.deepEqual(saved.warnings, []);
  const s = await send([{ type: 'view' }]);
  assert.equal((await decide(s, { context: { campaign: 'Spring-7' } })).outcome, 'act');
  const { outcome, explanation } = await decide(s, { context: { campaign: 'autumn' } });
  const [{ measure, wanted, seen, margin }] = explanation[0].conditions;
  assert.deepEqual(
    [outcome, measure, wanted, seen, margin],
    [
      'none',
      'context campaign',
      'starting with spring in any letter case',
      'autumn',
      'campaign starting with spring in any letter case',
    ],
  );
});

test('a comparison that cannot be read is refused, every fault at its place', async () => {
  assert.deepEqual(
    await faults(
      rule({
        all: [
          { context: 'c', above: 'x', before: 'y' },
          { context: 'c', fold: true },
        ],
      }),
    ),
    [
      'when.all[0].above must be a number below 1 trillion',
      'when.all[0].before must be an instant from 1970 to 9999, such as "2026-10-01T00:00:00Z"',
      'when.all[1].in is required unless another comparison is given, such as equals',
    ],
  );
});

test('comparisons of one context field that contradict each other are pointed out', async () => {
  const { warnings } = await save(
    'r',
    rule({
      all: [
        { context: 'c', in: ['a', 'b'] },
        { context: 'c', startsWith: 'x' },
      ],
    }),
  );
  assert.deepEqual(
    warnings.map(({ kind, conditions }) => [kind, conditions]),
    [['never_true', ['when.all[0]', 'when.all[1]']]],
  );
});

const kOrder = {
  currency: 'EUR',
  items: [
    { category: 'shoes', price: '49.90', quantity: 2 },
    { category: 'socks', price: 100, quantity: 1 },
  ],
};
const shoesWorth = (atLeast, more = {}) => ({
  sum: {
    key: 'purchase',
    field: 'items[].price',
    times: 'items[].quantity',
    meta: { currency: { in: ['EUR'] }, 'items[].category': { equals: 'shoes' } },
    ...more,
  },
  within: '30d',
  atLeast,
});

test('a sum counts price times quantity of the elements that match, in exact decimals', async () => {
  const s = await send([{ type: 'purchase', metadata: kOrder }]);
  await save('r', rule({ all: [shoesWorth(99.8)] }));
  const { outcome, explanation } = await decide(s);
  assert.deepEqual([outcome, explanation[0].conditions[0].seen], ['act', '99.8']);
  await save('r', rule({ all: [shoesWorth(99.81)] }));
  const failed = (await decide(s)).explanation[0].conditions[0];
  assert.equal(
    failed.margin,
    '0.01 more in items[].price × items[].quantity of purchase where currency is EUR and items[].category is shoes',
  );
  assert.equal(failed.skipped, undefined);
});

test('a delayed rule waits for the signal whose metadata matches', async () => {
  const absent = { absent: { key: 'purchase' }, after: { key: 'cart', meta: { value: { atLeast: 50 } } }, for: '1h' };
  await save('wait', rule({ all: [absent] }, { triggers: ['@due'] }));
  const timers = async value => {
    const s = await send([{ type: 'cart', metadata: { value } }]);
    const { json } = await beckon.as('CREATOR', 'GET', `/chain/${s}`);
    return json.timeline.filter(moment => moment.kind === 'timer').length;
  };
  assert.equal(await timers(49), 0);
  assert.equal(await timers(50), 1);
  await beckon.as('CREATOR', 'DELETE', '/chain-rules/wait');
});

test('metadata that cannot be compared is refused, every fault at its place', async () => {
  const meta = { 'a.b.c.d.e': { equals: 1 }, x: 'EUR', y: { is: 1 } };
  assert.deepEqual(await faults(rule({ all: [shoesWorth(1, { meta, times: 'quantity' })] })), [
    'when.all[0].sum.times must be of the same list as field, such as "items[].quantity" with "items[].price"',
    'when.all[0].sum.meta.a.b.c.d.e must be the name of a metadata field, or a path of at most 4 names such as "order.total" or "items[].price"',
    'when.all[0].sum.meta.x must be a comparison such as {"in": ["EUR"]}',
    'when.all[0].sum.meta.y.in is required unless another comparison is given, such as equals',
    'when.all[0].sum.meta.y.is is an unknown field; did you mean "in"?',
  ]);
});

test('a rollout decides before the conditions, and the explanation says where the session stands', async () => {
  const s = await send([{ type: 'view' }]);
  const saved = await save('r', rule({ all: [{ seen: { key: 'view' } }] }, { rollout: 0.01 }));
  assert.deepEqual(saved.warnings, []);
  const { outcome, explanation } = await decide(s);
  const [{ path, wanted, seen, margin }, ...others] = explanation[0].conditions;
  assert.deepEqual([outcome, path, wanted, others], ['none', 'rollout', 'among the first 0.01 %', []]);
  const at = Number(/^at ([0-9.]+) %$/.exec(seen)[1]);
  assert.equal(margin, `a rollout of ${Math.round(at * 100 + 1) / 100} %`);
  await save('r', rule({ all: [{ seen: { key: 'view' } }] }, { rollout: Math.round(at * 100 + 1) / 100 }));
  assert.equal((await decide(s)).outcome, 'act');
});

test('a rollout to nobody is pointed out, and one that cannot be is refused', async () => {
  const { warnings } = await save('r', rule({}, { rollout: 0 }));
  assert.deepEqual(
    warnings.map(({ kind, conditions }) => [kind, conditions]),
    [['never_true', ['rollout']]],
  );
  assert.deepEqual(await faults(rule({}, { rollout: 101, rolloutSalt: '' })), [
    'rolloutSalt must be a string of 1 to 64 characters',
    'rollout must be a percentage from 0 to 100 with at most two decimals',
  ]);
  assert.deepEqual(await faults(rule({}, { rolloutSalt: 'x' })), ['rolloutSalt can only be used with rollout']);
});

test('a calendar window is told in words, and its signals leave together', async () => {
  const within = { calendar: 'year', zone: 'Asia/Kolkata' };
  await save('r', rule({ all: [{ count: { key: 'view' }, within, atLeast: 3 }] }));
  const s = await send([{ type: 'view' }, { type: 'view' }]);
  const [{ measure, seen, margin, changesAt }] = (await decide(s)).explanation[0].conditions;
  assert.deepEqual(
    [measure, seen, margin],
    ['count of view in the same calendar year (Asia/Kolkata)', '2', 'one more view'],
  );
  assert.match(changesAt, /^\d{4}-/);
});

test('what counts since a signal is told so, and a new one starts it again', async () => {
  await save('r', rule({ all: [{ count: { key: 'open' }, since: { key: 'cart' }, atLeast: 2 }] }));
  const s = await send([{ type: 'open' }, { type: 'cart' }, { type: 'open' }, { type: 'open' }]);
  assert.equal((await decide(s)).outcome, 'act');
  const again = await beckon.chain('signals', { sessionId: s, signals: [{ type: 'cart' }] }, { from: freshAddress() });
  assert.equal(again.status, 202, again.text);
  const [{ measure, seen, margin }] = (await decide(s)).explanation[0].conditions;
  assert.deepEqual([measure, seen, margin], ['count of open since the latest cart', '0', '2 more open']);
});

test('what has the same value is counted together, told in words, and named in the payload', async () => {
  const saved = await save(
    'r',
    rule(
      { all: [{ steps: [{ key: 'view' }, { key: 'cart' }], same: 'sku', within: '2h', reached: 2 }] },
      { action: { type: 'popup', payload: { text: 'The {{same}} is in your cart' } } },
    ),
  );
  assert.deepEqual(saved.warnings, []);
  const of = (type, sku) => ({ type, metadata: { sku } });
  const apart = await decide(await send([of('view', 'lamp'), of('cart', 'rug')]));
  assert.equal(apart.outcome, 'none');
  const [missed] = apart.explanation[0].conditions;
  assert.deepEqual(
    [missed.measure, missed.seen, missed.same, missed.margin],
    ['steps reached of view, then cart, with the same sku within 2 h', '1 for sku lamp', 'lamp', 'cart for sku lamp'],
  );
  const s = await send([of('view', 'lamp'), of('view', 'rug'), of('cart', 'rug')]);
  const together = await decide(s);
  assert.equal(together.outcome, 'act');
  assert.deepEqual(together.action.payload, { text: 'The rug is in your cart' });
  const [met] = together.explanation[0].conditions;
  assert.deepEqual([met.seen, met.same], ['2 for sku rug', 'rug']);
});

test('a payload that names the value is for those who may know the sessions it comes from', async () => {
  const condition = { count: { key: 'buy' }, same: 'sku', scope: 'visitor', atLeast: 2 };
  await save(
    'r',
    rule({ all: [condition] }, { priority: 9, action: { type: 'popup', payload: { text: 'Again {{same}}' } } }),
  );
  await save('plain', rule({}));
  const visitorId = `${freshSession()}@company.example`;
  const buy = { type: 'buy', metadata: { sku: 'lamp' } };
  await send([buy, buy], { visitorId });
  const who = { sessionId: freshSession(), trigger: 't', visitorId };
  assert.deepEqual((await decide(who.sessionId, { visitorId })).action.payload, { text: 'Again lamp' });
  const open = await beckon.chain('resolve', { ...who, sessionId: freshSession() }, { from: freshAddress() });
  assert.equal(open.json.ruleId, 'plain', open.text);
  await beckon.as('CREATOR', 'DELETE', '/chain-rules/plain');
});

test('what cannot be the same is refused, every fault at its place', async () => {
  const named = { action: { type: 'popup', payload: { x: '{{same}}' } } };
  const place = 'must be "value", or a metadata field by its name or a path of at most 4 names, without []';
  assert.deepEqual(
    await faults(
      rule({
        all: [
          { count: { key: 'a' }, same: 'items[].sku', atLeast: 1 },
          { steps: [{ key: 'a' }], same: 'a.b.c.d.e' },
        ],
      }),
    ),
    [`when.all[0].same ${place}`, `when.all[1].same ${place}`],
  );
  assert.deepEqual(await faults(rule({ any: [{ count: { key: 'a' }, same: 'sku', atLeast: 1 }] }, named)), [
    'action.payload names same, but no condition of when.all has one',
  ]);
});
