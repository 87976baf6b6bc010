// What was counted of decisions, from outside: contract section 8.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Beckon, freshAddress, freshSession } from './kit/beckon.mjs';
import { until } from './kit/wait.mjs';

let beckon;
before(async () => {
  beckon = await Beckon.start();
});
after(() => beckon?.close());

const put = async (id, rule) => {
  const answer = await beckon.as('CREATOR', 'PUT', `/chain-rules/${id}`, rule);
  assert.ok([200, 201].includes(answer.status), answer.text);
};
const resolve = async (sessionId, trigger) => {
  const { status, json, text } = await beckon.chain('resolve', { sessionId, trigger }, { from: freshAddress() });
  assert.equal(status, 200, text);
  return json;
};
const analytics = async (query = '') => {
  const { status, json, text } = await beckon.as('CREATOR', 'GET', `/analytics${query}`);
  assert.equal(status, 200, text);
  return json;
};
const totals = (json, ruleId, of = {}) =>
  json.rules.find(rule => rule.ruleId === ruleId && Object.entries(of).every(([key, value]) => rule[key] === value))
    ?.totals;

test('asked, acted, shown, clicked, converted and value, per rule, trigger and arm', async () => {
  await put('banner', {
    triggers: ['enter'],
    when: {},
    split: { salt: 's', arms: { a: 1, b: 1 } },
    actions: { a: { type: 'x' }, b: { type: 'y' } },
    goal: { key: 'purchase', within: '1h', valueField: 'amount' },
  });
  await put('ghost', { triggers: ['enter'], status: 'shadow', priority: 1, when: {}, action: { type: 'z' } });
  const arms = { a: 0, b: 0 };
  const shown = [];
  for (let i = 0; i < 12; i += 1) {
    const s = freshSession();
    await beckon.signal(s, { type: 'view' });
    const { variant, decisionId } = await resolve(s, 'enter');
    arms[variant] += 1;
    shown.push({ s, variant, decisionId });
  }
  const { s, variant, decisionId } = shown[0];
  await beckon.signal(
    s,
    { type: 'decision.shown', signalValue: decisionId },
    { type: 'decision.clicked', signalValue: decisionId },
    { type: 'decision.clicked', signalValue: decisionId },
  );
  await beckon.signal(
    s,
    { type: 'purchase', metadata: { amount: 19.99 } },
    { type: 'purchase', metadata: { amount: 5 } },
  );
  const json = await until('the decisions are recorded', async () => {
    const got = await analytics('?trigger=enter');
    return got.triggers[0]?.asked === 12 && got;
  });
  assert.equal(json.bucket, 'day', 'a week by the day, where nothing is said');
  for (const arm of ['a', 'b']) assert.equal(totals(json, 'banner', { variant: arm })?.acted ?? 0, arms[arm], arm);
  assert.deepEqual(totals(json, 'banner', { variant }), {
    acted: arms[variant],
    suppressed: 0,
    heldOut: 0,
    shown: 1,
    clicked: 1,
    dismissed: 0,
    converted: 1,
    value: 19.99,
    values: [{ currency: null, value: 19.99, conversions: 1, squares: 399.6001 }],
    heldBack: { limit: 0, hours: 0, render: 0 },
    mixed: { decisions: 0, converted: 0 },
  });
  assert.deepEqual(totals(json, 'ghost', { shadow: true }).acted, 12);
  const points = json.rules.flatMap(rule => rule.points);
  assert.ok(
    points.every(({ at }) => at === points[0].at || at > points[0].at) && points[0].at.endsWith('T00:00:00Z'),
    JSON.stringify(points),
  );
});

