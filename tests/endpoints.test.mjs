// Contract section 6: endpoints that fail, that say nothing, that want a rate. What waits for them is seen and not lost.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { receiver } from '../examples/receiver/receiver.mjs';
import { Beckon, quickRetries } from './kit/beckon.mjs';
import { nameServer } from './kit/dns.mjs';
import { until } from './kit/wait.mjs';

let beckon, names;
const open = [];
before(async () => {
  names = await nameServer();
  // An open circuit stays so for longer than any test: only what a test does brings a probe.
  beckon = await Beckon.start({
    flags: [
      '--dev',
      '--dns-servers',
      names.address,
      '--attempts-in-flight',
      '16',
      '--circuit-failures',
      '3',
      '--circuit-open',
      '1h',
      ...quickRetries,
    ],
  });
});
after(async () => {
  for (const hook of open) await hook.close();
  await beckon?.close();
  await names?.close();
});

const subscribe = async (...args) => {
  const hook = await beckon.subscribe(...args);
  open.push(hook);
  return hook;
};
const hooks = (method, path = '', body) => beckon.as('OPERATOR', method, `/webhooks${path}`, body);
const publish = async (type, payload = {}) => {
  const answer = await beckon.as('OPERATOR', 'POST', '/events', { type, payload });
  assert.equal(answer.status, 202, answer.text);
  return answer.json.eventId;
};
const listed = async (hook, query = '') => (await hooks('GET', `/${hook.id}/deliveries?limit=200${query}`)).json.items;

describe('an endpoint that only fails', () => {
  test('is left alone; what waits is held with its reason, and all of it is sent once a probe succeeds', async () => {
    let up = false;
    const hook = await subscribe(['down.*', 'webhook.test'], { answer: () => ({ status: up ? 200 : 503 }) });
    const ids = await Promise.all(Array.from({ length: 60 }, (_, n) => publish('down.now', { n })));
    const seen = await until('its circuit is open', async () => {
      const { json } = await hooks('GET', `/${hook.id}`);
      return json.circuit === 'open' && json;
    });
    assert.ok(Date.parse(seen.nextProbeAt) > Date.now());
    const held = await until('all of it is held', async () => {
      const items = await listed(hook, '&status=held');
      return items.length === 60 && items;
    });
    assert.ok(
      held.every(
        ({ reason, status, nextAttemptAt }) =>
          reason === 'circuit open' && status === 'held' && nextAttemptAt >= seen.nextProbeAt,
      ),
      JSON.stringify(held[0]),
    );
    for (const status of ['queued', 'retrying', 'failed'])
      assert.deepEqual(await listed(hook, `&status=${status}`), [], status);
    const before = hook.log.items.length;
    assert.ok(before < 30, `it was asked ${before} times`);

    // A test wants to know; the probe fails, and the circuit stays open.
    const { json: tested } = await hooks('POST', `/${hook.id}/test`);
    await until('a probe came', () => hook.log.items.length > before);
    assert.equal(hook.log.items[before].headers['webhook-id'], tested.eventId, 'the test itself is the probe');
    await until(
      'and failed',
      async () => Date.parse((await hooks('GET', `/${hook.id}`)).json.nextProbeAt) > Date.now(),
    );
    up = true;
    await hooks('POST', `/${hook.id}/test`);
    await until(
      'all of it is delivered',
      async () => (await listed(hook, '&status=delivered&eventType=down.now')).length === 60,
    );
    assert.deepEqual((await hooks('GET', `/${hook.id}`)).json.circuit, 'closed');
    const delivered = new Set(hook.log.items.map(({ headers }) => headers['webhook-id']));
    assert.ok(ids.every(id => delivered.has(id)));
  });

  test('is probed at once with a held delivery that is retried by hand', async () => {
    let up = false;
    const hook = await subscribe(['picked.*'], { answer: () => ({ status: up ? 200 : 503 }) });
    for (let n = 0; n < 8; n++) await publish('picked.one', { n });
    const held = await until('all of it is held', async () => {
      const items = await listed(hook, '&status=held');
      return items.length === 8 && items;
    });
    const before = hook.log.items.length;
    up = true;
    const answer = await hooks('POST', `/${hook.id}/deliveries/${held[3].deliveryId}/retry`);
    assert.equal(answer.status, 202, answer.text);
    await until('a request came', () => hook.log.items.length > before);
    assert.equal(hook.log.items[before].headers['webhook-id'], held[3].eventId);
    await until('all of it is delivered', async () => (await listed(hook, '&status=delivered')).length === 8);
  });

  test('does not get what is held because it is disabled, and a retry says to enable it', async () => {
    const hook = await subscribe(['paused.*']);
    await hooks('PATCH', `/${hook.id}`, { enabled: false });
    await publish('paused.one');
    const [held] = await listed(hook, '&status=held');
    const refused = await hooks('POST', `/${hook.id}/deliveries/${held.deliveryId}/retry`);
    assert.equal(refused.status, 409);
    assert.match(refused.json.message, /disabled; enable the subscription/);
    await hooks('PATCH', `/${hook.id}`, { enabled: true });
    await until('it is delivered', async () => (await listed(hook, '&status=delivered')).length === 1);
  });

  test('is tried anew after a restart, and nothing that was held is lost', async () => {
    let up = false;
    const hook = await subscribe(['restart.*'], { answer: () => ({ status: up ? 200 : 503 }) });
    for (let n = 0; n < 10; n++) await publish('restart.now');
    await until('all of it is held', async () => (await listed(hook, '&status=held')).length === 10);
    await beckon.kill();
    up = true;
    await beckon.open();
    await until('all of it is delivered', async () => (await listed(hook, '&status=delivered')).length === 10);
  });

  test('for some types of events is sent the good one behind them, within a dozen requests', async () => {
    const server = await Beckon.start({ flags: ['--dev', '--circuit-open', '200ms'] });
    const hook = await server.subscribe(['partly.*'], {
      answer: ({ headers }) => ({ status: headers['x-arjun-event-type'] === 'partly.good' ? 202 : 500 }),
    });
    try {
      await server.as('OPERATOR', 'PATCH', `/webhooks/${hook.id}`, { enabled: false });
      for (let n = 0; n < 35; n++)
        await server.as('OPERATOR', 'POST', '/events', { type: `partly.bad${n}`, payload: {} });
      const { json } = await server.as('OPERATOR', 'POST', '/events', { type: 'partly.good', payload: {} });
      await server.as('OPERATOR', 'PATCH', `/webhooks/${hook.id}`, { enabled: true });
      const at = await until('the good one came', () => {
        const found = hook.log.items.findIndex(({ headers }) => headers['webhook-id'] === json.eventId);
        return found >= 0 && found + 1;
      });
      assert.ok(at <= 12, `it was request ${at}`);
    } finally {
      await hook.close();
      await server.close();
    }
  });

  test('with another URL it is tried there at once', async () => {
    const hook = await subscribe(['moved.*'], { path: '/status/503' });
    for (let n = 0; n < 5; n++) await publish('moved.now');
    await until('its circuit is open', async () => (await hooks('GET', `/${hook.id}`)).json.circuit === 'open');
    assert.equal((await hooks('PATCH', `/${hook.id}`, { endpointUrl: `${hook.url}/hook` })).json.circuit, 'closed');
    await until('all of it is delivered', async () => (await listed(hook, '&status=delivered')).length === 5);
  });

  test('for as long as a setting says is disabled, and that is told', async () => {
    const strict = await Beckon.start({
      flags: ['--dev', '--disable-after', '50ms', '--retry-schedule', '100ms,100ms,100ms'],
    });
    const watch = await strict.subscribe(['webhook.subscription.disabled']);
    const hook = await strict.subscribe(['webhook.test'], { path: '/status/500' });
    try {
      await strict.as('OPERATOR', 'POST', `/webhooks/${hook.id}/test`);
      const { event } = await watch.log.next();
      assert.deepEqual(event.payload, { subscriptionId: hook.id, reason: 'every attempt failed for 50ms' });
      const { json } = await strict.as('OPERATOR', 'GET', `/webhooks/${hook.id}`);
      assert.deepEqual(
        [json.enabled, json.disabledReason, json.circuit],
        [false, 'every attempt failed for 50ms', 'closed'],
      );
    } finally {
      await hook.close();
      await watch.close();
      await strict.close();
    }
  });
});

