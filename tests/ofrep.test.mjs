// OpenFeature's remote evaluation protocol, held against its published text: docs/neighbours.md, OpenFeature. The
// providers themselves are in neighbours/openfeature.test.mjs.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Beckon, freshAddress, freshSession } from './kit/beckon.mjs';
import { watch } from './kit/live.mjs';
import { accessToken } from './kit/neighbours.mjs';
import { assertFits, assertOfrep, kAction, kCart, putFlags, putRule } from './kit/ofrep.mjs';
import { until } from './kit/wait.mjs';

let beckon;
let token;
const rule = (id, body) => putRule(beckon, id, body);
before(async () => {
  beckon = await Beckon.start();
  token = await accessToken(beckon, ['chain.resolve']);
  await putFlags(beckon);
  await rule('in-two', {
    triggers: ['split'],
    split: { arms: { a: 1, b: 1 } },
    actions: { a: { type: 'popup' }, b: { type: 'banner' } },
  });
  await rule('nobody', {
    triggers: ['held-out'],
    split: { holdout: 100 },
    action: kAction,
  });
});
after(async () => {
  await beckon?.close();
});

// The routes: of access tokens, of pages, and of a role.
const kBases = {
  token: () => ['/v2/public/handles/demo', { token }],
  page: () => ['/v2/public/ofrep/demo', { from: freshAddress() }],
  role: async () => ['/v2/handles/demo', { token: await beckon.token('CREATOR') }],
};
async function post(base, path, body, options = {}) {
  const [prefix, who] = await kBases[base]();
  return beckon.call('POST', `${prefix}/ofrep/v1/evaluate/flags${path}`, { ...who, body, ...options });
}
const single = async (base, key, context, options) =>
  assertOfrep(await post(base, `/${key}`, { context }, options), 'single');
const bulk = async (base, context, options) => assertOfrep(await post(base, '', { context }, options), 'bulk');
const inCart = async () => {
  const sessionId = freshSession();
  assert.equal((await beckon.signal(sessionId, { type: 'cart' })).status, 202);
  return sessionId;
};
const resolved = async sessionId =>
  (await beckon.chain('resolve', { sessionId, trigger: 'checkout' }, { from: freshAddress() })).json;

