// Rules tried before they go live, on a real clickstream: imported whole, a cart-rescue rule drafted, simulated, then in
// shadow, then live. The three agree on the sessions that they would have touched, and how.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { records } from '../examples/replay/csv.mjs';
import { observation } from '../examples/replay/snowplow.mjs';
import { Beckon, root } from './kit/beckon.mjs';
import { until } from './kit/wait.mjs';

const clickstream = join(root, '../shared/data/clickstream/events.csv');
const missing = existsSync(clickstream)
  ? false
  : 'the clickstream file is not here (looked for ../shared/data/clickstream/events.csv)';

const actions = { a: { type: 'popup', payload: { code: 'SAVE10' } }, b: { type: 'banner', payload: {} } };
const split = { salt: 'cart', holdout: 25, arms: { a: 50, b: 50 } };
// Asked as the visitor moves about: a cart of the last hour, and nothing bought.
const asked = {
  ruleId: 'cart-rescue',
  triggers: ['browse'],
  priority: 5,
  actions,
  split,
  when: {
    all: [
      { count: { key: 'add_to_cart' }, within: '1h', atLeast: 1 },
      { sum: { key: 'add_to_cart', field: 'amount' }, within: '1h', atLeast: 1 },
    ],
    none: [{ seen: { key: 'transaction' }, per: 'session' }],
  },
  limit: { caps: [{ max: 1, per: 'session' }] },
};
// Asked by nobody: half an hour behind a cart.
const delayed = {
  ruleId: 'cart-mail',
  triggers: ['@due'],
  actions,
  split,
  when: { all: [{ absent: { key: 'transaction' }, after: { key: 'add_to_cart' }, for: '30m' }] },
};
const moves = ['page_view', 'product_view', 'list_view', 'checkout_step'];
const asks = [{ trigger: 'browse', on: { key: moves } }];

// Every session with its signals in order, and the day on which it was.
function sessions() {
  const found = new Map();
  for (const record of records(readFileSync(clickstream, 'utf8'))) {
    const one = observation(record);
    assert.equal(one.problem, undefined);
    if (!found.has(one.sessionId))
      found.set(one.sessionId, { sessionId: one.sessionId, visitorId: one.visitorId, all: [] });
    found.get(one.sessionId).all.push(one);
  }
  for (const { all } of found.values()) all.sort((a, b) => a.at - b.at);
  return [...found.values()].sort((a, b) => a.all[0].at - b.all[0].at);
}

const open = async () => {
  const beckon = await Beckon.start();
  const { status, text } = await beckon.as('OWNER', 'PUT', '/settings', {
    retention: '200d',
    dueGrace: '0s', // sessions of the past are played through in a moment, and their waits are over as they begin
    limits: { sessionSignalsPerMinute: 100_000 },
  });
  assert.equal(status, 200, text);
  return beckon;
};
const put = async (beckon, { ruleId, ...rule }, status) => {
  const answer = await beckon.as('CREATOR', 'PUT', `/chain-rules/${ruleId}`, { ...rule, status });
  assert.ok([200, 201].includes(answer.status), answer.text);
};
const simulate = async (beckon, rules, more = {}) => {
  const answer = await beckon.as('CREATOR', 'POST', '/chain-rules/simulate', {
    rules: rules.map(rule => ({ ...rule, status: 'live' })),
    since: '2020-01-01T00:00:00Z',
    examples: 1000,
    ...more,
  });
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.json.state, 'done');
  return answer.json;
};
// What it did in each session that it touched: "act a", "holdout".
const word = ({ outcome, variant }) => (outcome === 'act' ? `act ${variant}` : outcome);
const touched = simulation =>
  new Map(
    simulation.examples
      .filter(one => ['act', 'holdout'].includes(one.wouldBe.outcome))
      .map(one => [one.sessionId, word(one.wouldBe)]),
  );
const sorted = map => [...map].sort(([a], [b]) => (a < b ? -1 : 1));

// Plays a session as if it were now: its newest signal a moment ago, and whoever moves on is asked for.
async function play(beckon, { sessionId, visitorId, all }) {
  const shift = Date.now() - 1000 - all.at(-1).at;
  const send = async part => {
    if (!part.length) return;
    const answer = await beckon.as('CREATOR', 'POST', '/chain/signals', {
      sessionId,
      visitorId,
      context: part.at(-1).context,
      signals: part.map(({ at, signal }) => ({ ...signal, at: at + shift })),
    });
    assert.equal(answer.status, 202, answer.text);
  };
  const waiting = [];
  for (const one of all) {
    waiting.push(one);
    if (!moves.includes(one.signal.signalKey) && waiting.length < 60) continue;
    await send(waiting.splice(0));
    if (!moves.includes(one.signal.signalKey)) continue;
    const answer = await beckon.as('CREATOR', 'POST', '/chain/resolve', { sessionId, trigger: 'browse' });
    assert.equal(answer.status, 200, answer.text);
  }
  await send(waiting);
}
// The same for a rule that waits: half an hour ago, and the newest first, so that nothing fires before all of it is there.
async function playPast(beckon, { sessionId, visitorId, all }) {
  const shift = Date.now() - 30 * 60_000 - 1000 - all.at(-1).at;
  for (let end = all.length; end > 0; end -= 60) {
    const signals = all.slice(Math.max(0, end - 60), end).map(({ at, signal }) => ({ ...signal, at: at + shift }));
    const answer = await beckon.as('CREATOR', 'POST', '/chain/signals', { sessionId, visitorId, signals });
    assert.equal(answer.status, 202, answer.text);
  }
}
const decisions = async (beckon, sessionId) =>
  (await beckon.as('CREATOR', 'GET', `/chain/${sessionId}`)).json.decisions.toReversed();

