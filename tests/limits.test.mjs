// What rules spend, visitors, splits, shadow rules and scores: rules.md and contract sections 4 and 8, from outside.
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

const action = { type: 'popup', payload: {} };
const rules = (method, id, body) => beckon.as('CREATOR', method, `/chain-rules${id ? `/${id}` : ''}`, body);
const put = async (id, more) => {
  const answer = await rules('PUT', id, { triggers: ['t'], when: {}, action, ...more });
  assert.ok([200, 201].includes(answer.status), answer.text);
  return answer;
};
const send = async (sessionId, signals, more = {}) => {
  const answer = await beckon.chain('signals', { sessionId, signals, ...more }, { from: freshAddress() });
  assert.equal(answer.status, 202, answer.text);
  return answer.json;
};
const chain = async (what, body) => {
  const answer = await beckon.chain(what, body, { from: freshAddress() });
  assert.equal(answer.status, 200, answer.text);
  return answer.json;
};
const ask = (sessionId, more = {}) => chain('resolve', { sessionId, trigger: 't', ...more });
const outcome = async (...args) => (await ask(...args)).outcome;
const stored = async sessionId => (await beckon.as('CREATOR', 'GET', `/chain/${sessionId}`)).json;
const settings = body => beckon.as('OWNER', 'PUT', '/settings', body);
afterEach(async () => {
  for (let items; (items = (await rules('GET')).json.items).length > 0; )
    for (const { ruleId } of items) assert.equal((await rules('DELETE', ruleId)).status, 204);
  assert.equal((await settings({})).status, 200);
});

describe('limits', () => {
  test('a cap per session counts decisions that were resolved', async () => {
    await put('once', { limit: { caps: [{ max: 1, per: 'session' }] } });
    const s = freshSession();
    const first = await ask(s);
    assert.deepEqual([first.outcome, first.ruleId], ['act', 'once']);
    const held = await ask(s);
    assert.deepEqual([held.outcome, held.ruleId, held.action], ['suppressed', 'once', null]);
    assert.notEqual(held.etag, first.etag, 'what was spent matters to the answer');
    assert.equal(await outcome(freshSession()), 'act');
  });

  test('a visitor is counted over their sessions, also as they become known', async () => {
    await put('once', { limit: { caps: [{ max: 1, per: '7d' }] } });
    const visitorId = freshSession('v');
    assert.equal(await outcome(freshSession(), { visitorId }), 'act');
    assert.equal(await outcome(freshSession(), { visitorId }), 'suppressed');
    const s = freshSession();
    assert.equal(await outcome(s), 'act', 'nobody knows who it is');
    const later = freshSession('v');
    await send(s, [{ type: 'login' }], { visitorId: later });
    assert.equal(await outcome(freshSession(), { visitorId: later }), 'suppressed');
  });

  test('asks at the same moment never exceed a cap', async () => {
    await put('three', { limit: { caps: [{ max: 3, per: '1d' }] } });
    const visitorId = freshSession('v');
    const all = await Promise.all(Array.from({ length: 40 }, () => outcome(freshSession(), { visitorId })));
    assert.equal(all.filter(one => one === 'act').length, 3);
    assert.equal(all.filter(one => one === 'suppressed').length, 37);
  });

  test('what was spent is there after a kill', async () => {
    await put('once', { limit: { cooldown: '1d' } });
    const visitorId = freshSession('v');
    assert.equal(await outcome(freshSession(), { visitorId }), 'act');
    await beckon.kill();
    await beckon.open();
    assert.equal(await outcome(freshSession(), { visitorId }), 'suppressed');
  });

  test('a prefetch spends nothing; showing it does, once; what it answers changes with it', async () => {
    await put('two', { limit: { caps: [{ max: 2, per: 'session' }] } });
    const s = freshSession();
    await send(s, [{ type: 'view' }]);
    const ready = await chain('prefetch', { sessionId: s, triggers: ['t'] });
    const { decisionId } = ready.decisions[0];
    assert.ok(decisionId.length <= 256);
    const ifNoneMatch = ready.etag;
    assert.equal((await chain('prefetch', { sessionId: s, triggers: ['t'], ifNoneMatch })).unchanged, true);
    for (let i = 0; i < 3; i += 1) await send(s, [{ type: 'decision.shown', signalValue: decisionId }]);
    assert.equal(
      (await chain('prefetch', { sessionId: s, triggers: ['t'], ifNoneMatch })).unchanged,
      true,
      'one is left',
    );
    assert.equal(await outcome(s), 'act');
    const held = await chain('prefetch', { sessionId: s, triggers: ['t'], ifNoneMatch });
    assert.equal(held.decisions?.[0].outcome, 'suppressed');
    const { decisions } = await stored(s);
    assert.deepEqual(
      decisions.filter(one => one.shown).map(one => one.decisionId),
      [decisionId],
    );
  });

  test('a denied session passes over limited rules and stores nothing', async () => {
    await put('limited', { priority: 2, limit: { cooldown: '1h' } });
    await put('free', { priority: 1 });
    const s = freshSession();
    await send(s, [{ type: 'view' }], { consent: 'denied' });
    for (let i = 0; i < 2; i += 1) assert.equal((await ask(s)).ruleId, 'free');
    assert.deepEqual((await stored(s)).decisions, []);
  });
});

