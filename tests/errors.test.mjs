// Contract section 3, row by row, over the socket. Every error has the same form, and says what to do.
import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { Beckon, freshAddress, freshSession } from './kit/beckon.mjs';
import { until } from './kit/wait.mjs';

let beckon;
let expiring;
before(async () => {
  beckon = await Beckon.start({ flags: ['--dev', '--http-head', '2s', '--http-body-grace', '2s'] });
  // Made two minutes ago, where the clock of its process can be set; a sanitizer does not bear another library before it.
  const [library] = process.env.BECKON ? [] : globSync('/usr/lib/*/faketime/libfaketime.so.1');
  const moved = library ? { LD_PRELOAD: library, FAKETIME: '-2m' } : {};
  const earlier = { env: { ...beckon.env, ...moved }, cli: beckon.cli };
  const token = ['token', '--handle', 'demo', '--role', 'OWNER', '--ttl', '1s', '--data', beckon.data];
  const { out, err } = await earlier.cli(...token);
  assert.match(out, /^[\w-]+\.[\w-]+\.[\w-]+$/, err);
  expiring = out;
});
after(async () => {
  await beckon?.close();
});

const chains = {
  signals: () => ({ handle: 'demo', sessionId: freshSession(), signals: [{ type: 'view' }] }),
  resolve: () => ({ handle: 'demo', sessionId: freshSession(), trigger: 'checkout' }),
  prefetch: () => ({ handle: 'demo', sessionId: freshSession(), triggers: ['checkout'] }),
};
const publicly = (what, body, options) =>
  beckon.call('POST', `/v2/public/chain/${what}`, { body, from: freshAddress(), ...options });

