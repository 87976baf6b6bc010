// Proof that a request is about a visitor, from outside: docs/people.md, Proof.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { Beckon, freshAddress, freshSession } from './kit/beckon.mjs';
import { until } from './kit/wait.mjs';

let beckon;
const secrets = []; // of all keys that were ever made
after(() => beckon?.close());

const person = () => `${freshSession()}@company.example`;
const path = id => `/visitors/${encodeURIComponent(id)}`;
const proofOf = (id, secret) => createHmac('sha256', secret).update(id).digest('hex');
const keys = async () => (await beckon.as('OPERATOR', 'GET', '/identity-keys')).json.items;
const makeKey = async () => {
  const { status, json, text } = await beckon.as('OWNER', 'POST', '/identity-keys');
  assert.equal(status, 201, text);
  secrets.push(json.secret);
  return json;
};
const dropKeys = async () => {
  for (const { keyId } of await keys())
    assert.equal((await beckon.as('OWNER', 'DELETE', `/identity-keys/${keyId}`)).status, 204);
};
const ask = async proof => {
  const { status, text } = await beckon.as('OWNER', 'PUT', '/settings', { identity: { ...(proof && { proof }) } });
  assert.equal(status, 200, text);
};
const put = async (id, body) => {
  const answer = await beckon.as('CREATOR', 'PUT', `/chain-rules/${id}`, body);
  assert.ok([200, 201].includes(answer.status), answer.text);
};
const declare = async (name, body) => {
  const answer = await beckon.as('OPERATOR', 'PUT', `/traits/${name}`, body);
  assert.ok([200, 201].includes(answer.status), answer.text);
};
const say = async (id, set) => {
  const answer = await beckon.as('OPERATOR', 'POST', `${path(id)}/traits`, { set });
  assert.deepEqual([answer.status, answer.json.refused], [200, []], answer.text);
};
const visitor = async id => (await beckon.as('OPERATOR', 'GET', path(id))).json;
const session = async id => (await beckon.as('CREATOR', 'GET', `/chain/${id}`)).json;
const values = async id =>
  Object.fromEntries(Object.entries((await visitor(id)).traits).map(([name, { value }]) => [name, value]));

// Every answer of a public route; those that were asked with a right proof apart.
const answers = [];
const call = async (what, body, isProven = false) => {
  const answer = await beckon.chain(what, body, { from: freshAddress() });
  assert.ok([200, 202].includes(answer.status), answer.text);
  answers.push({ text: answer.text, isProven });
  return answer.json;
};
const codes = ({ warnings = [] }) => warnings.map(({ code }) => code);
const signal = (sessionId, who, more = {}, isProven = false) =>
  call('signals', { sessionId, ...who, signals: [{ type: 'view' }], ...more }, isProven);
const resolve = (who, trigger = 'secret', isProven = false) =>
  call('resolve', { sessionId: freshSession(), trigger, ...who }, isProven);

// A visitor of whom something private is known, with proofs of every kind.
let key;
const known = async () => {
  const visitorId = person();
  const code = `private-${freshSession()}-value`;
  await say(visitorId, { tier: 'gold', code, shown: 'yes', email: `secret-${visitorId}` });
  const right = { visitorId, visitorProof: proofOf(visitorId, key.secret) };
  return {
    visitorId,
    code,
    right,
    none: { visitorId },
    wrong: [
      proofOf(visitorId, 'idsec_another'),
      proofOf(person(), key.secret),
      proofOf(visitorId, key.secret.slice('idsec_'.length)),
      right.visitorProof.toUpperCase(),
      right.visitorProof.slice(1),
      '',
      'x'.repeat(2000),
    ].map(visitorProof => ({ visitorId, visitorProof })),
  };
};

