// Access tokens, by which a company's servers call: contract sections 2, 4 and 8. Who may call what with one, and what
// is answered on other handles, is in matrix.test.mjs.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { Beckon, freshSession, root } from './kit/beckon.mjs';
import { change } from './kit/postgres.mjs';
import { until } from './kit/wait.mjs';

let beckon;
before(async () => {
  beckon = await Beckon.start();
});
after(async () => {
  await beckon?.close();
});

const secrets = []; // of all tokens that were ever shown
const kAll = ['chain.signal.write', 'chain.resolve', 'visitors.read', 'visitors.write'];
const create = async (scopes = kAll, more = {}) => {
  const { status, json, text } = await beckon.as('OPERATOR', 'POST', '/tokens', { name: 'Shop', scopes, ...more });
  assert.equal(status, 201, text);
  secrets.push(json.token);
  return json;
};
const rotate = async (tokenId, body) => {
  const answer = await beckon.as('OPERATOR', 'POST', `/tokens/${tokenId}/rotate`, body);
  if (answer.status === 200) secrets.push(answer.json.token);
  return answer;
};
const listed = async () => (await beckon.as('OPERATOR', 'GET', '/tokens?limit=200')).json.items;
const one = async tokenId => (await listed()).find(token => token.tokenId === tokenId);
const call = (token, method, path, body, headers) =>
  beckon.call(method, `/v2/public/handles/demo${path}`, { token, body, headers });
const signals = (token, sessionId = freshSession(), count = 1, more = {}) =>
  call(token, 'POST', '/chain/signals', { sessionId, signals: Array(count).fill({ type: 'view' }), ...more });
const resolve = (token, query = '', trigger = 't') =>
  call(token, 'POST', `/chain/resolve${query}`, { sessionId: freshSession(), trigger });
const works = async token => (await resolve(token)).status === 200;

test('a token is shown once, and works in either header, but not in both', async () => {
  const made = await create();
  assert.match(made.token, /^patv1_tok_\w{26}\.[\w-]{43}$/);
  assert.deepEqual([made.name, made.scopes, made.expiresAt, made.lastUsedAt], ['Shop', kAll, null, null]);
  assert.equal((await signals(made.token)).status, 202);
  const { status } = await call(undefined, 'GET', '/visitors', undefined, { 'x-api-key': made.token });
  assert.equal(status, 200);
  const both = await call(made.token, 'GET', '/visitors', undefined, { 'x-api-key': made.token });
  assert.equal(both.status, 400, both.text);
  const { text } = await beckon.as('OPERATOR', 'GET', '/tokens');
  assert.ok(text.includes(made.tokenId) && !text.includes(made.token.split('.')[1]));
});

test('the commands of docs/access.md work as they are written there', async () => {
  const [, commands] = /## Tokens.*?```sh\n(.*?)```/s.exec(readFileSync(join(root, 'docs/access.md'), 'utf8'));
  const given = { API_BASE: beckon.base, HANDLE: 'demo', JWT_TOKEN: await beckon.token('OPERATOR') };
  const { stdout } = await promisify(execFile)('bash', ['-euc', commands], { env: { ...process.env, ...given } });
  assert.equal(JSON.parse(stdout).accepted, 1);
});

