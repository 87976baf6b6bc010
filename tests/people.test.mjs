// Who is who, from outside: docs/people.md.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { setTimeout as pass } from 'node:timers/promises';
import { Beckon, freshAddress, freshSession } from './kit/beckon.mjs';
import { until } from './kit/wait.mjs';

let beckon;
const open = [];
before(async () => {
  beckon = await Beckon.start();
});
after(async () => {
  for (const hook of open) await hook.close();
  await beckon?.close();
});
afterEach(async () => {
  for (const { ruleId } of (await beckon.as('CREATOR', 'GET', '/chain-rules')).json.items)
    await beckon.as('CREATOR', 'DELETE', `/chain-rules/${ruleId}`);
});

const fresh = () => ({ browser: `a-${freshSession()}`, person: `${freshSession()}@company.example` });
const post = (sessionId, types, who = {}) =>
  beckon.chain('signals', { sessionId, ...who, signals: types.map(type => ({ type })) }, { from: freshAddress() });
const say = async (sessionId, types, who) => {
  const answer = await post(sessionId, types, who);
  assert.equal(answer.status, 202, answer.text);
  return answer.json;
};
const ask = async (sessionId, trigger, who = {}) => {
  const answer = await beckon.chain('resolve', { sessionId, trigger, ...who }, { from: freshAddress() });
  assert.equal(answer.status, 200, answer.text);
  return answer.json.outcome;
};
const put = async (id, body) => {
  const answer = await beckon.as('CREATOR', 'PUT', `/chain-rules/${id}`, body);
  assert.ok([200, 201].includes(answer.status), answer.text);
};
const path = visitor => `/visitors/${encodeURIComponent(visitor)}`;
const visitor = async id => (await beckon.as('CREATOR', 'GET', path(id))).json;
const ids = async id => (await visitor(id)).ids.map(one => one.id);
const session = async id => (await beckon.as('CREATOR', 'GET', `/chain/${id}`)).json;
const alias = (id, body, as = 'OPERATOR') => beckon.as(as, 'POST', `${path(id)}/aliases`, body);
const split = (id, body, as = 'OPERATOR') => beckon.as(as, 'POST', `${path(id)}/split`, body);
const subscribe = async (types, options) => {
  const hook = await beckon.subscribe(types, options);
  open.push(hook);
  return hook;
};
const settings = async identity => {
  const now = (await beckon.as('OWNER', 'GET', '/settings')).json;
  const answer = await beckon.as('OWNER', 'PUT', '/settings', { ...now, identity });
  assert.equal(answer.status, 200, answer.text);
};
const bought = (trigger = 'home') => ({
  triggers: [trigger],
  when: { all: [{ count: { key: 'purchase' }, within: '1d', atLeast: 1, scope: 'visitor' }] },
  action: { type: 'thanks', payload: {} },
});
const abandoned = wait => ({
  triggers: ['@due'],
  when: { all: [{ absent: { key: 'purchase' }, after: { key: 'cart' }, for: wait, scope: 'visitor' }] },
  action: { type: 'email', payload: {} },
});