describe('visitors', () => {
  test('a session keeps its first visitor, whichever call said it', async () => {
    const s = freshSession();
    await put('free');
    assert.equal(await outcome(s, { visitorId: 'first' }), 'act');
    const told = async () => (await beckon.as('CREATOR', 'GET', `/chain/${s}`)).json?.visitorId;
    for (let tries = 0; (await told()) !== 'first'; tries += 1) assert.ok(tries < 1000, 'recorded within 100 ms');
    for (const what of ['resolve', 'prefetch']) {
      const other = await beckon.chain(
        what,
        { sessionId: s, trigger: 't', visitorId: 'second' },
        { from: freshAddress() },
      );
      assert.deepEqual([other.status, other.json.error], [409, 'conflict'], what);
    }
  });

  test('scope visitor sees all of their sessions', async () => {
    await put('back', { when: { all: [{ count: { key: 'visit' }, within: '7d', atLeast: 2, scope: 'visitor' }] } });
    const visitorId = freshSession('v');
    const [a, b] = [freshSession(), freshSession()];
    await send(a, [{ type: 'visit' }], { visitorId });
    assert.equal(await outcome(a), 'none');
    await send(b, [{ type: 'visit' }], { visitorId });
    assert.deepEqual(
      [await outcome(a), await outcome(b), await outcome(freshSession(), { visitorId })],
      ['act', 'act', 'act'],
    );
  });

  test('a visitor who is erased has spent nothing', async () => {
    await put('once', { limit: { caps: [{ max: 1, per: '30d' }] } });
    const visitorId = freshSession('v');
    assert.equal(await outcome(freshSession(), { visitorId }), 'act');
    assert.equal(await outcome(freshSession(), { visitorId }), 'suppressed');
    assert.equal((await beckon.as('OPERATOR', 'DELETE', `/visitors/${visitorId}`)).status, 204);
    assert.equal(await outcome(freshSession(), { visitorId }), 'act');
  });

  test('lists show sessions alone', async () => {
    const visitorId = freshSession('v');
    await send(freshSession(), [{ type: 'view' }], { visitorId });
    const { items } = (await beckon.as('CREATOR', 'GET', '/chain?limit=200')).json;
    assert.ok(items.length > 0 && items.every(item => !item.sessionId.startsWith('@')));
    assert.equal((await beckon.as('CREATOR', 'GET', `/chain/@${visitorId}`)).status, 404);
  });
});

describe('splits and shadow rules', () => {
  test('arms answer their own action, and a unit keeps its arm', async () => {
    await put('split', {
      action: undefined,
      split: { arms: { a: 1, b: 1 } },
      actions: { a: { type: 'popup' }, b: { type: 'banner' } },
    });
    const seen = new Set();
    for (let i = 0; i < 30; i += 1) {
      const visitorId = freshSession('v');
      const first = await ask(freshSession(), { visitorId });
      assert.equal(first.action.type, first.variant === 'a' ? 'popup' : 'banner');
      assert.equal((await ask(freshSession(), { visitorId })).variant, first.variant);
      seen.add(first.variant);
    }
    assert.deepEqual([...seen].sort(), ['a', 'b']);
  });

  test('holdout acts on nobody and spends as its treatment would', async () => {
    await put('held', { split: { holdout: 100 }, limit: { caps: [{ max: 1, per: 'session' }] } });
    const s = freshSession();
    const first = await ask(s);
    assert.deepEqual([first.outcome, first.ruleId, first.action], ['holdout', 'held', null]);
    assert.equal(await outcome(s), 'suppressed');
  });

  test('a shadow rule never answers, and never changes an answer', async () => {
    await put('shown', { priority: 1, limit: { caps: [{ max: 1, per: 'session' }], group: 'all' } });
    await put('tried', { priority: 2, status: 'shadow', limit: { caps: [{ max: 1, per: 'session' }], group: 'all' } });
    const s = freshSession();
    await send(s, [{ type: 'view' }]);
    assert.equal((await ask(s)).ruleId, 'shown');
    assert.equal((await ask(s)).outcome, 'suppressed');
  });
});