test('a CA file that is missing or has no certificate ends the start, and says so', async () => {
  const data = mkdtempSync(join(tmpdir(), 'beckon-test-ca-'));
  writeFileSync(join(data, 'empty.pem'), '');
  for (const name of ['missing.pem', 'empty.pem'])
    await assert.rejects(
      Beckon.start({ data: join(data, 'server'), flags: ['--dev', '--extra-ca-file', join(data, name)] }),
      new RegExp(`ended \\(1\\)[^]*No CA certificates can be read from .*${name}`),
    );
  assert.ok(!existsSync(join(data, 'server')));
  rmSync(data, { recursive: true });
});

test('a rate is kept: no second has more attempts', async () => {
  const rate = 8;
  const hook = await subscribe(['rated.*'], { more: { ratePerSecond: rate } });
  await Promise.all(Array.from({ length: 20 }, () => publish('rated.now')));
  await until('all have come', () => hook.log.items.length === 20);
  const items = await until('all are written', async () => {
    const all = await listed(hook, '&status=delivered');
    return all.length === 20 && all;
  });
  const times = [];
  for (const { deliveryId } of items)
    times.push(Date.parse((await hooks('GET', `/${hook.id}/deliveries/${deliveryId}`)).json.attempts[0].at));
  times.sort((a, b) => a - b);
  for (let i = rate; i < times.length; i++)
    assert.ok(times[i] - times[i - rate] >= 999, `${times[i] - times[i - rate]} ms`);
});

test('a name server that is silent about some names delays nobody else', async () => {
  const here = await receiver();
  open.push(here);
  const slow = Array.from({ length: 30 }, (_, n) => `silent${n}.example.com`);
  for (const name of [...slow, 'quick.example.com']) names.names[name] = ['127.0.0.1'];
  const make = async name =>
    (await hooks('POST', '', { endpointUrl: `http://${name}:${here.port}/hook`, eventTypes: ['named.*'] })).json
      .subscriptionId;
  const silent = [];
  for (const name of slow) silent.push(await make(name));
  const quick = await make('quick.example.com');
  for (const name of slow) names.names[name] = null;
  await Promise.all(Array.from({ length: 10 }, () => publish('named.now')));
  await until(
    'the one that resolves has all of it',
    async () => (await listed({ id: quick }, '&status=delivered')).length === 10,
  );
  // By then not one lookup of the others has even ended.
  for (const id of silent)
    assert.ok(
      (await listed({ id })).every(({ attemptCount }) => attemptCount === 0),
      id,
    );
  await until('the others fail as dns', async () => {
    const one = (await listed({ id: silent[0] })).find(({ attemptCount }) => attemptCount > 0);
    if (!one) return false;
    const { attempts } = (await hooks('GET', `/${silent[0]}/deliveries/${one.deliveryId}`)).json;
    return attempts.every(({ outcome }) => outcome === 'dns');
  });
  for (const id of [...silent, quick]) await hooks('DELETE', `/${id}`);
});
