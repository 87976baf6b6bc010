// Every sentence of docs/rules.md about the language (tests/kit/sentences.mjs says which those are) with what shows that
// it holds: a case here, against a real server, or tests elsewhere by their names. A sentence without either, and a case
// whose sentence is gone, fail.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Beckon, freshAddress, freshSession, root } from './kit/beckon.mjs';
import { sentencesOf } from './kit/sentences.mjs';

const read = path => readFileSync(join(root, path), 'utf8');
const sections = [
  '',
  'Conditions',
  'Limits, schedules and experiments',
  'Results',
  'Warnings when you save a rule',
  'Explaining a decision',
];
const cases = [];
/** Sentences that the case shows, on a server. */
const holds = (sentences, run) => cases.push({ sentences, run });
/** Sentences that tests elsewhere show: "file: name" of each. */
const shown = (sentences, ...elsewhere) => cases.push({ sentences, elsewhere });

let beckon;
before(async () => {
  beckon = await Beckon.start();
  const settings = { scores: { keen: { weights: { view: 1, 'cart.*': 2 }, halfLife: '1h' } } };
  const answer = await beckon.as('OWNER', 'PUT', '/settings', settings);
  assert.equal(answer.status, 200, answer.text);
});
after(async () => {
  await beckon?.close();
});

const action = { type: 'popup', payload: { n: 1.5, list: ['é'] } };
const save = async (id, rule) => {
  const answer = await beckon.as('CREATOR', 'PUT', `/chain-rules/${id}`, {
    triggers: ['t'],
    when: {},
    ...(rule.split?.arms ? {} : { action }),
    ...rule,
  });
  assert.ok([200, 201].includes(answer.status), answer.text);
  return answer.json;
};
const refused = async (id, rule) =>
  (await beckon.as('CREATOR', 'PUT', `/chain-rules/${id}`, { triggers: ['t'], when: {}, action, ...rule })).status ===
  400;
const clear = async () => {
  for (const { ruleId } of (await beckon.as('CREATOR', 'GET', '/chain-rules')).json.items)
    await beckon.as('CREATOR', 'DELETE', `/chain-rules/${ruleId}`);
};
const seconds = 1000,
  minutes = 60 * seconds,
  hours = 60 * minutes,
  days = 24 * hours;
// An instant a while ago, so that signals can lie on either side of it. Cases ask about it with ?at=, by the millisecond.
const kNow = Math.floor(Date.now() / 1000) * 1000 - 5 * minutes;
const iso = at => new Date(at).toISOString();
// A signal `ago` milliseconds before kNow.
const signal = (type, ago = minutes, more = {}) => ({ type, at: iso(kNow - ago), ...more });
const amount = (type, value, ago = minutes) => signal(type, ago, { metadata: { amount: value } });
const send = async (sessionId, signals, more = {}) => {
  for (let i = 0; i < signals.length; i += 50) {
    const part = { sessionId, signals: signals.slice(i, i + 50), ...more };
    const answer = await beckon.chain('signals', part, { from: freshAddress() });
    assert.equal(answer.status, 202, answer.text);
  }
};
const told = async (signals, more) => {
  const sessionId = freshSession();
  if (signals.length) await send(sessionId, signals, more);
  return sessionId;
};
const decide = async (sessionId, { at = kNow, trigger = 't', ...more } = {}) => {
  const query = at === null ? '' : `?at=${iso(at)}`;
  const answer = await beckon.as('CREATOR', 'POST', `/chain/resolve${query}`, { sessionId, trigger, ...more });
  assert.equal(answer.status, 200, answer.text);
  return answer.json;
};
// Whether a rule with these conditions acts in a session with these signals.
const acts = async (when, signals, { at, context, ...more } = {}) => {
  await save('r', {
    when: Array.isArray(when) ? { all: when } : when.all || when.any || when.none ? when : { all: [when] },
  });
  return (await decide(await told(signals, more), { at, context })).outcome === 'act';
};
const yes = async (...given) => assert.equal(await acts(...given), true, JSON.stringify(given));
const no = async (...given) => assert.equal(await acts(...given), false, JSON.stringify(given));

// ---- the first part

holds(['Only `triggers`, `when` and `action` are required.'], async () => {
  for (const name of ['triggers', 'when', 'action']) assert.ok(await refused('r', { [name]: undefined }), name);
  assert.ok(!(await refused('r', {})));
});
holds(
  [
    '**Trigger**: the point at which your page requests a decision: `exit_intent`, `checkout`, any name you choose.',
    'A rule may have several.',
  ],
  async () => {
    await save('r', { triggers: ['leaving', 'any-name.at_all:2'] });
    const s = await told([]);
    for (const [trigger, outcome] of [
      ['leaving', 'act'],
      ['any-name.at_all:2', 'act'],
      ['other', 'none'],
    ])
      assert.equal((await decide(s, { trigger })).outcome, outcome, trigger);
  },
);
shown(
  ['`@due` is the point at which the server itself detects that something did not happen.'],
  'tests/delayed.test.mjs: tells, signed, exactly why; and the log shows the 200',
  'tests/delayed.test.mjs: is no trigger that anybody may ask for',
);
holds(['**When**: all conditions of `all`, at least one of `any` and none of `none` must be true.'], async () => {
  const seen = key => ({ seen: { key } });
  const when = { all: [seen('a'), seen('b')], any: [seen('c'), seen('d')], none: [seen('e'), seen('f')] };
  for (const [keys, expected] of [
    ['abc', true],
    ['abd', true],
    ['ac', false],
    ['ab', false],
    ['abce', false],
    ['abdf', false],
  ])
    assert.equal(
      await acts(
        when,
        [...keys].map(key => signal(key)),
      ),
      expected,
      keys,
    );
});
holds(['Parts that are omitted require nothing; an empty `when` always matches.'], async () => {
  await save('r', { when: {} });
  assert.equal((await decide(await told([]))).outcome, 'act');
  await yes({ any: [{ seen: { key: 'a' } }] }, [signal('a')]);
  await yes({ none: [{ seen: { key: 'a' } }] }, []);
});
shown(
  [
    'Texts of the payload may contain placeholders such as `{{visitor.traits.firstName}}` (`docs/payloads.md`); everything else is received as written.',
  ],
  'tests/people_stories.test.mjs: no “Hi ,”: a missing value holds back control and treatment alike, and the next rule acts',
);
holds(['**Action**: what your page receives.'], async () => {
  await save('r', {});
  assert.deepEqual((await decide(await told([]))).action, action);
});
holds(
  [
    'The decision is the first rule of the trigger that matches and is not suppressed.',
    'Rules with a higher `priority` are evaluated first, and rules with the same priority by `ruleId`.',
    'A suppressed rule is skipped, and the next rule is evaluated; if none of them acts, the decision is `suppressed`, and its `ruleId` and `ttl` are those of the first rule that was skipped.',
  ],
  async () => {
    await save('c', { priority: 3, when: { all: [{ seen: { key: 'a' } }] } });
    await save('b', { priority: 2 });
    await save('a', { priority: 2, ttl: '47s', limit: { caps: [{ max: 1, per: 'session' }] } });
    const s = await told([signal('z')]);
    const asked = async () => {
      const { outcome, ruleId, ttlSeconds } = await decide(s, { at: null });
      return [outcome, ruleId, ttlSeconds];
    };
    assert.deepEqual((await asked()).slice(0, 2), ['act', 'a']);
    assert.deepEqual((await asked()).slice(0, 2), ['act', 'b']);
    await save('b', { priority: 2, ttl: '13s', limit: { caps: [{ max: 1, per: 'session' }] } });
    assert.deepEqual((await asked()).slice(0, 2), ['act', 'b']);
    assert.deepEqual(await asked(), ['suppressed', 'a', 47]);
  },
);

// ---- conditions

