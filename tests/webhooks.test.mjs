// Contract sections 6 and 7: subscriptions, deliveries, retries, the egress guard, roles, allowlist and audit.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Beckon, freshSession, quickRetries } from './kit/beckon.mjs';
import { nameServer } from './kit/dns.mjs';
import { until } from './kit/wait.mjs';

let beckon, names;
const open = [];
before(async () => {
  names = await nameServer();
  beckon = await Beckon.start({ flags: ['--dev', '--dns-servers', names.address, ...quickRetries] });
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
const hooks = (method, path = '', body, options) => beckon.as('OPERATOR', method, `/webhooks${path}`, body, options);
const fire = async hook => {
  const answer = await hooks('POST', `/${hook.id}/test`, {});
  assert.equal(answer.status, 202, answer.text);
  return answer.json;
};
const delivery = async (hook, id) => {
  const answer = await hooks('GET', `/${hook.id}/deliveries/${id}`);
  assert.equal(answer.status, 200, answer.text);
  return answer.json;
};
const ended = (hook, id, ...states) =>
  until(`${id} is ${states}`, async () => {
    const one = await delivery(hook, id);
    return states.includes(one.status) && one;
  });
const url = 'https://hooks.example.com/test';

describe('subscriptions', () => {
  test('create, get, list, patch; never a secret again', async () => {
    const made = await hooks('POST', '', {
      endpointUrl: url,
      eventTypes: ['link.clicked', 'signal.*'],
      description: 'CRM',
      headers: { 'x-team': 'crm' },
      ratePerSecond: 5,
      ordering: 'session',
    });
    assert.equal(made.status, 201, made.text);
    const { subscriptionId: id, secret } = made.json;
    const got = await hooks('GET', `/${id}`);
    assert.equal(got.status, 200);
    for (const [key, value] of Object.entries({
      subscriptionId: id,
      endpointUrl: url,
      eventTypes: ['link.clicked', 'signal.*'],
      description: 'CRM',
      headers: { 'x-team': 'crm' },
      ratePerSecond: 5,
      ordering: 'session',
      enabled: true,
    }))
      assert.deepEqual(got.json[key], value, key);
    const listed = await hooks('GET');
    assert.ok(listed.json.items.some(item => item.subscriptionId === id));
    const changed = await hooks('PATCH', `/${id}`, {
      description: 'other',
      enabled: false,
      eventTypes: ['*'],
      endpointUrl: `${url}2`,
      headers: {},
    });
    assert.equal(changed.status, 200, changed.text);
    assert.deepEqual(
      [changed.json.description, changed.json.enabled, changed.json.eventTypes, changed.json.endpointUrl],
      ['other', false, ['*'], `${url}2`],
    );
    for (const answer of [got, listed, changed])
      assert.ok(!answer.text.includes(secret) && !answer.text.includes('whsec_'));
    assert.equal((await hooks('DELETE', `/${id}`)).status, 204);
    assert.equal((await hooks('GET', `/${id}`)).status, 404);
    assert.equal((await hooks('DELETE', `/${id}`)).json.error, 'not_found');
  });

  const whole = { endpointUrl: url, eventTypes: ['link.clicked'] };
  const long = length => 'x'.repeat(length);
  for (const [name, change, field] of [
    ['no endpointUrl', { endpointUrl: undefined }, 'endpointUrl'],
    ['a number for endpointUrl', { endpointUrl: 5 }, 'endpointUrl'],
    ['no eventTypes', { eventTypes: undefined }, 'eventTypes'],
    ['an empty eventTypes', { eventTypes: [] }, 'eventTypes'],
    ['a text for eventTypes', { eventTypes: 'link.clicked' }, 'eventTypes'],
    ['a number among eventTypes', { eventTypes: [5] }, 'eventTypes'],
    ['a pattern in the middle', { eventTypes: ['a.*.b'] }, 'eventTypes'],
    ['a list for headers', { headers: [] }, 'headers'],
    ['a header of the signature', { headers: { 'webhook-signature': 'x' } }, 'headers'],
    ['a header that ends the line', { headers: { 'x-a': 'b\r\nx-c: d' } }, 'headers'],
    ['a header for the length', { headers: { 'content-length': '5' } }, 'headers'],
    ['a rate of nothing', { ratePerSecond: 0 }, 'ratePerSecond'],
    ['an unknown ordering', { ordering: 'random' }, 'ordering'],
    ['a description that is no text', { description: 5 }, 'description'],
    ['a very long description', { description: long(5000) }, 'description'],
  ])
    test(`${name} is refused by its name`, async () => {
      const { status, json, text } = await hooks('POST', '', { ...whole, ...change });
      assert.deepEqual([status, json.error], [400, 'validation_error'], text);
      assert.ok(
        json.details.some(detail => detail.field.startsWith(field)),
        text,
      );
    });

  test('at most 100 per handle', async () => {
    const made = [];
    try {
      let answer;
      for (let i = 0; i <= 100; i++) {
        answer = await hooks('POST', '', whole);
        if (answer.status !== 201) break;
        made.push(answer.json.subscriptionId);
      }
      assert.ok(made.length <= 100);
      assert.deepEqual([answer.status, answer.json.error], [409, 'conflict'], answer.text);
    } finally {
      for (const id of made) await hooks('DELETE', `/${id}`);
    }
  });

  test('CREATOR may nothing here, OPERATOR and OWNER may', async () => {
    const hook = await subscribe(['nothing']);
    for (const [method, path, body] of [
      ['GET', '', undefined],
      ['POST', '', whole],
      ['GET', `/${hook.id}`, undefined],
      ['PATCH', `/${hook.id}`, { enabled: true }],
      ['POST', `/${hook.id}/test`, {}],
      ['GET', `/${hook.id}/deliveries`, undefined],
      ['DELETE', `/${hook.id}`, undefined],
    ])
      assert.deepEqual(
        (({ status, json }) => [status, json.error])(await beckon.as('CREATOR', method, `/webhooks${path}`, body)),
        [403, 'insufficient_role'],
        `${method} ${path}`,
      );
    assert.equal((await beckon.as('OWNER', 'GET', '/webhooks')).status, 200);
  });

  test('a subscription of another handle answers as an unknown one', async () => {
    const hook = await subscribe(['nothing']);
    assert.equal(
      (await beckon.cli('handle', 'add', 'second', '--owner', 'two@example.com', '--data', beckon.data)).code,
      0,
    );
    const token = await beckon.token('OWNER', 'second');
    const ask = id =>
      until(
        'the new handle is known',
        async () => {
          const answer = await beckon.call('GET', `/v2/handles/second/webhooks/${id}`, { token });
          return answer.json.error !== 'handle_not_found' && answer;
        },
        5000,
      );
    const [foreign, unknown] = [
      await ask(hook.id),
      await ask(hook.id.replace(/.$/, last => (last === 'a' ? 'b' : 'a'))),
    ];
    assert.deepEqual(
      [foreign.status, foreign.json.error, foreign.json.message],
      [404, 'not_found', unknown.json.message],
    );
    assert.equal(
      (await beckon.call('GET', `/v2/handles/demo/webhooks/${hook.id}`, { token })).json.error,
      'handle_not_found',
    );
  });
});

describe('which events go where', () => {
  test('exact, prefix and all; every signal once for each subscription that wants it', async () => {
    const [exact, prefix, all, none] = [
      await subscribe(['signal.cart']),
      await subscribe(['signal.*']),
      await subscribe(['*']),
      await subscribe(['signal.car']),
    ];
    await beckon.signal(freshSession(), { type: 'cart' }, { type: 'view' }, { type: 'link.clicked' });
    await all.log.next(({ event }) => event.type === 'link.clicked');
    await until(
      'all have come',
      () => exact.log.items.length >= 1 && prefix.log.items.length >= 2 && all.log.items.length >= 3,
    );
    const types = hook => hook.log.items.map(({ event }) => event.type).sort();
    assert.deepEqual(
      [types(exact), types(prefix), types(all), types(none)],
      [['signal.cart'], ['signal.cart', 'signal.view'], ['link.clicked', 'signal.cart', 'signal.view'], []],
    );
    for (const hook of [exact, prefix, all, none]) await hooks('DELETE', `/${hook.id}`);
  });

  test('an act publishes chain.decision.resolved with the envelope', async () => {
    const hook = await subscribe(['chain.decision.resolved']);
    assert.ok(
      (
        await beckon.as('CREATOR', 'PUT', '/chain-rules/r', {
          triggers: ['t'],
          when: {},
          action: { type: 'popup', payload: {} },
        })
      ).status < 300,
    );
    const { json } = await beckon.chain('resolve', { sessionId: freshSession(), trigger: 't' });
    const { event } = await hook.log.next();
    assert.equal(event.payload.decisionId, json.decisionId);
    assert.equal(event.payload.ruleId, 'r');
    await beckon.as('CREATOR', 'DELETE', '/chain-rules/r');
  });

  test('the operator’s own headers go along, the signature’s names stay ours', async () => {
    const hook = await subscribe(['webhook.test'], {
      more: { headers: { 'x-team': 'crm', authorization: 'Bearer abc' } },
    });
    const { eventId } = await fire(hook);
    const { headers, verified } = await hook.log.next(one => one.headers['webhook-id'] === eventId);
    assert.deepEqual([headers['x-team'], headers.authorization, verified], ['crm', 'Bearer abc', true]);
    // What carries a credential is shown as a mask, and the mask keeps it; another value takes its place at the next attempt.
    assert.equal((await hooks('GET', `/${hook.id}`)).json.headers.authorization, '***');
    const changed = await hooks('PATCH', `/${hook.id}`, { headers: { authorization: '***', 'x-team': 'mail' } });
    assert.deepEqual(changed.json.headers, { authorization: '***', 'x-team': 'mail' });
    const again = await fire(hook);
    const next = await hook.log.next(one => one.headers['webhook-id'] === again.eventId);
    assert.deepEqual([next.headers['x-team'], next.headers.authorization], ['mail', 'Bearer abc']);
    const masked = await hooks('PATCH', `/${hook.id}`, { headers: { 'x-api-key': '***' } });
    assert.deepEqual([masked.status, masked.json.details?.[0].field], [400, 'headers.x-api-key'], masked.text);
    const { json: log } = await hooks('GET', `/${hook.id}/deliveries/${again.deliveryId}`);
    assert.ok(!JSON.stringify(log).includes('Bearer abc'), 'nor is it in the log');
  });
});

describe('a new secret', () => {
  // Both forms of a signature by one secret, as a receiver that has only it would reckon them.
  const standard = (secret, { headers, raw }) =>
    `v1,${createHmac('sha256', Buffer.from(secret.slice(6), 'base64'))
      .update(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${raw}`)
      .digest('base64')}`;
  const platform = (secret, { raw }) => `sha256=${createHmac('sha256', secret).update(raw).digest('hex')}`;
  const signatures = one => one.headers['webhook-signature'].split(' ');

  test('is shown once; the old one also signs until its time, and the receiver that has only it goes on', async () => {
    const hook = await subscribe(['webhook.test']);
    const rotated = await hooks('POST', `/${hook.id}/rotate-secret`);
    assert.equal(rotated.status, 200, rotated.text);
    const fresh = rotated.json.secret;
    assert.match(fresh, /^whsec_[A-Za-z0-9+/]{43}=$/);
    assert.notEqual(fresh, hook.secret);
    const hours = (Date.parse(rotated.json.previousSecretUntil) - Date.now()) / 3_600_000;
    assert.ok(hours > 23.9 && hours <= 24, String(hours));
    const got = await hooks('GET', `/${hook.id}`);
    assert.equal(got.json.previousSecretUntil, rotated.json.previousSecretUntil);
    assert.ok(!got.text.includes('whsec_'));

    const { eventId } = await fire(hook);
    const sent = await hook.log.next(one => one.headers['webhook-id'] === eventId);
    assert.deepEqual(signatures(sent), [standard(fresh, sent), standard(hook.secret, sent)]);
    assert.deepEqual(
      [sent.headers['x-arjun-signature'], sent.headers['x-arjun-signature-previous']],
      [platform(fresh, sent), platform(hook.secret, sent)],
    );
    const audit = (await beckon.as('OPERATOR', 'GET', '/audit-events')).json.items.find(
      item => item.action === 'webhook.rotate-secret',
    );
    assert.equal(audit.target, hook.id);
  });

  test('of two rotations the later holds', async () => {
    const hook = await subscribe(['webhook.test']);
    const [second, third] = [
      await hooks('POST', `/${hook.id}/rotate-secret`, {}),
      await hooks('POST', `/${hook.id}/rotate-secret`, {}),
    ].map(answer => answer.json.secret);
    const { eventId } = await fire(hook);
    const sent = await hook.log.next(one => one.headers['webhook-id'] === eventId);
    assert.deepEqual(signatures(sent), [standard(third, sent), standard(second, sent)]);
  });

  test('when the overlap is over only the new one signs', async () => {
    const short = await Beckon.start({ flags: ['--dev', '--secret-overlap', '1ms'] });
    const hook = await short.subscribe(['webhook.test']);
    try {
      const {
        json: { secret },
      } = await short.as('OPERATOR', 'POST', `/webhooks/${hook.id}/rotate-secret`);
      await until(
        'the overlap is over',
        async () => (await short.as('OPERATOR', 'GET', `/webhooks/${hook.id}`)).json.previousSecretUntil === null,
      );
      await short.as('OPERATOR', 'POST', `/webhooks/${hook.id}/test`);
      const sent = await hook.log.next();
      assert.deepEqual(signatures(sent), [standard(secret, sent)]);
      assert.ok(!('x-arjun-signature-previous' in sent.headers));
    } finally {
      await hook.close();
      await short.close();
    }
  });

  test('of an unknown subscription is 404, and a CREATOR may not', async () => {
    assert.equal((await hooks('POST', '/whs_unknown/rotate-secret')).json.error, 'not_found');
    const hook = await subscribe(['nothing']);
    assert.equal(
      (await beckon.as('CREATOR', 'POST', `/webhooks/${hook.id}/rotate-secret`)).json.error,
      'insufficient_role',
    );
  });
});

describe('attempts and their ends', () => {
  test('503, then 200: retried with the same webhook-id, each attempt in the log', async () => {
    let n = 0;
    const hook = await subscribe(['webhook.test'], {
      answer: () => ({ status: (n += 1) < 3 ? 503 : 200, body: `answer ${n}` }),
    });
    const { eventId, deliveryId } = await fire(hook);
    const one = await ended(hook, deliveryId, 'delivered');
    assert.deepEqual(
      one.attempts.map(attempt => [attempt.number, attempt.status]),
      [
        [1, 503],
        [2, 503],
        [3, 200],
      ],
    );
    assert.ok(one.attempts.every(attempt => Date.parse(attempt.at)));
    assert.ok(JSON.stringify(one.attempts[2]).includes('answer 3'), 'the beginning of the response is kept');
    assert.deepEqual(
      hook.log.items.map(({ headers }) => [headers['webhook-id'], headers['x-arjun-attempt']]),
      [
        [eventId, '1'],
        [eventId, '2'],
        [eventId, '3'],
      ],
    );
    assert.ok(hook.log.items.every(({ verified }) => verified));
    assert.equal(new Set(hook.log.items.map(({ raw }) => raw)).size, 1, 'the body is the same each time');
  });

  for (const status of [408, 425, 429, 500, 502, 504])
    test(`${status} is retried`, async () => {
      const hook = await subscribe(['webhook.test'], {
        answer: () => ({ status: hook.log.items.length < 2 ? status : 204 }),
      });
      const { deliveryId } = await fire(hook);
      assert.deepEqual(
        (await ended(hook, deliveryId, 'delivered')).attempts.map(attempt => attempt.status),
        [status, 204],
      );
    });

  for (const status of [400, 401, 403, 404, 405, 422])
    test(`${status} is terminal`, async () => {
      const hook = await subscribe(['webhook.test'], { path: `/status/${status}` });
      const { deliveryId } = await fire(hook);
      const one = await ended(hook, deliveryId, 'failed');
      assert.deepEqual(
        one.attempts.map(attempt => attempt.status),
        [status],
      );
      assert.match(one.reason, new RegExp(`${status}`));
    });

  test('a redirect is not followed', async () => {
    const target = await subscribe(['nothing']);
    const hook = await subscribe(['webhook.test'], {
      answer: () => ({ status: 302, headers: { location: `${target.url}/hook` } }),
    });
    const { deliveryId } = await fire(hook);
    const one = await ended(hook, deliveryId, 'failed');
    assert.deepEqual(
      one.attempts.map(attempt => attempt.status),
      [302],
    );
    assert.match(one.reason, /302/);
    assert.equal(target.log.items.length, 0);
  });

  test('410 disables the subscription and says so by an event', async () => {
    const watch = await subscribe(['webhook.subscription.disabled', 'webhook.delivery.failed']);
    const hook = await subscribe(['webhook.test'], { path: '/gone' });
    const { deliveryId } = await fire(hook);
    await ended(hook, deliveryId, 'failed');
    await until('it is disabled', async () => (await hooks('GET', `/${hook.id}`)).json.enabled === false);
    const { event } = await watch.log.next(one => one.event.type === 'webhook.subscription.disabled');
    assert.ok(JSON.stringify(event.payload).includes(hook.id));
    await watch.log.next(one => one.event.type === 'webhook.delivery.failed');
  });

  test('a connection that is refused is retried, with its reason', async () => {
    const hook = await subscribe(['webhook.test']);
    await hook.close();
    const { deliveryId } = await fire(hook);
    const one = await until('an attempt is recorded', async () => {
      const read = await delivery(hook, deliveryId);
      return read.attempts.length > 0 && read;
    });
    assert.ok(['retrying', 'queued', 'sending', 'failed'].includes(one.status), one.status);
    assert.equal(one.attemptsAtMost, one.status === 'failed' ? null : 3);
    assert.match(JSON.stringify(one.attempts[0]), /connect/);
  });

  test('when the schedule ends the delivery has failed; a retry begins it anew, attempt numbers go on', async () => {
    let up = false;
    const hook = await subscribe(['webhook.test'], { answer: () => ({ status: up ? 200 : 503 }) });
    const { deliveryId } = await fire(hook);
    const failed = await ended(hook, deliveryId, 'failed');
    const made = failed.attempts.length;
    assert.equal(made, 3, 'one attempt, and one after each wait of the schedule');
    assert.equal(failed.attemptsAtMost, null, 'no more of them');
    up = true;
    assert.equal((await hooks('POST', `/${hook.id}/deliveries/${deliveryId}/retry`)).status, 202);
    const one = await ended(hook, deliveryId, 'delivered');
    assert.deepEqual(
      one.attempts.map(attempt => attempt.number),
      [1, 2, 3, 4],
    );
    assert.equal(hook.log.items.at(-1).headers['x-arjun-attempt'], '4');
  });

  test('a retry of a pending one is 409', async () => {
    const hook = await subscribe(['webhook.test'], { path: '/hang' });
    const { deliveryId } = await fire(hook);
    await hook.log.next();
    const answer = await hooks('POST', `/${hook.id}/deliveries/${deliveryId}/retry`, {});
    assert.deepEqual([answer.status, answer.json.error], [409, 'conflict']);
    await hooks('DELETE', `/${hook.id}`);
  });

  test('one endpoint that hangs does not delay another', async () => {
    const slow = await subscribe(['signal.both'], { path: '/hang' });
    const quick = await subscribe(['signal.both']);
    await beckon.signal(freshSession(), { type: 'both' });
    await slow.log.next();
    await quick.log.next(undefined, 3000);
    for (const hook of [slow, quick]) await hooks('DELETE', `/${hook.id}`);
  });

  test('delete ends what is pending as withdrawn, nothing is sent after it, and its log stays readable', async () => {
    const hook = await subscribe(['webhook.test'], { path: '/status/503' });
    const { deliveryId } = await fire(hook);
    await hook.log.next();
    assert.equal((await hooks('DELETE', `/${hook.id}`)).status, 204);
    const seen = hook.log.items.length;
    const one = await delivery(hook, deliveryId);
    assert.equal(one.status, 'withdrawn');
    assert.ok(one.reason);
    // Another subscription's whole schedule passes meanwhile.
    const other = await subscribe(['webhook.test'], { path: '/status/503' });
    await ended(other, (await fire(other)).deliveryId, 'failed');
    assert.ok(hook.log.items.length <= seen);
  });

  test('a disabled subscription holds what is owed, and sends it when it is enabled; a test goes at once', async () => {
    const hook = await subscribe(['signal.held', 'webhook.test']);
    assert.equal((await hooks('PATCH', `/${hook.id}`, { enabled: false })).status, 200);
    await beckon.signal(freshSession(), { type: 'held' });
    const [held] = await until('it is held', async () => {
      const { json } = await hooks('GET', `/${hook.id}/deliveries`);
      return json.items.length === 1 && json.items;
    });
    assert.equal(held.status, 'held');
    const { eventId } = await fire(hook);
    await hook.log.next(one => one.headers['webhook-id'] === eventId);
    assert.equal(hook.log.items.length, 1);
    assert.equal((await hooks('PATCH', `/${hook.id}`, { enabled: true })).status, 200);
    await hook.log.next(one => one.event.type === 'signal.held');
  });

  test('pending deliveries are sent after kill -9', async () => {
    let up = false;
    const hook = await subscribe(['webhook.test'], { answer: () => ({ status: up ? 200 : 503 }) });
    const { eventId } = await fire(hook);
    await hook.log.next();
    await beckon.kill();
    up = true;
    const before = hook.log.items.length;
    await beckon.open();
    await until('it comes again', () =>
      hook.log.items.slice(before).some(({ headers }) => headers['webhook-id'] === eventId),
    );
  });
});

describe('the log', () => {
  test('newest first, by pages, by status and by type', async () => {
    const hook = await subscribe(['webhook.test', 'signal.listed']);
    const ids = [];
    for (let i = 0; i < 4; i++) ids.unshift((await fire(hook)).deliveryId);
    await beckon.signal(freshSession(), { type: 'listed' });
    await until(
      'all are delivered',
      async () => (await hooks('GET', `/${hook.id}/deliveries?status=delivered`)).json.items.length === 5,
    );
    const tests = (await hooks('GET', `/${hook.id}/deliveries?eventType=webhook.test`)).json.items;
    assert.deepEqual(
      tests.map(item => item.deliveryId),
      ids,
    );
    assert.deepEqual((await hooks('GET', `/${hook.id}/deliveries?status=failed`)).json.items, []);
    const pages = [];
    let cursor = '';
    do {
      const { json } = await hooks('GET', `/${hook.id}/deliveries?limit=2${cursor}`);
      pages.push(json.items.length);
      cursor = json.nextCursor && `&cursor=${encodeURIComponent(json.nextCursor)}`;
    } while (cursor);
    assert.deepEqual(pages, [2, 2, 1]);
    for (const query of ['status=sleeping', 'limit=0', 'cursor=x'])
      assert.equal((await hooks('GET', `/${hook.id}/deliveries?${query}`)).json.error, 'validation_error', query);
    const { nextCursor } = (await hooks('GET', `/${hook.id}/deliveries?limit=2&eventType=webhook.test`)).json;
    assert.equal(
      (await hooks('GET', `/${hook.id}/deliveries?limit=2&status=delivered&cursor=${encodeURIComponent(nextCursor)}`))
        .json.error,
      'validation_error',
      'a cursor is bound to its filters',
    );
  });

  test('an attempt tells time, status, latency by phase and the request’s headers', async () => {
    const hook = await subscribe(['webhook.test']);
    const { deliveryId, eventId } = await fire(hook);
    const [attempt] = (await ended(hook, deliveryId, 'delivered')).attempts;
    assert.deepEqual([attempt.number, attempt.status], [1, 200]);
    assert.ok(JSON.stringify(attempt).includes(eventId), 'the request’s headers');
    assert.ok(!JSON.stringify(attempt).includes(hook.secret));
  });

  test('an unknown delivery is 404', async () => {
    const hook = await subscribe(['nothing']);
    assert.equal((await hooks('GET', `/${hook.id}/deliveries/dlv_unknown`)).json.error, 'not_found');
    assert.equal((await hooks('POST', `/${hook.id}/deliveries/dlv_unknown/retry`)).json.error, 'not_found');
  });
});

describe('where a webhook may go, on a server without --dev', () => {
  let strict;
  before(async () => {
    strict = await Beckon.start({
      flags: ['--dns-servers', names.address, ...quickRetries],
      data: mkdtempSync(join(tmpdir(), 'beckon-test-')),
    });
    strict.handle = 'acme';
    const added = await strict.cli('handle', 'add', 'acme', '--owner', 'owner@example.com', '--data', strict.data);
    assert.equal(added.code, 0, added.err);
    await until('the handle is known', async () => (await strict.as('OWNER', 'GET', '/webhooks')).status === 200);
  });
  after(async () => {
    await strict?.close();
  });
  const create = (endpointUrl, on = strict) =>
    on.as('OPERATOR', 'POST', '/webhooks', { endpointUrl, eventTypes: ['webhook.test'] });

  const refused = {
    'another scheme': [
      'http://hooks.example.com/',
      'ftp://hooks.example.com/',
      'file:///etc/passwd',
      'javascript:alert(1)',
      'hooks.example.com',
      '//hooks.example.com',
      '',
    ],
    'what two readers could read differently': [
      'https://user@hooks.example.com/',
      'https://user:pass@hooks.example.com/',
      'https://hooks.example.com\\@127.0.0.1/',
      'https://hooks.example.com/a b',
      'https://hooks.example.com/\u0000',
      'https://hooks.example.com/#part',
      'https:///path',
      'https://hooks%2eexample.com/',
      'https://bücher.example/',
      `https://hooks.example.com/${'x'.repeat(2048)}`,
    ],
    ports: [
      'https://hooks.example.com:0/',
      'https://hooks.example.com:80/',
      'https://hooks.example.com:22/',
      'https://hooks.example.com:1023/',
      'https://hooks.example.com:5432/',
      'https://hooks.example.com:6379/',
      'https://hooks.example.com:2376/',
      'https://hooks.example.com:99999/',
      'https://hooks.example.com:x/',
    ],
    'private and special addresses': [
      'https://127.0.0.1/',
      'https://127.255.255.254/',
      'https://10.0.0.1/',
      'https://172.16.0.1/',
      'https://172.31.255.255/',
      'https://192.168.1.1/',
      'https://169.254.169.254/latest/meta-data/',
      'https://100.64.0.1/',
      'https://0.0.0.0/',
      'https://192.0.2.1/',
      'https://198.18.0.1/',
      'https://203.0.113.7/',
      'https://224.0.0.1/',
      'https://255.255.255.255/',
      'https://168.63.129.16/',
    ],
    IPv6: [
      'https://[::1]/',
      'https://[::]/',
      'https://[::ffff:127.0.0.1]/',
      'https://[::127.0.0.1]/',
      'https://[64:ff9b::7f00:1]/',
      'https://[2002:7f00:1::]/',
      'https://[fe80::1]/',
      'https://[fe80::1%25eth0]/',
      'https://[fc00::1]/',
      'https://[ff02::1]/',
      'https://[2001:db8::1]/',
      'https://[v1.x]/',
    ],
    'other spellings of a number': [
      'https://2130706433/',
      'https://0x7f000001/',
      'https://0177.0.0.1/',
      'https://127.1/',
      'https://127.0.1/',
      'https://0x7f.1/',
      'https://127.0.0.01/',
      'https://127.0.0.1./',
      'https://8.8.8.8.8/',
      'https://1.2.3.0x4/',
      'https://256.1.1.1/',
    ],
    'names of the inside': [
      'https://localhost/',
      'https://LOCALHOST/',
      'https://a.localhost/',
      'https://intranet/',
      'https://printer.local/',
      'https://vault.internal/',
      'https://nas.home.arpa/',
      'https://x.onion/',
      'https://metadata.google.internal/',
      'https://localhost./',
    ],
  };
  for (const [name, urls] of Object.entries(refused))
    test(`${name} are refused with the reason`, async () => {
      for (const endpointUrl of urls) {
        const { status, json, text } = await create(endpointUrl);
        assert.deepEqual([status, json?.error], [400, 'validation_error'], `${endpointUrl.slice(0, 60)}: ${text}`);
        const detail = json.details.find(({ field }) => field === 'endpointUrl');
        assert.ok(detail?.issue.length > 8, text);
      }
    });

  test('a change to such an address is refused too, and what stood stays', async () => {
    const {
      json: { subscriptionId },
    } = await create(url);
    const answer = await strict.as('OPERATOR', 'PATCH', `/webhooks/${subscriptionId}`, {
      endpointUrl: 'https://127.0.0.1/',
    });
    assert.deepEqual([answer.status, answer.json.details[0].field], [400, 'endpointUrl']);
    assert.equal((await strict.as('OPERATOR', 'GET', `/webhooks/${subscriptionId}`)).json.endpointUrl, url);
  });

  for (const taken of [
    url,
    'https://hooks.example.com:8443/a?b=c',
    'https://93.184.216.34/',
    'https://[2606:2800:220:1:248:1893:25c8:1946]/',
    'https://xn--bcher-kva.example/',
    'https://never-resolves.invalid-name.example/',
  ])
    test(`${taken} is taken`, async () => {
      const answer = await create(taken);
      assert.equal(answer.status, 201, answer.text);
    });

  test('with --dev loopback over plain http is admitted, other private addresses are not', async () => {
    for (const endpointUrl of [
      'http://10.0.0.1:8080/',
      'http://169.254.169.254/',
      'http://192.168.0.1:9000/',
      'https://[fe80::1]/',
    ])
      assert.equal((await create(endpointUrl, beckon)).json.details?.[0].field, 'endpointUrl', endpointUrl);
  });

  test('the allowlist admits a range; taken back, the next attempt is refused by policy, in the log', async () => {
    const inside = 'https://10.20.0.7:8443/';
    assert.equal((await create(inside)).status, 400);
    const { json: before } = await strict.admin('GET', '/allowlist');
    assert.equal(
      (await strict.admin('PUT', '/allowlist', { ...before, egress: ['10.20.0.0/16', 'hooks.internal.example'] }))
        .status,
      200,
    );
    assert.deepEqual((await strict.admin('GET', '/allowlist')).json.egress, ['10.20.0.0/16', 'hooks.internal.example']);
    const made = await create(inside);
    assert.equal(made.status, 201, made.text);
    assert.equal((await strict.admin('PUT', '/allowlist', { ...before, egress: [] })).status, 200);
    const path = `/webhooks/${made.json.subscriptionId}`;
    const {
      json: { deliveryId },
    } = await strict.as('OPERATOR', 'POST', `${path}/test`, {});
    const one = await until('it has failed', async () => {
      const { json } = await strict.as('OPERATOR', 'GET', `${path}/deliveries/${deliveryId}`);
      return json.status === 'failed' && json;
    });
    assert.equal(one.reason, 'refused by policy');
    assert.equal(one.attempts.length, 1);
  });

  test('a name of which any answer is refused is refused when it is told', async () => {
    Object.assign(names.names, {
      'inside.example.com': ['10.0.0.5'],
      'mixed.example.com': ['93.184.216.34', '127.0.0.1'],
      'six.example.com': ['fd00::1'],
      'mapped.example.com': ['::ffff:7f00:1'],
      'outside.example.com': ['93.184.216.34'],
    });
    for (const name of ['inside', 'mixed', 'six', 'mapped']) {
      const { status, json, text } = await create(`https://${name}.example.com/`);
      assert.deepEqual([status, json.details?.[0].field], [400, 'endpointUrl'], `${name}: ${text}`);
    }
    assert.equal((await create('https://outside.example.com/')).status, 201);
  });

  test('a name that comes to mean an inner address is refused at the attempt, by policy, in the log', async () => {
    const made = await create('https://rebound.example.com/'); // it does not resolve yet
    assert.equal(made.status, 201, made.text);
    names.names['rebound.example.com'] = ['127.0.0.1', '93.184.216.34'];
    const path = `/webhooks/${made.json.subscriptionId}`;
    const {
      json: { deliveryId },
    } = await strict.as('OPERATOR', 'POST', `${path}/test`, {});
    const one = await until('it has failed', async () => {
      const { json } = await strict.as('OPERATOR', 'GET', `${path}/deliveries/${deliveryId}`);
      return json.status === 'failed' && json;
    });
    assert.equal(one.reason, 'refused by policy');
  });

  test('a name that does not resolve is retried, and the log says dns', async () => {
    const made = await create('https://nowhere.example.com/');
    const path = `/webhooks/${made.json.subscriptionId}`;
    const {
      json: { deliveryId },
    } = await strict.as('OPERATOR', 'POST', `${path}/test`, {});
    const one = await until('the schedule has ended', async () => {
      const { json } = await strict.as('OPERATOR', 'GET', `${path}/deliveries/${deliveryId}`);
      return json.status === 'failed' && json;
    });
    assert.deepEqual(
      one.attempts.map(attempt => attempt.outcome),
      ['dns', 'dns', 'dns'],
    );
  });

  test('link-local and metadata addresses can not be admitted', async () => {
    for (const range of ['169.254.0.0/16', '169.254.169.254', '0.0.0.0/0', 'fe80::/10']) {
      const put = await strict.admin('PUT', '/allowlist', { handles: ['*'], egress: [range] });
      if (put.status === 200) assert.equal((await create('https://169.254.169.254/')).status, 400, range);
      else assert.equal(put.json.error, 'validation_error', put.text);
    }
    await strict.admin('PUT', '/allowlist', { handles: ['*'], egress: [] });
  });

  for (const [name, body, field] of [
    ['handles that are no list', { handles: 'demo', egress: [] }, 'handles'],
    ['a handle that is none', { handles: ['No Handle'], egress: [] }, 'handles'],
    ['a range that is none', { handles: ['*'], egress: ['10.20.0.0/99'] }, 'egress'],
    ['a number', { handles: ['*'], egress: [5] }, 'egress'],
  ])
    test(`an allowlist with ${name} is refused by its field`, async () => {
      const { status, json, text } = await strict.admin('PUT', '/allowlist', body);
      assert.equal(status, 400, text);
      assert.ok(
        json.details.some(detail => detail.field.startsWith(field)),
        text,
      );
    });
});