test('why rules were held back, each reason for itself and also of a rule in shadow', async () => {
  const action = payload => ({ type: 'x', payload });
  const closed = `${String((new Date().getUTCHours() + 12) % 24).padStart(2, '0')}:00`;
  await put('nameless', {
    triggers: ['held'],
    priority: 4,
    when: {},
    action: action({ t: 'Hi {{visitor.traits.name}}' }),
  });
  await put('asleep', {
    triggers: ['held'],
    priority: 3,
    when: {},
    active: { hours: `${closed}-${closed.slice(0, 2)}:01`, zone: 'UTC' },
    action: action({}),
  });
  await put('once', { triggers: ['held'], priority: 2, when: {}, limit: { cooldown: '1h' }, action: action({}) });
  await put('unseen', {
    triggers: ['held'],
    priority: 1,
    status: 'shadow',
    when: {},
    action: action({ t: '{{visitor.traits.name}}' }),
  });
  const s = freshSession();
  await beckon.signal(s, { type: 'view' });
  for (let i = 0; i < 3; i += 1) await resolve(s, 'held');
  const json = await until('the decisions are recorded', async () => {
    const got = await analytics('?trigger=held');
    return got.triggers[0]?.asked === 3 && got;
  });
  const held = (ruleId, of) => {
    const { suppressed, heldBack } = totals(json, ruleId, of);
    return [suppressed, heldBack];
  };
  assert.deepEqual(held('nameless'), [3, { limit: 0, hours: 0, render: 3 }]);
  assert.deepEqual(held('asleep'), [3, { limit: 0, hours: 3, render: 0 }]);
  assert.deepEqual(held('once'), [2, { limit: 2, hours: 0, render: 0 }]);
  // A rule in shadow is evaluated as far as the search goes: not behind the rule that acts.
  assert.deepEqual(held('unseen', { shadow: true }), [2, { limit: 0, hours: 0, render: 2 }]);
  for (const rule of json.rules) assert.deepEqual(rule.points[0].heldBack, rule.totals.heldBack);
});

test('asking with sessions that were never seen, and for triggers that no rule names', async () => {
  await put('never', { triggers: ['known'], when: { all: [{ seen: { key: 'x' } }] }, action: { type: 'x' } });
  const asked = async trigger =>
    (await analytics('?bucket=hour')).triggers.find(one => one.trigger === trigger)?.asked ?? 0;
  const before = await asked(null);
  for (let i = 0; i < 3; i += 1) await resolve(freshSession(), 'known');
  for (let i = 0; i < 4; i += 1) await resolve(freshSession(), `made-up-${i}`);
  await until('they are counted', async () => (await asked('known')) === 3 && (await asked(null)) === before + 4);
});

test('counts survive kill -9', async () => {
  const before = await analytics();
  await beckon.kill();
  await beckon.open();
  assert.deepEqual((await analytics()).rules, before.rules);
});

// A rule of its trigger, with a purchase of `amount` by each of some visitors, so many seconds after the decision: that
// of a prefetched one is as old as its showing says.
const sell = async (trigger, rule, sales) => {
  await put(trigger, { triggers: [trigger], when: {}, action: { type: 'x' }, ...rule });
  for (const [seconds, metadata] of sales) {
    const s = freshSession();
    await beckon.signal(s, { type: 'view' });
    const { json } = await beckon.chain('prefetch', { sessionId: s, triggers: [trigger] }, { from: freshAddress() });
    const at = Date.now() - 3 * 3_600_000;
    await beckon.signal(s, { type: 'decision.shown', signalValue: json.decisions[0].decisionId, at });
    if (seconds !== null) await beckon.signal(s, { type: 'purchase', metadata, at: at + seconds * 1000 });
  }
};
const settings = async of => {
  const { status, text } = await beckon.as('OWNER', 'PATCH', '/settings', of);
  assert.equal(status, 200, text);
};
const goal = { key: 'purchase', within: '2h', valueField: 'amount', currencyField: 'currency' };

test('revenue in each currency by itself, from which a page computes its mean and how sure that is', async () => {
  await settings({ currency: 'EUR' });
  await sell('sales', { goal }, [
    [60, { amount: 20 }],
    [60, { amount: '49.90', currency: 'eur' }],
    [60, { amount: 30, currency: 'USD' }],
    [60, { amount: 10.1, currency: 'euros' }],
    [60, {}],
    [null],
  ]);
  const [{ totals: of, points }] = (await analytics('?ruleId=sales')).rules;
  const values = [
    // 20² + 49.9² + 10.1² = 400 + 2490.01 + 102.01
    { currency: 'EUR', value: 80, conversions: 3, squares: 2992.02 },
    { currency: 'USD', value: 30, conversions: 1, squares: 900 },
  ];
  assert.deepEqual([of.acted, of.converted, of.value, of.values], [6, 5, 110, values]);
  assert.deepEqual(points[0].values, values, 'one bucket has it all');
  // docs/rules.md, Results: EUR per decision, and the variance, over 20, 49.9, 10.1, 0, 0, 0.
  const [{ value, squares }] = of.values;
  const mean = value / of.acted;
  const variance = (squares - (value * value) / of.acted) / (of.acted - 1);
  const brought = [20, 49.9, 10.1, 0, 0, 0];
  const byHand = brought.reduce((sum, one) => sum + (one - 80 / 6) ** 2, 0) / 5;
  assert.ok(Math.abs(mean - 80 / 6) < 1e-9 && Math.abs(variance - byHand) < 1e-9, `${mean} ${variance} ${byHand}`);
  await settings({ currency: null });
  assert.deepEqual((await analytics('?ruleId=sales')).rules[0].totals.values, values, 'what was counted stays');
});