holds(
  [
    'A condition compares one measure with a value: `atLeast`, `atMost` or `equals`; `atLeast` and `atMost` can be combined.',
  ],
  async () => {
    const three = [signal('a'), signal('a'), signal('a')];
    for (const [bounds, expected] of [
      [{ atLeast: 3 }, true],
      [{ atLeast: 4 }, false],
      [{ atMost: 3 }, true],
      [{ atMost: 2 }, false],
      [{ equals: 3 }, true],
      [{ equals: 2 }, false],
      [{ atLeast: 2, atMost: 4 }, true],
      [{ atLeast: 4, atMost: 5 }, false],
    ])
      assert.equal(await acts({ count: { key: 'a' }, ...bounds }, three), expected, JSON.stringify(bounds));
    for (const two of [{}, { seen: { key: 'a' }, count: { key: 'a' }, atLeast: 1 }])
      assert.ok(await refused('r', { when: { all: [two] } }));
  },
);
holds(
  [
    'Most measures look at signals that match a filter: `key` (exact, a list, or a prefix such as `cart.*`), `value` (exact, a list, or a prefix such as `add*`), `source`, `minConfidence`, and `meta` for fields of the metadata.',
    'Omitted fields match everything.',
  ],
  async () => {
    const one = signal('shop.cart', minutes, { signalValue: 'added', source: 'mail', confidence: 0.7 });
    for (const [filter, expected] of [
      [{ key: 'shop.cart' }, true],
      [{ key: 'shop' }, false],
      [{ key: ['x', 'shop.cart'] }, true],
      [{ key: 'shop.*' }, true],
      [{ key: 'sho.*' }, false],
      [{ value: 'added' }, true],
      [{ value: 'add' }, false],
      [{ value: ['x', 'added'] }, true],
      [{ value: 'add*' }, true],
      [{ source: 'mail' }, true],
      [{ source: 'ad' }, false],
      [{ minConfidence: 0.7 }, true],
      [{ minConfidence: 0.71 }, false],
      [{}, true],
    ])
      assert.equal(await acts({ seen: filter }, [one]), expected, JSON.stringify(filter));
  },
);
holds(
  [
    'They look back `within` a time (`30s`, `10m`, `24h`, `7d`), by default over the whole session.',
    'Time ranges are half-open: with `"within": "10m"` a signal counts until ten minutes have passed, but not at exactly ten minutes.',
    '`"per": "session"` is the same as no `within`.',
  ],
  async () => {
    for (const [within, length] of [
      ['30s', 30 * seconds],
      ['10m', 10 * minutes],
      ['24h', 24 * hours],
      ['7d', 7 * days],
    ]) {
      await no({ seen: { key: 'a' }, within }, [signal('a', length)]);
      await yes({ seen: { key: 'a' }, within }, [signal('a', length - 1)]);
    }
    await yes({ seen: { key: 'a' } }, [signal('a', 20 * days)]);
    await yes({ seen: { key: 'a' }, per: 'session' }, [signal('a', 20 * days)]);
  },
);
holds(
  [
    'With `"scope": "visitor"` they look at all sessions of the visitor, including this one; if neither the visitor nor the browser is known, at this one alone.',
    'With `"scope": "visitor"`, it looks at all signals of these sessions, and not at each session by itself.',
    "In scope `visitor` a rule sees the 500 newest of all those keys that some rule reads in this scope, over the visitor's 100 newest sessions, and up to 100 older ones from which an `absent` waits.",
  ],
  async () => {
    const visitorId = freshSession('v');
    for (let i = 0; i < 101; ++i) await told([signal(i === 0 ? 'oldest' : 'other', 2 * hours)], { visitorId });
    const many = Array.from({ length: 50 }, (_, i) => signal('many', 3 * hours + i * seconds));
    for (let i = 0; i < 12; ++i) await told([...many, signal('newest', hours), signal('unread', hours)], { visitorId });
    const here = await told([signal('here')], { visitorId });
    const asked = async (count, key) => {
      await save('r', { when: { all: [{ count: { key }, scope: 'visitor', per: 'session', equals: count }] } });
      return (await decide(here)).outcome;
    };
    assert.equal(await asked(1, 'here'), 'act');
    assert.equal(await asked(87, 'other'), 'act');
    assert.equal(await asked(500, 'many'), 'act', 'of 600');
    assert.equal(await asked(12, 'newest'), 'act');
    assert.equal(await asked(0, 'oldest'), 'act');
    await save('r', { when: { all: [{ seen: { key: 'other' }, scope: 'visitor' }] } });
    assert.equal((await decide(await told([signal('here')]))).outcome, 'none');
    const anonymousId = freshSession('a');
    await told([signal('other')], { anonymousId });
    assert.equal((await decide(await told([signal('here')], { anonymousId }))).outcome, 'act');
  },
);
holds(
  [
    'The setting `scope` of the handle, `session` by default, is what a condition gets that is saved without one; a rule that is saved already keeps its own, until its text is saved again.',
  ],
  async () => {
    const { json: settings } = await beckon.as('OWNER', 'GET', '/settings');
    assert.equal(settings.scope, 'session');
    const visitorId = freshSession('v');
    await told([signal('bought')], { visitorId });
    const here = await told([signal('here')], { visitorId });
    const bought = { seen: { key: 'bought' } };
    const when = {
      all: [{ none: [bought, { ...bought, scope: 'session' }] }, { context: 'country', exists: false }],
      any: [{ all: [{ score: 'keen', atLeast: 1 }] }],
    };
    const saved = async () => (await save('r', { when })).when;
    assert.deepEqual(await saved(), when);
    assert.equal((await decide(here)).outcome, 'none', 'nobody is keen here');
    const scoped = scope => beckon.as('OWNER', 'PUT', '/settings', { scores: settings.scores, scope });
    assert.deepEqual((await scoped('everywhere')).json.details, [
      { field: 'scope', issue: 'must be "session" or "visitor"' },
    ]);
    assert.equal((await scoped('visitor')).status, 200);
    assert.deepEqual((await beckon.as('CREATOR', 'GET', '/chain-rules/r')).json.when, when);
    const visitor = { scope: 'visitor' };
    assert.deepEqual(await saved(), {
      all: [
        {
          none: [
            { ...bought, ...visitor },
            { ...bought, scope: 'session' },
          ],
        },
        { context: 'country', exists: false },
      ],
      any: [{ all: [{ score: 'keen', atLeast: 1, ...visitor }] }],
    });
    await save('r', { when: { all: [bought] } });
    assert.equal((await decide(here)).outcome, 'act');
    const { json: preview } = await beckon.as('CREATOR', 'POST', '/chain-rules/preview', {
      rule: { triggers: ['t'], when: { all: [bought] }, action },
      visitorId,
      sessionId: here,
    });
    assert.equal(preview.outcome, 'act');
    assert.equal((await scoped('session')).status, 200);
    assert.equal((await decide(here)).outcome, 'act');
  },
);
holds(
  [
    'There, signals with the same `id` count once if they arrive within 7 days of one another, whichever sessions they are sent in.',
  ],
  async () => {
    const visitorId = freshSession('v');
    const bought = { ...signal('buy', hours), id: visitorId };
    await told([bought], { visitorId });
    const here = await told([bought, signal('buy', hours)], { visitorId });
    const asked = async more => {
      await save('r', { when: { all: [{ count: { key: 'buy' }, equals: 2, ...more }] } });
      return (await decide(here)).outcome;
    };
    assert.equal(await asked({ scope: 'visitor' }), 'act', 'of three');
    assert.equal(await asked({}), 'act', 'in this session');
    assert.equal((await beckon.as('OPERATOR', 'DELETE', `/chain/${here}`)).status, 204);
    const left = await told([signal('view')], { visitorId });
    await save('r', { when: { all: [{ count: { key: 'buy' }, equals: 1, scope: 'visitor' }] } });
    assert.equal((await decide(left)).outcome, 'act', 'the other one counts on');
  },
);
holds(['`seen` | At least one matching signal was seen.'], async () => {
  await yes({ seen: { key: 'a' } }, [signal('a'), signal('a')]);
  await no({ seen: { key: 'a' } }, [signal('b')]);
});
holds(['`count` | The number of matching signals.'], () =>
  yes({ count: { key: 'a' }, equals: 2 }, [signal('a'), signal('b'), signal('a')]),
);
const of = (type, sku, ago, more = {}) => signal(type, ago, { metadata: { sku }, ...more });
holds(
  [
    'With `same`, `count`, `steps` and `absent` look at each value by itself, as if there were only its signals, and the condition is about the best of them: the greatest `count`, the path that got furthest, one value for which `absent` is true.',
    "`same` is a metadata field, by name or path, but without `[]`, or `value`, the signal's own value.",
  ],
  async () => {
    const count = { count: { key: 'a' }, same: 'sku' };
    await yes({ ...count, equals: 2 }, [of('a', 'x', 3), of('a', 'y', 2), of('a', 'x', 1), of('b', 'x', 1)]);
    await yes({ ...count, equals: 0 }, [of('b', 'x', 3)]);
    const steps = { steps: [{ key: 'a' }, { key: 'b' }, { key: 'c' }], same: 'sku', equals: 2 };
    await yes(steps, [of('a', 'x', 3), of('b', 'x', 2), of('a', 'y', 2), of('c', 'y', 1)]);
    const absent = { absent: { key: 'b' }, after: { key: 'a' }, for: '1m', same: 'sku' };
    const both = [of('a', 'x', 5 * minutes), of('a', 'y', 4 * minutes)];
    await yes(absent, [...both, of('b', 'y', 3 * minutes)]);
    await no(absent, [...both, of('b', 'y', 3 * minutes), of('b', 'x', 3 * minutes)]);
    const path = { count: { key: 'a' }, same: 'order.id', equals: 2 };
    const order = id => signal('a', minutes, { metadata: { order: { id } } });
    await yes(path, [order(1), order(2), order(1)]);
    const own = { count: { key: 'a' }, same: 'value', equals: 2 };
    const valued = signalValue => signal('a', minutes, { signalValue });
    await yes(own, [valued('x'), valued('y'), valued('y')]);
    for (const same of ['items[].sku', 'a.b.c.d.e', '', 7])
      assert.ok(await refused('r', { when: { all: [{ ...count, same }] } }), String(same));
  },
);
holds(
  [
    'Two values are the same if their texts are, so the number 7 is the same as the text `7`, but not as `7.0`.',
    'A signal belongs to no value, and does not count, where the value is missing, null, empty, a list, an object or longer than 256 bytes.',
  ],
  async () => {
    const count = { count: { key: 'a' }, same: 'sku' };
    await yes({ ...count, equals: 2 }, [of('a', 7, 3), of('a', '7', 2), of('a', '7.0', 1)]);
    const nothing = [undefined, null, '', [1], { x: 1 }, 'x'.repeat(257)].flatMap(sku => [of('a', sku), of('a', sku)]);
    await yes({ ...count, equals: 1 }, [...nothing, of('a', 'x'.repeat(256))]);
  },
);
holds(
  [
    'The 20 values with the newest matching signals count, of an `absent` those with the newest `after` signals.',
    'The explanation says which value was best in `same`; if several were as good, it is the one that stays so for longest, and of an `absent` the one that has waited for longest.',
  ],
  async () => {
    const twice = { count: { key: 'a' }, same: 'sku', equals: 2, within: '1h' };
    const others = howMany => Array.from({ length: howMany }, (_, i) => of('a', `other-${i}`, 1000 + i));
    const old = [of('a', 'old', 3000), of('a', 'old', 2000)];
    await yes(twice, [...old, ...others(19), of('b', 'no a', 1)]);
    await no(twice, [...old, ...others(20)]);
    const absent = { absent: { key: 'b' }, after: { key: 'a' }, for: '1s', same: 'sku' };
    await yes(absent, [of('a', 'old', 9000), ...others(19).flatMap(one => [one, { ...one, type: 'b' }])]);
    await no(absent, [of('a', 'old', 9000), ...others(20).flatMap(one => [one, { ...one, type: 'b' }])]);
    const best = async (condition, signals) => {
      await save('r', { when: { all: [condition] } });
      return (await decide(await told(signals))).explanation[0].conditions[0].same;
    };
    const pairs = [of('a', 'x', 4000), of('a', 'y', 3000), of('a', 'y', 2000), of('a', 'x', 1000)];
    assert.equal(await best(twice, pairs), 'y');
    assert.equal(await best(absent, pairs), 'y');
    assert.equal(await best(twice, []), null);
  },
);
holds(
  [
    '`distinct` | The number of distinct values: three different products, not one product three times. With `field`, the distinct values of a metadata field.',
    '`distinct` compares numbers and booleans in the metadata by their text; missing fields, null, lists and objects are not counted as values.',
    'If no signal has a value, it is 0, so `"atMost": 1` is true for somebody who did nothing.',
  ],
  async () => {
    const product = (signalValue, metadata) => signal('p', minutes, { signalValue, metadata });
    await yes({ distinct: { key: 'p' }, equals: 2 }, [product('x'), product('y'), product('x')]);
    const brands = { distinct: { key: 'p', field: 'b' }, equals: 3 };
    await yes(brands, [
      product('x', { b: 7 }),
      product('x', { b: '7' }),
      product('y', { b: true }),
      product('y', { b: 'z' }),
    ]);
    const none = [product('x', {}), product('x', { b: null }), product('x', { b: [1] }), product('x', { b: { c: 1 } })];
    await yes({ distinct: { key: 'p', field: 'b' }, equals: 0 }, none);
    await yes({ distinct: { key: 'p', field: 'b' }, atMost: 1 }, []);
  },
);
holds(
  [
    '`sum` | The sum of a numeric metadata field, or of that field of all elements of a list; with `times`, each is multiplied by another field.',
    '`max` | The maximum, likewise.',
    '`[]` after a name stands for each element of the list with that name: with `items[].price`, `sum` adds up, `max` compares and `distinct` counts the prices of all items of all matching signals.',
  ],
  async () => {
    await yes({ sum: { key: 'a', field: 'amount' }, equals: 7.25 }, [
      amount('a', 3),
      amount('a', 4.25),
      amount('b', 9),
    ]);
    await yes({ max: { key: 'a', field: 'amount' }, equals: 4.25 }, [
      amount('a', 3),
      amount('a', 4.25),
      amount('b', 9),
    ]);
    const order = (...prices) => signal('o', minutes, { metadata: { items: prices.map(price => ({ price })) } });
    const orders = [order(12, '3.50'), order(), order(3.5)];
    const filter = { key: 'o', field: 'items[].price' };
    await yes(
      [
        { sum: filter, equals: 19 },
        { max: filter, equals: 12 },
      ],
      orders,
    );
    await yes({ distinct: filter, equals: 3 }, orders);
  },
);
holds(['`last` | The age of the latest matching signal.'], async () => {
  const both = [signal('a', 20 * minutes), signal('a', 6 * minutes)];
  await yes({ last: { key: 'a' }, atLeast: '6m', atMost: '6m' }, both);
  await no({ last: { key: 'a' }, atLeast: '7m' }, both);
});
holds(
  [
    '`absent` … `after` … `for` | This much time has passed since the latest `after` signal, and no `absent` signal came after it.',
    'A signal that arrives late is placed at its own time, as if it had been there all along.',
    "If two signals have the same time, the one that was stored later comes after the other, also across requests and across a visitor's sessions: a `cart` and a `purchase` sent together, in this order, are not an abandoned cart.",
  ],
  async () => {
    const absent = { absent: { key: 'buy' }, after: { key: 'cart' }, for: '10m' };
    await yes(absent, [signal('cart', 10 * minutes)]);
    await no(absent, [signal('cart', 10 * minutes - 1)]);
    await no(absent, [signal('cart', 30 * minutes), signal('cart', 9 * minutes)]);
    await no(absent, [signal('cart', 20 * minutes), signal('buy', 15 * minutes)]);
    await yes(absent, [signal('buy', 25 * minutes), signal('cart', 20 * minutes)]);
    await yes(absent, [signal('cart', 20 * minutes), signal('buy', 25 * minutes)]); // the late one comes before it
    await no(absent, [signal('cart', 20 * minutes), signal('buy', 20 * minutes)]);
    await yes(absent, [signal('buy', 20 * minutes), signal('cart', 20 * minutes)]);
    const two = await told([signal('cart', 20 * minutes)]);
    await send(two, [signal('buy', 20 * minutes)]);
    assert.equal((await decide(two)).outcome, 'none');
    const visitorId = freshSession('v');
    const here = await told([signal('cart', 20 * minutes)], { visitorId });
    await told([signal('buy', 20 * minutes)], { visitorId });
    await save('r', { when: { all: [{ ...absent, scope: 'visitor' }] } });
    assert.equal((await decide(here)).outcome, 'none');
  },
);
holds(['`steps` | The number of steps of a path that were reached, in order.'], async () => {
  const steps = reached => ({ steps: [{ key: 'a' }, { key: 'b' }, { key: 'c' }], equals: reached });
  await yes(steps(2), [signal('a', 5000), signal('b', 4000), signal('d', 3000)]);
  await yes(steps(1), [signal('b', 5000), signal('a', 4000), signal('c', 3000)]);
  await yes(steps(0), [signal('b', 5000), signal('c', 4000)]);
});
holds(
  [
    'The OWNER declares such a score with `PATCH /v2/handles/{handle}/settings`.',
    'This leaves the other settings as they are.',
  ],
  async () => {
    await clear(); // a score that a rule needs cannot be left out
    const read = async () => (await beckon.as('OWNER', 'GET', '/settings')).json;
    const put = async body => (await beckon.as('OWNER', 'PUT', '/settings', body)).status;
    const patch = async (body, role = 'OWNER') => (await beckon.as(role, 'PATCH', '/settings', body)).status;
    const stored = await read();
    const intent = { weights: { view: 0.1, 'cart.*': 0.4 }, halfLife: '1d' };
    try {
      for (const role of ['CREATOR', 'OPERATOR']) assert.equal(await patch({ scores: { intent } }, role), 403, role);
      assert.equal(await patch({ zone: 'Europe/Berlin' }), 200);
      assert.equal(await patch({ scores: { intent } }), 200);
      assert.deepEqual(await read(), { ...stored, zone: 'Europe/Berlin', scores: { ...stored.scores, intent } });
    } finally {
      assert.equal(await put(stored), 200);
    }
  },
);
holds(
  [
    "`score` | How interested the visitor is: the sum of a weight for each signal, decaying with time. Declared in the handle's settings.",
    'A score counts each signal with its full weight, whatever its confidence, and over all of the window.',
  ],
  async () => {
    const keen = equals => ({ score: 'keen', atLeast: equals - 0.001, atMost: equals + 0.001 });
    await yes(keen(3), [signal('view', 0), signal('cart.add', 0, { confidence: 0.1 }), signal('other', 0)]);
    await yes(keen(0.5), [signal('view', hours)]);
    await yes(keen(0.25), [signal('view', 2 * hours)]);
    assert.ok(await refused('r', { when: { all: [{ score: 'unheard', atLeast: 1 }] } }));
  },
);
holds(
  [
    '`context` | What the page reported, such as country, device or segment: `in` a list, `notIn` it, or another comparison of the table below.',
    'A context field that was not given is in no list, so every `notIn` is true.',
    "`null` or an empty text in the `context` of a request means the same for that request: the field is missing, whatever the session's is.",
  ],
  async () => {
    const country = (list, value) => ({ context: 'country', [list]: value });
    const german = { context: { country: 'DE' } };
    await yes(country('in', ['FR', 'DE']), [], german);
    await no(country('in', ['FR']), [], german);
    await no(country('notIn', ['DE']), [], german);
    await yes(country('notIn', ['FR']), [], german);
    await no(country('in', ['FR', 'DE']), []);
    await yes(country('notIn', ['FR', 'DE']), []);
    const s = await told([signal('a')], german);
    for (const [context, outcome] of [
      [undefined, 'act'],
      [{ country: null }, 'none'],
      [{ country: '' }, 'none'],
    ]) {
      await save('r', { when: { all: [country('in', ['DE'])] } });
      assert.equal((await decide(s, { context })).outcome, outcome, JSON.stringify(context));
    }
  },
);
holds(
  [
    'A group `{"all": […]}`, `{"any": […]}` or `{"none": […]}` can stand wherever a condition can.',
    'It has at least one entry, and groups can be four levels deep, those of `when` included, with 50 conditions in all.',
    'The explanation names a condition by its path, such as `when.any[0].all[1]`; of alternatives that all fail, it shows what fails in each.',
  ],
  async () => {
    const seen = key => ({ seen: { key } });
    const when = {
      any: [
        { all: [seen('a'), seen('b')] },
        { none: [seen('c'), { any: [seen('d'), { all: [seen('e'), seen('f')] }] }] },
      ],
    };
    for (const [keys, expected] of [
      ['x', true],
      ['c', false],
      ['d', false],
      ['e', true],
      ['ef', false],
      ['efab', true],
      ['ca', false],
      ['cab', true],
    ])
      assert.equal(
        await acts(
          when,
          [...keys].map(key => signal(key)),
        ),
        expected,
        keys,
      );
    const paths = (await decide(await told([signal('a'), signal('c')]))).explanation[0].conditions.map(one => one.path);
    assert.deepEqual(paths, ['when.any[0].all[1]', 'when.any[1].none[0]']);
    const deep = levels => (levels === 0 ? seen('a') : { any: [deep(levels - 1)] });
    assert.ok(!(await refused('r', { when: { all: [deep(3)] } })));
    assert.ok(await refused('r', { when: { all: [deep(4)] } }));
    assert.ok(await refused('r', { when: { all: [{ any: [] }] } }));
    const many = count => ({ all: [{ any: Array(count).fill(seen('a')) }] });
    assert.ok(!(await refused('r', { when: many(50) })));
    assert.ok(await refused('r', { when: many(51) }));
  },
);
shown(
  ['A day has 23 or 25 hours where the clock is set, and begins at the end of the gap where its midnight is skipped.'],
  'src/rules/language/calendar_test.cc: Calendar.HasDaysOf23And25HoursWhereTheClockIsSet',
  'src/rules/language/calendar_test.cc: Calendar.BeginsADayWhoseMidnightIsSkippedAtTheEndOfTheGap',
);
holds(
  [
    'With `{"calendar": …, "zone": …}`, `within` is the `day`, the `week` (from Monday), the `month` or the `year` that it is now by the wall clock of the time zone: all its signals stop counting together, when the next one begins.',
  ],
  async () => {
    const within = (calendar, zone = 'UTC') => ({ seen: { key: 'a' }, within: { calendar, zone } });
    const day = Math.floor(kNow / days) * days,
      monday = day - ((new Date(day).getUTCDay() + 6) % 7) * days,
      month = Date.UTC(new Date(day).getUTCFullYear(), new Date(day).getUTCMonth() + 1);
    const acting = async (condition, signalAt, at = kNow) => {
      await save('r', { when: { all: [condition] }, ttl: '7d' });
      const { outcome, expiresAt } = await decide(await told([{ type: 'a', at: iso(signalAt) }]), { at });
      return outcome === 'act' ? expiresAt : null;
    };
    assert.equal(Date.parse(await acting(within('day'), day)), day + days);
    assert.equal(await acting(within('day'), day - 1), null);
    assert.ok(await acting(within('day'), day, day + days - 1));
    assert.equal(await acting(within('day'), day, day + days), null);
    assert.ok(await acting(within('week'), monday));
    assert.equal(await acting(within('week'), monday - 1), null);
    assert.ok(await acting(within('month'), kNow));
    assert.equal(await acting(within('month'), kNow, month), null);
    assert.ok(await acting(within('year'), kNow));
    // Half past five in India, where the day began at 18:30 UTC.
    const india = Math.floor((kNow + 5.5 * hours) / days) * days - 5.5 * hours;
    assert.ok(await acting(within('day', 'Asia/Kolkata'), india));
    assert.equal(await acting(within('day', 'Asia/Kolkata'), india - 1), null);
    for (const zone of ['handle', 'Berlin'])
      assert.ok(await refused('r', { when: { all: [{ seen: {}, within: { calendar: 'day', zone } }] } }), zone);
    assert.ok(await refused('r', { when: { all: [within('decade', 'UTC')] } }));
  },
);
holds(
  [
    "Without `zone` it is the time zone in the handle's settings (`zone`).",
    'With `"zone": "visitor"` it is that of the visitor, and the handle\'s where neither the trait `zone` nor the context field `zone` names one.',
    "Both require that the handle's settings have a `zone`, which cannot be removed while a rule needs it.",
    "Where the visitor's zone is not known, it is the handle's, and if its settings have none, there is no value.",
  ],
  async () => {
    const settings = (await beckon.as('OWNER', 'GET', '/settings')).json;
    const zoned = zone => beckon.as('OWNER', 'PUT', '/settings', { scores: settings.scores, zone });
    const today = zone => ({ when: { all: [{ seen: { key: 'a' }, within: { calendar: 'day', zone } }] } });
    const birthday = { when: { all: [{ trait: 'bornOn', daysUntil: { equals: 0 } }] } };
    const midnight = Math.floor((kNow + 9 * hours) / days) * days - 9 * hours; // in Tokyo
    for (const rule of [today(undefined), today('visitor')]) assert.ok(await refused('r', rule));
    const visitorId = freshSession('v');
    await told([], { visitorId });
    const put = await beckon.as('OPERATOR', 'POST', `/visitors/${visitorId}/traits`, {
      set: { bornOn: `1990-${iso(midnight + 9 * hours).slice(5, 10)}` },
    });
    assert.equal(put.status, 200, put.text);
    const born = await told([signal('a')], { visitorId });
    await save('r', birthday);
    assert.equal((await decide(born, { at: midnight })).outcome, 'none');
    assert.equal((await zoned('Asia/Tokyo')).status, 200);
    assert.equal((await decide(born, { at: midnight })).outcome, 'act');
    assert.equal((await decide(born, { at: midnight - 1 })).outcome, 'none');
    const within = async (zone, begins, context) => {
      await save('r', today(zone));
      for (const [at, outcome] of [
        [begins, 'act'],
        [begins - 1, 'none'],
      ])
        assert.equal((await decide(await told([{ type: 'a', at: iso(at) }]), { context })).outcome, outcome, zone);
    };
    await within(undefined, midnight);
    await within('visitor', midnight);
    await within('visitor', midnight, { zone: 'no such zone' });
    await within('visitor', Math.floor((kNow + 5.5 * hours) / days) * days - 5.5 * hours, { zone: 'Asia/Kolkata' });
    const without = await zoned(null);
    assert.equal(without.status, 400);
    assert.deepEqual(
      without.json.details.map(({ field }) => field),
      ['zone'],
    );
    await clear();
    assert.equal((await zoned(null)).status, 200);
  },
);
const asking = (rule, more = {}) => ({
  priority: 5,
  when: { all: [{ decision: { rule }, atLeast: 1, scope: 'visitor', ...more }] },
});
const visited = async () => told([signal('view')], { visitorId: freshSession('v') });
const asked = async session => (await decide(session, { at: null })).ruleId;
const next = async session => (await decide(session, { at: Date.now() })).ruleId; // without a record
holds(
  [
    '`decision` | The number of decisions of a rule that acted, or of those that the visitor reacted to.',
    '`decision` names a `rule`, which can be the rule itself, and by `outcome` what its decisions were: `act`, the default, `holdout`, or both in a list.',
    'A prefetched decision counts from when it is shown.',
    'Decisions of a rule in `shadow` count only for that rule itself.',
  ],
  async () => {
    await clear();
    await save('once', { when: { all: [{ decision: { rule: 'once' }, atMost: 0 }] } });
    const s = await visited();
    assert.deepEqual([await asked(s), await asked(s)], ['once', null]);
    await save('once', { when: {} });
    await save('then', asking('once', { atLeast: 2 }));
    const t = await visited();
    assert.deepEqual([await asked(t), await asked(t), await asked(t)], ['once', 'once', 'then']);
    await save('then', asking('once', { decision: { rule: 'once', outcome: ['act', 'holdout'] } }));
    const u = await visited();
    const [{ decisionId }] = (await beckon.as('CREATOR', 'POST', '/chain/prefetch', { sessionId: u, triggers: ['t'] }))
      .json.decisions;
    assert.equal(await next(u), 'once');
    await send(u, [{ type: 'decision.shown', signalValue: decisionId }]);
    assert.equal(await next(u), 'then');
    await save('once', { when: {}, split: { holdout: 100 } });
    const v = await visited();
    assert.deepEqual([await asked(v), await asked(v)], ['once', 'then']);
    await save('then', asking('once'));
    const w = await visited();
    assert.deepEqual([await asked(w), await asked(w)], ['once', 'once']);
    await save('once', { when: {}, status: 'shadow' });
    const x = await visited();
    assert.deepEqual([await asked(x), await asked(x)], [null, null]);
    for (const wrong of [{ rule: 'A' }, { rule: 'a', outcome: 'none' }, { rule: 'a', reaction: 'seen' }, {}])
      assert.ok(await refused('r', { when: { all: [{ decision: wrong, atLeast: 1 }] } }), JSON.stringify(wrong));
    await clear();
  },
);
holds(
  [
    'With a `reaction` (`shown`, `clicked`, `dismissed` or `converted`), it counts the decisions of which the page reported this (`decision.clicked`), once each, when it was reported.',
    'Decisions and reactions are counted from when a live or shadow rule first asks about them.',
  ],
  async () => {
    for (const reaction of ['shown', 'clicked', 'dismissed', 'converted']) {
      await clear();
      await save('one', { when: {} });
      const s = await visited();
      const early = (await decide(s, { at: null })).decisionId;
      await send(s, [{ type: `decision.${reaction}`, signalValue: early }]);
      await save('then', asking('one', { decision: { rule: 'one', reaction } }));
      await save('after', { ...asking('one'), priority: 4 });
      const { ruleId, decisionId } = await decide(s, { at: null });
      assert.equal(ruleId, 'one', 'what was before is not counted');
      assert.equal(await next(s), 'after', 'and what is now, is');
      await send(s, [{ type: `decision.${reaction}`, signalValue: 'dec_of_another' }]);
      assert.equal(await next(s), 'after');
      for (let i = 0; i < 2; ++i) await send(s, [{ type: `decision.${reaction}`, signalValue: decisionId }]);
      assert.equal(await next(s), 'then', reaction);
      await save('then', asking('one', { decision: { rule: 'one', reaction }, atLeast: 2 }));
      assert.equal(await next(s), 'after', 'once each');
    }
    await clear();
  },
);
shown(
  [
    'They stay among the 1,000 newest of the session and of the visitor that count toward limits, also when the signals have expired.',
  ],
  'src/decision/limits_test.cc: LimitsTest.ARuleThatActsOncePerVisitorAsksAboutItself',
);
holds(
  [
    'With `since`, a filter, only signals behind the latest one that matches it count.',
    'If there is none, nothing counts.',
    'It can be combined with `within`, which does not limit how old that one may be.',
  ],
  async () => {
    const opened = (equals, more = {}) => ({
      count: { key: 'open' },
      since: { key: 'cart', value: 'add' },
      equals,
      ...more,
    });
    const cart = (ago = minutes) => signal('cart', ago, { signalValue: 'add' });
    const open = (ago = minutes) => signal('open', ago);
    await yes(opened(2), [open(), cart(), open(), open()]);
    await yes(opened(1), [cart(), open(), open(), cart(), open()]);
    await yes(opened(1), [cart(3 * minutes), open(2 * minutes), open(4 * minutes)]);
    await yes(opened(0), [open(), open()]);
    await yes(opened(0), [cart(), open(2 * minutes)]);
    await yes(opened(1, { within: '2m' }), [cart(10 * minutes), open(5 * minutes), open()]);
    for (const [measure, expected] of [
      [{ seen: { key: 'open' } }, true],
      [{ sum: { key: 'open', field: 'n' }, atLeast: 3, atMost: 3 }, true],
      [{ max: { key: 'open', field: 'n' }, atMost: 2 }, true],
      [{ distinct: { key: 'open', field: 'n' }, equals: 2 }, true],
      [{ last: { key: 'open' }, atMost: '1h' }, true],
      [{ steps: [{ key: 'open' }, { key: 'open' }, { key: 'open' }] }, false],
    ]) {
      const n = value => signal('open', minutes, { metadata: { n: value } });
      const given = [n(7), cart(), n(1), n(2)];
      assert.equal(await acts({ ...measure, since: { key: 'cart' } }, given), expected, JSON.stringify(measure));
      const none = given.filter(({ type }) => type !== 'cart');
      if (measure.seen || measure.last) await no({ ...measure, since: { key: 'cart' } }, none);
    }
  },
);
const order = (items, more = {}) => [signal('purchase', minutes, { metadata: { currency: 'EUR', items, ...more } })];
const shoes = { category: 'shoes', price: '49.90', quantity: 2 },
  socks = { category: 'socks', price: 100, quantity: 1 };