describe('a browser', () => {
  test('is one visitor over its sessions, and what it did is claimed by the first visitorId that is said', async () => {
    const { browser, person } = fresh();
    const [one, two, phone] = [freshSession(), freshSession(), freshSession()];
    await put('bought', bought());
    await say(one, ['purchase'], { anonymousId: browser });
    assert.equal(await ask(two, 'home', { anonymousId: browser }), 'act');
    assert.deepEqual(
      [(await session(one)).visitorId, (await session(one)).anonymousId, await ids(`~${browser}`)],
      [null, browser, [`~${browser}`]],
    );
    await say(two, ['login'], { anonymousId: browser, visitorId: person });
    assert.deepEqual([(await session(one)).visitorId, (await session(one)).anonymousId], [person, browser]);
    assert.deepEqual([(await session(two)).visitorId, (await session(two)).anonymousId], [person, null]);
    assert.equal(await ask(phone, 'home', { visitorId: person }), 'act');
    assert.deepEqual(await ids(person), [person, `~${browser}`]);
    assert.deepEqual(await ids(`~${browser}`), [person, `~${browser}`]);
    const listed = (await visitor(person)).sessions.map(read => read.sessionId);
    assert.deepEqual(listed.sort(), [one, two, phone].sort());
  });

  test('that two customers share joins neither to the other', async () => {
    const { browser, person } = fresh();
    const other = fresh().person;
    const [before_, one, two, later] = Array.from({ length: 4 }, () => freshSession());
    await say(before_, ['purchase'], { anonymousId: browser });
    await say(one, ['login'], { anonymousId: browser, visitorId: person });
    await say(two, ['login'], { anonymousId: browser, visitorId: other });
    await say(later, ['view'], { anonymousId: browser });
    const whose = async id => (await session(id)).visitorId;
    assert.deepEqual(
      [await whose(before_), await whose(one), await whose(two), await whose(later)],
      [person, person, other, other],
    );
    const refused = await post(two, ['view'], { visitorId: person });
    assert.deepEqual([refused.status, refused.json.error, refused.json.reason], [409, 'conflict', 'visitor']);
    await say(later, ['login'], { anonymousId: browser, visitorId: person });
    assert.equal(await whose(later), person, 'remembered is provisional');
  });

  test('is forgotten as the settings say', async () => {
    await settings({ remember: 'never', claim: '1h' });
    const { browser, person } = fresh();
    const [one, two] = [freshSession(), freshSession()];
    await say(one, ['login'], { anonymousId: browser, visitorId: person });
    await say(two, ['view'], { anonymousId: browser });
    assert.equal((await session(two)).visitorId, null);
    const bad = await beckon.as('OWNER', 'PUT', '/settings', { identity: { remember: 'sometimes', claim: 5 } });
    assert.deepEqual(bad.json.details.map(one => one.field).sort(), ['identity.claim', 'identity.remember']);
    await settings({ remember: 'until_logout', claim: 'all' });
  });

  test('counts for nothing without full consent', async () => {
    const { browser, person } = fresh();
    const [one, two] = [freshSession(), freshSession()];
    await say(one, ['view'], { anonymousId: browser, consent: 'basic' });
    await say(two, ['view'], { anonymousId: browser });
    await say(two, ['view'], { anonymousId: browser, consent: 'basic' });
    assert.deepEqual([(await session(one)).anonymousId, (await session(two)).anonymousId], [null, null]);
    await say(freshSession(), ['login'], { anonymousId: browser, visitorId: person });
    assert.deepEqual(await ids(person), [person]);
  });

  test('is named in events until its visitor is', async () => {
    const hook = await subscribe(['signal.*']);
    const { browser, person } = fresh();
    const [one, two] = [freshSession(), freshSession()];
    await say(one, ['view'], { anonymousId: browser });
    await say(two, ['login'], { anonymousId: browser, visitorId: person });
    await say(one, ['again'], { anonymousId: browser });
    const payloads = await until('three events', () => {
      const all = hook.log.items.map(({ event }) => event.payload).filter(p => [one, two].includes(p.sessionId));
      return all.length === 3 && all.sort((a, b) => a.signal.at.localeCompare(b.signal.at));
    });
    assert.deepEqual(
      payloads.map(payload => [payload.visitorId, payload.anonymousId]),
      [
        [undefined, browser],
        [person, undefined],
        [person, browser],
      ],
    );
  });
});