before(async () => {
  beckon = await Beckon.start({ flags: ['--dev', '--log-level', 'debug'] });
  await declare('tier', { type: 'text' });
  await declare('code', { type: 'text' });
  await declare('shown', { type: 'text', public: true });
  await declare('pick', { type: 'text', public: true });
  const live = { status: 'live' };
  await put('gold', {
    ...live,
    triggers: ['secret'],
    priority: 20,
    when: { all: [{ trait: 'tier', equals: 'gold' }] },
    action: { type: 'popup', payload: { vip: true } },
  });
  await put('plain', { ...live, triggers: ['secret'], priority: 10, when: {}, action: { type: 'popup' } });
  await put('mailed', {
    ...live,
    triggers: ['mailed'],
    when: { all: [{ trait: 'email', startsWith: 'secret-' }] },
    action: { type: 'popup' },
  });
  await put('greets', {
    ...live,
    triggers: ['greet'],
    priority: 20,
    when: {},
    action: { type: 'popup', payload: { code: '{{visitor.traits.code}}', who: '{{visitor.id}}' } },
  });
  await put('hello', {
    ...live,
    triggers: ['greet'],
    priority: 10,
    when: {},
    action: { type: 'popup', payload: { shown: "{{visitor.traits.shown | default:'no'}}" } },
  });
  await put('tells-mail', {
    ...live,
    triggers: ['mail'],
    when: {},
    action: { type: 'popup', missing: 'null', payload: { mail: '{{visitor.traits.email}}' } },
  });
  key = await makeKey();
});

describe('identity keys', () => {
  test('show their secret once, are two at most, and are deleted one by one', async () => {
    assert.match(key.keyId, /^idk_/);
    assert.match(key.secret, /^idsec_[\w-]{43}$/);
    assert.equal(key.lastUsedAt, null);
    const second = await makeKey();
    assert.notEqual(second.secret, key.secret);
    const listed = await beckon.as('OPERATOR', 'GET', '/identity-keys');
    assert.deepEqual(
      listed.json.items.map(({ keyId, ...rest }) => [keyId, Object.keys(rest).sort()]),
      [key, second].map(({ keyId }) => [keyId, ['createdAt', 'lastUsedAt']]),
    );
    const third = await beckon.as('OWNER', 'POST', '/identity-keys', {});
    assert.equal(third.status, 409);
    assert.match(third.json.message, /two identity keys/);
    assert.equal((await beckon.as('OWNER', 'DELETE', `/identity-keys/${second.keyId}`)).status, 204);
    assert.equal((await beckon.as('OWNER', 'DELETE', `/identity-keys/${second.keyId}`)).status, 404);
    assert.deepEqual(
      (await keys()).map(({ keyId }) => keyId),
      [key.keyId],
    );
    assert.equal((await beckon.as('OWNER', 'POST', '/identity-keys', { secret: 'mine' })).status, 400);
  });

  test('are made and deleted by the OWNER alone, and it is in the audit log without the secret', async () => {
    for (const role of ['CREATOR', 'OPERATOR']) {
      assert.equal((await beckon.as(role, 'POST', '/identity-keys')).status, 403, role);
      assert.equal((await beckon.as(role, 'DELETE', `/identity-keys/${key.keyId}`)).status, 403, role);
    }
    assert.equal((await beckon.as('CREATOR', 'GET', '/identity-keys')).status, 403);
    assert.equal((await beckon.call('GET', '/v2/handles/demo/identity-keys')).status, 401);
    const { text, json } = await beckon.as('OPERATOR', 'GET', '/audit-events');
    const entries = json.items.filter(({ action }) => action.startsWith('identity-key.'));
    assert.deepEqual(entries.map(({ action }) => action).sort(), [
      'identity-key.create',
      'identity-key.create',
      'identity-key.delete',
    ]);
    assert.ok(entries.some(({ target }) => target === key.keyId));
    for (const secret of secrets) assert.ok(!text.includes(secret));
  });

  test('survive a restart with what is known of their use', async () => {
    const { right, none } = await known();
    assert.equal((await resolve(right, 'secret', true)).ruleId, 'gold');
    const used = (await keys())[0].lastUsedAt;
    assert.ok(Date.parse(used) > Date.now() - 60_000, used);
    await resolve(none);
    assert.equal((await keys())[0].lastUsedAt, used, 'without a proof it is not used');
    await beckon.stop();
    await beckon.open();
    assert.equal((await keys())[0].lastUsedAt, used);
    assert.equal((await resolve(right, 'secret', true)).ruleId, 'gold');
  });

  test('rotate: both are valid, until the former one is deleted', async () => {
    const { visitorId, right } = await known();
    const next = await makeKey();
    const renewed = { visitorId, visitorProof: proofOf(visitorId, next.secret) };
    for (const who of [right, renewed]) assert.equal((await resolve(who, 'secret', true)).ruleId, 'gold');
    assert.equal((await beckon.as('OWNER', 'DELETE', `/identity-keys/${key.keyId}`)).status, 204);
    key = next;
    const answer = await resolve(right);
    assert.deepEqual([answer.ruleId, codes(answer)], ['plain', ['visitor_proof_invalid']]);
    assert.equal((await resolve(renewed, 'secret', true)).ruleId, 'gold');
    await dropKeys();
    assert.deepEqual(codes(await resolve(renewed)), ['visitor_proof_invalid']);
    key = await makeKey();
  });
});

