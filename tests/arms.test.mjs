// Arms that stay, from outside: docs/rules.md, `split`.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { Beckon, freshAddress, freshSession } from './kit/beckon.mjs';
import { until } from './kit/wait.mjs';

let beckon;
before(async () => {
  beckon = await Beckon.start();
});
after(() => beckon?.close());
afterEach(async () => {
  for (const { ruleId } of (await beckon.as('CREATOR', 'GET', '/chain-rules')).json.items)
    await beckon.as('CREATOR', 'DELETE', `/chain-rules/${ruleId}`);
});

const fresh = () => `${freshSession()}@company.example`;
const put = async (id, a, b, more = {}) => {
  const answer = await beckon.as('CREATOR', 'PUT', `/chain-rules/${id}`, {
    triggers: [id],
    when: {},
    split: { arms: { a, b }, ...more },
    actions: { a: { type: 'popup' }, b: { type: 'banner' } },
  });
  assert.ok([200, 201].includes(answer.status), answer.text);
};
const decide = async (sessionId, trigger, who = {}) => {
  const answer = await beckon.chain('resolve', { sessionId, trigger, ...who }, { from: freshAddress() });
  assert.equal(answer.status, 200, answer.text);
  return answer.json;
};
const ask = async (...of) => (await decide(...of)).variant;
const say = async (sessionId, type, who = {}) => {
  const body = { sessionId, ...who, signals: [{ type }] };
  const answer = await beckon.chain('signals', body, { from: freshAddress() });
  assert.equal(answer.status, 202, answer.text);
};
const analytics = async (query = '') => (await beckon.as('CREATOR', 'GET', `/analytics${query}`)).json;

test('a variant stays when weights change, in new sessions, as the visitor is identified, and after a restart', async () => {
  const anonymousId = `a-${freshSession()}`;
  const [visitorId, other] = [fresh(), fresh()];
  await put('stays', 1, 0);
  const { split } = (await beckon.as('CREATOR', 'GET', '/chain-rules/stays')).json;
  assert.deepEqual(split, { arms: { a: 1, b: 0 }, unit: 'visitor', sticky: true });
  assert.equal(await ask(freshSession(), 'stays', { anonymousId }), 'a');
  await put('stays', 0, 1);
  const login = freshSession();
  await say(login, 'login', { anonymousId, visitorId });
  assert.equal(await ask(login, 'stays'), 'a');
  assert.equal(await ask(freshSession(), 'stays', { visitorId }), 'a');
  assert.equal(await ask(freshSession(), 'stays', { visitorId: other }), 'b');
  await beckon.kill();
  await beckon.open();
  const { variant, decisionId } = await decide(freshSession(), 'stays', { visitorId });
  assert.equal(variant, 'a');
  const again = await until('the decision is recorded', async () => {
    const { status, json } = await beckon.as('CREATOR', 'GET', `/decisions/${decisionId}`);
    return status === 200 && json;
  });
  assert.deepEqual([again.variant, again.explanation[0].remembered], ['a', true]);
  await put('stays', 0, 1, { salt: 'another' });
  assert.equal(await ask(freshSession(), 'stays', { visitorId }), 'b');
});

test('of two variants that an alias joins the first is kept, and analytics count the visitor as mixed', async () => {
  const [one, two] = [fresh(), fresh()];
  const path = `/visitors/${encodeURIComponent(two)}`;
  const mixed = async () => (await analytics()).mixed.find(({ ruleId }) => ruleId === 'mixed')?.visitors ?? 0;
  const change = async (action, body) => {
    const answer = await beckon.as('OPERATOR', 'POST', `${path}/${action}`, body);
    assert.equal(answer.status, 200, answer.text);
    return answer.json;
  };
  await put('mixed', 1, 0);
  assert.equal(await ask(freshSession(), 'mixed', { visitorId: one }), 'a');
  await put('mixed', 0, 1);
  assert.equal(await ask(freshSession(), 'mixed', { visitorId: two }), 'b');
  assert.equal(await mixed(), 0);
  const plan = await change('aliases', { id: one, dryRun: true });
  assert.ok(JSON.stringify(plan).includes('"spends":0'), 'no limit counts it');
  await change('aliases', { id: one });
  assert.equal(await mixed(), 1);
  assert.equal(await ask(freshSession(), 'mixed', { visitorId: two }), 'a');
  const rows = (await analytics('?ruleId=mixed')).rules.map(({ variant }) => variant).sort();
  assert.deepEqual(rows, ['a', 'b'], 'they are no variant of their own');
  await change('split', { ids: [one] });
  assert.equal(await mixed(), 0);
  assert.equal(await ask(freshSession(), 'mixed', { visitorId: two }), 'b');
});

