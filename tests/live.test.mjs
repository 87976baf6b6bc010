// Contract section 8: the live feed of a handle.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Beckon, freshSession, quickRetries } from './kit/beckon.mjs';
import { watch } from './kit/live.mjs';
import { until } from './kit/wait.mjs';

let beckon;
const open = [];
before(async () => {
  beckon = await Beckon.start({ flags: ['--dev', ...quickRetries] });
  await beckon.widen();
});
after(async () => {
  for (const one of open) await one.close();
  await beckon?.close();
});

const live = async ({ role = 'OPERATOR', on = beckon, ...options } = {}) => {
  const feed = await watch(`${on.base}/v2/handles/${on.handle}/live`, {
    token: role && (await on.token(role)),
    ...options,
  });
  open.push(feed);
  return feed;
};
const subscribe = async (...args) => {
  const hook = await beckon.subscribe(...args);
  open.push(hook);
  return hook;
};
const seen = feed => feed.events.items.filter(({ event }) => event === 'signal').map(({ data }) => data.signalValue);

describe('the live feed', () => {
  test('tells signals and what becomes of their deliveries', async () => {
    const feed = await live();
    assert.deepEqual(
      [feed.status, feed.headers['content-type'], feed.headers['cache-control']],
      [200, 'text/event-stream', 'no-store'],
    );
    let n = 0;
    const hook = await subscribe(['signal.watched'], { answer: () => ({ status: (n += 1) < 2 ? 503 : 200 }) });
    const sessionId = freshSession();
    await beckon.signal(sessionId, { type: 'watched', signalValue: 'a "quoted"\nvalue' });
    const signal = await feed.events.next(one => one.event === 'signal' && one.data.sessionId === sessionId);
    assert.deepEqual(
      [signal.data.signalKey, signal.data.signalValue, signal.data.version],
      ['watched', 'a "quoted"\nvalue', 1],
    );
    const ofHook = ({ event, data }) => event === 'delivery' && data.subscriptionId === hook.id;
    await feed.events.next(one => ofHook(one) && one.data.status === 'delivered');
    const told = feed.events.items
      .filter(ofHook)
      .map(({ data }) => [data.eventType, data.sessionId, data.attemptCount, data.lastStatus]);
    assert.deepEqual(told, [
      ['signal.watched', sessionId, 0, null],
      ['signal.watched', sessionId, 1, 503],
      ['signal.watched', sessionId, 2, 200],
    ]);
  });

  test('begins with the last fifty, and goes on behind the id it is given', async () => {
    const sessionId = freshSession();
    for (let n = 0; n < 120; n++) await beckon.signal(sessionId, { type: 'many', signalValue: n });
    const feed = await live();
    await feed.events.next(({ data }) => data.signalValue === '119');
    assert.deepEqual(
      seen(feed),
      Array.from({ length: 50 }, (_, n) => String(70 + n)),
    );
    const { id } = feed.events.items.find(({ data }) => data.signalValue === '100');
    await feed.close();
    await beckon.signal(sessionId, { type: 'many', signalValue: 'after' });
    const again = await live({ lastEventId: id });
    await again.events.next(({ data }) => data.signalValue === 'after');
    assert.deepEqual(seen(again), [...Array.from({ length: 19 }, (_, n) => String(101 + n)), 'after']);
  });

  test('says how many were dropped to one who comes back too late', async () => {
    const sessionId = freshSession();
    const feed = await live();
    await beckon.signal(sessionId, { type: 'late', signalValue: 'last read' });
    const { id } = await feed.events.next(({ data }) => data.signalValue === 'last read');
    await feed.close();
    for (let n = 0; n < 10; n++)
      await beckon.signal(
        freshSession(),
        ...Array.from({ length: 60 }, (_, k) => ({ type: 'late', signalValue: n * 60 + k })),
      );
    const again = await live({ lastEventId: id });
    const dropped = await again.events.next(({ event }) => event === 'dropped');
    await again.events.next(({ data }) => data.signalValue === '599');
    assert.equal(dropped.data.count + seen(again).length, 600);
    assert.ok(dropped.data.count > 0);
    assert.equal(again.events.items[0], dropped);
  });

  test('says how many were dropped to one who does not read', async () => {
    const feed = await live({ pause: true });
    const before = await live();
    // More than the sockets' buffers, the backlog of the stream and the memory of changes take together.
    const long = 'x'.repeat(200);
    for (let n = 0; n < 300; n++)
      await beckon.signal(freshSession(), ...Array.from({ length: 60 }, () => ({ type: 'flood', signalValue: long })));
    await beckon.signal(freshSession(), { type: 'flood', signalValue: 'the end' });
    await before.events.next(({ data }) => data.signalValue === 'the end');
    feed.read();
    await until(
      'the one who did not read is told of it',
      () => feed.events.items.some(({ event }) => event === 'dropped') || seen(feed).includes('the end'),
      60_000,
    );
    await feed.events.next(({ data }) => data.signalValue === 'the end');
    const count = feed.events.items
      .filter(({ event }) => event === 'dropped')
      .reduce((sum, { data }) => sum + data.count, 0);
    const told = feed.events.items.filter(({ event }) => event === 'signal' || event === 'delivery').length;
    assert.ok(count > 0, 'some were dropped');
    assert.equal(told + count, 50 + 300 * 60 + 1, 'and counted, the 50 at the start included');
  });

  test('an id of before a restart is answered by reset, and the feed begins anew', async () => {
    const feed = await live();
    await beckon.signal(freshSession(), { type: 'old' });
    const { id } = await feed.events.next(({ data }) => data.signalKey === 'old');
    await beckon.stop();
    await feed.ended;
    await beckon.open();
    await beckon.signal(freshSession(), { type: 'new' });
    const again = await live({ lastEventId: id });
    await again.events.next(({ data }) => data.signalKey === 'new');
    assert.deepEqual(
      again.events.items.map(({ event }) => event),
      ['reset', 'signal'],
    );
    const other = await live({ lastEventId: 'nonsense' });
    await other.events.next(({ data }) => data.signalKey === 'new');
    assert.equal(other.events.items[0].event, 'reset');
  });

  test('what was erased is not told to anybody who comes later', async () => {
    const [gone, stays] = [freshSession(), freshSession()];
    await beckon.signal(gone, { type: 'private', signalValue: 'her secret' });
    await beckon.signal(stays, { type: 'private', signalValue: 'public' });
    assert.equal((await beckon.as('OPERATOR', 'DELETE', `/chain/${gone}`)).status, 204);
    const feed = await live();
    await feed.events.next(({ data }) => data.signalValue === 'public');
    assert.ok(!JSON.stringify(feed.events.items).includes('her secret'));
    assert.ok(!JSON.stringify(feed.events.items).includes(gone));
  });

  test('ends when the token does, and says so', async () => {
    const { out } = await beckon.cli(
      'token',
      '--handle',
      'demo',
      '--role',
      'OPERATOR',
      '--ttl',
      '1s',
      '--data',
      beckon.data,
    );
    const feed = await watch(`${beckon.base}/v2/handles/demo/live`, { token: out });
    assert.equal(feed.status, 200);
    await feed.ended;
    assert.deepEqual(feed.events.items.at(-1)?.event, 'end');
    assert.match(feed.events.items.at(-1).data.reason, /token/);
  });

  test('is of one handle, and not for a CREATOR nor for nobody', async () => {
    assert.equal(
      (await beckon.cli('handle', 'add', 'apart', '--owner', 'two@example.com', '--data', beckon.data)).code,
      0,
    );
    const token = await beckon.token('OPERATOR', 'apart');
    const apart = await until('the handle is known', async () => {
      const feed = await watch(`${beckon.base}/v2/handles/apart/live`, { token });
      if (feed.status === 200) return feed;
      await feed.close();
      return false;
    });
    open.push(apart);
    await beckon.signal(freshSession(), { type: 'ours' });
    await until(
      'the public routes know it too',
      async () =>
        (await beckon.chain('signals', { handle: 'apart', sessionId: freshSession(), signals: [{ type: 'theirs' }] }))
          .status === 202,
    );
    await apart.events.next();
    assert.deepEqual(
      apart.events.items.map(({ data }) => data.signalKey),
      ['theirs'],
    );
    for (const [role, status] of [
      ['CREATOR', 403],
      [null, 401],
    ])
      assert.equal((await live({ role })).status, status);
    assert.equal(
      (await watch(`${beckon.base}/v2/handles/apart/live`, { token: await beckon.token('OPERATOR') })).status,
      404,
    );
  });

  test('too many at once are refused, and a place that is free again is given', async () => {
    const few = await Beckon.start({ flags: ['--dev', '--live-watchers', '2'] });
    try {
      const two = [await live({ on: few }), await live({ on: few })];
      const third = await live({ on: few });
      assert.deepEqual([third.status, third.headers['retry-after']], [503, '1']);
      await two[0].close();
      await few.signal(freshSession(), { type: 'x' });
      await until('a place is free', async () => {
        const feed = await live({ on: few });
        await (feed.status === 200 ? null : feed.close());
        return feed.status === 200;
      });
    } finally {
      await few.close();
    }
  });
});