// The form of every error; gives the body back.
function refused(answer, status, code, named = []) {
  assert.equal(answer.status, status, answer.text);
  assert.equal(answer.json?.error, code, answer.text);
  assert.ok(answer.json.message.length > 10, 'a sentence');
  assert.equal(answer.json.requestId, answer.headers['x-request-id']);
  assert.match(answer.headers['content-type'], /^application\/json/);
  assert.doesNotMatch(answer.text, /\.cc\b|sqlite|SELECT |INSERT |\/src\/|\/tmp\//i);
  const fields = (answer.json.details ?? []).map(detail => {
    assert.ok(detail.issue.length > 3, 'an issue in words');
    return detail.field;
  });
  for (const field of named)
    assert.ok(
      fields.some(path => path === field || path.startsWith(`${field}.`) || path.startsWith(`${field}[`)),
      `${field} is named in ${JSON.stringify(fields)}`,
    );
  return answer.json;
}

describe('400 invalid_payload', () => {
  for (const [name, body] of [
    ['half a document', '{"handle":'],
    ['nothing', ''],
    ['two documents', '{}{}'],
    ['a comment', '{}//'],
    ['a trailing comma', '{"handle":"demo",}'],
    ['an array', '[]'],
    ['a string', '"x"'],
    ['a number', '5'],
    ['null', 'null'],
    ['a key twice', '{"handle":"demo","handle":"demo","sessionId":"x","signals":[{"type":"v"}]}'],
    ['a key twice, once escaped', '{"handle":"demo","h\\u0061ndle":"demo","sessionId":"x","signals":[{"type":"v"}]}'],
    ['a lone surrogate', '{"handle":"demo","sessionId":"x","signals":[{"type":"v","signalValue":"\\ud800"}]}'],
    ['a number beyond a double', '{"handle":"demo","sessionId":"x","signals":[{"type":"v","metadata":{"n":1e999}}]}'],
    ['depth 33', `{"handle":"demo","x":${'['.repeat(32)}${']'.repeat(32)}}`],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
  ])
    test(name, async () => {
      refused(await publicly('signals', body), 400, 'invalid_payload');
    });
});

describe('400 validation_error: each required field, missing and of the wrong type', () => {
  const wrong = {
    handle: [null, 5, true, {}, [], '', 'Demo', 'a', '-demo', 'a'.repeat(64), 'de mo', 'demo\u0000'],
    sessionId: [null, 5, true, {}, [], '', 'x'.repeat(129), 'with space', 'slash/ed', 'ümlaut', 'nul\u0000'],
    signals: [null, 5, 'view', true, {}, [], Array.from({ length: 61 }, () => ({ type: 'v' })), ['view'], [null], [[]]],
    trigger: [null, 5, true, {}, [], '', 'Checkout', '.dot', 'x'.repeat(65), 'a b'],
    triggers: [null, 5, true, {}, [], [''], [5], ['Checkout'], Array.from({ length: 21 }, (_, i) => `t${i}`)],
  };
  for (const [what, whole] of Object.entries(chains))
    for (const field of Object.keys(whole())) {
      test(`${what} without ${field}`, async () => {
        const body = whole();
        delete body[field];
        refused(await publicly(what, body), 400, 'validation_error', [field]);
      });
      for (const value of wrong[field])
        test(`${what} with ${field} ${JSON.stringify(value).slice(0, 40)}`, async () => {
          refused(await publicly(what, { ...whole(), [field]: value }), 400, 'validation_error', [field]);
        });
    }
  test('on the JWT route the handle comes from the path', async () => {
    const { handle, ...body } = chains.signals();
    assert.equal((await beckon.as('CREATOR', 'POST', '/chain/signals', body)).status, 202, handle);
  });
});

describe('400 validation_error: the form of a signal', () => {
  const long = length => 'x'.repeat(length);
  const nested = depth => {
    let value = {};
    for (let i = 1; i < depth; i++) value = { a: value };
    return value;
  };
  const at = ms => new Date(Date.now() + ms).toISOString();
  const cases = [
    [
      'type',
      ['', 5, null, {}, ' view', '.x', 'a b', 'a/b', 'ü', long(65)],
      ['v', 'A', '0', 'cart:add', 'a.b_c-d:e', long(64)],
    ],
    ['signalKey', ['', 5, null, {}, ' view', long(65)], ['v', 'cart:add', long(64)]],
    ['signalValue', [long(257), {}, [], null], ['', long(256), 'ü'.repeat(256), '😀'.repeat(256), 5, 1.5, true, false]],
    ['confidence', [-0.01, 1.01, '1', null, true, {}], [0, 1, 0.5, 0.0, 1.0]],
    ['source', [long(65), 5, null, {}], ['', 'email', long(64)]],
    [
      'metadata',
      [[], 'x', 5, null, true, { a: long(2048) }, nested(6)],
      [{}, { a: long(2000) }, nested(3), { a: [1, 'x', null, true, { b: 1 }] }],
    ],
    [
      'at',
      ['yesterday', '2026-13-01T00:00:00Z', '2026-01-01', {}, [], true, null, at(6 * 60_000), at(-31 * 86_400_000)],
      [at(0), at(4 * 60_000), at(-29 * 86_400_000), Date.now(), Date.now() - 1000, at(0).replace('Z', '+00:00')],
    ],
    ['age', [-1, 0.5, '5', null, {}, 31 * 86_400_000], [0, 1_500, 29 * 86_400_000]],
    ['id', [long(65), 5, null, {}, ''], ['a', long(64), '4be2b2dd-4a59-4b91-b39d-2db84cdf31c5']],
  ];
  const shown = value => {
    const text = JSON.stringify(value);
    return text.length > 40 ? `${text.slice(0, 37)}… of ${text.length}` : text;
  };
  for (const [field, bad, good] of cases) {
    const signal = value =>
      field === 'type' || field === 'signalKey' ? { [field]: value } : { type: 'view', [field]: value };
    for (const value of bad)
      test(`${field} ${shown(value)} is refused by its name`, async () => {
        refused(
          await publicly('signals', { ...chains.signals(), signals: [{ type: 'fine' }, signal(value)] }),
          400,
          'validation_error',
          [`signals[1].${field}`],
        );
      });
    for (const value of good)
      test(`${field} ${shown(value)} is taken`, async () => {
        const answer = await publicly('signals', { ...chains.signals(), signals: [signal(value)] });
        assert.equal(answer.status, 202, answer.text);
      });
  }
  test('neither type nor signalKey is refused', async () => {
    refused(
      await publicly('signals', { ...chains.signals(), signals: [{ signalValue: 'x' }] }),
      400,
      'validation_error',
      ['signals[0]'],
    );
  });
  for (const [field, values] of [
    ['visitorId', [5, {}, true, long(257), 'é'.repeat(129), 'a\nb', 'a\u0085b']],
    ['anonymousId', [5, {}, '', long(129), 'a\u0000b']],
    ['sentAt', [{}, 'now', -1, null]],
    ['consent', ['maybe', 5, null]],
    ['context', [5, 'x', []]],
  ])
    for (const value of values)
      test(`${field} ${shown(value)} beside the signals is refused`, async () => {
        refused(await publicly('signals', { ...chains.signals(), [field]: value }), 400, 'validation_error', [field]);
      });
  test('every fault is named at once, and nothing was stored', async () => {
    const sessionId = freshSession();
    const signals = [{ type: 'ok' }, { type: 'x', confidence: 2 }, { signalValue: 'y' }, { type: 'v', metadata: [] }];
    refused(
      await publicly('signals', { handle: 'demo', sessionId, consent: 'maybe', signals }),
      400,
      'validation_error',
      ['signals[1].confidence', 'signals[2]', 'signals[3].metadata', 'consent'],
    );
    assert.equal((await publicly('signals', { handle: 'demo', sessionId, signals: [{ type: 'ok' }] })).json.version, 1);
  });
});

describe('401', () => {
  const ask = headers => beckon.call('GET', '/v2/handles/demo/webhooks', { headers });
  const part = value => Buffer.from(JSON.stringify(value)).toString('base64url');
  test('no token is missing_bearer_token', async () => {
    refused(await ask({}), 401, 'missing_bearer_token');
  });
  test('another scheme is missing_bearer_token', async () => {
    refused(await ask({ authorization: 'Basic eDp5' }), 401, 'missing_bearer_token');
  });
  const forged = {
    'no JWT at all': () => 'nonsense',
    'a changed payload': token => {
      const [head, body, sign] = token.split('.');
      return `${head}.${part({ ...JSON.parse(Buffer.from(body, 'base64url')), role: 'OWNER' })}.${sign}`;
    },
    'algorithm none': token => `${part({ alg: 'none', typ: 'JWT' })}.${token.split('.')[1]}.`,
    'algorithm HS256': token => {
      const [, body, sign] = token.split('.');
      return `${part({ alg: 'HS256', typ: 'JWT' })}.${body}.${sign}`;
    },
    'a key of its own in the header': token => {
      const [head, body, sign] = token.split('.');
      return `${part({ ...JSON.parse(Buffer.from(head, 'base64url')), jwk: { kty: 'EC' } })}.${body}.${sign}`;
    },
    padding: token => `${token}=`,
    'no signature': token => token.split('.').slice(0, 2).join('.'),
    'more than 8 KiB': token => token + 'A'.repeat(8192),
  };
  for (const [name, forge] of Object.entries(forged))
    test(`${name} is invalid_token`, async () => {
      const token = await beckon.token('CREATOR');
      refused(await ask({ authorization: `Bearer ${forge(token)}` }), 401, 'invalid_token');
    });
});

describe('403', () => {
  test('a role below the route is insufficient_role', async () => {
    refused(await beckon.as('CREATOR', 'GET', '/webhooks'), 403, 'insufficient_role');
  });
  test('no role on a handle opens the platform', async () => {
    const answer = await beckon.call('GET', '/v2/platform-admin/allowlist', { token: await beckon.token('OWNER') });
    refused(answer, 403, 'insufficient_role');
  });
  test('a handle that is not on the allowlist is feature_locked, and open again when it is', async () => {
    const before = await beckon.admin('GET', '/allowlist');
    assert.equal(before.status, 200);
    const put = handles => beckon.admin('PUT', '/allowlist', { handles, egress: before.json.egress });
    assert.equal((await put(['some-other'])).status, 200);
    try {
      refused(await publicly('signals', chains.signals()), 403, 'feature_locked');
      refused(await beckon.as('OPERATOR', 'GET', '/webhooks'), 403, 'feature_locked');
    } finally {
      assert.equal((await put(before.json.handles)).status, 200);
    }
    assert.equal((await publicly('signals', chains.signals())).status, 202);
  });
});

describe('404', () => {
  test('an unknown path is not_found', async () => {
    refused(await beckon.call('GET', '/v2/nowhere'), 404, 'not_found');
  });
  test('an unknown id is not_found', async () => {
    refused(await beckon.as('OPERATOR', 'GET', '/webhooks/whs_unknown'), 404, 'not_found');
  });
  for (const [what, whole] of Object.entries(chains))
    test(`an unknown handle in ${what} is handle_not_found`, async () => {
      refused(await publicly(what, { ...whole(), handle: 'nobody-here' }), 404, 'handle_not_found');
    });
  test('a foreign handle answers exactly as one that does not exist', async () => {
    const added = await beckon.cli('handle', 'add', 'foreign', '--owner', 'other@example.com', '--data', beckon.data);
    assert.equal(added.code, 0, added.err);
    const token = await beckon.token('OWNER');
    const [foreign, unknown] = await Promise.all(
      ['foreign', 'nothere'].map(handle => beckon.call('GET', `/v2/handles/${handle}/webhooks`, { token })),
    );
    for (const answer of [foreign, unknown]) refused(answer, 404, 'handle_not_found');
    const bare = answer => answer.text.replaceAll(answer.json.requestId, '').replaceAll(/foreign|nothere/g, '');
    assert.equal(bare(foreign), bare(unknown));
  });
});

describe('405', () => {
  for (const [method, path] of [
    ['GET', '/v2/public/chain/signals'],
    ['DELETE', '/v2/public/chain/resolve'],
    ['PUT', '/v2/handles/demo/webhooks'],
    ['POST', '/v2/system/health'],
  ])
    test(`${method} ${path} is method_not_allowed with Allow`, async () => {
      const answer = await beckon.call(method, path, { token: await beckon.token() });
      refused(answer, 405, 'method_not_allowed');
      const allowed = answer.headers.allow.split(/, */);
      assert.ok(allowed.length > 0 && !allowed.includes(method), answer.headers.allow);
    });
});

const post = (path, head, body = '') => `POST ${path} HTTP/1.1\r\nHost: x\r\n${head}\r\n${body}`;
const json = 'Content-Type: application/json\r\n';

describe('408, 413, 414, 415, 417, 431', { concurrency: true }, () => {
  test('a head that does not come to its end is request_timeout, and the connection closes', async () => {
    const answer = await beckon.raw('GET /v2/system/health HTTP/1.1\r\nHost: x\r\n', { within: 30_000 });
    refused(answer, 408, 'request_timeout');
  });
  test('a body that does not come is request_timeout', async () => {
    refused(
      await beckon.raw(post('/v2/public/chain/signals', `${json}Content-Length: 60000\r\n`, '{'), { within: 30_000 }),
      408,
      'request_timeout',
    );
  });
  test('a body over 64 KiB is payload_too_large', async () => {
    refused(await publicly('signals', `{"handle":"${'x'.repeat(64 * 1024)}"}`), 413, 'payload_too_large');
  });
  test('… before it is read', async () => {
    const answer = await beckon.raw(post('/v2/public/chain/signals', `${json}Content-Length: 10000000\r\n`));
    refused(answer, 413, 'payload_too_large');
    assert.ok(answer.closed || answer.headers.connection === 'close');
  });
  test('… also when it comes in chunks without a length', async () => {
    const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`;
    refused(
      await beckon.raw(post('/v2/public/chain/signals', `${json}Transfer-Encoding: chunked\r\n`, chunk.repeat(5))),
      413,
      'payload_too_large',
    );
  });
  test('a body of 64 KiB is read', async () => {
    const whole = JSON.stringify({ ...chains.signals(), context: {} });
    refused(
      await publicly('signals', `${whole.slice(0, -1)}${' '.repeat(64 * 1024 - whole.length)}]`),
      400,
      'invalid_payload',
    );
  });
  test('a long target is uri_too_long', async () => {
    refused(await beckon.raw(`GET /${'x'.repeat(9000)} HTTP/1.1\r\nHost: x\r\n\r\n`), 414, 'uri_too_long');
  });
  for (const type of [
    'text/xml',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonp',
  ])
    test(`${type} on a JSON route is unsupported_media_type`, async () => {
      refused(
        await beckon.call('POST', '/v2/handles/demo/webhooks', {
          body: '{}',
          token: await beckon.token(),
          headers: { 'content-type': type },
        }),
        415,
        'unsupported_media_type',
      );
    });
  test('application/json with a charset is taken', async () => {
    assert.equal(
      (await publicly('resolve', chains.resolve(), { headers: { 'content-type': 'application/json; charset=utf-8' } }))
        .status,
      200,
    );
  });
  test('another expectation is expectation_failed', async () => {
    refused(
      await beckon.raw(post('/v2/public/chain/signals', `${json}Expect: 200-ok\r\nContent-Length: 2\r\n`, '{}')),
      417,
      'expectation_failed',
    );
  });
  test('100-continue is continued', async () => {
    const body = JSON.stringify(chains.resolve());
    const answer = await beckon.raw([
      post('/v2/public/chain/resolve', `${json}Expect: 100-continue\r\nContent-Length: ${body.length}\r\n`),
      body,
    ]);
    assert.equal(answer.status, 200, answer.text);
  });
  test('more than 100 fields are headers_too_large', async () => {
    refused(
      await beckon.raw(
        `GET /v2/system/health HTTP/1.1\r\nHost: x\r\n${Array.from({ length: 101 }, (_, i) => `x-${i}: y\r\n`).join('')}\r\n`,
      ),
      431,
      'headers_too_large',
    );
  });
  test('fields of more than 16 KiB are headers_too_large', async () => {
    refused(
      await beckon.raw(`GET /v2/system/health HTTP/1.1\r\nHost: x\r\nx-long: ${'y'.repeat(17 * 1024)}\r\n\r\n`),
      431,
      'headers_too_large',
    );
  });
});

describe('a request that two readers could read differently is 400, and the connection closes', () => {
  const get = head => `GET /v2/system/health HTTP/1.1\r\n${head}\r\n`;
  for (const [name, bytes] of [
    [
      'a length and chunks',
      post('/v2/public/chain/resolve', `${json}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n`, '0\r\n\r\n'),
    ],
    ['two lengths', post('/v2/public/chain/resolve', `${json}Content-Length: 2\r\nContent-Length: 2\r\n`, '{}')],
    ['a list of lengths', post('/v2/public/chain/resolve', `${json}Content-Length: 2, 2\r\n`, '{}')],
    ['a length with a sign', post('/v2/public/chain/resolve', `${json}Content-Length: +2\r\n`, '{}')],
    ['another coding', post('/v2/public/chain/resolve', `${json}Transfer-Encoding: gzip\r\n`, '{}')],
    ['two codings', post('/v2/public/chain/resolve', `${json}Transfer-Encoding: gzip, chunked\r\n`, '0\r\n\r\n')],
    ['a bare line feed', 'GET /v2/system/health HTTP/1.1\nHost: x\n\n'],
    ['a folded field', get('Host: x\r\nx-a: b\r\n c\r\n')],
    ['a space before the colon', get('Host: x\r\nx-a : b\r\n')],
    ['a control byte in a field', get('Host: x\r\nx-a: b\u0001c\r\n')],
    ['no Host', get('')],
    ['two Hosts', get('Host: x\r\nHost: x\r\n')],
  ])
    test(name, async () => {
      const answer = await beckon.raw(bytes);
      assert.equal(answer.status, 400, answer.text);
      assert.ok(['invalid_payload', 'validation_error'].includes(answer.json?.error), answer.text);
      assert.ok(answer.closed || answer.headers.connection === 'close', 'it closes');
    });
});

describe('409, 412, 429', () => {
  test('a second visitor of a session is conflict', async () => {
    const body = { ...chains.signals(), visitorId: 'v-1' };
    assert.equal((await publicly('signals', body)).status, 202);
    refused(await publicly('signals', { ...body, visitorId: 'v-2' }), 409, 'conflict');
  });
  test('a rule changed meanwhile is precondition_failed', async () => {
    const rule = { triggers: ['t'], when: {}, action: { type: 'popup', payload: {} } };
    const first = await beckon.as('CREATOR', 'PUT', '/chain-rules/guarded', rule);
    assert.ok([200, 201].includes(first.status), first.text);
    assert.ok(first.headers.etag);
    const put = (body, etag) =>
      beckon.as('CREATOR', 'PUT', '/chain-rules/guarded', body, { headers: { 'if-match': etag } });
    assert.equal((await put({ ...rule, priority: 1 }, first.headers.etag)).status, 200);
    refused(await put({ ...rule, priority: 2 }, first.headers.etag), 412, 'precondition_failed');
    assert.equal((await beckon.as('CREATOR', 'DELETE', '/chain-rules/guarded')).status, 204);
  });
  test('beyond a limit is rate_limited with Retry-After and RateLimit-*', async () => {
    const from = freshAddress();
    const body = () => ({ ...chains.signals(), signals: Array.from({ length: 60 }, () => ({ type: 'v' })) });
    for (let i = 0; i < 2; i++) assert.equal((await publicly('signals', body(), { from })).status, 202);
    const answer = await publicly('signals', chains.signals(), { from });
    refused(answer, 429, 'rate_limited');
    const after = Number(answer.headers['retry-after']);
    assert.ok(Number.isInteger(after) && after >= 1 && after <= 61, answer.headers['retry-after']);
    assert.equal(answer.headers['ratelimit-limit'], '120');
    assert.equal(answer.headers['ratelimit-remaining'], '0');
    assert.ok(Number(answer.headers['ratelimit-reset']) >= 1);
  });
});

describe('x-request-id', () => {
  test('a sane one is kept', async () => {
    const answer = await publicly('resolve', chains.resolve(), { headers: { 'x-request-id': 'trace-4711.a_b' } });
    assert.equal(answer.headers['x-request-id'], 'trace-4711.a_b');
    assert.equal(answer.json.requestId, 'trace-4711.a_b');
  });
  for (const odd of ['x'.repeat(500), 'with space', '<script>', '"quote"', '{"a":1}'])
    test(`${odd.slice(0, 20)} is replaced`, async () => {
      const answer = await beckon.call('GET', '/v2/system/health', { headers: { 'x-request-id': odd } });
      assert.match(answer.headers['x-request-id'], /^req_/);
    });
  test('every response has one, success or not', async () => {
    for (const path of ['/v2/system/health', '/v2/system/ready', '/openapi.json', '/.well-known/jwks.json', '/nowhere'])
      assert.ok((await beckon.call('GET', path)).headers['x-request-id'], path);
  });
});

// Last, because its minute of leeway has passed by now, or nearly.
test('401: a token past its end, by more than the minute of leeway, is token_expired', {
  timeout: 100_000,
}, async () => {
  const ask = () => beckon.call('GET', '/v2/handles/demo/webhooks', { token: expiring });
  const answer = await until(
    'it has expired',
    async () => {
      const got = await ask();
      return got.status !== 200 && got;
    },
    90_000,
  );
  refused(answer, 401, 'token_expired');
});