const bought = meta => ({ seen: { key: 'purchase', meta } });
holds(
  [
    '`meta` has up to 5 metadata fields, by name or path, each with its comparisons: a signal matches the filter if all of them are true.',
    '`[]` stands for any element, and for the same element wherever paths are the same up to `[]`: with `{"items[].category": {"equals": "shoes"}, "items[].price": {"above": 50}}`, one item must be both.',
    'A list that is missing or empty is one element without fields.',
    'A list or an object equals nothing, but exists; a list also `contains` its elements.',
  ],
  async () => {
    const one = { equals: 'shoes' };
    await yes(bought({ currency: { in: ['EUR', 'USD'] }, 'items[].category': one }), order([socks, shoes]));
    await no(bought({ currency: { in: ['USD'] }, 'items[].category': one }), order([socks, shoes]));
    await yes(bought({ currency: { in: ['EUR'] } }), order([]));
    const both = { 'items[].category': one, 'items[].price': { above: 50 } };
    await no(bought(both), order([socks, shoes]));
    await yes(bought(both), order([socks, { ...shoes, price: 50.01 }]));
    await yes(bought({ 'address.city': { startsWith: 'B' } }), order([], { address: { city: 'Bonn' } }));
    for (const items of [[], undefined]) {
      await no(bought({ 'items[].category': { exists: true } }), order(items));
      await yes(bought({ 'items[].category': { exists: false }, 'items[].price': { not: 5 } }), order(items));
    }
    await no(bought({ items: { equals: 'shoes' } }), order(['shoes']));
    await yes(bought({ items: { exists: true, notIn: ['shoes'], contains: 'shoes' } }), order(['shoes']));
    assert.ok(!(await refused('r', { when: { all: [bought(Object.fromEntries([...'abcde'].map(f => [f, one])))] } })));
    assert.ok(await refused('r', { when: { all: [bought(Object.fromEntries([...'abcdef'].map(f => [f, one])))] } }));
    assert.ok(await refused('r', { when: { all: [bought({ 'a.b.c.d.e': one })] } }));
  },
);
holds(
  [
    'If `field` and `meta` have paths of the same list, only the elements that match `meta` count.',
    '`times` is of the same element as `field`.',
    'The product is rounded to six decimal places; an element in which one of the two is missing or not a number is skipped.',
  ],
  async () => {
    const sum = (value, more) => ({
      sum: { key: 'purchase', field: 'items[].price', ...more },
      atLeast: value,
      atMost: value,
    });
    const ofShoes = { meta: { 'items[].category': { equals: 'shoes' } } };
    await yes(sum(149.9), order([shoes, socks]));
    await yes(sum(49.9, ofShoes), order([shoes, socks]));
    await yes(sum(199.8, { times: 'items[].quantity' }), order([shoes, socks]));
    await yes(sum(99.8, { times: 'items[].quantity', ...ofShoes }), order([shoes, socks]));
    await yes(sum(0.333334, { times: 'items[].quantity' }), order([{ price: 0.6666675, quantity: 0.5 }]));
    const odd = [{ price: 2, quantity: 3 }, { price: 2 }, { price: 2, quantity: 'two' }, { quantity: 3 }];
    await yes(sum(6, { times: 'items[].quantity' }), order(odd));
    await save('r', { when: { all: [sum(7, { times: 'items[].quantity' })] } });
    const [{ skipped, why }] = (await decide(await told(order(odd)))).explanation[0].conditions;
    assert.deepEqual([skipped, why], [3, 'missing or not a number']);
    assert.ok(await refused('r', { when: { all: [sum(7, { times: 'quantity' })] } }));
    assert.ok(await refused('r', { when: { all: [sum(7, { times: 'other[].quantity' })] } }));
  },
);
const campaign = comparison => ({ all: [{ context: 'campaign', ...comparison }] });
const compares = async (comparison, value, expected) =>
  assert.equal(
    await acts(campaign(comparison), [signal('a')], value === undefined ? {} : { context: { campaign: value } }),
    expected,
    JSON.stringify([comparison, value]),
  );
