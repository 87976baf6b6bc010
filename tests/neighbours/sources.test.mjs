// What arrives from other systems' libraries and what is refused, as the Sources page and its route show it.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { Analytics as Segment } from '@segment/analytics-node';
import { buildPageView, newTracker } from '@snowplow/node-tracker';
import { PostHog } from 'posthog-node';
import { Beckon, freshAddress, freshSession } from '../kit/beckon.mjs';
import { accessToken, basic } from '../kit/neighbours.mjs';

let beckon, token, tokenId;
before(async () => {
  beckon = await Beckon.start();
  await beckon.cli('handle', 'add', 'other', '--owner', 'o@other.example', '--data', beckon.data);
  token = await accessToken(beckon);
  tokenId = token.replace('patv1_', '').split('.')[0];
});
after(() => beckon?.close());

const sources = async (role = 'CREATOR', handle = 'demo') => {
  const answer = await beckon.call('GET', `/v2/handles/${handle}/sources`, { token: await beckon.token(role, handle) });
  assert.equal(answer.status, 200, answer.text);
  return answer.json.sources;
};
const sourceOf = async key => (await sources()).find(one => one.key === key);
const track = more => ({
  type: 'track',
  event: 'Seen',
  userId: freshSession('u'),
  messageId: freshSession('m'),
  ...more,
});
const batch = (messages, { key = token, ...more } = {}) =>
  beckon.call('POST', '/v1/batch', { body: { batch: messages }, headers: basic(key), from: freshAddress(), ...more });
// What a call added to a key: the counts that changed, and the refusals, newest first.
async function added(key, call) {
  const before = await sourceOf(key);
  await call();
  const { refusals, messages, ...now } = await sourceOf(key);
  const counts = Object.entries(now).filter(([name, value]) => typeof value === 'number' && value !== before?.[name]);
  return {
    counts: Object.fromEntries(
      counts.map(([name, value]) => [name, value - (before?.[name] ?? 0)]).filter(([, n]) => n),
    ),
    refusals: refusals.slice(0, refusals.length - (before?.refusals.length ?? 0)),
    messages,
  };
}

describe('what arrives', () => {
  test('is listed under the key that Segment’s and PostHog’s libraries sent with, and what was cut is named', async () => {
    const userId = freshSession('u');
    const anonymousId = freshSession('a');
    const client = new Segment({ host: beckon.base, writeKey: token });
    client.track({ userId, anonymousId, event: 'Order Completed', properties: { total: 1, text: 'x'.repeat(3000) } });
    await client.closeAndFlush();
    const other = new PostHog('demo', { host: beckon.base });
    other.capture({ distinctId: userId, event: 'order seen' });
    await other.shutdown();
    const [byName, byToken] = await Promise.all([sourceOf('demo'), sourceOf(tokenId)]);
    assert.deepEqual([byToken.kind, byToken.name], ['token', 'Library']);
    assert.deepEqual([byToken.accepted, byToken.cut, byToken.rejected], [1, 1, 0]);
    const { at, ...message } = byToken.messages[0];
    assert.deepEqual(message, {
      library: '@segment/analytics-node',
      signalKey: 'Order_Completed',
      sessionId: `sg:${anonymousId}`,
      cut: ['text'],
    });
    assert.ok(Date.now() - Date.parse(at) < 60_000);
    assert.deepEqual([byName.kind, byName.name, byName.accepted, byName.cut], ['handle', null, 1, 0]);
    assert.deepEqual(
      byName.messages.map(({ library, signalKey, cut }) => [library, signalKey, cut]),
      [['posthog-node', 'order_seen', []]],
    );
  });

  test('is counted once: what is sent again is a duplicate, and consent that is denied is counted too', async () => {
    const messages = [track(), track()];
    const first = await added(tokenId, () => batch(messages));
    assert.deepEqual(first.counts, { accepted: 2 });
    const again = await added(tokenId, () => batch([...messages, track({ messageId: 'new' })]));
    assert.deepEqual(again.counts, { accepted: 1, duplicates: 2 });
    await beckon.as('OWNER', 'PATCH', '/settings', { consentCategories: { Ads: 'denied' } });
    const denied = track({ context: { consent: { categoryPreferences: { Ads: false } } } });
    assert.deepEqual((await added(tokenId, () => batch([denied]))).counts, { denied: 1 });
  });

  test('is the last 50 of a key, newest first', async () => {
    await batch(Array.from({ length: 60 }, (_, n) => track({ event: `Step ${n}`, anonymousId: 'many' })));
    const { messages } = await sourceOf(tokenId);
    assert.equal(messages.length, 50);
    assert.deepEqual([messages[0].signalKey, messages[49].signalKey], ['Step_59', 'Step_10']);
  });

  test('is not shown any more once its session was erased', async () => {
    const anonymousId = freshSession('a');
    await batch([track({ anonymousId })]);
    const shown = async () => (await sourceOf(tokenId)).messages.some(one => one.sessionId === `sg:${anonymousId}`);
    assert.ok(await shown());
    assert.equal((await beckon.as('OPERATOR', 'DELETE', `/chain/sg:${anonymousId}`)).status, 204);
    assert.ok(!(await shown()));
  });
});