test('every fault of a new token is named at once, and nothing is made', async () => {
  const before = await listed();
  const refused = async body => {
    const { status, json } = await beckon.as('OPERATOR', 'POST', '/tokens', body);
    assert.deepEqual([status, json.error], [400, 'validation_error']);
    return json.details.map(({ field }) => field);
  };
  const past = new Date(Date.now() - 1000).toISOString();
  assert.deepEqual(await refused({ name: ' ', scopes: ['webhooks.read', 'audit.read', 7], expiresAt: past, more: 1 }), [
    'name',
    'scopes[0]',
    'scopes[2]',
    'expiresAt',
    'more',
  ]);
  for (const scopes of [undefined, [], 'audit.read', Array(14).fill('audit.read')])
    assert.deepEqual(await refused({ name: 'x', scopes }), ['scopes']);
  for (const name of [undefined, '', 'a\u0007b', 'x'.repeat(65), 7])
    assert.deepEqual(await refused({ name, scopes: ['audit.read'] }), ['name']);
  const { json } = await beckon.as('OPERATOR', 'POST', '/tokens', { name: 'x', scopes: ['webhooks', '*'] });
  assert.equal(json.details.length, 2);
  for (const { issue } of json.details) assert.match(issue, /^must be one of chain\.signal\.write, .*, audit\.read$/);
  assert.deepEqual(await listed(), before);
});

test('a name has up to 64 characters of any script, and one that is too long is not called missing', async () => {
  const body = { name: 'ä'.repeat(64), scopes: ['audit.read'] };
  const { status, json } = await beckon.as('OPERATOR', 'POST', '/tokens', body);
  assert.deepEqual([status, json.name], [201, body.name]);
  assert.equal((await beckon.as('OPERATOR', 'DELETE', `/tokens/${json.tokenId}`)).status, 204);
  const issueOf = async name =>
    (await beckon.as('OPERATOR', 'POST', '/tokens', { ...body, name })).json.details[0].issue;
  assert.match(await issueOf('ä'.repeat(65)), /^must be a text of 1 to 64 characters/);
  assert.match(await issueOf(undefined), /^is required: a text of 1 to 64 characters/);
});

test('an unknown id, a wrong secret and a deleted token are refused alike', async () => {
  const made = await create();
  const [id, secret] = made.token.split('.');
  const wrong = `${id}.${secret.slice(0, -4)}AAAA`;
  const deleted = await create();
  assert.ok(await works(deleted.token));
  assert.equal((await beckon.as('OPERATOR', 'DELETE', `/tokens/${deleted.tokenId}`)).status, 204);
  const answers = [];
  for (const token of [wrong, 'patv1_tok_none.AAAA', deleted.token, 'patv1_', `${made.token}A`]) {
    const { status, text, headers } = await resolve(token);
    assert.equal(headers['www-authenticate'], 'Bearer');
    answers.push([status, text.replace(/req_\w+/, '')]);
  }
  for (const answer of answers) assert.deepEqual(answer, answers[0]);
  assert.equal(answers[0][0], 401);
  assert.equal((await beckon.as('OPERATOR', 'DELETE', `/tokens/${deleted.tokenId}`)).status, 404);
  assert.equal((await rotate(deleted.tokenId)).status, 404);
});

// Until `token` is refused; before that it is taken. When the refusal had come, by this machine's clock.
const refusalOf = async token => {
  const answer = await until('it is refused', async () => {
    const now = await resolve(token);
    assert.ok([200, 401].includes(now.status), now.text);
    return now.status === 401 && now;
  });
  return { answer, at: Date.now() };
};

test('a token ends at its instant', async () => {
  const end = Date.now() + 1500;
  const made = await create(kAll, { expiresAt: new Date(end).toISOString() });
  assert.equal(Date.parse(made.expiresAt), end);
  const { answer, at } = await refusalOf(made.token);
  assert.equal(answer.json.error, 'token_expired');
  assert.ok(at >= end, `${end - at} ms too early`);
  assert.equal((await rotate(made.tokenId)).status, 409);
});

test('after a rotation both secrets work until the overlap ends', async () => {
  const made = await create();
  const first = await rotate(made.tokenId, { overlapSeconds: 3600 });
  assert.equal(first.status, 200, first.text);
  assert.deepEqual([first.json.tokenId, first.json.scopes], [made.tokenId, kAll]);
  assert.ok((await works(made.token)) && (await works(first.json.token)));
  const second = await rotate(made.tokenId, { overlapSeconds: 1 });
  const { answer, at } = await refusalOf(first.json.token);
  assert.equal(answer.json.error, 'invalid_token');
  assert.ok(at >= Date.parse(second.json.previousValidUntil), 'not before it was said to end');
  assert.ok(await works(second.json.token));
  assert.equal((await one(made.tokenId)).previousValidUntil, null);
});