for (const base of Object.keys(kBases))
  describe(`by ${base}`, () => {
    test('a flag is the decision on a trigger, and asking for it counts nothing', async () => {
      const targetingKey = await inCart();
      for (const _ of [1, 2]) {
        const { status, json } = await single(base, 'checkout', { targetingKey });
        assert.equal(status, 200);
        const { metadata, ...flag } = json;
        assert.deepEqual(flag, {
          key: 'checkout',
          reason: 'TARGETING_MATCH',
          value: kAction,
          variant: 'cart-rescue',
        });
        assert.match(metadata.decisionId, /^dec_/);
        assert.deepEqual([metadata.outcome, metadata.ruleId], ['act', 'cart-rescue']);
      }
      const { outcome, action } = await resolved(targetingKey);
      assert.deepEqual([outcome, action], ['act', kAction]);
      const { json } = await single(base, 'checkout', { targetingKey });
      assert.deepEqual([json.reason, json.metadata.outcome, json.value], ['DISABLED', 'suppressed', undefined]);
    });

    test('without an action there is no value, and the reason says why', async () => {
      const targetingKey = freshSession();
      const none = await single(base, 'checkout', { targetingKey });
      assert.deepEqual(
        [none.json.reason, none.json.metadata.outcome, 'value' in none.json],
        ['DEFAULT', 'none', false],
      );
      const held = await single(base, 'held-out', { targetingKey });
      assert.deepEqual(
        [held.json.reason, held.json.metadata.outcome, 'value' in held.json],
        ['SPLIT', 'holdout', false],
      );
    });

    test('a variant that was drawn is named', async () => {
      const { json } = await single(base, 'split', { targetingKey: freshSession() });
      assert.equal(json.reason, 'SPLIT');
      assert.deepEqual(json.value.type, { a: 'popup', b: 'banner' }[json.variant]);
    });

    test('scalars of the context reach the rules; nested values and names that no rule can read are skipped', async () => {
      const more = {
        deep: { plan: 'free' },
        list: [1],
        'a name with spaces': 'x',
        ['x'.repeat(65)]: 1,
        at: null,
        n: 5,
      };
      const { json } = await single(base, 'banner', { targetingKey: freshSession(), plan: 'pro', ...more });
      assert.equal(json.metadata.outcome, 'act');
    });

    test('all flags come at once, sorted, and unchanged they are 304', async () => {
      const targetingKey = await inCart();
      const all = await bulk(base, { targetingKey });
      assert.equal(all.status, 200);
      assert.deepEqual(
        all.json.flags.map(({ key }) => key),
        ['banner', 'checkout', 'held-out', 'split'],
      );
      const again = { 'if-none-match': all.headers.etag };
      const unchanged = await bulk(base, { targetingKey }, { headers: again });
      assert.deepEqual([unchanged.status, unchanged.headers.etag], [304, all.headers.etag]);
      for (const tags of [`"a", ${all.headers.etag}`, `W/${all.headers.etag} , "b"`])
        assert.equal((await bulk(base, { targetingKey }, { headers: { 'if-none-match': tags } })).status, 304);
      assert.equal((await bulk(base, { targetingKey, plan: 'pro' }, { headers: again })).status, 200);
      await resolved(targetingKey);
      const changed = await bulk(base, { targetingKey }, { headers: again });
      assert.equal(changed.status, 200);
      assert.equal(changed.json.flags[1].metadata.outcome, 'suppressed');
    });

    test('a key that no rule knows is not found, however it is written', async () => {
      for (const key of ['unknown', 'a/b', 'a%2Fb', 'a/b%20c', '%F0%9F%9B%92', 'Checkout', '@due', '']) {
        const { status, json } = await single(base, key, { targetingKey: freshSession() });
        assert.deepEqual([status, json.key], [404, decodeURIComponent(key)], key);
      }
    });

    test('a base URL that ends in a slash is understood', async () => {
      const [prefix, who] = await kBases[base]();
      const ask = async path =>
        beckon.call('POST', `${prefix}//ofrep/v1/evaluate/flags${path}`, {
          ...who,
          body: { context: { targetingKey: freshSession() } },
        });
      assert.equal(assertOfrep(await ask(''), 'bulk').status, 200);
      assert.equal(assertOfrep(await ask('/checkout'), 'single').status, 200);
      assert.equal(assertOfrep(await ask('/a/b'), 'single').status, 404);
    });

    test('what is wrong with a request is said by the protocol’s code', async () => {
      const faults = [
        ['{"context":', 'PARSE_ERROR'],
        ['{"context":{},"context":{}}', 'PARSE_ERROR'],
        ['', 'PARSE_ERROR'],
        [{}, 'TARGETING_KEY_MISSING'],
        [{ context: {} }, 'TARGETING_KEY_MISSING'],
        [{ context: { targetingKey: '' } }, 'TARGETING_KEY_MISSING'],
        [{ context: { targetingKey: null } }, 'TARGETING_KEY_MISSING'],
        [[], 'INVALID_CONTEXT'],
        [{ context: 'x' }, 'INVALID_CONTEXT'],
        [{ context: { targetingKey: 7 } }, 'INVALID_CONTEXT'],
        [{ context: { targetingKey: 'jon@company.example' } }, 'INVALID_CONTEXT'],
        [{ context: { targetingKey: 's', visitorId: 7, plan: 'x'.repeat(257) } }, 'INVALID_CONTEXT'],
        [
          { context: { targetingKey: 's', ...Object.fromEntries([...Array(33).keys()].map(i => [`k${i}`, i])) } },
          'INVALID_CONTEXT',
        ],
      ];
      for (const [body, code] of faults)
        for (const path of ['', '/checkout']) {
          const answer = assertOfrep(await post(base, path, body), path ? 'single' : 'bulk');
          assert.deepEqual([answer.status, answer.json.errorCode], [400, code], answer.text);
        }
      const named = await bulk(base, { targetingKey: 'a b', visitorId: 7, plan: 'x'.repeat(257) });
      for (const field of ['targetingKey', 'visitorId', 'context.plan'])
        assert.ok(named.json.errorDetails.includes(`${field} must`), named.json.errorDetails);
    });

    test('a session of another visitor is an invalid context', async () => {
      const sessionId = freshSession();
      const signals = [{ type: 'view' }];
      await beckon.chain('signals', { sessionId, visitorId: 'ann@shop.example', signals }, { from: freshAddress() });
      const { status, json } = await single(base, 'checkout', {
        targetingKey: sessionId,
        visitorId: 'bob@shop.example',
      });
      assert.deepEqual([status, json.errorCode, json.error], [400, 'INVALID_CONTEXT', 'conflict']);
      assert.equal(
        (await single(base, 'checkout', { targetingKey: sessionId, visitorId: 'ann@shop.example' })).status,
        200,
      );
    });
  });