describe('joining', () => {
  test('shows its plan first, is exact to undo, and is audited', async () => {
    const { person, browser } = fresh();
    const work = fresh().person;
    const [one, two, three] = [freshSession(), freshSession(), freshSession()];
    await put('once', {
      triggers: ['pay'],
      when: {},
      limit: { caps: [{ max: 1, per: '1d' }] },
      action: { type: 'popup', payload: {} },
    });
    await say(one, ['view'], { visitorId: person });
    await say(two, ['view'], { anonymousId: browser });
    await say(three, ['view'], { anonymousId: browser, visitorId: work });
    assert.equal(await ask(three, 'pay', { visitorId: work }), 'act');
    const exported = async () =>
      Promise.all(
        [person, work].map(async id => {
          const { json } = await beckon.as('OPERATOR', 'GET', `${path(id)}/export`);
          const moves = ['exportedAt', 'requestId', 'timeline']; // deliveries go on
          return JSON.stringify(json, (key, value) => (moves.includes(key) ? null : value));
        }),
      );
    const before_ = await exported();

    const plan = await alias(person, { id: work, dryRun: true });
    assert.deepEqual(plan.json.joined, { ids: [work, `~${browser}`], sessions: 2, spends: 1 });
    assert.deepEqual(await exported(), before_, 'a dry run changes nothing');
    const done = await alias(person, { id: work });
    assert.deepEqual([done.status, done.json.joined.ids], [200, [work, `~${browser}`]]);
    assert.deepEqual((await ids(work)).sort(), [person, work, `~${browser}`].sort());
    assert.equal((await visitor(work)).visitorId, person);
    assert.equal(await ask(one, 'pay', { visitorId: person }), 'suppressed');
    assert.equal((await post(one, ['view'], { visitorId: work })).status, 202, 'the same visitor by another id');
    const whole = (await beckon.as('OPERATOR', 'GET', `${path(work)}/export`)).json;
    assert.deepEqual(whole.sessions.map(read => read.sessionId).sort(), [one, two, three].sort());

    await beckon.kill();
    await beckon.open();
    assert.equal((await visitor(work)).visitorId, person, 'also after kill -9');
    assert.equal((await split(person, { ids: [work, `~${browser}`] })).status, 200);
    assert.deepEqual(await ids(person), [person]);
    assert.deepEqual(await ids(work), [work, `~${browser}`]);
    const others = text => JSON.parse(text, (key, value) => (key === 'sessionId' && value === one ? null : value));
    const [ofPerson, ofWork] = await exported();
    assert.equal(ofWork, before_[1], 'to the byte');
    assert.deepEqual(others(ofPerson).ids, others(before_[0]).ids);
    const audit = (await beckon.as('OWNER', 'GET', '/audit-events')).json.items;
    assert.deepEqual(
      audit.map(({ action }) => action).filter(action => /^visitor\.(?!export)/.test(action)),
      ['visitor.split', 'visitor.alias'],
    );
    assert.ok(!JSON.stringify(audit).includes(person));
  });

  test("lists a browser once, however many of its stretches are the visitor's, and all counts agree", async () => {
    await settings({ remember: 'never' });
    const { browser, person } = fresh();
    const other = fresh().person;
    for (let i = 0; i < 2; i += 1) {
      await say(freshSession(), ['view'], { anonymousId: browser });
      await say(freshSession(), ['login'], { anonymousId: browser, visitorId: person });
    }
    await say(freshSession(), ['view'], { visitorId: other });
    const shown = [person, `~${browser}`];
    const count = async () =>
      (await beckon.as('CREATOR', 'GET', `/visitors?q=${encodeURIComponent(person)}`)).json.items[0].idCount;
    assert.deepEqual([await ids(person), await count()], [shown, 2]);
    for (const dryRun of [true, false]) {
      const { joined } = (await alias(other, { id: person, dryRun })).json;
      assert.deepEqual([joined.ids, joined.sessions], [shown, 4]);
    }
    const joint = (await split(other, { ids: [`~${browser}`], dryRun: true })).json;
    assert.deepEqual([joint.split.ids, joint.split.sessions], [[`~${browser}`], 2], 'with all its stretches');
    const undone = (await split(other, { ids: shown })).json;
    assert.deepEqual([undone.visitor.ids, undone.split.ids], [[other], shown]);
    assert.deepEqual([await ids(person), await count()], [shown, 2]);
    const audit = (await beckon.as('OWNER', 'GET', '/audit-events')).json.items;
    assert.deepEqual(
      audit.slice(0, 2).map(({ action, detail }) => [action, detail.ids]),
      [
        ['visitor.split', 2],
        ['visitor.alias', 2],
      ],
    );
    await settings({ remember: 'until_logout' });
  });

  test('never sends, and ends what only one of them waited for', async () => {
    const hook = await subscribe(['chain.message.due']);
    const { browser, person } = fresh();
    const [cart, elsewhere] = [freshSession(), freshSession()];
    await put('cart', abandoned('2s'));
    await say(cart, ['cart'], { anonymousId: browser });
    await say(elsewhere, ['purchase'], { visitorId: person });
    await say(cart, ['view'], { anonymousId: browser, visitorId: person });
    assert.deepEqual(
      (await session(cart)).timeline.filter(({ kind }) => kind === 'timer'),
      [],
    );
    await pass(2500);
    assert.deepEqual(
      hook.log.items.map(({ event }) => event.payload.sessionId).filter(id => id === cart),
      [],
    );
  });

  test('withdraws the message that the other one has made untrue', async () => {
    const hook = await subscribe(['chain.message.due'], { answer: () => ({ status: 503 }) });
    const { browser, person } = fresh();
    const [cart, elsewhere] = [freshSession(), freshSession()];
    await put('cart', abandoned('1s'));
    await say(cart, ['cart'], { anonymousId: browser });
    const mine = async () =>
      (await beckon.as('OPERATOR', 'GET', `/webhooks/${hook.id}/deliveries`)).json.items.find(
        one => one.sessionId === cart,
      );
    await until('a first attempt has failed', async () => (await mine())?.status === 'retrying');
    await say(elsewhere, ['purchase'], { visitorId: person });
    await say(cart, ['view'], { anonymousId: browser, visitorId: person });
    const ended = await mine();
    assert.equal(ended.status, 'withdrawn');
    assert.match(ended.reason, /no longer true: purchase/);
  });

  test('is for operators, and names every fault', async () => {
    const { person } = fresh();
    await say(freshSession(), ['view'], { visitorId: person });
    assert.equal((await alias(person, { id: 'x' }, 'CREATOR')).json.error, 'insufficient_role');
    assert.equal((await split(person, { ids: ['x'] }, 'CREATOR')).json.error, 'insufficient_role');
    const fields = async answer => (await answer).json.details?.map(({ field }) => field).sort();
    assert.deepEqual(await fields(alias(person, { dryRun: 1, more: 1 })), ['dryRun', 'id', 'more']);
    assert.deepEqual(await fields(alias(person, { id: 'guest' })), ['id']);
    assert.deepEqual(await fields(alias('~a', { id: 'y' })), ['visitorId']);
    assert.deepEqual(await fields(split(person, { ids: ['nobody', 5] })), ['ids[0]', 'ids[1]']);
    assert.deepEqual(await fields(split(person, { ids: [person] })), ['ids']);
    assert.deepEqual(await fields(split(person, {})), ['ids']);
    for (const [id, named, message] of [
      [fresh().person, person, /^There is no such visitor; check the id in the path\.$/],
      [person, '~never', /^There is no such visitor; check "id" in the body\.$/],
      [fresh().person, '~never', /^There are no such visitors; check the id in the path and "id" in the body\.$/],
    ]) {
      const unknown = await alias(id, { id: named });
      assert.deepEqual([unknown.status, unknown.json.error], [404, 'not_found']);
      assert.match(unknown.json.message, message);
    }
    assert.equal((await split(fresh().person, { ids: ['x'] })).status, 404);
    assert.equal((await beckon.as('CREATOR', 'GET', path(fresh().person))).status, 404);
    const said = await say(freshSession(), ['order'], { visitorId: '~a-1' });
    assert.deepEqual(said.warnings, [{ code: 'visitor_id_blocked' }]);
  });
});