describe('a patch of the settings', () => {
  const patch = body => beckon.as('OWNER', 'PATCH', '/settings', body);
  const now = async () => (await beckon.as('OWNER', 'GET', '/settings')).json;

  test('changes what it names, in depth, and leaves the rest; null gives the default again', async () => {
    const defaults = await now();
    await settings({ retention: '40d', zone: 'Europe/Berlin', identity: { remember: 'never', claim: '30m' } });
    const patched = await patch({ retention: '50d', identity: { claim: '10m' } });
    assert.equal(patched.status, 200, patched.text);
    const changed = await now();
    assert.deepEqual(
      [changed.retention, changed.zone, changed.identity.remember, changed.identity.claim],
      ['50d', 'Europe/Berlin', 'never', '10m'],
    );
    assert.equal((await patch({ retention: null, identity: { claim: null } })).status, 200);
    const reset = await now();
    assert.deepEqual(
      [reset.retention, reset.zone, reset.identity.remember, reset.identity.claim],
      [defaults.retention, 'Europe/Berlin', 'never', defaults.identity.claim],
    );
    await settings({});
  });

  test('that is refused names every fault and changes nothing', async () => {
    await settings({ retention: '40d' });
    const refused = await patch({ retention: 'long', zone: 'Berlin', nothing: 1 });
    assert.equal(refused.status, 400);
    assert.deepEqual(refused.json.details.map(({ field }) => field).toSorted(), ['nothing', 'retention', 'zone']);
    assert.equal((await patch([])).status, 400);
    assert.equal((await now()).retention, '40d');
    await settings({});
  });
});

describe('scores', () => {
  const intent = { intent: { weights: { view: 1, 'cart.*': 5 }, halfLife: '1d' } };
  const scored = { when: { all: [{ score: 'intent', atLeast: 5.9 }] } };

  test('are declared in the settings and seen at once by rules that stand', async () => {
    assert.equal((await settings({ scores: intent })).status, 200);
    assert.deepEqual((await beckon.as('OWNER', 'GET', '/settings')).json.scores, intent);
    await put('keen', scored);
    const s = freshSession();
    await send(s, [{ type: 'view' }]);
    assert.equal(await outcome(s), 'none');
    await send(s, [{ type: 'cart.add' }]);
    assert.equal(await outcome(s), 'act');
    const { rulesVersion } = await ask(s);
    assert.equal((await settings({ scores: { intent: { weights: { view: 1 }, halfLife: '1d' } } })).status, 200);
    const now = await ask(s);
    assert.deepEqual([now.outcome, now.rulesVersion], ['none', rulesVersion]);
    await put('keen', { ...scored, when: { all: [{ score: 'intent', atLeast: 0.5 }] } });
    assert.equal(await outcome(s), 'act', 'a rule put later is judged by them too');
    await beckon.kill();
    await beckon.open();
    assert.equal(await outcome(s), 'act');
  });

  test('a rule that names an undeclared one is refused, and so are settings that drop one in use', async () => {
    const refused = await rules('PUT', 'keen', { triggers: ['t'], action, ...scored });
    assert.deepEqual(
      [refused.status, refused.json.error, refused.json.details?.[0].field],
      [400, 'validation_error', 'when.all[0].score'],
    );
    await settings({ scores: intent });
    await put('keen', { ...scored, status: 'draft' });
    for (const body of [{}, { scores: { other: intent.intent } }]) {
      const dropped = await settings(body);
      assert.deepEqual(
        [dropped.status, dropped.json.error, dropped.json.details?.map(detail => detail.field)],
        [400, 'validation_error', ['scores.intent']],
      );
      assert.match(dropped.json.details[0].issue, /keen/);
    }
    assert.deepEqual((await beckon.as('OWNER', 'GET', '/settings')).json.scores, intent, 'nothing was changed');
    const { version } = (await beckon.as('CREATOR', 'GET', '/chain-rules/versions?limit=1')).json.items[0];
    assert.equal((await rules('DELETE', 'keen')).status, 204);
    await settings({});
    const restored = await beckon.as('CREATOR', 'POST', '/chain-rules/rollback', { version });
    assert.deepEqual([restored.status, restored.json.details?.[0].field], [400, 'scores.intent']);
  });

  test('a faulty declaration names every fault', async () => {
    const refused = await settings({
      scores: { a: { weights: {}, halfLife: '1d' }, b: { weights: { x: 5000 }, halfLife: 'soon' }, c: 1 },
    });
    assert.equal(refused.status, 400);
    const fields = refused.json.details.map(detail => detail.field);
    for (const field of ['scores.a.weights', 'scores.b.weights.x', 'scores.b.halfLife', 'scores.c'])
      assert.ok(fields.includes(field), `${field} of ${fields}`);
  });
});