describe('identity.proof is', () => {
  beforeEach(() => ask());

  test('"reads" by default: without proof only public traits count, in resolve and in prefetch', async () => {
    assert.equal((await beckon.as('OWNER', 'GET', '/settings')).json.identity.proof, 'reads');
    const { right, none, wrong, code, visitorId } = await known();
    assert.deepEqual(codes(await resolve(right, 'secret', true)), []);
    assert.equal((await resolve(right, 'secret', true)).ruleId, 'gold');
    assert.equal((await resolve(right, 'mailed', true)).ruleId, 'mailed');
    const greeted = await resolve(right, 'greet', true);
    assert.deepEqual(greeted.action.payload, { code, who: visitorId });
    for (const who of [none, ...wrong]) {
      const answer = await resolve(who);
      assert.deepEqual([answer.ruleId, answer.action], ['plain', { type: 'popup', payload: {} }]);
      assert.deepEqual(codes(answer), who === none ? [] : ['visitor_proof_invalid']);
      assert.equal((await resolve(who, 'mailed')).outcome, 'none');
      const { ruleId, action } = await resolve(who, 'greet');
      assert.deepEqual([ruleId, action.payload], ['hello', { shown: 'yes' }]);
      const fetched = await call('prefetch', { sessionId: freshSession(), triggers: ['secret', 'greet'], ...who });
      assert.deepEqual(
        fetched.decisions.map(one => one.ruleId),
        ['plain', 'hello'],
      );
      assert.deepEqual(codes(fetched), codes(answer));
    }
    const fetched = await call(
      'prefetch',
      { sessionId: freshSession(), triggers: ['secret', 'greet'], ...right },
      true,
    );
    assert.deepEqual(
      fetched.decisions.map(one => one.ruleId),
      ['gold', 'greets'],
    );
  });

  test('a proof counts for one request: not for the next one of its session', async () => {
    const { right, none } = await known();
    const sessionId = freshSession();
    assert.equal((await resolve({ ...right, sessionId }, 'secret', true)).ruleId, 'gold');
    assert.equal((await resolve({ ...none, sessionId })).ruleId, 'plain');
    assert.equal((await resolve({ sessionId })).ruleId, 'plain');
    assert.equal((await resolve({ ...right, sessionId }, 'secret', true)).ruleId, 'gold');
  });

  test('an etag of the one does not hold for the other', async () => {
    const { right, none } = await known();
    const sessionId = freshSession();
    const fetch = (who, ifNoneMatch, isProven) =>
      call('prefetch', { sessionId, trigger: 'greet', ifNoneMatch, ...who }, isProven);
    const proven = await fetch(right, undefined, true);
    assert.equal((await fetch(right, proven.etag, true)).unchanged, true);
    const unproven = await fetch(none, proven.etag);
    assert.equal(unproven.decisions[0].ruleId, 'hello');
    assert.equal((await fetch(right, unproven.etag, true)).decisions[0].ruleId, 'greets');
  });

  test('with proof a page says any trait, and weighs as much as a server', async () => {
    const { visitorId, right, none, wrong } = await known();
    const traits = set => ({ traits: { set }, signals: [] });
    for (const who of [none, wrong[0]]) {
      const answer = await signal(freshSession(), who, traits({ tier: 'none', pick: 'a' }));
      assert.deepEqual(answer.traits.applied, ['pick']);
      assert.deepEqual(
        answer.traits.refused.map(({ trait }) => trait),
        ['tier'],
      );
    }
    const proven = await signal(freshSession(), right, traits({ tier: 'gold2', pick: 'b' }), true);
    assert.deepEqual([proven.traits.applied, proven.traits.refused], [['pick', 'tier'], []]);
    const late = await signal(freshSession(), none, traits({ pick: 'c' }));
    assert.deepEqual(late.traits.stale, ['pick'], 'what a page without proof says is outweighed');
    const known_ = (await visitor(visitorId)).traits;
    assert.deepEqual([known_.tier.value, known_.tier.source, known_.pick.value], ['gold2', 'proven', 'b']);
    await say(visitorId, { tier: 'server' });
    assert.equal((await values(visitorId)).tier, 'server', 'of equal ranks the newer one holds');
  });

  test('no signal is lost, whatever the proof; its session is marked proven or not, and so is its event', async t => {
    const hook = await beckon.subscribe(['signal.*']);
    t.after(() => hook.close());
    const { visitorId, right, none, wrong } = await known();
    for (const who of [right, none, ...wrong]) {
      const sessionId = freshSession();
      const browser = `a-${freshSession()}`;
      await signal(freshSession(), { anonymousId: browser });
      const answer = await signal(sessionId, { ...who, anonymousId: browser }, {}, who === right);
      assert.equal(answer.accepted, 1);
      assert.deepEqual(codes(answer), wrong.includes(who) ? ['visitor_proof_invalid'] : []);
      const stored = await session(sessionId);
      assert.deepEqual([stored.visitorId, stored.proven], [visitorId, who === right]);
      const { event } = await hook.log.next(one => one.event.payload.sessionId === sessionId);
      assert.deepEqual([event.payload.visitorId, event.payload.proven], [visitorId, who === right]);
    }
    assert.equal((await visitor(visitorId)).sessionCount, 2 * (2 + wrong.length), 'and the browser’s were claimed');
    // Whoever knows the id of a session that is proven is not.
    const sessionId = freshSession();
    await signal(sessionId, right, {}, true);
    await hook.log.next(one => one.event.payload.sessionId === sessionId);
    await signal(sessionId, none);
    const { event } = await hook.log.next(one => one.event.payload.version === 2);
    assert.deepEqual([event.payload.sessionId, event.payload.proven], [sessionId, false]);
    assert.equal((await session(sessionId)).proven, true, 'a proof was said in it');
    const bad = await beckon.chain('signals', { sessionId: 's', visitorProof: 7, signals: [{ type: 'view' }] });
    assert.deepEqual([bad.status, bad.json.details[0].field], [400, 'visitorProof']);
  });

  test('"required": without proof nobody is named, and nothing else is lost', async () => {
    await ask('required');
    const { visitorId, right, none, wrong } = await known();
    const before = (await visitor(visitorId)).sessionCount;
    for (const who of [none, ...wrong]) {
      const sessionId = freshSession();
      const browser = `a-${freshSession()}`;
      const answer = await signal(sessionId, { ...who, anonymousId: browser }, { traits: { set: { pick: 'x' } } });
      assert.equal(answer.accepted, 1);
      assert.deepEqual(codes(answer), [who === none ? 'visitor_proof_missing' : 'visitor_proof_invalid']);
      assert.deepEqual(answer.traits.applied, ['pick'], 'of the browser');
      const stored = await session(sessionId);
      assert.deepEqual([stored.visitorId, stored.anonymousId, stored.proven], [null, browser, false]);
      const decided = await resolve({ ...who, sessionId });
      assert.deepEqual([decided.ruleId, codes(decided)], ['plain', codes(answer)]);
      const { action } = await resolve({ ...who, sessionId }, 'greet');
      assert.deepEqual(action.payload, { shown: 'no' }, 'not even public traits of the visitor');
    }
    assert.equal((await visitor(visitorId)).sessionCount, before);
    const sessionId = freshSession();
    assert.deepEqual(codes(await signal(sessionId, right, {}, true)), []);
    assert.equal((await session(sessionId)).visitorId, visitorId);
    assert.equal((await resolve({ ...right, sessionId }, 'secret', true)).ruleId, 'gold');
    // What a proof has named stays named, and who comes without is not in the way: no 409 about another visitor.
    const other = await signal(sessionId, { visitorId: person() });
    assert.deepEqual([other.accepted, codes(other)], [1, ['visitor_proof_missing']]);
    assert.equal((await session(sessionId)).visitorId, visitorId);
  });

  test('"off": whoever names a visitor is believed', async () => {
    await ask('off');
    const { none, wrong, visitorId, code } = await known();
    for (const who of [none, wrong[0]]) {
      const answer = await resolve(who, 'greet', true);
      assert.deepEqual(answer.action.payload, { code, who: visitorId });
      assert.deepEqual(codes(answer), who === none ? [] : ['visitor_proof_invalid']);
    }
    const sessionId = freshSession();
    const said = await signal(sessionId, none, { traits: { set: { tier: 'new' } } }, true);
    assert.deepEqual(said.traits.stale, ['tier'], 'but a server outweighs it');
    assert.equal((await session(sessionId)).proven, false);
  });

  test('of another value 400', async () => {
    const answer = await beckon.as('OWNER', 'PUT', '/settings', { identity: { proof: 'maybe' } });
    assert.deepEqual([answer.status, answer.json.details[0].field], [400, 'identity.proof']);
  });

  test('nothing to those who have a role', async () => {
    await ask('required');
    const { visitorId } = await known();
    const answer = await beckon.as('CREATOR', 'POST', '/chain/resolve', {
      sessionId: freshSession(),
      trigger: 'secret',
      visitorId,
    });
    assert.deepEqual([answer.json.ruleId, codes(answer.json)], ['gold', []]);
    const sessionId = freshSession();
    await beckon.as('CREATOR', 'POST', '/chain/signals', { sessionId, visitorId, signals: [{ type: 'view' }] });
    assert.deepEqual([(await session(sessionId)).visitorId, (await session(sessionId)).proven], [visitorId, true]);
  });
});