test('a browser does not remember a visitor who was erased, nor one who begins anew under their id', async () => {
  const { browser, person } = fresh();
  await say(freshSession(), ['view'], { anonymousId: browser, visitorId: person });
  const remembered = freshSession();
  await say(remembered, ['view'], { anonymousId: browser });
  assert.equal((await session(remembered)).visitorId, person);
  assert.equal((await beckon.as('OPERATOR', 'DELETE', path(person))).status, 204);
  for (const id of [person, `~${browser}`]) assert.equal((await beckon.as('CREATOR', 'GET', path(id))).status, 404, id);
  await beckon.kill();
  await beckon.open();
  for (let i = 0; i < 2; ++i) {
    const sessionId = freshSession();
    await say(sessionId, ['view'], { anonymousId: browser });
    assert.equal((await session(sessionId)).visitorId, null);
    assert.equal((await visitor(`~${browser}`)).visitorId, null);
    await say(freshSession(), ['view'], { anonymousId: `${browser}-2`, visitorId: person });
  }
  assert.equal((await visitor(person)).sessionCount, 2);
});

describe('a browser that several visitors have used', () => {
  // First nobody is said, then `person`, then `other`, who is remembered for what follows.
  const used = async () => {
    const { browser, person } = fresh();
    const other = fresh().person;
    const sessions = Array.from({ length: 4 }, () => freshSession());
    for (const [i, visitorId] of [undefined, person, other, undefined].entries())
      await say(sessions[i], ['view'], { anonymousId: browser, visitorId });
    return { browser, id: `~${browser}`, person, other, sessions };
  };
  const exported = people =>
    Promise.all(
      people.map(async one => {
        const { json } = await beckon.as('OPERATOR', 'GET', `${path(one)}/export`);
        const moves = ['exportedAt', 'requestId', 'timeline']; // deliveries go on
        return JSON.stringify(json, (key, value) => (moves.includes(key) ? null : value));
      }),
    );
  const refused = (answer, ids) => {
    assert.deepEqual([answer.status, answer.json.error, answer.json.reason], [409, 'conflict', 'browser'], answer.text);
    assert.deepEqual(answer.json.ids.toSorted(), ids.toSorted());
    for (const id of ids) assert.ok(answer.json.message.includes(id), answer.json.message);
  };

  test('is named by its id in no path and no body, so a repeated erasure takes nobody', async () => {
    const { id, person, other } = await used();
    for (const [method, where, body] of [
      ['GET', path(id)],
      ['GET', `${path(id)}/export`],
      ['GET', `${path(id)}/timeline`],
      ['GET', `${path(id)}/traits/plan`],
      ['POST', `${path(id)}/traits`, { set: { plan: 'pro' } }],
      ['POST', `${path(id)}/split`, { ids: [person] }],
      ['POST', `${path('someone')}/aliases`, { id }],
      ['POST', `${path(person)}/aliases`, { id, dryRun: true }],
      ['POST', '/chain-rules/preview', { rule: bought(), visitorId: id }],
      ['DELETE', path(id)],
      ['DELETE', path(id)],
    ])
      refused(await beckon.as('OPERATOR', method, where, body), [person, other]);
    for (const one of [person, other]) {
      assert.deepEqual([await ids(one), (await visitor(one)).sessionCount], [[one, id], 2]);
      assert.deepEqual((await visitor(one)).traits, {});
    }
    assert.equal((await beckon.as('OPERATOR', 'DELETE', path(other))).status, 204);
    assert.equal((await visitor(id)).visitorId, person, 'who alone has it now');
    for (const status of [204, 404]) assert.equal((await beckon.as('OPERATOR', 'DELETE', path(id))).status, status);
  });

  test('is not the id either of one who has it while another was said in it last', async () => {
    const { browser, person } = fresh();
    const other = fresh().person;
    await say(freshSession(), ['view'], { anonymousId: browser });
    for (const visitorId of [person, other]) await say(freshSession(), ['view'], { anonymousId: browser, visitorId });
    refused(await beckon.as('OPERATOR', 'DELETE', path(`~${browser}`)), [person, other]);
    assert.equal((await visitor(other)).sessionCount, 1);
  });

  for (const [kind, identity] of [
    ['never remembers', { remember: 'never' }],
    ['lets claims reach back only so far', { claim: '1s' }],
  ])
    test(`has an id for each stretch that nobody claimed, where the handle ${kind}`, async () => {
      await settings(identity);
      const { browser, person } = fresh();
      const unclaimed = freshSession();
      await say(identity.claim ? unclaimed : freshSession(), ['view'], { anonymousId: browser });
      if (identity.claim) await pass(1100);
      await say(freshSession(), ['view'], { anonymousId: browser, visitorId: person });
      if (identity.remember) await say(unclaimed, ['view'], { anonymousId: browser });
      await settings({ remember: 'until_logout', claim: 'all' });
      const id = `~${browser}`;
      const stretch = `~ ${identity.remember ? 2 : 1}:${browser}`;
      refused(await beckon.as('CREATOR', 'GET', path(id)), [person, stretch]);
      const found = await visitor(stretch);
      assert.deepEqual(
        [found.visitorId, found.ids[0].id, found.sessions.map(one => one.sessionId)],
        [null, stretch, [unclaimed]],
      );
      const listed = (await beckon.as('CREATOR', 'GET', `/visitors?q=${encodeURIComponent(id)}`)).json.items;
      assert.deepEqual(listed.map(one => one.id).sort(), (identity.claim ? [stretch] : [person, stretch]).sort());
      const none = await beckon.as('CREATOR', 'GET', path(`~ 9:${browser}`));
      assert.equal(none.status, 404);
      for (const status of [204, 404])
        assert.equal((await beckon.as('OPERATOR', 'DELETE', path(stretch))).status, status);
      const left = identity.claim ? [person] : [person, id];
      assert.deepEqual([await ids(person), await ids(id)], [left, left]);
    });

  test('has another one once a stretch is split from its visitor, which undoes the split', async () => {
    const { browser, id, person, other, sessions } = await used();
    const before_ = await exported([person, other]);
    assert.equal((await split(person, { ids: [id] })).status, 200);
    const stretch = `~ 1:${browser}`;
    refused(await alias(person, { id }), [other, stretch]);
    assert.deepEqual(
      (await visitor(stretch)).sessions.map(one => one.sessionId),
      [sessions[0]],
    );
    const done = (await alias(person, { id: stretch })).json;
    assert.deepEqual([done.joined.ids, done.joined.sessions], [[id], 1]);
    const [ofPerson, ofOther] = await exported([person, other]);
    assert.equal(ofOther, before_[1]);
    assert.deepEqual(
      JSON.parse(ofPerson).sessions.map(one => one.sessionId),
      JSON.parse(before_[0]).sessions.map(one => one.sessionId),
    );
  });

  test('keeps of each visitor what was theirs: a join of them is undone exactly, and its plan says so', async () => {
    const { id, person, other } = await used();
    const before_ = await exported([person, other]);
    for (const [name, joined] of [
      [person, other],
      [other, person],
    ])
      for (const named of [[joined], [joined, id]]) {
        assert.equal((await alias(name, { id: joined })).status, 200);
        assert.equal((await visitor(name)).sessionCount, 4);
        for (const dryRun of [true, false]) {
          const plan = await split(name, { ids: named, dryRun });
          assert.equal(plan.status, 200, plan.text);
          assert.deepEqual(plan.json.visitor, { ids: [name, id], sessions: 2, spends: 0 });
          assert.deepEqual(plan.json.split, { ids: [joined, id], sessions: 2, spends: 0 });
        }
        assert.deepEqual(await exported([person, other]), before_, 'to the byte');
      }
  });
});