holds(
  [
    'A trait, a value of the context or one of metadata is compared with constants.',
    'If a condition has several comparisons, all of them must be true.',
    '`equals`, `not` | The value is this text, number or boolean, or it is not.',
    '`in`, `notIn` | The value is one of a list, or none of it.',
    '`above`, `below`, `atLeast`, `atMost` | The value is a number, or a decimal text, on this side of the bound.',
    '`startsWith`, `endsWith`, `contains` | The value is a text with this beginning, end or part.',
    '`exists` | There is a value (`true`), or there is none (`false`).',
    '`before`, `after` | The value is an instant such as `2026-10-01T00:00:00Z`, before or after this one.',
    '`anyOf`, `allOf` | At least one of these is an element of the list, or all of them are; a single value is a list of one.',
  ],
  async () => {
    for (const [comparison, value, expected] of [
      [{ equals: 'spring' }, 'spring', true],
      [{ equals: 'spring' }, 'Spring', false],
      [{ equals: true }, 'true', true],
      [{ not: 'spring' }, 'spring', false],
      [{ not: 'spring' }, 'summer', true],
      [{ in: ['spring', 'x'] }, 'x', true],
      [{ notIn: ['spring', 'x'] }, 'x', false],
      [{ above: 5 }, '5', false],
      [{ above: 5 }, '5.01', true],
      [{ below: 5 }, '4.99', true],
      [{ atLeast: 5, below: 6 }, '5.50', true],
      [{ atLeast: 5, below: 6 }, '6', false],
      [{ atMost: 5 }, '5', true],
      [{ atMost: 5 }, 'five', false],
      [{ startsWith: 'spr' }, 'spring', true],
      [{ endsWith: 'ing' }, 'spring', true],
      [{ contains: 'rin' }, 'spring', true],
      [{ contains: 'rin', not: 'spring' }, 'spring', false],
      [{ exists: true }, 'spring', true],
      [{ exists: false }, 'spring', false],
      [{ before: '2026-10-01T00:00:00Z' }, '2026-10-01T01:59:59+02:00', true],
      [{ before: '2026-10-01T00:00:00Z' }, '2026-10-01T00:00:00Z', false],
      [{ after: '2026-10-01T00:00:00Z' }, '2026-10-01T00:00:00.001Z', true],
      [{ anyOf: ['spring', 'x'] }, 'x', true],
      [{ allOf: ['spring', 'x'] }, 'x', false],
      [{ allOf: ['x'] }, 'x', true],
    ])
      await compares(comparison, value, expected);
  },
);
holds(
  [
    'A missing value is none of a list and equal to nothing: only `not`, `notIn` and `"exists": false` are true for it.',
  ],
  async () => {
    for (const comparison of [{ not: 'x' }, { notIn: ['x'] }, { exists: false }])
      await compares(comparison, undefined, true);
    for (const comparison of [
      { equals: 'x' },
      { in: ['x'] },
      { exists: true },
      { atMost: 9 },
      { contains: 'x' },
      { below: 9 },
    ])
      await compares(comparison, undefined, false);
  },
);
holds(
  [
    'A number equals a number, or a decimal text such as `"49.90"`, however it is written, to six decimal places.',
    'In a list for `context` it stands for its text: `"in": [7]` does not contain `7.0`.',
    '`fold` | With `true`, texts are compared regardless of letter case, in the Latin, Greek, Cyrillic and Armenian alphabets.',
    '`fold` compares letter by letter: ß is not ss, and é as one character is not e with an accent behind it.',
  ],
  async () => {
    await compares({ equals: 49.9 }, '49.90', true);
    await compares({ equals: 49.9 }, '49.9000001', true);
    await compares({ equals: 49.9 }, '49.900001', false);
    await compares({ in: [7] }, '7', true);
    await compares({ in: [7] }, '7.0', false);
    for (const [constant, value, expected] of [
      ['ÉTÉ', 'été', true],
      ['Весна', 'ВЕСНА', true],
      ['ΆΝΟΙΞΗ', 'άνοιξη', true],
      ['ԳԱՐՈՒՆ', 'գարուն', true],
      ['straße', 'STRASSE', false],
      ['\u00e9', 'e\u0301', false],
    ]) {
      await compares({ equals: constant, fold: true }, value, expected);
      await compares({ equals: constant }, value, false);
    }
  },
);
holds(
  [
    'If no signal matches, `count` and `distinct` are 0, while `sum`, `max` and `last` have no value: no comparison with them is true, not even `atMost`.',
    'For "no more than 50, or nothing at all", put the opposite condition under `none`.',
  ],
  async () => {
    await yes(
      [
        { count: { key: 'a' }, equals: 0 },
        { distinct: { key: 'a' }, equals: 0 },
      ],
      [],
    );
    for (const measure of ['sum', 'max'])
      for (const bound of ['atLeast', 'atMost', 'equals'])
        await no({ [measure]: { key: 'a', field: 'amount' }, [bound]: 0 }, []);
    for (const bound of ['atLeast', 'atMost']) await no({ last: { key: 'a' }, [bound]: '1h' }, []);
    const not = { none: [{ sum: { key: 'a', field: 'amount' }, atLeast: 50.000001 }] };
    await yes(not, []);
    await yes(not, [amount('a', 50)]);
    await no(not, [amount('a', 50.000001)]);
  },
);
shown(
  [
    "`daysUntil` counts whole days by the wall clock of `zone`, which is the visitor's if it is not given: 0 on the day, and the day before it 1.",
    'It is about the next return of the day in the calendar; with `"yearly": false` it is about the date itself, and negative afterwards.',
  ],
  'tests/traits.test.mjs: daysUntil counts local days, by the zone of the visitor',
);
shown(
  ['29 February is 28 February in common years.'],
  'src/rules/judge_test.cc: TraitDays.CountWholeLocalDaysUntilTheNextReturn',
);
shown(
  [
    '`trait` | What you know of the visitor (`docs/people.md`), such as plan or birthday: a comparison of the table below, or `until` and `age` of an instant.',
  ],
  'tests/traits.test.mjs: compare traits of the visitor, and say what was seen, from whom and since when',
);
shown(
  [
    '`until` is how far an instant lies ahead, `age` how far back; what has passed is less than `0s` ahead.',
    'A trait that is no instant is neither.',
  ],
  'tests/traits.test.mjs: until and age are exact, and say until when the decision holds',
);
shown(
  [
    'Traits are those of the visitor, in every scope; where neither the visitor nor the browser is known, all are missing.',
  ],
  'tests/traits.test.mjs: missing is true for exists: false, not and notIn alone',
);
shown(
  ['On the public routes, where anybody may say any `visitorId`, only traits that are declared `public` count.'],
  'tests/traits.test.mjs: without proof only public traits count, so that nobody learns of others',
);
shown(
  [
    '`ever` | A lifetime counter of the visitor (`docs/people.md`), such as all their orders: its `count`, its `sum`, its `days`, or the age of its `first` or `last` signal.',
    'A counter is compared with constants as one of: `count`, how many signals it has counted; `sum`, of its field; `days`, on how many different days, among the last 64 with today; `first` and `last`, how long ago.',
    'As long as it has counted nothing, `count` and `days` are 0, while `sum`, `first` and `last` have no value.',
  ],
  'tests/counters.test.mjs: compare what a counter has counted, and say what was seen',
);
shown(['A condition has one of them.'], 'tests/counters.test.mjs: with faults are refused, each at its place');
shown(
  [
    'A counter counts over all sessions of the visitor, whatever has expired; where neither the visitor nor the browser is known, in this session alone.',
  ],
  'tests/counters.test.mjs: counts over all sessions of the visitor',
  'tests/counters.test.mjs: without a visitor see what the session has counted',
  'src/commit/counters_test.cc: Counting.OutlivesTheSession',
);
shown(
  ['A counter has no value before it was declared, and while it is being filled: no comparison with it is true then.'],
  'src/rules/judge_test.cc: Ever.HasNoValueBeforeItIsDeclaredAndFilled',
);
shown(
  [
    "A rule sees at most 200 signals of a session, and none older than the handle's retention (30 days by default): the newest with keys that a condition or goal of some rule reads, and the others while there is room.",
    'So scrolling pushes no purchase out.',
  ],
  'src/intake/append_test.cc: AppendedSignals.ThatNoRuleReadsDoNotPushOutThoseThatOneReads',
  'src/ledger/ledger_test.cc: Window.KeepsTheNewestThoughNoRuleReadsIt',
  'src/rules/judge_test.cc: Count.SeesNoMoreThanTheWindowHolds',
  'src/rules/validity_test.cc: Validity.EndsWhenASignalLeavesTheRetention',
);
shown(
  ['A signal from which an `absent` waits stays, however many come after it, up to 100 in a session.'],
  'src/intake/rule_filling_test.cc: Filling.WhatARuleWaitsFromStaysBehindAnyNumberOfSignals',
  'src/ledger/ledger_test.cc: Window.KeepsWhatConditionsWaitFrom',
);
shown(
  [
    'A rule that reads a key which no rule read before sees what it would if it had always been there: the server first reads its journal and puts the signals with this key back into the sessions that they had left.',
    'Most often that is done when the rule is saved.',
    'What left the journal with the retention, or was erased, stays away.',
  ],
  'src/intake/rule_filling_test.cc: FillingLives.EndWithTheWindowsOfOneInWhichTheRulesWereInForceFromTheStart',
  'src/intake/rule_filling_test.cc: Filling.OfAShortJournalIsDoneAsTheRuleIsSaved',
  'src/intake/rule_filling_test.cc: Filling.PutsNothingBackThatWasErased',
);
shown(
  [
    "While it is not, the response says in `filling` how much of it is done, such as `0.4`, and the rule's former text decides, or none if it is new; `GET` returns the text as saved.",
  ],
  'tests/filling.test.mjs: a rule that reads new keys is in force once windows are filled',
);
holds(
  [
    '`field` is the name of a metadata field, or a path of up to four names separated by points: `order.total` is `total` inside `order`.',
    'If the metadata has a field whose name is the whole text, such as `"order.total"`, and it is not null, then that field is used and not the path.',
  ],
  async () => {
    const sum = (field, equals) => ({ sum: { key: 'a', field }, equals });
    const with_ = metadata => [signal('a', minutes, { metadata })];
    await yes(sum('order.total', 5), with_({ order: { total: 5 } }));
    await yes(sum('a.b.c.d', 5), with_({ a: { b: { c: { d: 5 } } } }));
    assert.ok(await refused('r', { when: { all: [sum('a.b.c.d.e', 5)] } }));
    await yes(sum('order.total', 7), with_({ order: { total: 5 }, 'order.total': 7 }));
    await yes(sum('order.total', 5), with_({ order: { total: 5 }, 'order.total': null }));
  },
);
holds(
  [
    'Amounts (`sum`, `max`, and the value of a goal) are decimal numbers with six decimal places.',
    'A text such as `"49.90"` counts as an amount: digits with a point, without a currency, a thousands separator or an exponent.',
    'Other texts, booleans, lists and objects are skipped.',
    'Amounts and sums beyond 8 trillion (8 × 10¹²), in either direction, count as 8 trillion; a bound must be below 1 trillion.',
  ],
  async () => {
    const sum = bounds => ({ sum: { key: 'a', field: 'amount' }, ...bounds });
    await yes(sum({ equals: 0.3 }), [amount('a', 0.1), amount('a', 0.2)]);
    await yes(sum({ equals: 0.000001 }), [amount('a', 0.0000006)]);
    await yes(sum({ equals: 51.9 }), [amount('a', '49.90'), amount('a', 2)]);
    for (const other of ['EUR 5', '1,000.00', '1e3', '', true, [5], { n: 5 }])
      await yes(sum({ equals: 2 }), [amount('a', other), amount('a', 2)]);
    const great = [amount('a', 9e12), amount('a', 9e12), amount('a', -7.9e12), amount('a', -7.9e12)];
    await yes(sum({ equals: 200_000_000_000 }), great);
    assert.ok(await refused('r', { when: { all: [sum({ atLeast: 1e12 })] } }));
    assert.ok(!(await refused('r', { when: { all: [sum({ atLeast: 1e12 - 1 })] } })));
  },
);
holds(
  [
    'The explanation of a `sum`, `max` or `distinct` says how many values were `skipped`, and `why`: a signal or an element in which the field is missing or null (`missing`), or in which it is something else than the measure needs (`not a number`).',
  ],
  async () => {
    const said = async (measure, field, metadata) => {
      await save('r', { when: { all: [{ [measure]: { key: 'a', field }, atLeast: 1 }] } });
      const { explanation } = await decide(await told(metadata.map(one => signal('a', minutes, { metadata: one }))));
      const [{ skipped, why }] = explanation[0].conditions;
      return [skipped, why];
    };
    assert.deepEqual(await said('sum', 'n', [{ n: 'two' }, { n: 5 }, { n: [1] }]), [2, 'not a number']);
    assert.deepEqual(await said('max', 'n', [{ n: null }, { n: 5 }, {}]), [2, 'missing']);
    assert.deepEqual(await said('sum', 'l[].n', [{ l: [{ n: 'x' }, { n: 4 }, { n: 'y' }] }]), [2, 'not a number']);
    assert.deepEqual(await said('distinct', 'n', [{ n: 'x' }, { m: 1 }]), [1, 'missing']);
    assert.deepEqual(await said('sum', 'n', [{ n: 1 }]), [undefined, undefined]);
  },
);
holds(
  ['Confidence has six decimal places; further ones are cut off.', 'So `minConfidence: 0.6` does not take 0.5999999.'],
  async () => {
    await no({ seen: { key: 'a', minConfidence: 0.6 } }, [signal('a', minutes, { confidence: 0.5999999 })]);
    await yes({ seen: { key: 'a', minConfidence: 0.6 } }, [signal('a', minutes, { confidence: 0.6000001 })]);
  },
);