test('a decision that was shown is recorded by its decisionId, once, and then counts', async () => {
  const targetingKey = await inCart();
  const { json } = await bulk('page', { targetingKey });
  const { decisionId } = json.flags.find(({ key }) => key === 'checkout').metadata;
  for (const _ of [1, 2]) await beckon.signal(targetingKey, { type: 'decision.shown', value: decisionId });
  assert.equal((await single('page', 'checkout', { targetingKey })).json.metadata.outcome, 'suppressed');
  const session = await until('it is recorded', async () => {
    const { json: found } = await beckon.as('CREATOR', 'GET', `/chain/${targetingKey}`);
    return found.decisions.length > 0 && found;
  });
  assert.deepEqual(
    session.decisions.map(decision => decision.decisionId),
    [decisionId],
  );
});

test('another list of triggers is another answer, although no decision has changed', async () => {
  const targetingKey = freshSession();
  const { headers } = await bulk('token', { targetingKey });
  await rule('more', { triggers: ['a-new-one'], when: kCart, action: kAction });
  const changed = await bulk('token', { targetingKey }, { headers: { 'if-none-match': headers.etag } });
  assert.equal(changed.json.flags[0].key, 'a-new-one');
  assert.equal((await beckon.as('CREATOR', 'DELETE', '/chain-rules/more')).status, 204);
});

test('of more triggers than a prefetch may have, the first come, with the number of the others', async () => {
  const triggers = [...Array(18).keys()].map(i => `many-${i + 10}`);
  await rule('many', { triggers, when: kCart, action: kAction });
  const { json } = await bulk('token', { targetingKey: freshSession() });
  assert.deepEqual([json.flags.length, json.metadata.flagsOmitted], [20, 2]);
  assert.equal((await single('token', 'split', { targetingKey: freshSession() })).status, 200);
  await beckon.as('CREATOR', 'DELETE', '/chain-rules/many');
});

test('a token that is wrong, or lacks the scope, is refused by the status that the protocol has for it', async () => {
  const targetingKey = freshSession();
  for (const options of [{ token: 'patv1_tok_none.AAAA' }, { token: undefined }])
    for (const path of ['', '/checkout'])
      assert.equal((await post('token', path, { context: { targetingKey } }, options)).status, 401);
  const other = await beckon.as('OPERATOR', 'POST', '/tokens', { name: 'Other', scopes: ['audit.read'] });
  assert.equal((await bulk('token', { targetingKey }, { token: other.json.token })).status, 403);
});

