// Sign-in through an identity provider, which is the real oidc-provider: who gets in, with which role, for how long, and
// with which sentence everybody else is refused.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { Beckon, freshAddress } from './kit/beckon.mjs';
import { freePort } from './kit/port.mjs';
import { beckonWithProvider, kBrowser, signIn, TestProvider, throughThePages } from './kit/provider.mjs';

const roles = `
[[provider.role]]
group = "makers"
handle = "demo"
role = "CREATOR"
[[provider.role]]
group = "messaging"
handle = "demo"
role = "OPERATOR"
[[provider.link]]
sub = "u-linked"
email = "linked@example.com"
`;

let beckon, provider;
before(async () => {
  ({ beckon, provider } = await beckonWithProvider({ more: roles }));
});
after(async () => {
  await beckon?.close();
  await provider?.close();
});

let people = 0;
/** An account of the provider, with groups: its subject and address. */
function account(groups = ['messaging'], claims = {}) {
  people += 1;
  const subject = `u-${people}`,
    email = `person-${people}@example.com`;
  provider.accounts.set(subject, { email, email_verified: true, groups, ...claims });
  return { subject, email };
}
const me = token => beckon.call('GET', '/v2/auth/me', { token });
const messageOf = ({ status, json }, expected) => {
  assert.equal(status, expected, JSON.stringify(json));
  return json.message;
};

describe('whoever the provider has verified', () => {
  test('gets a token of this server, with the role of their group', async () => {
    const { subject, email } = account();
    const { status, json } = await signIn(beckon, subject);
    assert.equal(status, 200, JSON.stringify(json));
    assert.deepEqual(json.user, { email, handles: [{ handle: 'demo', role: 'OPERATOR' }] });
    assert.equal((await me(json.accessToken)).json.subject, email);
    const audit = await beckon.admin('GET', '/audit-events?limit=50');
    const entry = audit.json.items.find(({ action, target }) => action === 'auth.login' && target === email);
    assert.deepEqual(entry.detail, { by: 'oidc', provider: 'corp', subject });
    const list = await beckon.call('GET', '/v2/auth/sign-ins', { token: json.accessToken });
    assert.deepEqual(
      list.json.items.map(({ by, provider: name }) => [by, name]),
      [['oidc', 'corp']],
    );
  });

  test('is the user who exists already, with the role that was given by hand', async () => {
    const { subject, email } = account(['makers']);
    await beckon.cli('user', 'add', email, '--data', beckon.data);
    await beckon.cli('grant', '--handle', 'demo', '--user', email, '--role', 'OPERATOR', '--data', beckon.data);
    const { json } = await signIn(beckon, subject);
    assert.deepEqual(json.user.handles, [{ handle: 'demo', role: 'OPERATOR' }]);
  });

  test('has the roles of the groups that they are in now, and loses them with the next sign-in', async () => {
    const { subject } = account(['makers', 'messaging']);
    const first = await signIn(beckon, subject);
    assert.equal(first.json.user.handles[0].role, 'OPERATOR');
    provider.accounts.get(subject).groups = ['makers'];
    const second = await signIn(beckon, subject);
    assert.equal(second.json.user.handles[0].role, 'CREATOR');
    assert.equal((await me(first.json.accessToken)).json.handles[0].role, 'CREATOR', 'of the earlier sign-in too');
    provider.accounts.get(subject).groups = [];
    assert.deepEqual((await signIn(beckon, subject)).json.user.handles, []);
    const { json } = await beckon.as('OPERATOR', 'GET', '/audit-events');
    const ofThem = json.items.filter(({ target }) => target === provider.accounts.get(subject).email);
    assert.deepEqual(
      ofThem.map(({ action, detail }) => [action, detail.role]),
      [
        ['grant.delete', undefined],
        ['grant.put', 'CREATOR'],
        ['grant.put', 'OPERATOR'],
      ],
    );
  });

  test('is who the operator has linked, whatever address the provider reports', async () => {
    provider.accounts.set('u-linked', { email: 'other@example.com', email_verified: false, groups: ['makers'] });
    assert.equal((await signIn(beckon, 'u-linked')).json.user.email, 'linked@example.com');
  });

  test('signs in as a confidential client too', async () => {
    const other = await beckonWithProvider({ more: roles, confidential: true });
    other.provider.accounts.set('u-1', { email: 'a@example.com', email_verified: true, groups: ['makers'] });
    const { status, json } = await signIn(other.beckon, 'u-1');
    assert.equal(status, 200, JSON.stringify(json));
    await other.beckon.close();
    await other.provider.close();
  });
});