// ---- limits, schedules and experiments

holds(
  [
    '**`ruleId`**: 1 to 64 characters from a-z, 0-9, _ and -, starting with a letter or digit; the one in the path and the one in the body must be the same.',
  ],
  async () => {
    for (const id of ['a', '0_b-', 'x'.repeat(64)]) assert.ok(!(await refused(id, {})), id);
    for (const id of ['A', '-a', '_a', 'x'.repeat(65)]) assert.ok(await refused(id, {}), id);
    assert.ok(await refused('one', { ruleId: 'other' }));
    assert.ok(!(await refused('one', { ruleId: 'one' })));
  },
);
holds(
  [
    'A rule without a `status` is `live`.',
    '**`priority`**: an integer, 0 by default; a rule with a negative one comes after those without.',
  ],
  async () => {
    await save('plain', {});
    const s = await told([]);
    for (const [other, first] of [
      [1, 'above'],
      [-1, 'plain'],
    ]) {
      await save('above', { priority: other });
      assert.equal((await decide(s)).ruleId, first);
    }
    assert.ok(await refused('plain', { priority: 0.5 }));
  },
);

holds(
  [
    '**`status`**: `draft` rules are only stored.',
    '`live` rules are evaluated and returned.',
    '`paused` rules are not evaluated.',
  ],
  async () => {
    const s = await told([]);
    for (const [status, outcome, explained] of [
      ['draft', 'none', 0],
      ['paused', 'none', 0],
      ['live', 'act', 1],
    ]) {
      await save('r', { status });
      const { outcome: is, explanation } = await decide(s);
      assert.deepEqual([is, explanation.length], [outcome, explained], status);
    }
  },
);
shown(
  ['`shadow` rules run alongside the live rules and record what they would have done, without being returned.'],
  'tests/limits.test.mjs: a shadow rule never answers, and never changes an answer',
  'src/decision/limits_test.cc: LimitsTest.AShadowRuleIsRecordedWithCountsOfItsOwnAndNeverAnswers',
);
holds(
  [
    '**`active`**: outside `from` and `until` the rule does not match.',
    'Outside its hours and days it is suppressed.',
    'Hours and days are local times in `zone`, including daylight saving time; the default is UTC.',
    '`22:00-06:00` belongs to the day on which it opens: with `"days": ["fri"]` it is open from Friday 22:00 to Saturday 06:00, and not in the night from Thursday to Friday.',
  ],
  async () => {
    const s = await told([]);
    const outcomes = async (active, ...instants) => {
      await save('r', { active });
      const found = [];
      for (const at of instants) found.push((await decide(s, { at: Date.parse(at) })).outcome);
      return found;
    };
    assert.deepEqual(
      await outcomes(
        { from: '2026-03-02T10:00:00Z', until: '2026-03-02T11:00:00Z' },
        '2026-03-02T09:59:59.999Z',
        '2026-03-02T10:00:00Z',
        '2026-03-02T10:59:59.999Z',
        '2026-03-02T11:00:00Z',
      ),
      ['none', 'act', 'act', 'none'],
    );
    assert.deepEqual(
      await outcomes(
        { hours: '09:00-17:00', days: ['tue'] },
        '2026-03-03T08:59:59Z',
        '2026-03-03T09:00:00Z',
        '2026-03-04T09:00:00Z',
      ),
      ['suppressed', 'act', 'suppressed'],
    );
    assert.deepEqual(
      await outcomes(
        { hours: '09:00-17:00', zone: 'Europe/Paris' },
        '2026-02-03T08:00:00Z',
        '2026-02-03T07:59:59Z',
        '2026-07-07T07:00:00Z',
      ),
      ['act', 'suppressed', 'act'],
    );
    assert.deepEqual(
      await outcomes(
        { hours: '22:00-06:00', days: ['fri'] },
        '2026-03-05T23:00:00Z',
        '2026-03-06T05:00:00Z',
        '2026-03-06T22:00:00Z',
        '2026-03-07T05:59:59Z',
        '2026-03-07T06:00:00Z',
      ),
      ['suppressed', 'suppressed', 'act', 'act', 'suppressed'],
    );
  },
);
shown(
  [
    'With `"zone": "visitor"` they are those of the visitor: of the trait `zone`, else of the context field `zone`, else, as neither is known, the rule is open only where it is open in all zones of `zoneElse`, which is then required.',
  ],
  'tests/people_stories.test.mjs: where the zone is not known, it is open only where it is open in all the others',
);
shown(
  ['If the trait changes, a delayed message that waits for the morning waits for the other one.'],
  'tests/people_stories.test.mjs: the night of the visitor: a message waits for the morning of the visitor, and moves with their zone',
);
shown(
  ["Time zones are those of the machine's `tzdata` (`docs/reliability.md`, Time zones)."],
  'src/system/zones_test.cc: SystemZones.KnowTheVersionOfTheirFiles',
  'tests/time_zones.test.mjs: is named by health and ready',
);
holds(
  [
    '**`rollout`**: the percentage of visitors for whom the rule is evaluated, with at most two decimal places, 100 by default.',
    'For the others it does not match, the next rule is evaluated, and nothing is recorded or counted.',
    'It depends on the same visitor or session as the variant of a `split`.',
    'Raising it keeps those who were in.',
    '`rolloutSalt`, by default the `ruleId`, decides who is in first: rules with the same one start with the same visitors.',
  ],
  async () => {
    await clear();
    const sessions = [];
    for (let i = 0; i < 60; i++) sessions.push(await told([signal('a')]));
    const isIn = async (more, id = 'r') => {
      await save(id, { priority: 9, limit: { cooldown: '1h' }, ...more });
      await save('other', {});
      const found = [];
      for (const s of sessions) found.push((await decide(s)).ruleId === id ? s : null);
      await beckon.as('CREATOR', 'DELETE', `/chain-rules/${id}`);
      return found.filter(s => s !== null);
    };
    const some = await isIn({ rollout: 30.25 }),
      more = await isIn({ rollout: 60 });
    assert.ok(some.length > 4 && some.length < more.length && more.length < 56, `${some.length} ${more.length}`);
    for (const s of some) assert.ok(more.includes(s));
    assert.equal((await isIn({})).length, 60);
    assert.equal((await isIn({ rollout: 0 })).length, 0);
    assert.notDeepEqual(await isIn({ rollout: 60, rolloutSalt: 'x' }), more);
    assert.deepEqual(await isIn({ rollout: 60, rolloutSalt: 'r' }, 'q'), more);
    for (const rollout of [-1, 100.01, 5.123, '5']) assert.ok(await refused('r', { rollout }));
    const unit = visitorId => told([signal('a')], { visitorId });
    await save('r', { priority: 9, rollout: 50 });
    const known = [];
    for (let i = 0; i < 12; i++) {
      const found = [];
      for (let k = 0; k < 2; k++) found.push((await decide(await unit(`visitor-${i}`))).ruleId);
      assert.equal(found[0], found[1]);
      known.push(found[0]);
    }
    assert.equal(new Set(known).size, 2);
    await clear();
  },
);
shown(
  [
    '**`limit`**: the action is not repeated within the `cooldown`, and happens at most `max` times `per` period or session.',
    'Periods are rolling: `24h` is not a calendar day.',
  ],
  'src/decision/limits_test.cc: LimitsTest.ACooldownHoldsBackForItsTime',
  'src/decision/limits_test.cc: LimitsTest.ACapPerSessionHoldsBackInThatSessionAlone',
  'src/decision/limits_test.cc: LimitsTest.ACapOfARollingWindowLetsGoWhenTheOldestSpendLeavesIt',
);
shown(
  [
    "`day`, `week` (from Monday), `month` and `year` are those of the calendar, by the clock of the cap's `zone`, as in `within`.",
  ],
  'src/decision/limits_test.cc: LimitsTest.ACapOfACalendarDayLetsGoAtMidnightByTheClockOfTheHandle',
  'src/decision/limits_test.cc: LimitsTest.ACapOfTheVisitorsDayGoesByTheirClockElseByTheHandles',
);
shown(
  [
    'Decisions count when they are resolved, or when prefetched ones are shown, per visitor if known, otherwise per session.',
    'What a session used before its visitor was known counts for the visitor from then on.',
    'Rules with the same `group` share one count.',
  ],
  'src/decision/limits_test.cc: LimitsTest.APrefetchSpendsNothingAndShowingItOnce',
  'src/decision/limits_test.cc: LimitsTest.AKnownVisitorIsCountedOverTheirSessions',
  'src/decision/limits_test.cc: LimitsTest.AVisitorWhoBecomesKnownBringsWhatTheirSessionSpent',
  'src/decision/limits_test.cc: LimitsTest.RulesOfAGroupShareOneCount',
);
shown(
  [
    '**`split`**: variants (`arms`) for an experiment.',
    'With `"unit": "visitor"`, the default, the variant depends on the visitor\'s id that was seen first, or on the session if nobody is known; with `"unit": "session"`, on the session alone; with `"unit": "device"`, on the `anonymousId` that the session came with, or on the session if it came with none, so that a device keeps its variant at a login.',
  ],
  'tests/arms.test.mjs: a device keeps its variant at a login and after a restart, and two devices of one visitor have their own',
  'src/intake/arms_test.cc: Arms.OfADeviceStayAtALoginAndInItsNewSessions',
  'tests/limits.test.mjs: arms answer their own action, and a unit keeps its arm',
  'src/decision/limits_test.cc: LimitsTest.ASplitGoesByTheFirstUnitOfTheSession',
  'src/intake/arms_test.cc: Arms.OfAVisitorGoByTheIdThatWasSeenFirst',
  'src/intake/arms_test.cc: Arms.OfASessionAreItsOwn',
);
shown(
  [
    'With `"sticky": true`, the default, the unit keeps what it was given first, a variant or the control group: when the visitor is identified, in new sessions, and when weights change, until the variant is removed or the `salt` changes.',
  ],
  'tests/arms.test.mjs: a variant stays when weights change, in new sessions, as the visitor is identified, and after a restart',
  'src/intake/arms_test.cc: Arms.StayWhenWeightsChangeInNewSessionsAndAfterARestart',
  'src/intake/arms_test.cc: Arms.StayAsTheVisitorIsIdentified',
  'src/intake/arms_test.cc: Arms.StayUntilTheyAreRemovedOrTheSaltChanges',
  'src/intake/arms_test.cc: Arms.KeepTheControlGroupAsItIs',
);
shown(
  [
    "It is remembered among the visitor's 1,000 newest decisions that count toward limits; so is what a device keeps, so that another visitor of the same device can be given another variant if weights have changed.",
    'If the `unit` changes, everybody is given a variant again.',
  ],
  'src/intake/arms_test.cc: Arms.AreRememberedAmongTheNewestSpends',
  'src/intake/arms_test.cc: Arms.OfADeviceAreRememberedWithItsVisitor',
  'src/intake/arms_test.cc: Arms.AreGivenAgainIfTheUnitChanges',
);
shown(
  [
    "Two devices of a person can be given different variants before they are known to be one visitor's: the visitor keeps the first of them, and `mixed` in analytics counts such visitors, and what they contribute (Results).",
  ],
  'tests/arms.test.mjs: of two variants that an alias joins the first is kept, and analytics count the visitor as mixed',
  'tests/arms.test.mjs: analytics say what visitors with two variants contribute, so that the lift can be had without them',
  'src/intake/arms_test.cc: Arms.OfVisitorsWithTwoAreCountedWithWhatTheseContribute',
  'src/intake/arms_test.cc: Arms.OfTwoThatJoinTheFirstIsKeptAndTheyAreCountedAsMixed',
);
shown(
  [
    '`force` gives up to 20 visitors a variant by their `visitorId`, as in `"force": {"jon@company.example": "b"}`, for tests, and what is decided for them is not counted for the rule.',
  ],
  'tests/arms.test.mjs: a variant that is given by name is not counted',
  'src/intake/arms_test.cc: Arms.AreGivenByNameAndThenNothingIsCounted',
);
shown(
  [
    'A rule that was saved before splits had a unit goes on as it was until it is saved again: by the visitor if the session began with one, else by the session, and without memory.',
  ],
  'src/intake/arms_test.cc: Arms.OfARuleSavedBeforeUnitsGoByTheFirstUnitOfTheSession',
  'src/rules/language/check_rule_test.cc: CheckRule.SaysOfASplitToWhomItGivesItsArms',
);
shown(
  ['Weights are shares of their sum.', 'Variants are assigned 10,000 buckets in the order of their names.'],
  'src/rules/bucket_test.cc: Split.GivesEachArmItsShareOfAMillionUnits',
  'src/rules/bucket_test.cc: Bucket.IsTheShareOfTheHashInTenThousand',
);
shown(
  [
    '`holdout` is the size of the control group in percent; its members get no action, but are counted as if they had.',
    'The search for a decision ends with it: no later rule is evaluated.',
  ],
  'tests/limits.test.mjs: holdout acts on nobody and spends as its treatment would',
  'src/decision/limits_test.cc: LimitsTest.HoldoutSpendsAsItsTreatmentWould',
);
holds(
  [
    '**`ttl`**: how long a page may reuse the decision, 30 seconds by default; for a delayed rule, when its message expires, 24 hours by default.',
    'A decision expires earlier if something it was based on can change earlier.',
  ],
  async () => {
    const s = await told([signal('a', 10 * minutes - 21 * seconds)]);
    const ttl = async rule => {
      await save('r', rule);
      return (await decide(s)).ttlSeconds;
    };
    assert.equal(await ttl({}), 30);
    assert.equal(await ttl({ ttl: '7m' }), 420);
    assert.equal(await ttl({ ttl: '7m', when: { all: [{ seen: { key: 'a' }, within: '10m' }] } }), 21);
  },
);
shown(
  [
    '**`goal`**: a signal with the `key`, in any session of the visitor and `within` this time after the decision, counts as a conversion in analytics.',
  ],
  'src/intake/goals_test.cc: Goals.AreReachedInAnySessionOfTheVisitor',
);
shown(
  ["It converts the rule's newest decision before it, in the control group alike."],
  'src/intake/goals_test.cc: Goals.ConvertTheNewestDecisionAmongAllSessions',
);
shown(
  [
    'With `"count": "once"`, the default, a decision is converted once, by the first such signal; with `"count": "each"`, every such signal is a conversion.',
  ],
  'src/intake/goals_test.cc: Goals.CountEachSignalWhereTheRuleSaysSo',
);
shown(
  ["Signals with the same `id` count once, in whichever of the visitor's sessions they arrive."],
  'src/intake/goals_test.cc: Goals.CountAPurchaseWithOneIdOnceInWhicheverSessionsItComes',
);
shown(
  ['A prefetched decision counts from when it is shown, and the decision of a delayed rule from when it fires.'],
  'src/intake/goals_test.cc: Goals.CountAPrefetchedDecisionFromItsShowingOn',
  'src/intake/goals_test.cc: Goals.CountADelayedRulesDecisionFromItsFiringOn',
);
shown(
  [
    'Each rule counts for itself: a purchase can be a conversion of several rules, and `sharedConversions` in analytics says how many are.',
  ],
  'src/intake/goals_test.cc: Goals.CountForEachRuleAndSayHowManyConversionsAreShared',
);
shown(
  [
    "Signals that arrive late, imported ones, and sessions that join the visitor later still count, as if they had been there in time, until 24 hours after the decision's goal window has ended.",
  ],
  'src/intake/goals_test.cc: Goals.CountASignalThatComesLateForTheDecisionThatItFollowed',
  'src/intake/goals_test.cc: Goals.CountImportedSignalsUntilTheyAreSettled',
  'src/intake/goals_test.cc: Goals.CountWhatASessionBringsAsItJoinsItsVisitor',
  'src/intake/goals_test.cc: Goals.AreSettledADayAfterTheirTime',
);
shown(
  ['Conversions of decisions made before `settledUntil` in analytics do not change any more.'],
  'src/intake/goals_test.cc: Goals.CountNothingForAJoinOnceTheyAreSettled',
);
shown(
  ['A split of a visitor takes back what the join added, as long as it is not settled.'],
  'src/intake/goals_test.cc: Goals.CountAnAliasAndTakeItBackWithTheSplit',
);
shown(
  ['Erased sessions stay counted.'],
  'src/intake/goals_test.cc: Goals.StayCountedWhenASessionIsErasedOrItsConsentBecomesBasic',
);
shown(
  ['Goals see the 20 newest sessions of each id of the visitor, and the 200 newest signals of each session.'],
  'src/intake/goals_test.cc: Goals.SeeTheNewestSessionsOfEachId',
  'src/intake/goals_test.cc: Goals.SeeTheNewestSignalsOfASession',
);
shown(
  [
    '`valueField` is a name or a path, like `field`; the value of a conversion is the sum of the amounts that it leads to.',
  ],
  'src/intake/counting_test.cc: Counted.AConversionsValueIsWhatAPathAddsUpTo',
  'src/rules/language/check_rule_test.cc: CheckRule.TakesTheNameOfAFieldOrAPathOfFourNames',
);
shown(
  [
    '`currencyField`, which requires `valueField`, is a name or a path that leads to the currency of the value: three letters such as `"EUR"`, in any case.',
    "Where it leads to none, the value is in the `currency` of the handle's settings; where that is not set either, in none.",
  ],
  'src/rules/language/check_rule_test.cc: CheckRule.HoldsLimitsSplitsAndGoalsToTheirForm',
  'src/rules/language/check_rule_test.cc: CheckRule.TakesTheNameOfAFieldOrAPathOfFourNames',
  'src/rules/language/currency_test.cc: Currency.IsTheThreeLettersThatAFieldNames',
  'src/rules/language/currency_test.cc: Currency.IsNoneWhereAFieldNamesNone',
  'src/intake/goals_test.cc: Goals.CountValuesInTheCurrencyThatTheSignalNamesElseInTheHandles',
);
shown(
  [
    '`GET /v2/handles/{handle}/analytics` has what rules did and what came of it, by rule, trigger and variant, by the hour or by the day.',
  ],
  'tests/analytics.test.mjs: asked, acted, shown, clicked, converted and value, per rule, trigger and arm',
);
shown(
  ['With `format=csv` it is a table, with a row for each bucket, rule, trigger and variant.'],
  'tests/analytics.test.mjs: as CSV: a row for each bucket, rule, trigger and variant',
);
shown(
  [
    '`values` has what the conversions are worth in each currency by itself, and how many they are.',
    '`value` is their plain sum, whatever the currency.',
    'With n decisions (`acted`; of the control group, `heldOut`), v = `value` and q = `squares` in one currency, the mean is v/n, its standard error is s = √((q − v²/n) / (n (n − 1))), and v/n ± 1.96 s is its interval of 95 %.',
    'The difference of two variants has the standard error √(s₁² + s₂²).',
  ],
  'tests/analytics.test.mjs: revenue in each currency by itself, from which a page computes its mean and how sure that is',
);
shown(
  [
    'A change of the setting `currency` does not change what has been counted: values that were counted before stay in the currency that the setting had, or in none.',
  ],
  'src/intake/goals_test.cc: Goals.CountValuesWithoutACurrencyInTheHandlesAtThatTime',
);
shown(
  ['What a late signal or a split of a visitor changes of them afterwards is counted in the new one.'],
  'src/intake/goals_test.cc: Goals.TakeBackInTheCurrencyThatTheSettingHasThen',
);
shown(
  ['`squares` is the sum of the squares of what each decision brought, all its conversions in a currency together.'],
  'src/intake/goals_test.cc: Goals.CountTheSquaresOfWhatADecisionBringsAsAWhole',
  'tests/analytics.test.mjs: squares are of what a decision brought as a whole',
);
shown(
  [
    '`timeToConvert` has the median of the seconds between the decision and the conversion, and of how many conversions it is.',
    'Times are rounded to three significant digits.',
    'Over all rules it is of decisions in which a live rule acted; control groups have it in their own series.',
  ],
  'tests/analytics.test.mjs: time to convert: the median, to three digits, and of all rules without control groups',
  'src/commit/tally_test.cc: CountedSeconds.AreRoundedToThreeSignificantDigits',
);
shown(
  [
    "`mixed` has, for each rule, how many `visitors` were given two variants before they were known to be one visitor, how many of the rule's `decisions` are about such visitors, and what `share` of its decisions that is.",
    'In the counts of each variant and of the control group, `mixed` has their part: `decisions` of `acted` or `heldOut`, and `converted`.',
    'So the conversion rate without them is (`converted` − `mixed.converted`) / (`acted` − `mixed.decisions`), and the lift without them compares such rates.',
    'Decisions and conversions are told apart in this way for rules with a goal, as long as the goal is not settled when the ids join; a split takes it back.',
  ],
  'tests/arms.test.mjs: analytics say what visitors with two variants contribute, so that the lift can be had without them',
  'src/intake/arms_test.cc: Arms.OfVisitorsWithTwoAreCountedWithWhatTheseContribute',
);
shown(
  [
    'With `previous=true`, the response also has the totals of the period before the range, of the same length in hours.',
  ],
  'tests/analytics.test.mjs: the time before the range, as long as it, with one request',
);
shown(
  [
    'What a unit was given already stays, unless `sticky` is `false`; for all others, from 50 : 50 to 60 : 40, the visitors in the 1,000 buckets between the old and the new boundary move from `b` to `a`; nobody else moves.',
    'Multiplying all weights moves nobody, and neither does reordering the variants.',
    'The control group is assigned separately: changing variants moves nobody in or out of it, and a larger control group keeps its members and adds new ones.',
    '`salt` is the seed: changing it reassigns visitors.',
  ],
  'src/rules/bucket_test.cc: Split.MovesOnlyTheBucketsBetweenTheOldAndTheNewBorderWhenAWeightChanges',
  'src/rules/bucket_test.cc: Split.MovesNobodyWhenAllWeightsAreMultipliedOrArmsAreWrittenInAnotherOrder',
  'src/rules/bucket_test.cc: Split.MovesNobodyInOrOutOfTheHoldoutWhenArmsChange',
  'src/rules/bucket_test.cc: Split.GrowsTheHoldoutByNewUnitsAndKeepsTheOldOnes',
  'src/rules/bucket_test.cc: Split.DealsEverybodyAnewUnderAnotherSalt',
);
shown(
  [
    'A rule with the trigger `@due` and one `absent` in `when.all` needs no request: when the absence becomes true, the server publishes the event `chain.message.due` to your webhooks.',
    'It does so once per wait and not at all if the awaited signal arrives in time.',
  ],
  'tests/delayed.test.mjs: tells, signed, exactly why; and the log shows the 200',
  'src/delayed/due_test.cc: Due.FiresOncePerAnchor',
  'src/delayed/due_test.cc: Due.IsCancelledByWhatWasMissed',
);
shown(
  [
    'If that signal arrives later, a message that has not been delivered yet is withdrawn; so it is if the wait starts again because the `after` signal comes once more (`superseded`: the rule then waits from the newer one).',
  ],
  'tests/delayed.test.mjs: what was missed withdraws the message behind the firing, with the reason, and it is not sent by hand',
  'tests/delayed.test.mjs: a newer cart supersedes the message that is still retried, and gets its own',
);
shown(
  ["A withdrawn message still counts toward the rule's `limit`."],
  'src/delayed/due_rules_test.cc: DueRules.HeldBackByACapAreRecordedAsSuppressed',
);
shown(
  ['If the rule is outside its hours when the wait is over, the message waits until they begin.'],
  'src/delayed/due_rules_test.cc: DueRules.ArePutOffByClosedHoursToTheirOpening',
);
shown(
  [
    'If the server was down then, the message is published when it is back, unless it has expired.',
    'A message that has expired is not sent.',
  ],
  'src/delayed/due_test.cc: Due.WhatIsOverdueStillFiresInsideTheTtl',
  'src/delayed/due_test.cc: Due.WhatIsOverdueBeyondTheTtlIsNotTold',
  'tests/delayed.test.mjs: past its ttl a message is withdrawn instead of sent',
);
shown(
  [
    'The other conditions are evaluated when the wait is over, and once: if they are not true then, the rule does nothing for this wait, even if they become true later.',
  ],
  'src/delayed/due_rules_test.cc: DueRules.ThatDoNotHoldWhenTheyAreDueAreDone',
);
shown(
  [
    'A rule that is changed while it waits keeps waiting from the same signal, with its new `for` and conditions; if the new wait is already over, it fires at once.',
  ],
  'src/delayed/due_rules_test.cc: DueRules.ThatChangeKeepTheirAnchorsAndAreLookedAtAnew',
);
shown(
  [
    'A rule that was paused or deleted loses its waits and its undelivered messages.',
    'A rule that goes live, also again, waits only for signals that arrive from then on.',
  ],
  'src/delayed/due_rules_test.cc: DueRules.LoseTimersAndMessagesWhenTheyArePaused',
  'src/delayed/due_rules_test.cc: DueRules.LoseTimersAndMessagesWhenTheyAreDeleted',
  'src/delayed/due_rules_test.cc: DueRules.ForAnchorsThatArriveAfterTheyWentLive',
  'src/rules/live_since_test.cc: LiveSince.StartsAnewWhenTheRuleGoesLiveAgain',
);
shown(
  [
    'If the signal that starts the wait arrives late, when its wait is already over, for example from the queue of a device that was offline, the server waits 60 seconds for what the device still has to send before it publishes the message.',
    'The setting `dueGrace` of the handle changes this, from `0s` to `10m`.',
    'The message expires when it would have expired without the delay.',
  ],
  'src/delayed/due_test.cc: Due.AnAnchorThatArrivesOverdueWaitsAGrace',
  'src/delayed/due_test.cc: Due.TheGraceIsASettingOfTheHandle',
  'src/delayed/due_test.cc: Due.AnAnchorThatArrivesBeyondTheTtlIsNotTold',
);