test('a join through any id of a visitor keeps the name, and is undone exactly', async () => {
  const [name, second, other] = [fresh().person, fresh().person, fresh().person];
  for (const visitorId of [name, second, other]) await say(freshSession(), ['view'], { visitorId });
  assert.equal((await alias(name, { id: second })).status, 200);
  const exported = async () => {
    const { json } = await beckon.as('OPERATOR', 'GET', `${path(name)}/export`);
    const withoutTimeline = one => ({ ...one, timeline: null }); // deliveries go on
    return { ...json, exportedAt: null, requestId: null, sessions: json.sessions.map(withoutTimeline) };
  };
  const before_ = await exported();
  const done = (await alias(second, { id: other })).json;
  assert.deepEqual([done.visitorId, done.visitor.ids, done.joined.ids], [name, [name, second], [other]]);
  assert.deepEqual(await ids(other), [name, second, other]);
  assert.equal((await split(second, { ids: [other] })).status, 200);
  assert.deepEqual(await exported(), before_);
});

test('a browser is turned back neither by a request that comes twice nor by one that comes late', async () => {
  const { browser, person } = fresh();
  const other = fresh().person;
  const [one, two] = [freshSession(), freshSession()];
  const send = async (sessionId, visitorId, signal) => {
    const body = { sessionId, anonymousId: browser, visitorId, signals: [{ type: 'view', ...signal }] };
    const answer = await beckon.chain('signals', body, { from: freshAddress() });
    assert.equal(answer.status, 202, answer.text);
    return answer.json;
  };
  const remembered = async () => {
    const sessionId = freshSession();
    await say(sessionId, ['view'], { anonymousId: browser });
    return (await session(sessionId)).visitorId;
  };
  await send(one, person, { id: '1' });
  await send(two, other, { id: '2' });
  const again = await send(one, person, { id: '1' });
  assert.deepEqual([again.accepted, again.duplicates], [0, 1]);
  assert.equal(await remembered(), other);
  await send(one, person, { id: '3', age: 60000 });
  assert.equal(await remembered(), other);
  await send(freshSession(), person, { id: '4', age: 60000 });
  assert.equal(await remembered(), other);
  await send(one, person, { id: '5' });
  assert.equal(await remembered(), person);
});

