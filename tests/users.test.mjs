// Users, invitations, sign-ins and passwords: through the API and on the command line, beside a running server.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Beckon, freshAddress } from './kit/beckon.mjs';

const kPassword = 'a long enough password';
let beckon;
let count = 0;
before(async () => {
  beckon = await Beckon.start();
});
after(async () => {
  await beckon?.close();
});

const cli = (...args) => beckon.command(...args);
const post = (path, body, options) => beckon.call('POST', path, { body, from: freshAddress(), ...options });
const login = (email, password = kPassword, options = {}) => post('/v2/auth/login', { email, password }, options);
// A user with a password, and a token of a sign-in.
async function user(name) {
  const email = `${name}-${(count += 1)}@staff.example`;
  await beckon.addUser(email, kPassword);
  return { email, token: (await login(email)).json.accessToken };
}
const me = async token => (await beckon.call('GET', '/v2/auth/me', { token })).status;
const userPath = ({ email }, more = '') => `/users/${encodeURIComponent(email)}${more}`;
const invite = async (email, role = 'OPERATOR') => beckon.as('OWNER', 'POST', '/invitations', { email, role });

test('an invitation makes somebody new a member, who chooses a password; its link works once', async () => {
  const made = await invite('Bea@Staff.example');
  assert.equal(made.status, 201, made.text);
  assert.deepEqual([made.json.email, made.json.role, made.json.expired], ['bea@staff.example', 'OPERATOR', false]);
  assert.equal(made.json.link, `/apps/lifecycle-messaging#invitation=${made.json.code}`);
  const listed = (await beckon.as('OWNER', 'GET', '/invitations')).json.items;
  assert.deepEqual(
    listed.map(({ email, createdBy }) => [email, createdBy]),
    [['bea@staff.example', 'cli']],
  );
  assert.ok(!JSON.stringify(listed).includes(made.json.code), 'the code is shown once');
  const { code } = made.json;
  const looked = await post('/v2/auth/invitations/look', { code });
  assert.deepEqual([looked.json.kind, looked.json.handle, looked.json.needsPassword], ['invitation', 'demo', true]);
  for (const password of [undefined, 'short']) {
    const refused = await post('/v2/auth/invitations/accept', { code, password });
    assert.deepEqual([refused.status, refused.json.details[0].field], [400, 'password']);
  }
  const accepted = await post('/v2/auth/invitations/accept', { code, password: kPassword });
  assert.equal(accepted.status, 200, accepted.text);
  const asBea = await beckon.call('GET', '/v2/handles/demo/webhooks', { token: accepted.json.accessToken });
  assert.equal(asBea.status, 200, 'signed in, with the role');
  assert.equal((await login('bea@staff.example')).status, 200);
  const again = await post('/v2/auth/invitations/accept', { code, password: kPassword });
  assert.deepEqual([again.status, again.json.error], [401, 'invalid_credentials']);
  assert.deepEqual((await beckon.as('OWNER', 'GET', '/invitations')).json.items, []);
  const events = (await beckon.as('OPERATOR', 'GET', '/audit-events?target=bea@staff.example')).json.items;
  assert.deepEqual(
    events.map(({ action, actor }) => [action, actor]),
    [
      ['invitation.accept', 'bea@staff.example'],
      ['invitation.create', 'cli'],
    ],
  );
  assert.ok(!JSON.stringify(events).includes(code));
});

test('an invitation of a user gives the role alone, and nobody takes over their account by it', async () => {
  const eve = await user('eve');
  const { code } = (await invite(eve.email, 'CREATOR')).json;
  assert.equal((await post('/v2/auth/invitations/look', { code })).json.needsPassword, false);
  const taken = await post('/v2/auth/invitations/accept', { code, password: 'another long password' });
  assert.deepEqual([taken.status, taken.json.details[0].field], [400, 'password']);
  const accepted = await post('/v2/auth/invitations/accept', { code });
  assert.equal(accepted.status, 200, accepted.text);
  assert.equal(accepted.json.accessToken, undefined, 'the link signs nobody in');
  assert.equal((await beckon.call('GET', '/v2/handles/demo/chain-rules', { token: eve.token })).status, 200);
  const refused = await invite(eve.email);
  assert.deepEqual([refused.status, refused.json.error], [409, 'conflict'], 'she is a member already');
});