describe('a sign-in is refused, each with its own sentence', () => {
  const url = (name, value) => text => {
    const target = new URL(text);
    target.searchParams.set(name, value);
    return target.href;
  };
  const refusals = [
    ['an address that is not verified', { claims: { email_verified: false } }, /has not verified your e-mail address/],
    ['no address', { claims: { email: undefined } }, /did not report an e-mail address/],
    ['a user who is none, and has no group', { groups: [] }, /is no user of this server, and no group gives a role/],
    ['another nonce', { url: url('nonce', 'another') }, /ID token of Acme SSO is invalid: .*\(nonce\)/],
    ['another state', { url: url('state', 'another') }, /was not started by this server \(state\)/],
    ['another challenge', { url: url('code_challenge', 'x'.repeat(43)) }, /refused the code .*\(invalid_grant\)/],
    ['another issuer', { back: b => ({ ...b, iss: 'https://evil.example.com' }) }, /from another issuer .*\(iss\)/],
    ['no issuer', { back: ({ iss, ...b }) => b }, /from another issuer .*\(iss\)/],
    ['another code', { back: b => ({ ...b, code: 'another' }) }, /refused the code .*\(invalid_grant\)/],
    ['another browser', { back: b => ({ ...b, browser: 'x'.repeat(43) }) }, /in another browser or tab \(state\)/],
  ];
  for (const [what, { claims, groups, ...changes }, sentence] of refusals)
    test(what, async () => {
      const { subject, email } = account(groups, claims);
      const before = (await beckon.admin('GET', '/users?limit=200')).json.items.length;
      const answer = await signIn(beckon, subject, changes);
      assert.match(messageOf(answer, 401), sentence);
      assert.equal(answer.json.error, 'invalid_credentials');
      assert.equal((await beckon.admin('GET', '/users?limit=200')).json.items.length, before, `${email} is no user`);
    });

  test('a code that was used', async () => {
    const { subject } = account();
    let brought;
    await signIn(beckon, subject, { back: b => (brought = b) });
    const again = await beckon.call('POST', '/v2/auth/oidc/callback', { body: brought, from: freshAddress() });
    assert.match(messageOf(again, 401), /refused the code of this sign-in \(invalid_grant\)/);
  });

  test('a user who is disabled', async () => {
    const { subject, email } = account();
    await signIn(beckon, subject);
    await beckon.cli('user', 'disable', email, '--data', beckon.data);
    assert.match(messageOf(await signIn(beckon, subject), 401), /This account is disabled/);
  });

  test('too many attempts of one address', async () => {
    const from = freshAddress();
    const body = { code: 'c', state: 's', browser: kBrowser };
    for (let i = 0; i < 10; i += 1)
      assert.equal((await beckon.call('POST', '/v2/auth/oidc/callback', { body, from })).status, 401);
    const { status, headers } = await beckon.call('POST', '/v2/auth/oidc/callback', { body, from });
    assert.equal(status, 429);
    assert.ok(Number(headers['retry-after']) > 0);
  });

  test('a body with faults, all at once', async () => {
    const body = { state: 1, iss: '', browser: 'short', more: true };
    const { status, json } = await beckon.call('POST', '/v2/auth/oidc/callback', { body, from: freshAddress() });
    assert.equal(status, 400);
    assert.deepEqual(json.details.map(({ field }) => field).sort(), ['browser', 'code', 'iss', 'more', 'state']);
  });
});

describe('a provider that cannot be used', () => {
  test('is unavailable, with what is wrong, and holds up nobody else', async () => {
    const silent = await freePort();
    const two = await beckonWithProvider({
      more: `[[provider]]
name = "gone"
title = "Gone"
issuer = "http://127.0.0.1:${silent}"
client-id = "beckon"
allow = ["127.0.0.1"]
`,
    });
    const start = name => two.beckon.call('POST', `/v2/auth/oidc/${name}/start`, { body: { browser: kBrowser } });
    const gone = await start('gone');
    assert.match(
      messageOf(gone, 503),
      /Gone cannot be reached: its metadata cannot be read\. The connection was refused/,
    );
    assert.ok(gone.headers['retry-after']);
    assert.equal((await start('corp')).status, 200);
    assert.equal((await start('none')).status, 404);
    assert.deepEqual(
      (await two.beckon.call('GET', '/v2/auth/oidc')).json.providers.map(({ name }) => name),
      ['corp', 'gone'],
    );
    await two.beckon.close();
    await two.provider.close();
  });
});