test('an id that is blocked later is not remembered any more, and its visitor can be split and erased', async () => {
  const { browser, person } = fresh();
  const other = fresh().person;
  for (const visitorId of [person, other]) await say(freshSession(), ['view'], { visitorId });
  await say(freshSession(), ['view'], { anonymousId: browser, visitorId: person });
  assert.equal((await alias(person, { id: other })).status, 200);
  await settings({ blockedIds: [person] });
  for (const visitorId of [person, undefined]) {
    const sessionId = freshSession();
    const answer = await say(sessionId, ['view'], { anonymousId: browser, visitorId });
    assert.deepEqual(answer.warnings, visitorId && [{ code: 'visitor_id_blocked' }]);
    const { visitorId: whose, anonymousId } = await session(sessionId);
    assert.deepEqual([whose, anonymousId], [null, browser]);
  }
  assert.equal((await alias(person, { id: 'x' })).status, 400);
  assert.equal((await beckon.as('OPERATOR', 'POST', `${path(person)}/traits`, { set: { a: 1 } })).status, 400);
  assert.equal((await split(person, { ids: [other] })).status, 200);
  assert.equal((await beckon.as('OPERATOR', 'DELETE', path(person))).status, 204);
  assert.equal((await visitor(other)).sessionCount, 1);
  await settings({ blockedIds: [] });
});

test('erasing a visitor erases all ids, whichever the path names', async () => {
  const { browser, person } = fresh();
  const other = fresh().person;
  const [one, two, three] = [freshSession(), freshSession(), freshSession()];
  await say(one, ['view'], { anonymousId: browser });
  await say(two, ['view'], { anonymousId: browser, visitorId: person });
  await say(three, ['view'], { visitorId: other });
  assert.equal((await alias(person, { id: other })).status, 200);
  assert.equal((await beckon.as('OPERATOR', 'DELETE', path(other))).status, 204);
  for (const id of [one, two, three]) assert.equal((await beckon.as('CREATOR', 'GET', `/chain/${id}`)).status, 404);
  for (const id of [person, other, `~${browser}`])
    assert.equal((await beckon.as('CREATOR', 'GET', path(id))).status, 404, id);
  const later = freshSession();
  await say(later, ['view'], { anonymousId: browser });
  assert.equal((await session(later)).visitorId, null, 'nobody is remembered');
});