describe('what is refused', () => {
  test('is named with its reason: messages, and traits of one that was stored', async () => {
    const { counts, refusals } = await added('demo', () =>
      batch(
        [
          track(),
          track({ event: '', messageId: 'm-empty' }),
          { type: 'identify', userId: freshSession('u'), messageId: 'm-traits', traits: { level: 'gold' } },
          7,
        ],
        { key: 'demo' },
      ),
    );
    assert.deepEqual(counts, { accepted: 2, rejected: 2 });
    assert.deepEqual(
      refusals.map(({ at, ...one }) => one),
      [
        [null, 'validation_error', 'message must be an object'],
        ['m-traits', 'trait_refused', 'traits.level is not public, and the request has no proof of who it is'],
        ['m-empty', 'validation_error', 'event must be a text that is not empty'],
      ].map(([messageId, error, issue]) => ({
        of: 'message',
        library: null,
        path: '/v1/batch',
        messageId,
        error,
        issue,
      })),
    );
  });

  test('is a whole request, once it is known whose key it has', async () => {
    const noScope = await accessToken(beckon, ['chain.resolve']);
    const noScopeId = noScope.replace('patv1_', '').split('.')[0];
    const gzip = { 'content-encoding': 'gzip' };
    const send = (body, { key = token, path = '/v1/batch', ...headers } = {}) =>
      beckon.call('POST', path, { body, headers: { ...basic(key), ...headers }, from: freshAddress() });
    await beckon.as('OWNER', 'PUT', '/context-origins', { origins: ['https://shop.example'] });
    const many = Array.from({ length: 130 }, () => track());
    const from = freshAddress();
    const cases = [
      ['not JSON', 400, 'invalid_payload', () => send('{')],
      ['no batch', 400, 'invalid_payload', () => send('{}')],
      ['too many messages', 400, 'invalid_payload', () => send({ batch: Array(1001).fill(7) })],
      ['more than a mebibyte', 400, 'invalid_payload', () => send(`{"batch":["${'x'.repeat(1 << 20)}"]}`)],
      ['another encoding', 415, 'unsupported_media_type', () => send('{}', { 'content-encoding': 'br' })],
      ['a bomb', 413, 'payload_too_large', () => send(gzipSync(Buffer.alloc(64 << 20)), gzip)],
      ['a token in a page', 403, 'origin_not_allowed', () => send({ batch: [] }, { origin: 'https://shop.example' })],
      [
        'a page elsewhere',
        403,
        'origin_not_allowed',
        () => send({ batch: [] }, { key: 'demo', origin: 'https://a.example' }),
        'demo',
      ],
      ['a token without the scope', 403, 'insufficient_scope', () => send({ batch: [] }, { key: noScope }), noScopeId],
      ['too much of an address', 429, 'rate_limited', () => batch(many, { key: 'demo', from }), 'demo'],
    ];
    for (const [what, status, error, call, key = tokenId] of cases) {
      let answer;
      const { counts, refusals } = await added(key, async () => {
        answer = await call();
      });
      assert.deepEqual([answer.status, answer.json.error], [status, error], what);
      assert.equal(counts.refusedRequests, 1, what);
      assert.equal(refusals.length, 1, what);
      const [{ of, path, library, messageId, ...refusal }] = refusals;
      assert.deepEqual([of, path, library, messageId], ['request', '/v1/batch', null, null], what);
      assert.deepEqual([refusal.error, refusal.issue], [error, answer.json.message], what);
    }
    await beckon.as('OWNER', 'PUT', '/context-origins', { origins: [] });
  });

  test('is none where the key is nobody’s, nor where the server is asked for something else', async () => {
    const before = await sources();
    for (const key of ['nobody', 'patv1_tok_x.y', `${token}x`])
      assert.equal((await batch([track()], { key })).status, 401);
    assert.equal((await beckon.as('CREATOR', 'GET', '/chain/none-such')).status, 404);
    assert.equal((await beckon.call('POST', '/v1/nothing/else', { body: '{}', headers: basic(token) })).status, 404);
    assert.deepEqual(await sources(), before);
  });

  test('is the last 200 of a key: the 201st pushes the first out', async () => {
    const bad = await accessToken(beckon);
    const key = bad.replace('patv1_', '').split('.')[0];
    const send = (from, to) =>
      batch(
        Array.from({ length: to - from }, (_, n) => ({ type: 'nothing', messageId: `m-${from + n}` })),
        { key: bad },
      );
    await send(0, 120);
    await send(120, 200);
    const ids = async () => (await sourceOf(key)).refusals.map(one => one.messageId);
    assert.deepEqual([(await ids()).length, (await ids())[0], (await ids())[199]], [200, 'm-199', 'm-0']);
    await send(200, 201);
    assert.deepEqual([(await ids()).length, (await ids())[0], (await ids())[199]], [200, 'm-200', 'm-1']);
    assert.equal((await sourceOf(key)).rejected, 201);
  });

  test('has long ids cut, and repeats no value', async () => {
    const { refusals } = await added(tokenId, () =>
      batch([
        { type: 'secret-value', messageId: 'i'.repeat(5000), userId: 'ada@shop.example', timestamp: 'secret-value' },
      ]),
    );
    assert.equal(refusals[0].messageId, 'i'.repeat(64));
    assert.ok(!/secret-value|ada@/.test(JSON.stringify(await sources())));
  });
});

test('another handle sees nothing of it, and neither does who has no role', async () => {
  assert.ok((await sources()).length > 0);
  assert.deepEqual(await sources('OWNER', 'other'), []);
  const foreign = await beckon.call('GET', '/v2/handles/demo/sources', { token: await beckon.token('OWNER', 'other') });
  assert.equal(foreign.status, 404);
  const byToken = await beckon.call('GET', '/v2/handles/demo/sources', {
    headers: { authorization: `Bearer ${token}` },
  });
  assert.equal(byToken.status, 401);
});

test('a tracker of Snowplow that sends with the handle’s name is counted', async () => {
  const { counts } = await added('demo', async () => {
    const tracker = newTracker({ namespace: 'shop', appId: 'demo' }, { endpoint: beckon.base });
    tracker.setUserId(freshSession('u'));
    tracker.track(buildPageView({ pageUrl: 'https://shop.example/a' }));
    await tracker.flush();
  });
  assert.deepEqual(counts, { accepted: 1 });
});
