// The audit log: what it says of a change and of a sign-in, its filters, its export, and the chain that shows whether
// somebody changed it.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, test } from 'node:test';
import { Beckon } from './kit/beckon.mjs';
import { needsFiles } from './kit/postgres.mjs';

let beckon;
before(async () => {
  beckon = await Beckon.start();
});
after(async () => {
  await beckon?.close();
});

const rule = minutes => ({
  triggers: ['checkout'],
  when: { all: [{ count: { key: 'cart' }, within: `${minutes}m`, atLeast: 1 }] },
  action: { type: 'SHOW_MODAL' },
});
const events = async query => (await beckon.as('OPERATOR', 'GET', `/audit-events${query}`)).json.items;

test('an event says who, from where, in which request, and what it was before', async () => {
  const first = await beckon.as('CREATOR', 'PUT', '/chain-rules/audited', rule(5));
  assert.equal(first.status, 201, first.text);
  const second = await beckon.as('CREATOR', 'PUT', '/chain-rules/audited', rule(9));
  const [changed, made] = await events('?target=audited');
  assert.deepEqual(
    [changed.actor, changed.address, changed.requestId, changed.action],
    ['cli', '127.0.0.1', second.headers['x-request-id'], 'rule.put'],
  );
  assert.equal(made.before.rule, null);
  assert.equal(changed.before.rule.when.all[0].within, '5m');
  assert.deepEqual(changed.before.rule, made.detail.rule);
  assert.equal(changed.detail.rule.when.all[0].within, '9m');
  assert.equal(changed.detail.rulesVersion, made.detail.rulesVersion + 1);
});

test('a change of settings, of origins, of a role and of a token says what was before', async () => {
  const { json: was } = await beckon.as('OWNER', 'GET', '/settings');
  await beckon.as('OWNER', 'PUT', '/settings', { retention: '40d' });
  await beckon.as('OWNER', 'PUT', '/settings', { retention: '50d' });
  const [settings] = await events('?action=settings.put');
  assert.deepEqual([settings.before, settings.detail], [{ retention: '40d' }, { retention: '50d' }]);
  await beckon.as('OWNER', 'PUT', '/settings', { retention: was.retention });
  const made = await beckon.as('OPERATOR', 'POST', '/tokens', { name: 'shop', scopes: ['chain.resolve'] });
  await beckon.as('OPERATOR', 'DELETE', `/tokens/${made.json.tokenId}`);
  const [gone] = await events(`?target=${made.json.tokenId}`);
  assert.deepEqual([gone.action, gone.before.name, gone.before.scopes], ['token.delete', 'shop', ['chain.resolve']]);
  assert.ok(!JSON.stringify(gone).includes(made.json.token.split('.')[1]), 'never the secret');
});

test('filters: by actor, by action or its beginning, by target, by time', async () => {
  for (const id of ['f1', 'f2']) await beckon.as('CREATOR', 'PUT', `/chain-rules/${id}`, rule(5));
  await beckon.as('CREATOR', 'DELETE', '/chain-rules/f1');
  const ids = items => items.map(({ action, target }) => `${action} ${target}`);
  assert.deepEqual(ids(await events('?action=rule.&limit=3')), ['rule.delete f1', 'rule.put f2', 'rule.put f1']);
  assert.deepEqual(ids(await events('?action=rule.delete')), ['rule.delete f1']);
  assert.deepEqual(ids(await events('?target=f2')), ['rule.put f2']);
  assert.deepEqual(await events('?actor=nobody@example.com'), []);
  const [last, before] = await events('?target=f1');
  assert.deepEqual(ids(await events(`?target=f1&until=${encodeURIComponent(last.at)}`)), ['rule.put f1']);
  assert.ok((await events(`?since=${encodeURIComponent(before.at)}`)).every(({ at }) => at >= before.at));
  const refused = await beckon.as('OPERATOR', 'GET', '/audit-events?since=yesterday&until=x');
  assert.deepEqual([refused.status, refused.json.details.map(({ field }) => field)], [400, ['since', 'until']]);
  const page = (await beckon.as('OPERATOR', 'GET', '/audit-events?action=rule.&limit=1')).json;
  const other = await beckon.as('OPERATOR', 'GET', `/audit-events?action=rules.&limit=1&cursor=${page.nextCursor}`);
  assert.equal(other.status, 400, 'a cursor is bound to its filters');
});