test('a rotation overlaps for a day where nothing else is said, and the next one ends it', async () => {
  const made = await create();
  const before = Date.now();
  const first = (await rotate(made.tokenId)).json;
  const overlap = Date.parse(first.previousValidUntil) - before;
  assert.ok(overlap >= 24 * 3600e3 && overlap < 24 * 3600e3 + 60e3, `${overlap} ms`);
  const second = (await rotate(made.tokenId, { overlapSeconds: 604_800 })).json;
  assert.deepEqual([await works(made.token), await works(first.token), await works(second.token)], [false, true, true]);
  const third = (await rotate(made.tokenId, { overlapSeconds: 0 })).json;
  assert.deepEqual([await works(second.token), await works(third.token)], [false, true]);
  for (const overlapSeconds of [-1, 604_801, 1.5, '60', null]) {
    const { status, json } = await rotate(made.tokenId, { overlapSeconds });
    assert.deepEqual([status, json.details?.[0].field], [400, 'overlapSeconds']);
  }
  assert.equal((await rotate(made.tokenId, { overlap: 1 })).json.details[0].field, 'overlap');
});

test('why a decision was made is told with chain.explain only', async () => {
  const rule = { triggers: ['why'], when: {}, action: { type: 'popup', payload: {} } };
  assert.equal((await beckon.as('CREATOR', 'PUT', '/chain-rules/why', rule)).status, 201);
  const without = (await create(['chain.resolve'])).token;
  const plain = await resolve(without, '', 'why');
  assert.deepEqual([plain.json.outcome, 'explanation' in plain.json], ['act', false]);
  const ahead = body =>
    call(without, 'POST', '/chain/prefetch', { sessionId: freshSession(), trigger: 'why', ...body });
  assert.ok(!('explanation' in (await ahead()).json.decisions[0]));
  const at = await resolve(without, '?at=2026-01-01T00:00:00Z', 'why');
  assert.deepEqual([at.status, at.json.error, at.json.requiredScope], [403, 'insufficient_scope', 'chain.explain']);
  const explained = await resolve((await create(['chain.resolve', 'chain.explain'])).token, '', 'why');
  assert.equal(explained.json.explanation[0].ruleId, 'why');
});

test('a token speaks for a server: no proof is asked of it, and its traits are a server’s', async () => {
  const settings = async identity => {
    const { status, text } = await beckon.as('OWNER', 'PUT', '/settings', { identity });
    assert.equal(status, 200, text);
  };
  await settings({ proof: 'required' });
  const { token } = await create();
  const visitorId = `${freshSession()}@company.example`;
  const appended = await signals(token, freshSession(), 1, { visitorId, traits: { set: { plan: 'pro' } } });
  assert.deepEqual([appended.status, appended.json.warnings ?? []], [202, []], appended.text);
  const known = await call(token, 'GET', `/visitors/${encodeURIComponent(visitorId)}`);
  const of = await beckon.as('CREATOR', 'POST', '/chain/signals', {
    sessionId: freshSession(),
    visitorId: `x${visitorId}`,
    signals: [{ type: 'view' }],
    traits: { set: { plan: 'pro' } },
  });
  assert.equal(of.status, 202, of.text);
  const ofRole = await beckon.as('OPERATOR', 'GET', `/visitors/${encodeURIComponent(`x${visitorId}`)}`);
  assert.equal(known.json.traits.plan.value, 'pro', known.text);
  assert.equal(known.json.traits.plan.source, ofRole.json.traits.plan.source);
  await settings({});
});