test('an invitation is withdrawn, replaced by the next, and refused with every fault', async () => {
  const first = (await invite('cy@staff.example')).json;
  const second = (await invite('cy@staff.example', 'CREATOR')).json;
  const look = async ({ code }) => (await post('/v2/auth/invitations/look', { code })).status;
  assert.deepEqual([await look(first), await look(second)], [401, 200], 'the later one holds');
  const path = `/invitations/${second.invitationId}`;
  assert.equal((await beckon.as('OPERATOR', 'DELETE', path)).status, 403);
  assert.equal((await beckon.as('OWNER', 'DELETE', path)).status, 204);
  assert.equal(await look(second), 401);
  assert.equal((await beckon.as('OWNER', 'DELETE', path)).status, 404);
  const refused = await beckon.as('OWNER', 'POST', '/invitations', { email: 'nobody', role: 'OWNER' });
  assert.deepEqual(
    refused.json.details.map(({ field }) => field),
    ['email', 'role'],
  );
  assert.equal((await beckon.as('OPERATOR', 'POST', '/invitations', {})).status, 403);
});

test('a user lists and ends their sign-ins; an ended one is refused at once and after a restart', async () => {
  const ada = await user('ada');
  const { json } = await login(ada.email, kPassword, { headers: { 'user-agent': 'Kiosk/1.0' } });
  const mine = (token, method, more = '') => beckon.call(method, `/v2/auth/sign-ins${more}`, { token });
  const { items } = (await mine(ada.token, 'GET')).json;
  assert.deepEqual(
    items.map(({ userAgent, by, current }) => [userAgent, by, current]),
    [
      ['Kiosk/1.0', 'password', false],
      ['', 'password', true],
    ],
  );
  assert.equal(await me(json.accessToken), 200);
  assert.equal((await mine(ada.token, 'DELETE', `/${items[0].signInId}`)).status, 204);
  assert.equal(await me(json.accessToken), 401);
  assert.equal((await mine(ada.token, 'DELETE', `/${items[0].signInId}`)).status, 404);
  const others = await Promise.all([login(ada.email), login(ada.email)]);
  const bob = await user('bob');
  const foreign = (await mine(bob.token, 'GET')).json.items[0].signInId;
  assert.equal((await mine(ada.token, 'DELETE', `/${foreign}`)).status, 404, 'of somebody else');
  assert.equal((await mine(ada.token, 'DELETE')).status, 204);
  for (const { json: other } of others) assert.equal(await me(other.accessToken), 401);
  assert.deepEqual([await me(ada.token), await me(bob.token)], [200, 200]);
  await beckon.stop();
  await beckon.open();
  assert.equal(await me(json.accessToken), 401);
  assert.equal(await me(ada.token), 200);
});

test('a user changes the password by the one that they have, which ends all other sign-ins', async () => {
  const ada = await user('ada');
  const other = (await login(ada.email)).json.accessToken;
  const change = (currentPassword, newPassword, token = ada.token) =>
    post('/v2/auth/password', { currentPassword, newPassword }, { token });
  assert.equal((await change('wrong', 'another long password')).json.error, 'invalid_credentials');
  assert.equal((await change(kPassword, 'short')).json.details[0].field, 'newPassword');
  assert.equal(await me(other), 200, 'nothing has changed yet');
  const changed = await change(kPassword, 'another long password');
  assert.equal(changed.status, 200, changed.text);
  assert.deepEqual([await me(ada.token), await me(other), await me(changed.json.accessToken)], [401, 401, 200]);
  assert.equal((await login(ada.email)).status, 401);
  assert.equal((await login(ada.email, 'another long password')).status, 200);
  const ofNobody = await change(kPassword, 'another long password', await beckon.token('OWNER'));
  assert.equal(ofNobody.status, 409, 'a token of the command line has no password');
});

test('a disabled user loses access with the next request, and gets it back', async () => {
  const ada = await user('ada');
  await cli('grant', '--handle', 'demo', '--user', ada.email, '--role', 'CREATOR');
  const rules = async token => (await beckon.call('GET', '/v2/handles/demo/chain-rules', { token })).status;
  assert.equal(await rules(ada.token), 200);
  const disabled = await beckon.admin('PATCH', userPath(ada), { disabled: true });
  assert.deepEqual([disabled.status, disabled.json.disabled], [200, true], disabled.text);
  assert.equal(await rules(ada.token), 401);
  const refused = await login(ada.email);
  assert.deepEqual([refused.status, refused.json.message], [401, 'This account is disabled; ask an administrator.']);
  assert.doesNotMatch((await login(ada.email, 'a wrong password')).json.message, /disabled/);
  const fresh = await cli('token', '--user', ada.email);
  assert.equal(await rules(fresh), 401, 'also with a token of the command line');
  await beckon.admin('PATCH', userPath(ada), { disabled: false });
  assert.equal(await rules(ada.token), 401, 'what has ended stays so');
  assert.equal(await rules((await login(ada.email)).json.accessToken), 200, 'the role has stayed');
});