shown(
  [
    'With `same` in its `absent`, a rule waits for each value by itself and sends a message for each: what ends or restarts the wait of one cart leaves the others alone.',
    'The event has the value in `same`, and so has the placeholder `{{same}}` of the payload.',
  ],
  'tests/people_stories.test.mjs: the same cart: of two carts, the message is about the one that was not bought',
  'src/delayed/due_same_test.cc: DueBySame.WaitsForEachValueFromItsOwnNewestAnchor',
  'src/delayed/due_same_test.cc: DueBySame.AMessageIsWithdrawnByWhatComesOfItsOwnValueAlone',
);
shown(
  [
    "Each message counts toward the rule's `limit`: after the first one, a `cooldown` suppresses those of the other values until it is over.",
  ],
  'src/delayed/due_same_test.cc: DueBySame.EachMessageCountsTowardTheLimitByItself',
);

// ---- warnings and explanations

holds(
  [
    'The response to `PUT` and `GET` of a rule has `"warnings"`.',
    'Each has a `kind`, a `message`, and an example in `witness`: a short list of signals that demonstrates the problem when evaluated at time `at` with the given `context` (`times` says how often a signal is repeated).',
  ],
  async () => {
    const { warnings } = await save('r', {
      when: { all: [{ count: { key: 'a' }, atLeast: 4 }], none: [{ count: { key: 'a' }, atLeast: 2 }] },
    });
    assert.deepEqual((await beckon.as('CREATOR', 'GET', '/chain-rules/r')).json.warnings[0].kind, warnings[0].kind);
    const [{ kind, message, witness, at, context }] = warnings;
    assert.deepEqual([kind, context, witness.length, witness[0].times], ['never_true', {}, 1, 4]);
    assert.ok(message.length > 20 && Date.parse(at) >= Date.parse(witness[0].at));
  },
);
shown(
  [
    "Each example has been confirmed by the server's own engine.",
    'A warning is never wrong, but the absence of warnings proves nothing: conflicts that only follow from three conditions together, from two rules that cover a third, or from adding up sums are not detected.',
  ],
  'src/rules/lint/random_test.cc: LintAlarms.AreNeverFalseInRandomCases',
);
const row = beginning => sentencesOf(read('docs/rules.md'), sections).filter(one => one.startsWith(beginning));
for (const [kind, ...tests] of [
  [
    'never_true',
    'NeverTrue.IsFoundBetweenCounts',
    'NeverTrue.IsFoundInAges',
    'NeverTrue.IsFoundWhereNoOpeningHourIsActive',
  ],
  ['always_true', 'AlwaysTrue.IsFoundWhereNoConditionCanFail'],
  ['shadowed', 'Shadowed.IsFoundWhereTheOneBeforeHoldsWheneverThisOneDoes', 'Shadowed.LooksAtTheOrderAndAtTheTrigger'],
  ['window_beyond_retention', 'WindowBeyondRetention.IsFoundInWindowsAndAges'],
  ['unreachable_cap', 'UnreachableCap.IsFoundWhereTheCooldownLeavesNoRoomForIt'],
  ['unknown_rule', 'UnknownRule.IsFoundWhereARuleAsksAboutDecisionsOfOneThatIsNotThere'],
  ['missing_anchor', 'MissingAnchor.IsFoundWhereAMessageNamesOneAndTheRuleWaitsForNone'],
  ['outdated_time_zone', 'OutdatedTimeZone.IsFoundWhereARuleNamesAZoneAndTheDatabaseIsOlderThanTheNewestKnown'],
])
  shown(row(`\`${kind}\` |`), ...tests.map(name => `src/rules/lint/lint_test.cc: ${name}`));