test('sensitive traits are masked for a token as for an OPERATOR, and a value that is read is on record under it', async () => {
  const made = await create(['visitors.read', 'visitors.write']);
  const visitor = `/visitors/${freshSession()}`;
  const said = await call(made.token, 'POST', `${visitor}/traits`, { set: { email: 'jon@company.example' } });
  assert.equal(said.status, 200, said.text);
  const seen = await call(made.token, 'GET', visitor);
  assert.ok(!seen.text.includes('jon@company.example') && seen.text.includes('@company.example'), seen.text);
  const revealed = await call(made.token, 'GET', `${visitor}/traits/email`);
  assert.equal(revealed.json.value, 'jon@company.example');
  const { json: audit } = await beckon.as('OPERATOR', 'GET', '/audit-events');
  assert.deepEqual([audit.items[0].action, audit.items[0].actor], ['visitor.reveal', made.tokenId]);
});

test('what is kept of a visitor is not seen through a decision by who may not read visitors', async () => {
  const { token } = await create(['chain.signal.write', 'chain.resolve']);
  const visitorId = freshSession();
  assert.equal((await signals(token, 'of-a-visitor', 1, { visitorId })).status, 202);
  for (const path of ['/chain', '/chain/of-a-visitor', '/visitors', `/visitors/${visitorId}`])
    assert.equal((await call(token, 'GET', path)).json.requiredScope, 'visitors.read', path);
});

test('limits are counted for each token', async () => {
  const limits = async (tokenSignalsPerMinute, tokenDecisionsPerMinute) =>
    beckon.as('OWNER', 'PUT', '/settings', { limits: { tokenSignalsPerMinute, tokenDecisionsPerMinute } });
  const { json: settings } = await beckon.as('OWNER', 'GET', '/settings');
  assert.deepEqual(
    [settings.limits.tokenSignalsPerMinute, settings.limits.tokenDecisionsPerMinute],
    [60_000, 60_000],
    'as the contract has them',
  );
  const above = await limits(600_001, 0);
  assert.deepEqual(
    above.json.details.map(({ field }) => field),
    ['limits.tokenSignalsPerMinute', 'limits.tokenDecisionsPerMinute'],
  );
  assert.equal((await limits(3, 2)).status, 200);
  const [first, second] = [(await create()).token, (await create()).token];
  assert.deepEqual(
    [(await signals(first, undefined, 2)).status, (await signals(first, undefined, 2)).status],
    [202, 429],
  );
  const refused = await signals(first, undefined, 2);
  assert.deepEqual(
    [refused.json.error, refused.headers['ratelimit-limit'], refused.headers['ratelimit-remaining']],
    ['rate_limited', '3', '1'],
  );
  assert.ok(Number(refused.headers['retry-after']) >= 1 && Number(refused.headers['ratelimit-reset']) >= 1);
  assert.match(refused.json.message, /Your access token may send 3 signals per minute/);
  assert.equal((await signals(second, undefined, 3)).status, 202, 'another token has its own');
  const past = { sessionId: freshSession(), type: 'view', id: 'a', at: Date.now() - 60_000 };
  assert.equal((await call(second, 'POST', '/chain/import', { signals: [past] })).status, 429, 'history counts too');
  const ahead = () => call(first, 'POST', '/chain/prefetch', { sessionId: freshSession(), trigger: 't' });
  assert.deepEqual([(await resolve(first)).status, (await ahead()).status, (await ahead()).status], [200, 200, 429]);
  assert.equal((await beckon.as('CREATOR', 'POST', '/chain/resolve', { sessionId: 's', trigger: 't' })).status, 200);
  assert.equal((await limits()).status, 200);
});

test('a handle that leaves the allowlist is locked for its tokens at once', async () => {
  const { token } = await create();
  assert.equal((await beckon.admin('PUT', '/allowlist', { handles: ['none'], egress: [] })).status, 200);
  assert.equal((await resolve(token)).json.error, 'feature_locked');
  assert.equal((await beckon.admin('PUT', '/allowlist', { handles: ['*'], egress: [] })).status, 200);
  assert.ok(await works(token));
});