test('a deleted user is gone with roles and sign-ins; who owns a handle is kept', async () => {
  const ada = await user('ada');
  await cli('grant', '--handle', 'demo', '--user', ada.email, '--role', 'CREATOR');
  assert.equal((await beckon.admin('DELETE', userPath(ada))).status, 204);
  assert.equal(await me(ada.token), 401);
  assert.equal((await beckon.admin('GET', userPath(ada))).status, 404);
  await cli('user', 'add', ada.email);
  assert.equal(await me(ada.token), 401, 'somebody new of that name');
  assert.deepEqual((await beckon.admin('GET', userPath(ada))).json.handles, []);
  const owner = await user('owner');
  await cli('handle', 'add', 'kept', '--owner', owner.email);
  const refused = await beckon.admin('DELETE', userPath(owner));
  assert.equal(refused.status, 409);
  assert.match(refused.json.message, /OWNER of kept/);
  assert.equal((await beckon.admin('DELETE', '/users/nobody@staff.example')).status, 404);
});

test('a platform admin lists users, sees and ends their sign-ins, and makes a link that sets a password', async () => {
  const ada = await user('ada');
  const page = (await beckon.admin('GET', '/users?limit=200')).json.items;
  const listed = page.find(({ email }) => email === ada.email);
  assert.deepEqual([listed.hasPassword, listed.disabled, listed.handles], [true, false, []]);
  assert.ok(listed.lastSignInAt);
  const { items } = (await beckon.admin('GET', userPath(ada, '/sign-ins'))).json;
  assert.equal(items.length, 1);
  assert.equal((await beckon.admin('DELETE', userPath(ada, `/sign-ins/${items[0].signInId}`))).status, 204);
  assert.equal(await me(ada.token), 401);
  const token = (await login(ada.email)).json.accessToken;
  const made = await beckon.admin('POST', userPath(ada, '/password-reset'));
  assert.equal(made.status, 201, made.text);
  assert.equal(await me(token), 200, 'until the link is used');
  const accepted = await post('/v2/auth/invitations/accept', { code: made.json.code, password: 'chosen by the link' });
  assert.deepEqual([accepted.json.kind, accepted.json.handle], ['passwordReset', null]);
  assert.deepEqual([await me(token), await me(accepted.json.accessToken)], [401, 200]);
  assert.equal((await login(ada.email, 'chosen by the link')).status, 200);
  assert.equal((await beckon.admin('DELETE', userPath(ada, '/sign-ins'))).status, 204);
  assert.equal(await me(accepted.json.accessToken), 401);
  const { json: created } = await beckon.admin('POST', '/users', { email: 'Dora@Staff.example' });
  assert.deepEqual([created.email, created.hasPassword, created.lastSignInAt], ['dora@staff.example', false, null]);
  assert.equal((await beckon.admin('POST', '/users', { email: 'dora@staff.example' })).status, 409);
});

test('the command line does the same beside the server, for who is locked out', async () => {
  const ada = await user('ada');
  assert.match(await cli('user', 'list'), new RegExp(`^${ada.email}$`, 'm'));
  await cli('user', 'disable', ada.email);
  assert.match(await cli('user', 'list'), new RegExp(`^${ada.email}\tdisabled$`, 'm'));
  assert.equal(await me(ada.token), 401);
  await cli('user', 'enable', ada.email);
  const link = await cli('user', 'reset', ada.email);
  assert.match(link, /^\/apps\/lifecycle-messaging#invitation=[\w-]{43}$/);
  const accepted = await post('/v2/auth/invitations/accept', {
    code: link.split('=')[1],
    password: 'chosen by the link',
  });
  assert.equal(await me(accepted.json.accessToken), 200);
  await cli('user', 'delete', ada.email);
  assert.equal(await me(accepted.json.accessToken), 401);
  const { code, err } = await beckon.cli('user', 'reset', ada.email, '--data', beckon.data);
  assert.equal(code, 1);
  assert.match(err, /There is no user/);
});

test('attempts at links are limited by address, together with sign-ins', async () => {
  const from = freshAddress();
  for (let i = 0; i < 10; i += 1)
    assert.equal((await post('/v2/auth/invitations/look', { code: 'x' }, { from })).status, 401);
  const limited = await post('/v2/auth/invitations/accept', { code: 'x' }, { from });
  assert.deepEqual([limited.status, limited.json.error], [429, 'rate_limited']);
  assert.equal((await login('nobody@staff.example', kPassword, { from })).status, 429);
});