test('analytics say what visitors with two variants contribute, so that the lift can be had without them', async () => {
  const [one, two, other] = [fresh(), fresh(), fresh()];
  const rule = (a, b) => ({
    triggers: ['lift'],
    when: {},
    split: { arms: { a, b } },
    actions: { a: { type: 'popup' }, b: { type: 'banner' } },
    goal: { key: 'purchase', within: '1h' },
  });
  const save = (a, b) => beckon.as('CREATOR', 'PUT', '/chain-rules/lift', rule(a, b));
  await save(1, 0);
  const [session, another] = [freshSession(), freshSession()];
  assert.equal(await ask(session, 'lift', { visitorId: one }), 'a');
  assert.equal(await ask(another, 'lift', { visitorId: other }), 'a');
  await save(0, 1);
  assert.equal(await ask(freshSession(), 'lift', { visitorId: two }), 'b');
  await say(another, 'purchase');
  const counted = async () => {
    const { mixed, rules } = await analytics('?ruleId=lift');
    const of = Object.fromEntries(rules.map(({ variant, totals }) => [variant, totals]));
    return [mixed, of.a.acted, of.a.mixed, of.b.acted, of.b.mixed];
  };
  const nothing = { decisions: 0, converted: 0 };
  assert.deepEqual(await counted(), [[], 2, nothing, 1, nothing]);
  const change = (action, body) =>
    beckon.as('OPERATOR', 'POST', `/visitors/${encodeURIComponent(two)}/${action}`, body);
  assert.equal((await change('aliases', { id: one })).status, 200);
  await say(session, 'purchase');
  assert.deepEqual(await counted(), [
    [{ ruleId: 'lift', visitors: 1, decisions: 2, share: 2 / 3 }],
    2,
    { decisions: 1, converted: 0 },
    1,
    { decisions: 1, converted: 1 },
  ]);
  assert.equal((await change('split', { ids: [one] })).status, 200);
  assert.deepEqual(await counted(), [[], 2, nothing, 1, nothing]);
});

test('a device keeps its variant at a login and after a restart, and two devices of one visitor have their own', async () => {
  const visitorId = fresh();
  const devices = Array.from({ length: 12 }, () => `a-${freshSession()}`);
  await put('device', 1, 1, { unit: 'device' });
  const sessions = [];
  for (const anonymousId of devices) {
    const sessionId = freshSession();
    const given = await ask(sessionId, 'device', { anonymousId });
    assert.equal(await ask(sessionId, 'device', { anonymousId, visitorId }), given, 'the login changes nothing');
    assert.equal(await ask(freshSession(), 'device', { anonymousId, visitorId: fresh() }), given, 'nor does another');
    sessions.push({ anonymousId, sessionId, given });
  }
  assert.deepEqual([...new Set(sessions.map(({ given }) => given))].sort(), ['a', 'b'], 'of one visitor');
  await put('device', 0, 1, { unit: 'device' });
  await beckon.kill();
  await beckon.open();
  for (const { anonymousId, sessionId, given } of sessions) {
    assert.equal(await ask(sessionId, 'device'), given, 'the session still knows its device');
    assert.equal(await ask(freshSession(), 'device', { anonymousId, visitorId }), given, 'a new session is of it too');
  }
  const { json } = await beckon.as('CREATOR', 'GET', `/chain/${sessions[0].sessionId}`);
  assert.deepEqual([json.visitorId, json.deviceId, json.anonymousId], [visitorId, devices[0], null]);
  const path = `/visitors/${encodeURIComponent(visitorId)}`;
  const copy = (await beckon.as('OPERATOR', 'GET', `${path}/export`)).text;
  assert.ok(copy.includes(`"deviceId":"${devices[0]}"`), 'the export says it');
  const mixed = (await analytics()).mixed.filter(({ ruleId }) => ruleId === 'device');
  assert.deepEqual(mixed, [], 'two devices may have two variants');
});

test('a session that gives up its full consent no longer has a device', async () => {
  const [sessionId, anonymousId] = [freshSession(), `a-${freshSession()}`];
  await say(sessionId, 'view', { anonymousId, visitorId: fresh() });
  const device = async () => (await beckon.as('CREATOR', 'GET', `/chain/${sessionId}`)).json.deviceId;
  assert.equal(await device(), anonymousId);
  await say(sessionId, 'view', { consent: 'basic' });
  assert.equal(await device(), null);
});

test('a variant that is given by name is not counted', async () => {
  const visitorId = fresh();
  await put('forced', 1, 0, { force: { [visitorId]: 'b' } });
  assert.equal(await ask(freshSession(), 'forced', { visitorId }), 'b');
  assert.equal(await ask(freshSession(), 'forced', { visitorId: fresh() }), 'a');
  const [only, ...others] = (await analytics('?ruleId=forced')).rules;
  assert.deepEqual([only.variant, only.totals.acted, others], ['a', 1, []]);
  // The name is an id like any other: trimmed, and in NFC.
  const amelie = `am\u00e9lie-${fresh()}`;
  await put('forced', 1, 0, { force: { [` ${amelie.normalize('NFD')} `]: 'b' } });
  assert.equal(await ask(freshSession(), 'forced', { visitorId: amelie }), 'b');
});

test('a split that says otherwise is refused by name', async () => {
  const { status, json } = await beckon.as('CREATOR', 'PUT', '/chain-rules/bad', {
    triggers: ['bad'],
    when: {},
    split: { arms: { a: 1 }, unit: 'browser', sticky: 'yes', force: { jon: 'z' } },
    actions: { a: { type: 'popup' } },
  });
  assert.deepEqual(
    [status, json.details.map(({ field }) => field)],
    [400, ['split.unit', 'split.sticky', 'split.force.jon']],
  );
});