test('squares are of what a decision brought as a whole', async () => {
  await sell('each', { goal: { ...goal, count: 'each' } }, [[60, { amount: 3, currency: 'EUR' }]]);
  const s = freshSession();
  await beckon.signal(s, { type: 'view' });
  const { json } = await beckon.chain('prefetch', { sessionId: s, triggers: ['each'] }, { from: freshAddress() });
  const at = Date.now() - 3_600_000;
  const buy = (amount, after) => ({ type: 'purchase', at: at + after * 1000, metadata: { amount, currency: 'EUR' } });
  await beckon.signal(s, { type: 'decision.shown', signalValue: json.decisions[0].decisionId, at });
  await beckon.signal(s, buy(1, 10), buy(2, 20), buy(4, 30));
  const [{ totals: of }] = (await analytics('?ruleId=each')).rules;
  // 3² + (1 + 2 + 4)²
  assert.deepEqual(of.values, [{ currency: 'EUR', value: 10, conversions: 4, squares: 58 }]);
});

test('time to convert: the median, to three digits, and of all rules without control groups', async () => {
  const before = (await analytics('?trigger=slow')).timeToConvert;
  assert.deepEqual(before, { median: null, conversions: 0 });
  const sales = [60, 100, 3600, 7003].map(seconds => [seconds, {}]);
  await sell('slow', { goal }, [...sales, [null]]);
  // Of 60, 100, 3,600 and 7,000.
  const slow = await analytics('?trigger=slow');
  assert.deepEqual(slow.timeToConvert, { median: 1850, conversions: 4 });
  assert.deepEqual(slow.rules[0].timeToConvert, { median: 1850, conversions: 4 });
  await sell('later', { goal }, [[7003, {}]]);
  assert.deepEqual((await analytics('?ruleId=later')).timeToConvert, { median: 7000, conversions: 1 });
  await sell('control', { goal, split: { salt: 's', holdout: 100 } }, [[7003, {}]]);
  const control = await analytics('?trigger=control');
  assert.deepEqual(
    [control.timeToConvert, control.rules[0].holdout, control.rules[0].timeToConvert],
    [{ median: null, conversions: 0 }, true, { median: 7000, conversions: 1 }],
  );
});

test('the time before the range, as long as it, with one request', async () => {
  const hour = Math.floor(Date.now() / 3_600_000) * 3_600_000;
  const iso = at => new Date(at).toISOString().replace('.000Z', 'Z');
  const range = `?since=${hour + 3_600_000}&until=${hour + 7_200_000}&trigger=slow`;
  assert.equal((await analytics(range)).previous, undefined);
  const { rules, previous } = await analytics(`${range}&previous=true`);
  const { points: _, ...slow } = (await analytics('?trigger=slow&bucket=hour')).rules[0];
  assert.deepEqual([rules, previous.since, previous.until], [[], iso(hour), iso(hour + 3_600_000)]);
  assert.deepEqual([previous.rules, previous.triggers[0].asked], [[slow], 5]);
  assert.deepEqual(previous.timeToConvert, { median: 1850, conversions: 4 });
});