describe('what is private', () => {
  before(() => ask());

  test('a sensitive trait is in no answer of a public route, even with proof', async () => {
    const { right, none } = await known();
    for (const who of [right, none]) {
      const answer = await resolve(who, 'mail', who === right);
      assert.deepEqual(answer.action.payload, { mail: null });
    }
  });

  test('a decision that says something of its visitor is reused for 30 seconds at most', async () => {
    const { right, none } = await known();
    const treats = (name, ttl, payload) =>
      put(name, { status: 'live', triggers: [name], when: {}, ttl, action: { type: 'popup', payload } });
    await treats('personal', '1h', { shown: '{{visitor.traits.shown}}' });
    await treats('brief', '10s', { shown: '{{visitor.traits.shown}}' });
    await treats('general', '1h', { page: "{{session.context.page | default:'none'}}" });
    const triggers = ['personal', 'brief', 'general'];
    for (const who of [right, none]) {
      const sessionId = freshSession();
      const { decisions } = await call('prefetch', { sessionId, triggers, ...who }, who === right);
      assert.deepEqual(
        decisions.map(one => [one.ruleId, one.ttlSeconds, Date.parse(one.expiresAt) - Date.parse(one.resolvedAt)]),
        [
          ['personal', 30, 30_000],
          ['brief', 10, 10_000],
          ['general', 3600, 3_600_000],
        ],
      );
      assert.equal((await resolve({ ...who, sessionId }, 'personal', who === right)).ttlSeconds, 30);
    }
  });

  test('a decision reproduces with the proof that it was made with', async () => {
    const { right, none, wrong, visitorId } = await known();
    const made = [];
    for (const who of [right, none, wrong[0]])
      for (const trigger of ['secret', 'greet', 'mailed']) {
        const sessionId = freshSession();
        await signal(sessionId, {});
        const isProven = who === right;
        made.push(await resolve({ ...who, sessionId }, trigger, isProven));
        const ahead = await call('prefetch', { sessionId, trigger, ...who }, isProven);
        const { decisionId } = ahead.decisions[0];
        await signal(sessionId, who, { signals: [{ type: 'decision.shown', signalValue: decisionId }] }, isProven);
        made.push(ahead.decisions[0]);
      }
    await say(visitorId, { tier: 'lead', code: 'changed' });
    for (const { decisionId, ruleId, outcome } of made) {
      const again = await until('it is recorded', async () => {
        const answer = await beckon.as('CREATOR', 'GET', `/decisions/${encodeURIComponent(decisionId)}`);
        return answer.status === 200 && answer.json;
      });
      assert.deepEqual([again.same, again.ruleId, again.again.outcome], [true, ruleId, outcome], JSON.stringify(again));
    }
  });

  test('denied consent erases the session and, with proof, the visitor', async () => {
    const { visitorId, right, none, wrong } = await known();
    const [other, first, second] = [freshSession(), freshSession(), freshSession()];
    await signal(other, none);
    for (const who of [none, wrong[0]]) {
      await signal(first, who);
      const answer = await signal(first, who, { consent: 'denied' });
      assert.equal(answer.consent, 'denied');
      assert.equal((await visitor(visitorId)).sessionCount, 1, 'only the session');
    }
    await signal(second, none);
    const answer = await signal(second, right, { consent: 'denied' }, true);
    assert.deepEqual([answer.consent, answer.accepted], ['denied', 0]);
    assert.equal((await beckon.as('OPERATOR', 'GET', path(visitorId))).status, 404);
    assert.equal((await beckon.as('CREATOR', 'GET', `/chain/${other}`)).status, 404);
    assert.equal((await session(second)).consent, 'denied');
    const { items } = (await beckon.as('OPERATOR', 'GET', '/audit-events')).json;
    assert.ok(items.some(({ action, actor }) => action === 'visitor.erase' && actor === 'visitor'));
    // Once more, of nobody; and of one who comes back.
    assert.equal((await signal(second, right, { consent: 'denied' }, true)).consent, 'denied');
    assert.equal((await signal(other, right, {}, true)).accepted, 1);
    assert.deepEqual(await values(visitorId), {});
  });

  test('with GPC a proof opens nothing', async () => {
    const { right } = await known();
    const body = { sessionId: freshSession(), trigger: 'secret', ...right };
    const answer = await beckon.chain('resolve', body, { from: freshAddress(), headers: { 'sec-gpc': '1' } });
    answers.push({ text: answer.text, isProven: false });
    assert.equal(answer.json.ruleId, 'plain');
  });

  test('nor does it open the session of somebody else', async () => {
    const { none: theirs } = await known();
    const { right: own } = await known();
    const sessionId = freshSession();
    await signal(sessionId, theirs);
    const before = await session(sessionId);
    const refused = await beckon.chain('resolve', { sessionId, trigger: 'secret', ...own }, { from: freshAddress() });
    assert.deepEqual([refused.status, refused.json.reason], [409, 'visitor']);
    for (const trigger of ['secret', 'mailed', 'greet']) {
      const answer = await beckon.chain(
        'resolve',
        { sessionId, trigger, ...own },
        { from: freshAddress(), headers: { 'sec-gpc': '1' } },
      );
      answers.push({ text: answer.text, isProven: false });
      assert.ok(!['gold', 'mailed', 'greets'].includes(answer.json.ruleId), answer.text);
    }
    const after = await session(sessionId);
    assert.deepEqual([after.visitorId, after.proven], [before.visitorId, false]);
  });

  test('was in none of all these answers without proof, and neither it nor a key in a log or on the disk', async () => {
    assert.ok(answers.length > 150, `${answers.length}`);
    for (const { text, isProven } of answers) {
      if (!isProven) assert.doesNotMatch(text, /private-|"vip"/);
      assert.doesNotMatch(text, /secret-/);
      for (const secret of secrets) assert.ok(!text.includes(secret));
    }
    assert.ok(answers.some(({ text, isProven }) => isProven && /private-/.test(text)));
    assert.doesNotMatch(beckon.log, /private-|secret-|idsec_/);
    const bytes = readdirSync(beckon.data)
      .map(name => readFileSync(join(beckon.data, name), 'latin1'))
      .join('\n');
    for (const secret of secrets) assert.ok(!bytes.includes(secret) && !beckon.log.includes(secret));
  });
});