const sha256 = text => createHash('sha256').update(text).digest('hex');
// What docs/access.md tells to do with an export.
function check(lines) {
  let previous = '0'.repeat(64);
  for (const line of lines) {
    const event = JSON.parse(line);
    assert.equal(sha256(line.replace(/,"hash":"\w+"}$/, '}')), event.hash, line);
    assert.equal(event.previous, previous, `event ${event.number} follows the one before it`);
    previous = event.hash;
  }
}

test('the export of the server is the whole chain, and of a handle its part', async () => {
  const whole = await beckon.admin('GET', '/audit-events/export');
  assert.equal(whole.headers['content-type'], 'application/x-ndjson');
  const lines = whole.text.trimEnd().split('\n');
  assert.ok(lines.length > 10);
  check(lines);
  assert.deepEqual(
    lines.map(line => JSON.parse(line).number),
    lines.map((_, at) => at + 1),
  );
  const own = (await beckon.as('OPERATOR', 'GET', '/audit-events/export')).text.trimEnd().split('\n');
  assert.deepEqual(
    own,
    lines.filter(line => JSON.parse(line).handle === 'demo'),
  );
  const behind = await beckon.admin('GET', `/audit-events/export?after=${lines.length - 2}`);
  assert.deepEqual(behind.text.trimEnd().split('\n'), lines.slice(-2));
  assert.equal((await beckon.admin('GET', '/audit-events/export?after=x')).json.details[0].field, 'after');
});

test('a failed sign-in is an event with the address and the request', async () => {
  const from = '127.9.8.7';
  const body = { email: 'nobody@example.com', password: 'not the password' };
  const refused = await beckon.call('POST', '/v2/auth/login', { body, from });
  assert.equal(refused.status, 401);
  const [event] = (await beckon.admin('GET', '/audit-events?action=auth.login_failed')).json.items;
  assert.deepEqual([event.address, event.requestId, event.actor], [from, refused.headers['x-request-id'], '']);
});

test('`beckon verify` names an event that was changed, removed or put in between in the file', {
  skip: needsFiles,
}, async t => {
  await beckon.stop();
  t.after(() => beckon.open());
  const verify = async () => {
    const { code, out, err } = await beckon.cli('verify', '--data', beckon.data);
    return { code, text: out + err };
  };
  assert.equal((await verify()).code, 0, 'before anything is changed');
  const change = sql => {
    const file = new DatabaseSync(join(beckon.data, 'beckon.db'));
    file.exec(sql);
    file.close();
  };
  change("UPDATE audit SET actor = 'eve@example.com' WHERE number = 3");
  let found = await verify();
  assert.equal(found.code, 1);
  assert.match(found.text, /audit event 3: it was changed/);
  change("UPDATE audit SET actor = 'cli' WHERE number = 3");
  assert.equal((await verify()).code, 0, 'as it was');
  change('CREATE TABLE aside AS SELECT * FROM audit WHERE number = 5; DELETE FROM audit WHERE number = 5');
  found = await verify();
  assert.equal(found.code, 1);
  assert.match(found.text, /audit event 6: the one before it is missing/);
  change('INSERT INTO audit SELECT * FROM aside; DROP TABLE aside');
  assert.equal((await verify()).code, 0, 'as it was');
  change('CREATE TABLE aside AS SELECT * FROM audit WHERE number > 7; DELETE FROM audit WHERE number > 7');
  found = await verify();
  assert.match(found.text, /the newest audit events are missing: the last one is 7 of/);
  change('INSERT INTO audit SELECT * FROM aside; DROP TABLE aside');
  change(
    "INSERT INTO audit (handle, at, id, actor, action, target, detail) SELECT handle, at + 1, 'aud_forged', actor, action, target, detail FROM audit WHERE number = 5",
  );
  found = await verify();
  assert.match(found.text, /audit event aud_forged: it has no number/);
  change("DELETE FROM audit WHERE id = 'aud_forged'");
  assert.equal((await verify()).code, 0, 'as it was');
  change("UPDATE audit SET hash = x'00' WHERE number = 4");
  found = await verify();
  assert.match(found.text, /audit event 4: it was changed/);
  assert.match(found.text, /audit event 5: it does not follow the one before it/);
});