test('pages cannot use a token: no preflight is answered and no origin is admitted', async () => {
  const { token } = await create();
  const origin = 'https://shop.example';
  const path = '/v2/public/handles/demo/chain/resolve';
  const asked = { origin, 'access-control-request-method': 'POST' };
  const preflight = await beckon.call('OPTIONS', path, { headers: asked });
  assert.ok(!('access-control-allow-origin' in preflight.headers));
  const answer = await call(token, 'POST', '/chain/resolve', { sessionId: 's', trigger: 't' }, { origin });
  assert.deepEqual([answer.status, 'access-control-allow-origin' in answer.headers], [200, false]);
  assert.equal(answer.headers['cache-control'], 'no-store');
});

test('a token that another process deletes ends while the server runs', async () => {
  const { token, tokenId } = await create();
  assert.ok(await works(token));
  change(
    beckon.data,
    `DELETE FROM access_token WHERE id = '${tokenId}';
    UPDATE meta SET value = value + 1 WHERE name = 'control_version';
    UPDATE handle SET changed = (SELECT value FROM meta WHERE name = 'control_version') WHERE handle = 'demo'`,
  );
  const { answer } = await refusalOf(token);
  assert.equal(answer.json.error, 'invalid_token');
});

test('a handle has at most 100 tokens', async () => {
  for (let i = (await listed()).length; i < 100; i += 1) await create(['audit.read'], { name: `of ${i}` });
  const full = await beckon.as('OPERATOR', 'POST', '/tokens', { name: 'x', scopes: ['audit.read'] });
  assert.deepEqual([full.status, full.json.error], [409, 'conflict']);
  const first = (await beckon.as('OPERATOR', 'GET', '/tokens?limit=60')).json;
  const rest = (await beckon.as('OPERATOR', 'GET', `/tokens?limit=60&cursor=${first.nextCursor}`)).json;
  assert.deepEqual([first.items.length, rest.items.length, rest.nextCursor], [60, 40, null]);
  for (const { tokenId, name } of await listed())
    if (name.startsWith('of ')) assert.equal((await beckon.as('OPERATOR', 'DELETE', `/tokens/${tokenId}`)).status, 204);
});

test('every change is an audit event, without the secret', async () => {
  const made = await create(['audit.read']);
  await rotate(made.tokenId, { overlapSeconds: 60 });
  await beckon.as('OPERATOR', 'DELETE', `/tokens/${made.tokenId}`);
  const { json } = await beckon.as('OPERATOR', 'GET', '/audit-events?limit=3');
  assert.deepEqual(
    json.items.map(({ action, target, actor }) => [action, target, actor]),
    ['token.delete', 'token.rotate', 'token.create'].map(action => [action, made.tokenId, 'cli']),
  );
  assert.deepEqual(json.items[1].detail, { overlapSeconds: 60 });
  assert.deepEqual(json.items[2].detail, { name: 'Shop', scopes: ['audit.read'], expiresAt: null });
});

test('a token and its last use outlive a restart, and no secret is in a file or the log', async () => {
  const made = await create();
  const before = Date.now();
  assert.ok(await works(made.token));
  const used = (await one(made.tokenId)).lastUsedAt;
  assert.ok(Date.parse(used) >= before - 1000, used);
  await beckon.stop();
  const seen = readdirSync(beckon.data).map(name => readFileSync(join(beckon.data, name)).toString('latin1'));
  const log = beckon.log;
  await beckon.open();
  assert.equal((await one(made.tokenId)).lastUsedAt, used);
  assert.ok(await works(made.token));
  assert.ok(secrets.length > 20);
  for (const secret of secrets)
    for (const text of [...seen, log]) assert.ok(!text.includes(secret.split('.')[1]), 'a secret was written');
});
