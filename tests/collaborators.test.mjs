// Who has a role on a handle: granted, moved and taken away, through the API and on the command line.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Beckon } from './kit/beckon.mjs';

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
// A user who can sign in, and who is called `name`.
async function user(name) {
  const email = `${name}-${(count += 1)}@staff.example`;
  await beckon.addUser(email, kPassword);
  const { json } = await beckon.call('POST', '/v2/auth/login', { body: { email, password: kPassword } });
  return { email, token: json.accessToken };
}
// A handle with an owner of its own, and calls by anybody on it.
async function handleOf(name) {
  const owner = await user('owner');
  await cli('handle', 'add', name, '--owner', owner.email);
  const as = ({ token }, method, path, body) => beckon.call(method, `/v2/handles/${name}${path}`, { token, body });
  return { owner, as };
}
const audited = async (as, who, action) =>
  (await as(who, 'GET', '/audit-events')).json.items.filter(one => one.action === action);
const removal = ({ email }) => `/collaborators/${encodeURIComponent(email)}`;

test('a role is granted, listed, used, and taken away with the next request', async () => {
  const { owner, as } = await handleOf('granting');
  const bea = await user('bea');
  assert.equal((await as(bea, 'GET', '/chain-rules')).status, 404);
  const granted = await as(owner, 'PUT', '/collaborators', { email: bea.email.toUpperCase(), role: 'CREATOR' });
  assert.equal(granted.status, 200, granted.text);
  assert.deepEqual([granted.json.userId, granted.json.role, granted.json.formerOwner], [bea.email, 'CREATOR', null]);
  const { json } = await as(owner, 'GET', '/collaborators');
  assert.deepEqual(
    json.items,
    [bea.email, owner.email].map((email, at) => ({ userId: email, email, role: ['CREATOR', 'OWNER'][at] })),
  );
  assert.equal((await as(bea, 'GET', '/chain-rules')).status, 200);
  assert.equal((await as(owner, 'DELETE', removal(bea))).status, 204);
  const refused = await as(bea, 'GET', '/chain-rules');
  assert.deepEqual([refused.status, refused.json.error], [404, 'handle_not_found']);
  assert.equal((await as(owner, 'GET', '/collaborators')).json.items.length, 1);
  const [entry] = await audited(as, owner, 'grant.delete');
  assert.deepEqual([entry.actor, entry.target], [owner.email, bea.email]);
  assert.equal((await as(owner, 'DELETE', removal(bea))).status, 404, 'and there is nothing more to remove');
});

test('granting OWNER says and audits who was demoted, and the new owner can remove them', async () => {
  const { owner, as } = await handleOf('moving');
  const heir = await user('heir');
  const granted = await as(owner, 'PUT', '/collaborators', { email: heir.email, role: 'OWNER' });
  assert.deepEqual([granted.status, granted.json.formerOwner], [200, owner.email]);
  const refused = await as(owner, 'GET', '/collaborators');
  assert.deepEqual([refused.status, refused.json.role, refused.json.requiredRole], [403, 'OPERATOR', 'OWNER']);
  const [entry] = await audited(as, heir, 'grant.put');
  assert.equal(entry.target, heir.email);
  assert.deepEqual(entry.detail, { role: 'OWNER', formerOwner: owner.email, formerOwnerRole: 'OPERATOR' });
  assert.equal((await as(heir, 'DELETE', removal(owner))).status, 204);
  assert.equal((await as(owner, 'GET', '/audit-events')).status, 404);
});

test('the owner is never removed or demoted, by anybody, in any spelling', async () => {
  const { owner, as } = await handleOf('owning');
  for (const email of [owner.email, owner.email.toUpperCase()]) {
    const { status, json } = await as(owner, 'DELETE', removal({ email }));
    assert.deepEqual([status, json.error], [409, 'conflict']);
    assert.match(json.message, /make another user OWNER first/);
  }
  assert.equal((await as(owner, 'PUT', '/collaborators', { email: owner.email, role: 'CREATOR' })).status, 409);
  const { code, err } = await beckon.cli('revoke', '--handle', 'owning', '--user', owner.email, '--data', beckon.data);
  assert.notEqual(code, 0);
  assert.match(err, /make another user OWNER first/);
  assert.equal((await as(owner, 'GET', '/collaborators')).status, 200);
});

test('below OWNER nobody sees or changes them, and what is wrong is said at once', async () => {
  const { owner, as } = await handleOf('below');
  const ops = await user('ops');
  assert.equal((await as(owner, 'PUT', '/collaborators', { email: ops.email, role: 'OPERATOR' })).status, 200);
  for (const [method, path, body] of [
    ['GET', '/collaborators'],
    ['PUT', '/collaborators', { email: ops.email, role: 'OWNER' }],
    ['DELETE', removal(ops)],
  ])
    assert.equal((await as(ops, method, path, body)).status, 403, `${method} ${path}`);
  const wrong = await as(owner, 'PUT', '/collaborators', { email: 'ops', role: 'KING' });
  assert.deepEqual([wrong.status, wrong.json.details.map(one => one.field).sort()], [400, ['email', 'role']]);
  const unknown = await as(owner, 'PUT', '/collaborators', { email: 'nobody@staff.example', role: 'CREATOR' });
  assert.deepEqual([unknown.status, unknown.json.error], [404, 'not_found']);
});

test('the command line says the same: who was demoted, and who has no role any more', async () => {
  const { owner, as } = await handleOf('by-command');
  const next = await user('next');
  assert.equal(
    (await cli('grant', '--handle', 'by-command', '--user', next.email, '--role', 'OWNER')).trim(),
    `${next.email} is OWNER of by-command; ${owner.email}, the former owner, is OPERATOR now`,
  );
  assert.deepEqual((await audited(as, next, 'grant.put'))[0].detail.formerOwner, owner.email);
  assert.equal(
    (await cli('revoke', '--handle', 'by-command', '--user', owner.email)).trim(),
    `${owner.email} has no role on by-command any more`,
  );
  assert.equal((await as(owner, 'GET', '/chain-rules')).status, 404);
});