describe('platform admin and audit', () => {
  test('every change of the control plane is an audit event, newest first, without a secret', async () => {
    const hook = await subscribe(['nothing']);
    await hooks('PATCH', `/${hook.id}`, { description: 'new' });
    await hooks('DELETE', `/${hook.id}`);
    const { status, json, text } = await beckon.as('OPERATOR', 'GET', '/audit-events');
    assert.equal(status, 200, text);
    const mine = json.items.filter(item => item.target === hook.id).map(item => item.action);
    assert.deepEqual(mine, ['webhook.delete', 'webhook.update', 'webhook.create']);
    assert.ok(!text.includes('whsec_'));
    assert.ok(json.items.every(item => item.actor && Date.parse(item.at)));
    assert.equal((await beckon.as('CREATOR', 'GET', '/audit-events')).json.error, 'insufficient_role');
  });

  test('a handle is made over the API, and listed', async () => {
    const made = await beckon.admin('POST', '/handles', { handle: 'third-one', ownerEmail: 'three@example.com' });
    assert.equal(made.status, 201, made.text);
    assert.ok((await beckon.admin('GET', '/handles')).json.items.some(item => item.handle === 'third-one'));
    assert.deepEqual(
      (({ status, json }) => [status, json.error])(
        await beckon.admin('POST', '/handles', { handle: 'third-one', ownerEmail: 'three@example.com' }),
      ),
      [409, 'conflict'],
    );
    assert.equal(
      (await beckon.admin('POST', '/handles', { handle: 'Bad Name', ownerEmail: 'x' })).json.details.length,
      2,
    );
    const answer = await beckon.call('GET', '/v2/handles/third-one/webhooks', {
      token: await beckon.token('OPERATOR', 'third-one'),
    });
    assert.equal(answer.status, 200, answer.text);
  });
});