test('a handle that is not there has no flags', async () => {
  const ask = (path, kind) =>
    beckon
      .call('POST', `/v2/public/ofrep/nowhere/ofrep/v1/evaluate/flags${path}`, { body: { context: {} } })
      .then(answer => assertOfrep(answer, kind));
  const one = await ask('/checkout', 'single');
  assert.deepEqual([one.status, one.json.error], [404, 'handle_not_found']);
  assert.equal((await ask('', 'bulk')).status, 404);
});

test('decisions are counted by address on the public route and by token on the other, as those of a prefetch', async () => {
  const limits = { addressDecisionsPerMinute: 3, tokenDecisionsPerMinute: 3 };
  assert.equal((await beckon.as('OWNER', 'PATCH', '/settings', { limits })).status, 200);
  const made = await beckon.as('OPERATOR', 'POST', '/tokens', { name: 'Few', scopes: ['chain.resolve'] });
  const from = freshAddress();
  const context = { targetingKey: freshSession() };
  for (const [base, options] of [
    ['page', { from }],
    ['token', { token: made.json.token }],
  ]) {
    for (const _ of [1, 2, 3]) assert.equal((await bulk(base, context, options)).status, 200);
    for (const kind of [bulk(base, context, options), single(base, 'checkout', context, options)]) {
      const { status, json } = await kind;
      assert.deepEqual([status, json.errorCode], [429, 'GENERAL']);
    }
  }
  const wide = { addressDecisionsPerMinute: null, tokenDecisionsPerMinute: null };
  assert.equal((await beckon.as('OWNER', 'PATCH', '/settings', { limits: wide })).status, 200);
});

test('pages may call from the handle’s origins, after a preflight that allows what the provider sends', async () => {
  const path = '/v2/public/ofrep/demo/ofrep/v1/evaluate/flags';
  const origin = 'https://shop.example';
  const asked = { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'if-none-match' };
  for (const to of [path, `${path}/checkout`, path.replace('/ofrep/v1', '//ofrep/v1')]) {
    const { status, headers } = await beckon.call('OPTIONS', to, { headers: asked });
    assert.deepEqual([status, headers['access-control-allow-origin']], [204, '*']);
    for (const name of ['authorization', 'content-type', 'if-none-match'])
      assert.ok(headers['access-control-allow-headers'].split(', ').includes(name), name);
  }
  const context = { targetingKey: freshSession() };
  const open = await bulk('page', context, { headers: { origin } });
  assert.equal(open.headers['access-control-allow-origin'], '*');
  for (const name of ['retry-after', 'etag'])
    assert.ok(open.headers['access-control-expose-headers'].split(', ').includes(name), name);
  const origins = list => beckon.as('OWNER', 'PUT', '/context-origins', { origins: list });
  assert.equal((await origins([origin])).status, 200);
  const own = await bulk('page', {}, { headers: { origin } });
  assert.deepEqual([own.status, own.headers['access-control-allow-origin']], [400, origin]);
  const foreign = await bulk('page', context, { headers: { origin: 'https://other.example' } });
  assert.deepEqual([foreign.status, foreign.json.error], [403, 'origin_not_allowed']);
  assert.equal(foreign.headers['access-control-allow-origin'], undefined);
  assert.equal((await origins([])).status, 200);
});

test('a page sees no more of a visitor than it may: the proof stands in the context', async () => {
  await beckon.as('OWNER', 'PATCH', '/settings', { identity: { proof: 'required' } });
  const { json } = await bulk('page', { targetingKey: freshSession(), visitorId: 'ann@shop.example' });
  assert.equal(json.metadata.warnings, 'visitor_proof_missing');
  const wrong = await bulk('page', { targetingKey: freshSession(), visitorId: 'ann@shop.example', visitorProof: 'x' });
  assert.equal(wrong.json.metadata.warnings, 'visitor_proof_invalid');
  const server = await bulk('token', { targetingKey: freshSession(), visitorId: 'ann@shop.example' });
  assert.equal(server.json.metadata.warnings, undefined);
  await beckon.as('OWNER', 'PATCH', '/settings', { identity: { proof: 'off' } });
});