test('as CSV: a row for each bucket, rule, trigger and variant', async () => {
  await sell('table', { name: '=SUM(A1) "big", bold', goal }, [
    [60, { amount: 20, currency: 'EUR' }],
    [60, { amount: 5 }],
    [null],
  ]);
  const get = (query, headers) => beckon.as('CREATOR', 'GET', `/analytics${query}`, undefined, { headers });
  const { status, text, headers } = await get('?ruleId=table&format=csv&bucket=hour');
  assert.deepEqual(
    [status, headers['content-type'], headers['content-disposition']],
    [200, 'text/csv; charset=utf-8; header=present', 'attachment; filename="analytics.csv"'],
  );
  const at = (await analytics('?ruleId=table&bucket=hour')).rules[0].points[0].at;
  const counts = 'acted,suppressed,heldOut,shown,clicked,dismissed,converted,value';
  const held = 'heldBack.limit,heldBack.hours,heldBack.render,mixed.decisions,mixed.converted';
  assert.equal(
    text,
    `at,ruleId,ruleName,trigger,variant,shadow,holdout,${counts},${held},` +
      'value.none,conversions.none,value.EUR,conversions.EUR\r\n' +
      `${at},table,"'=SUM(A1) ""big"", bold",table,,false,false,3,0,0,3,0,0,2,25,0,0,0,0,0,5,1,20,1\r\n`,
  );
  assert.equal((await get('?ruleId=table&bucket=hour', { accept: 'text/csv' })).text, text);
  assert.equal((await get('?ruleId=table&format=json', { accept: 'text/csv' })).json.rules.length, 1);
  await beckon.as('CREATOR', 'DELETE', '/chain-rules/table');
  assert.match((await get('?ruleId=table&format=csv&bucket=hour')).text, /\r\n[^,]+,table,,table,,false/);
  const all = await analytics('?bucket=hour');
  const rows = (await get('?format=csv&bucket=hour')).text.trimEnd().split('\r\n');
  assert.equal(rows.length - 1, all.rules.flatMap(({ points }) => points).length);
});

test('a currency that is none is refused with all other faults, and changes nothing', async () => {
  const { status, json } = await beckon.as('OWNER', 'PATCH', '/settings', { currency: 'euro', zone: 'Mars' });
  assert.deepEqual([status, json.details.map(({ field }) => field).sort()], [400, ['currency', 'zone']]);
  assert.equal((await beckon.as('OWNER', 'GET', '/settings')).json.currency, null);
  const refused = await beckon.as('CREATOR', 'PUT', '/chain-rules/bad', {
    triggers: ['t'],
    when: {},
    action: { type: 'x' },
    goal: { key: 'purchase', within: '1h', valueField: 'amount', currencyField: 'a..b' },
  });
  assert.deepEqual([refused.status, refused.json.details.map(({ field }) => field)], [400, ['goal.currencyField']]);
});

test('a change of the currency is in the audit log', async () => {
  await settings({ currency: 'SEK' });
  await settings({ currency: 'NOK' });
  const { json } = await beckon.as('OWNER', 'GET', '/audit-events?action=settings.put&limit=1');
  assert.deepEqual([json.items[0].before.currency, json.items[0].detail.currency], ['SEK', 'NOK']);
  await settings({ currency: null });
});

describe('a question', () => {
  test('names what is wrong with it, all of it', async () => {
    const { status, json } = await beckon.as(
      'CREATOR',
      'GET',
      '/analytics?since=soon&until=2026-01-01T00:00:00Z&bucket=week&ruleId=No&trigger=No',
    );
    assert.deepEqual([status, json.details.map(({ field }) => field)], [400, ['since', 'bucket', 'ruleId', 'trigger']]);
    const view = await beckon.as('CREATOR', 'GET', '/analytics?format=xlsx&previous=yes');
    assert.deepEqual(
      view.json.details.map(({ field }) => field),
      ['format', 'previous'],
    );
    const reversed = await beckon.as(
      'CREATOR',
      'GET',
      '/analytics?since=2026-02-01T00:00:00Z&until=2026-01-01T00:00:00Z',
    );
    assert.deepEqual(
      reversed.json.details.map(({ field }) => field),
      ['until'],
    );
    const long = await beckon.as(
      'CREATOR',
      'GET',
      '/analytics?since=2026-01-01T00:00:00Z&until=2026-03-01T00:00:00Z&bucket=hour',
    );
    assert.match(long.json.details[0].issue, /1,000 buckets/);
    assert.equal(
      (await beckon.as('CREATOR', 'GET', `/analytics?since=${Date.now() - 3_600_000}&until=${Date.now()}`)).json.bucket,
      'hour',
    );
  });

  test('takes a role on the handle', async () => {
    assert.equal((await beckon.call('GET', '/v2/handles/demo/analytics')).status, 401);
    assert.equal(
      (await beckon.call('GET', '/v2/handles/nobody-here/analytics', { token: await beckon.token('OWNER') })).json
        .error,
      'handle_not_found',
    );
  });
});