shown(
  row('`missing_trait` |'),
  'tests/preview.test.mjs: has the share of the visitors of the last days who lack it',
  'tests/preview.test.mjs: is not made where nothing is held back',
);
holds(
  [
    "Every decision on the operator's routes has an `explanation`: for each rule and condition, the required value, the actual value and the difference.",
  ],
  async () => {
    await save('a', { when: { all: [{ count: { key: 'x' }, atLeast: 5 }] } });
    await save('b', { when: {} });
    const s = await told([signal('x'), signal('x')]);
    const { explanation } = await decide(s);
    assert.deepEqual(
      explanation.map(({ ruleId }) => ruleId),
      ['a', 'b'],
    );
    const [{ wanted, seen, margin }] = explanation[0].conditions;
    assert.deepEqual([wanted, seen, margin], ['at least 5', '2', '3 more x']);
  },
);
shown(
  [
    'Of a condition on a sensitive trait it says whether it is met, and nothing from which the value could be guessed: `seen` is "hidden, because the trait is sensitive", and `margin` and `changesAt` are null.',
    'The `expiresAt` of the decision may still lie where such a condition changes, since nobody may use the decision beyond it.',
  ],
  'tests/traits.test.mjs: no explanation tells how far a sensitive date or instant lies ahead, or when that changes',
);
shown(
  [
    '`?at=2026-02-25T12:00:00Z` on `POST /v2/handles/{handle}/chain/resolve` and `…/prefetch` evaluates at another time, past or future, with current data, including signals that arrived late.',
    'Nothing is recorded or counted toward frequency limits, so the decision has no id.',
    'Signals that have left the window are not included.',
  ],
  'tests/decisions.test.mjs: resolve answers as it would then, by all that is known now, spends nothing and records nothing',
  'tests/decisions.test.mjs: prefetch likewise; other instants are refused by name, and the public route knows none',
  'src/rules/judge_test.cc: Count.SeesNoMoreThanTheWindowHolds',
);
shown(
  [
    '`GET /v2/handles/{handle}/decisions/{decisionId}` re-evaluates a recorded decision from the signals it saw, its context, the exposures before it and the rules of its version.',
    '`"same": true` means that the result is the same.',
    'If the data it saw has been deleted by retention or consent and the result differs, `same` is null and `lacking` says what is missing.',
  ],
  'tests/decisions.test.mjs: comes out as it was answered, with its reasons, a moment later',
  'tests/decisions.test.mjs: also behind late signals, other rules and a restart',
  'src/hindsight/recall_test.cc: RecallTest.WhereConsentTookTheVisitorTheDifferenceIsExplained',
);