describe('the clickstream', { skip: missing }, () => {
  let history, all, tried, triedDelayed;
  const servers = [];
  const start = async () => {
    const beckon = await open();
    servers.push(beckon);
    return beckon;
  };
  before(async () => {
    if (missing) return;
    all = sessions();
    history = await start();
  });
  after(async () => {
    for (const one of servers) await one.close();
  });

  test('is imported whole, and a draft of a rule is simulated on it', async () => {
    const { code, out, err } = await history.cli(
      'import',
      clickstream,
      '--format',
      'snowplow',
      '--handle',
      'demo',
      '--base',
      history.base,
      '--token',
      await history.token('OPERATOR'),
      '--shift-to-now',
    );
    assert.equal(code, 0, err);
    assert.match(out, /accepted +832/);
    await put(history, asked, 'draft');
    const unasked = await simulate(history, [asked]);
    assert.deepEqual(
      [unasked.signals, unasked.asked, unasked.changedSessions],
      [832, 0, 0],
      'nobody asked in this history',
    );
    const simulation = await simulate(history, [asked], { asks });
    tried = touched(simulation);
    assert.equal(
      simulation.asked,
      all.flatMap(one => one.all).filter(one => moves.includes(one.signal.signalKey)).length,
    );
    assert.equal(
      simulation.rules[0].sessions,
      [...tried.values()].filter(one => one !== 'holdout').length,
      'without the control group',
    );
    assert.ok(tried.size >= 10 && new Set(tried.values()).size === 3, JSON.stringify([...tried.values()]));
    triedDelayed = touched(await simulate(history, [delayed]));
    assert.ok(triedDelayed.size >= 5, `${triedDelayed.size}`);
    const bought = new Set(
      all
        .filter(
          one =>
            one.all.findLastIndex(({ signal }) => signal.signalKey === 'transaction') >
            one.all.findLastIndex(({ signal }) => signal.signalKey === 'add_to_cart'),
        )
        .map(one => one.sessionId),
    );
    assert.deepEqual(
      [...triedDelayed.keys()].filter(id => bought.has(id)),
      [],
      'who bought behind their last cart is left alone',
    );
  });

  test('in shadow the rule touches the same sessions in the same way, and answers nothing', async () => {
    const beckon = await start();
    await put(beckon, asked, 'shadow');
    for (const one of all) await play(beckon, one);
    const shadow = new Map();
    for (const { sessionId } of all)
      for (const { decisionId, outcome } of await decisions(beckon, sessionId)) {
        assert.equal(outcome, 'none');
        const { json } = await beckon.as('CREATOR', 'GET', `/decisions/${decisionId}`);
        assert.equal(json.same, true);
        for (const beside of json.beside)
          if (beside.outcome !== 'suppressed') shadow.set(sessionId, shadow.get(sessionId) ?? word(beside));
      }
    assert.deepEqual(sorted(shadow), sorted(tried));
    assert.deepEqual(
      sorted(touched(await simulate(beckon, [asked]))),
      sorted(tried),
      'and from the moments that are recorded now',
    );
  });

  test('live it touches the same sessions in the same way', async () => {
    const beckon = await start();
    await put(beckon, asked, 'live');
    for (const one of all) await play(beckon, one);
    const live = new Map();
    for (const { sessionId } of all)
      for (const one of await decisions(beckon, sessionId))
        if (['act', 'holdout'].includes(one.outcome)) live.set(sessionId, live.get(sessionId) ?? word(one));
    assert.deepEqual(sorted(live), sorted(tried));
    assert.equal((await simulate(beckon, [asked])).changedSessions, 0, 'the live rules would have done what they did');
  });

  test('a delayed rule that nobody asks likewise, in shadow and live', async () => {
    for (const status of ['shadow', 'live']) {
      const beckon = await start();
      await put(beckon, delayed, status);
      for (const one of all) await playPast(beckon, one);
      const told = await until('all of them have fired', async () => {
        const found = new Map();
        for (const { sessionId } of all)
          for (const one of await decisions(beckon, sessionId)) {
            const [shown] =
              status === 'live'
                ? [one]
                : (await beckon.as('CREATOR', 'GET', `/decisions/${one.decisionId}`)).json.beside;
            found.set(sessionId, word(shown));
          }
        return found.size >= triedDelayed.size && found;
      });
      assert.deepEqual(sorted(told), sorted(triedDelayed), status);
    }
  });
});