describe('an access token of the provider as a bearer', () => {
  test('is who signed in as its subject, with the role of each moment', async () => {
    const { subject, email } = account();
    const token = await provider.accessToken(subject);
    assert.match(messageOf(await me(token), 401), /its subject has not signed in here yet/);
    await signIn(beckon, subject);
    const { json } = await me(token);
    assert.equal(json.subject, email);
    const webhooks = () => beckon.call('GET', '/v2/handles/demo/webhooks', { token });
    assert.equal((await webhooks()).status, 200);
    const body = { email, role: 'CREATOR' };
    assert.equal((await beckon.as('OWNER', 'PUT', '/collaborators', body)).status, 200);
    assert.equal((await webhooks()).json.error, 'insufficient_role');
    await beckon.cli('user', 'disable', email, '--data', beckon.data);
    assert.match(messageOf(await me(token), 401), /the user is disabled/);
  });

  test('is ended by its holder', async () => {
    const { subject } = account();
    await signIn(beckon, subject);
    const token = await provider.accessToken(subject);
    assert.equal((await beckon.call('POST', '/v2/auth/logout', { token })).status, 204);
    assert.match(messageOf(await me(token), 401), /the user has signed out/);
    assert.equal((await me(await provider.accessToken(subject))).status, 200, 'another one is not');
  });

  test('of another kind, audience or issuer is refused with what it is', async () => {
    const { subject } = account();
    await signIn(beckon, subject);
    const started = await beckon.call('POST', '/v2/auth/oidc/corp/start', { body: { browser: kBrowser } });
    const target = new URL(started.json.authorizeUrl);
    target.searchParams.set('code_challenge', 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM');
    const back = await throughThePages(target.href, subject);
    const answer = await fetch(`${provider.issuer}/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        client_id: 'beckon',
        code: back.searchParams.get('code'),
        redirect_uri: `${beckon.base}/apps/lifecycle-messaging/`,
        code_verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
      }),
    });
    const tokens = await answer.json();
    assert.match(messageOf(await me(tokens.id_token), 401), /it is an ID token/);
    assert.match(messageOf(await me(tokens.access_token), 401), /it is no JWT; an opaque access token/);
    const opaque = await provider.accessToken(subject, { format: 'opaque' });
    assert.match(messageOf(await me(opaque), 401), /it is no JWT; an opaque access token/);
    const elsewhere = await provider.accessToken(subject, { audience: 'https://other.example.com' });
    assert.match(messageOf(await me(elsewhere), 401), /it is for another audience \(aud\)/);
    const other = await TestProvider.start(beckon.base);
    other.accounts.set(subject, {});
    assert.match(messageOf(await me(await other.accessToken(subject)), 401), /signed by an unknown key/);
    await other.close();
  });

  test('works on no route of access tokens, and nowhere without an audience', async () => {
    const { subject } = account();
    await signIn(beckon, subject);
    const token = await provider.accessToken(subject);
    assert.equal((await beckon.call('GET', '/v2/public/handles/demo/webhooks', { token })).status, 401);
    const without = await TestProvider.start(`http://127.0.0.1:${await freePort()}`);
    const flags = without.flags();
    const path = flags[1];
    writeFileSync(path, readFileSync(path, 'utf8').replace(/^audience.*$/m, ''));
    const server = await Beckon.start({ flags: ['--dev', ...flags] });
    without.accounts.set(subject, {});
    const refused = await server.call('GET', '/v2/auth/me', { token: await without.accessToken(subject) });
    assert.match(messageOf(refused, 401), /tokens of Acme SSO are not accepted here/);
    await server.close();
    await without.close();
  });
});

describe('whoever signs out at the provider', () => {
  test('is signed out here in all of their sign-ins, or in those of the session alone', async () => {
    const { subject } = account();
    const [one, two] = [await signIn(beckon, subject), await signIn(beckon, subject)];
    const { subject: another } = account();
    const theirs = await signIn(beckon, another);
    const session = provider.sessions.get(subject);
    assert.ok(session);
    await provider.signOut(subject, session);
    assert.match(messageOf(await me(two.json.accessToken), 401), /this sign-in was ended/);
    assert.equal((await me(one.json.accessToken)).status, 200, 'another session');
    await provider.signOut(subject);
    assert.match(messageOf(await me(one.json.accessToken), 401), /this sign-in was ended/);
    assert.equal((await me(theirs.json.accessToken)).status, 200);
    const { json } = await beckon.admin('GET', '/audit-events?limit=50');
    const ended = json.items.filter(({ action, target }) => action === 'auth.end' && target === 'corp');
    assert.deepEqual(
      ended.map(({ detail }) => detail.session),
      [null, session],
    );
    assert.equal((await signIn(beckon, subject)).status, 200, 'and may sign in again');
  });

  test('a token that is none, of another kind, or was sent before is refused and ends nothing', async () => {
    const { subject } = account();
    const { json } = await signIn(beckon, subject);
    const send = (text, type = 'application/x-www-form-urlencoded') =>
      beckon.call('POST', '/v2/auth/oidc/corp/backchannel-logout', { body: text, headers: { 'content-type': type } });
    const issueOf = async text => {
      const answer = await send(text);
      assert.equal(answer.status, 400, answer.text);
      assert.equal(answer.json.details[0].field, 'logout_token');
      return answer.json.details[0].issue;
    };
    assert.match(await issueOf('a=b'), /is required/);
    assert.match(await issueOf('logout_token=x'), /three parts/);
    assert.match(await issueOf(`logout_token=${await provider.accessToken(subject)}`), /another kind \(typ\)/);
    assert.match(await issueOf(`logout_token=${json.accessToken}`), /does not publish \(kid\)/);
    const token = await provider.logoutToken(subject);
    const [head, , signature] = token.split('.');
    assert.match(await issueOf(`logout_token=${head}.e30.${signature}`), /its signature is invalid/);
    assert.equal((await me(json.accessToken)).status, 200);
    assert.equal((await send(`a=b&logout_token=${token}`)).status, 200);
    assert.equal((await me(json.accessToken)).status, 401);
    assert.match(await issueOf(`logout_token=${token}`), /was sent before/);
  });
});