// ---- the table itself

describe('docs/rules.md', () => {
  const written = sentencesOf(read('docs/rules.md'), sections);
  const tied = cases.flatMap(({ sentences }) => sentences);

  test('has no sentence about the language without a case', () => {
    assert.ok(written.length > 100, `${written.length} sentences`);
    assert.deepEqual(
      written.filter(one => !tied.includes(one)),
      [],
    );
  });
  test('has the sentence of every case, and each sentence stands in one case', () => {
    assert.deepEqual(
      tied.filter(one => !written.includes(one)),
      [],
    );
    assert.deepEqual(
      tied.filter((one, place) => tied.indexOf(one) !== place),
      [],
    );
    for (const { sentences } of cases) assert.ok(sentences.length > 0);
  });
  test('is held by tests that are there', () => {
    const lost = cases
      .flatMap(({ elsewhere = [] }) => elsewhere)
      .filter(reference => {
        const [, file, name] = /^(\S+): (.+)$/.exec(reference);
        const source = read(file);
        if (!file.endsWith('.cc')) return !new RegExp(`\\btest\\(\\s*'${RegExp.escape(name)}'`).test(source);
        const [suite, short] = name.split('.');
        return !new RegExp(`\\bTEST(_F|_P)?\\(${suite}, ${short}\\)`).test(source);
      });
    assert.deepEqual(lost, []);
  });
});

describe('a sentence of docs/rules.md', () => {
  for (const { sentences, run } of cases)
    if (run)
      test(sentences[0], async () => {
        await clear();
        await run();
      });
});