describe('an event stream', () => {
  const open = [];
  after(async () => {
    for (const one of open) await one.close();
  });
  const stream = async (uri, { on = beckon, ...options } = {}) => {
    const made = await watch(on.base + uri, options);
    open.push(made);
    return made;
  };
  const uriOf = ({ json }) => json.eventStreams[0].endpoint.requestUri;
  const uriFor = async (targetingKey, context = {}) => uriOf(await bulk('page', { targetingKey, ...context }));
  const count = of => of.events.items.length;
  const told = (of, after = 0) => until('it is told', () => count(of) > after);
  const put = (id, body) => rule(id, { triggers: ['streamed'], action: kAction, ...body });

  test('is only for pages', async () => {
    for (const base of ['token', 'role'])
      assert.equal((await bulk(base, { targetingKey: freshSession() })).json.eventStreams, undefined);
  });

  test('tells to ask again after a signal of its session, and of no other', async () => {
    const [mine, other] = [freshSession(), freshSession()];
    const [one, two] = [await stream(await uriFor(mine)), await stream(await uriFor(other))];
    assert.deepEqual(
      [one.status, one.headers['content-type'], one.headers['cache-control']],
      [200, 'text/event-stream', 'no-store'],
    );
    await beckon.signal(mine, { type: 'view' });
    await told(one);
    assert.equal(one.events.items[0].event, 'message');
    assertFits(one.events.items[0].data, 'event');
    assert.equal(count(two), 0);
    await beckon.signal(mine, { type: 'view' });
    await told(one, 1);
  });

  test('tells of a change of the rules, all of the handle', async () => {
    const streams = [await stream(await uriFor(freshSession())), await stream(await uriFor(freshSession()))];
    await put('streamed', {});
    for (const one of streams) await told(one);
    await beckon.as('CREATOR', 'DELETE', '/chain-rules/streamed');
    for (const one of streams) await told(one, 1);
  });

  test('tells when a decision has expired, which the page learns from each answer', async () => {
    await put('short', { ttl: '6s' });
    const targetingKey = freshSession();
    const asked = Date.now();
    const one = await stream(await uriFor(targetingKey));
    await until('it is told', () => count(one) > 0, 20_000);
    const waited = Date.now() - asked;
    assert.ok(waited >= 5_500, `after ${waited} ms`);
    await beckon.as('CREATOR', 'DELETE', '/chain-rules/short');
  });

  test('misses nothing between the answer and the stream, nor between two connections', async () => {
    const targetingKey = freshSession();
    const uri = await uriFor(targetingKey);
    await beckon.signal(targetingKey, { type: 'view' });
    const first = await stream(uri);
    await told(first);
    const { id } = first.events.items.at(-1);
    await first.close();
    const quiet = await stream(uri, { lastEventId: id });
    const elsewhere = freshSession();
    const other = await stream(await uriFor(elsewhere));
    await beckon.signal(elsewhere, { type: 'view' });
    await told(other); // and with it, in the same round, whoever else is to be told
    assert.equal(count(quiet), 0);
    await quiet.close();
    await beckon.signal(targetingKey, { type: 'view' });
    await told(await stream(uri, { lastEventId: id }));
    await told(await stream(uri, { lastEventId: 'of-another-life-7' }));
  });

  test('is opened by its own token alone, of its own handle', async () => {
    const uri = await uriFor(freshSession());
    const given = new URL(uri, beckon.base).searchParams.get('token');
    assert.ok(!Buffer.from(given, 'base64url').includes('session'), 'it is sealed');
    const refusal = async (path, query) => {
      const { status, json } = await beckon.call('GET', path + query);
      return [status, json.error];
    };
    const path = '/v2/public/ofrep/demo/events';
    for (const query of ['', '?token=', '?token=x', `?token=${given.slice(0, -2)}AA`, `?token=${token}`])
      assert.deepEqual(await refusal(path, query), [401, 'invalid_token'], query);
    const added = await beckon.cli('handle', 'add', 'other', '--owner', 'o@o.example', '--data', beckon.data);
    assert.equal(added.code, 0, added.err);
    await until('the handle is there', async () => {
      const [status, code] = await refusal('/v2/public/ofrep/other/events', `?token=${given}`);
      return status === 401 && code === 'invalid_token';
    });
    assert.deepEqual(await refusal('/v2/public/ofrep/nowhere/events', `?token=${given}`), [404, 'handle_not_found']);
    const foreign = { origin: 'https://other.example' };
    assert.equal(
      (await beckon.as('OWNER', 'PUT', '/context-origins', { origins: ['https://shop.example'] })).status,
      200,
    );
    assert.equal((await beckon.call('GET', uri, { headers: foreign })).json.error, 'origin_not_allowed');
    assert.equal((await beckon.as('OWNER', 'PUT', '/context-origins', { origins: [] })).status, 200);
  });

  describe('on a server with few streams and short tokens', () => {
    let small;
    before(async () => {
      small = await Beckon.start({
        flags: ['--dev', '--event-streams-per-handle', '2', '--event-stream-token', '2s'],
      });
    });
    after(() => small?.close());
    const ask = (targetingKey, headers) =>
      small.call('POST', '/v2/public/ofrep/demo/ofrep/v1/evaluate/flags', {
        body: { context: { targetingKey } },
        headers,
      });

    test('a token ends, and before that an unchanged answer brings another', async () => {
      const targetingKey = freshSession();
      const first = await ask(targetingKey);
      const headers = { 'if-none-match': first.headers.etag };
      assert.equal((await stream(uriOf(first), { on: small })).status, 200);
      await open.pop().close();
      const second = await until('there is another answer', async () => {
        const answer = await ask(targetingKey, headers);
        return answer.status === 200 && answer;
      });
      assert.notEqual(uriOf(second), uriOf(first));
      await until('the first token has ended', async () => {
        const one = await stream(uriOf(first), { on: small });
        await one.close();
        return one.status === 401;
      });
    });

    test('beyond the limit of an address it is 503', async t => {
      const narrow = await Beckon.start({ flags: ['--dev', '--event-streams-per-address', '1'] });
      t.after(() => narrow.close());
      const path = '/v2/public/ofrep/demo/ofrep/v1/evaluate/flags';
      const uri = uriOf(await narrow.call('POST', path, { body: { context: { targetingKey: 's' } } }));
      const one = await stream(uri, { on: narrow });
      assert.equal(one.status, 200);
      assert.equal((await narrow.call('GET', uri)).status, 503);
      const { text } = await narrow.call('GET', '/metrics');
      assert.match(text, /^beckon_refused_total\{resource="event_streams",share="address"\} 1$/m);
      await one.close();
      await until('there is room', async () => (await stream(uri, { on: narrow })).status === 200);
    });

    test('beyond the limit of the handle it is 503, until one is closed', async () => {
      const uri = async () => uriOf(await ask(freshSession()));
      const streams = [await stream(await uri(), { on: small }), await stream(await uri(), { on: small })];
      const more = await small.call('GET', await uri());
      assert.deepEqual([more.status, more.json.error], [503, 'unavailable']);
      assert.ok(Number(more.headers['retry-after']) >= 1);
      await streams[0].close();
      await until('there is room', async () => {
        const one = await stream(await uri(), { on: small });
        if (one.status !== 200) await one.close();
        return one.status === 200;
      });
    });
  });

  test('goes on after a restart of the server, which tells to ask again', async () => {
    const uri = await uriFor(freshSession());
    const one = await stream(uri);
    await beckon.stop();
    await one.ended;
    await beckon.open();
    await told(await stream(uri));
  });
});
