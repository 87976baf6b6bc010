// The keys of the server, replaced while it runs: those that sign tokens, and the master key.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Beckon, freshSession } from './kit/beckon.mjs';
import { needsFiles } from './kit/postgres.mjs';
import { until } from './kit/wait.mjs';

let beckon, hook;
before(async () => {
  beckon = await Beckon.start();
  hook = await beckon.subscribe(['signal.*'], { more: { headers: { 'x-shop-key': 'very secret' } } });
});
after(async () => {
  await hook?.close();
  await beckon?.close();
});

const keys = async (...args) => {
  const { code, out, err } = await beckon.cli('keys', ...args, '--data', beckon.data);
  return { code, out, text: out + err };
};
// Every secret opens with the keys of the file, which the command reads of a data folder.
async function assertAllOpen() {
  if (needsFiles) return;
  const { code, out, err } = await beckon.cli('verify', '--data', beckon.data);
  assert.equal(code, 0, `every secret opens with the new key alone: ${out}${err}`);
}
const file = () => join(beckon.data, 'master.key');
const lines = () => readFileSync(file(), 'utf8').trim().split('\n');
const listed = async () => (await beckon.call('GET', '/.well-known/jwks.json')).json.keys.map(({ kid }) => kid);
// A delivery whose signature the receiver has checked, and with the subscription's own header.
async function deliver() {
  const session = freshSession('keys');
  assert.equal((await beckon.signal(session, { type: 'cart', signalValue: 'add' })).status, 202);
  const delivery = await hook.log.next(one => one.event?.payload?.sessionId === session);
  assert.ok(delivery.verified, delivery.problem);
  assert.equal(delivery.headers['x-shop-key'], 'very secret');
}

test('a new signing key is listed at once and signs later; tokens stay valid', async () => {
  const token = await beckon.token('OPERATOR');
  const [first] = await listed();
  const rotated = await keys('rotate-signing');
  assert.equal(rotated.code, 0, rotated.text);
  await until('the new key is listed', async () => (await listed()).length === 2);
  assert.match((await keys('list')).out, new RegExp(`^signing  ${first}  since .*  signs now$`, 'm'));
  assert.equal((await beckon.call('GET', '/v2/auth/me', { token })).status, 200);
  const [event] = (await beckon.admin('GET', '/audit-events?action=signing-key.create')).json.items;
  assert.ok((await listed()).includes(event.target));
});

test('a signing key that is replaced at once ends all tokens', async () => {
  const token = await beckon.token('OPERATOR');
  assert.equal((await keys('rotate-signing', '--at-once')).code, 0);
  await until('the token is refused', async () => (await beckon.call('GET', '/v2/auth/me', { token })).status === 401);
  assert.equal((await listed()).length, 1);
  beckon.forgetTokens();
  assert.equal((await beckon.as('OPERATOR', 'GET', '/webhooks')).status, 200);
});

test('the master key is replaced while the server runs, and then the old one is needed no more', async () => {
  await deliver();
  const idKey = (await beckon.as('OWNER', 'POST', '/identity-keys')).json;
  assert.ok(idKey.secret);
  const [old] = lines();
  const early = await keys('rotate-master', '--finish');
  assert.equal(early.code, 1);
  assert.match(early.text, /There is one master key/);
  const rotated = await keys('rotate-master');
  assert.equal(rotated.code, 0, rotated.text);
  assert.match(rotated.out, /has sealed all secrets with it/);
  assert.deepEqual([lines().length, lines()[1]], [2, old]);
  await deliver();
  const again = await keys('rotate-master');
  assert.deepEqual([again.code, /A rotation is under way/.test(again.text)], [1, true]);
  const finished = await keys('rotate-master', '--finish');
  assert.equal(finished.code, 0, finished.text);
  assert.equal(lines().length, 1);
  await deliver();
  const [event] = (await beckon.admin('GET', '/audit-events?action=master-key.replace')).json.items;
  assert.match(event.detail.fingerprint, /^[0-9a-f]{16}$/);
  await beckon.stop();
  await assertAllOpen();
  await beckon.open();
  await deliver();
  assert.equal((await beckon.as('OPERATOR', 'GET', '/webhooks')).status, 200, 'tokens too');
});

test('while the server is down, the next start seals with the new key', async () => {
  await beckon.stop();
  const rotated = await keys('rotate-master');
  assert.match(rotated.out, /The next start of the server seals with it/);
  const unfinished = await keys('rotate-master', '--finish');
  assert.deepEqual([unfinished.code, /is not sealed with the new master key yet/.test(unfinished.text)], [1, true]);
  await beckon.open();
  await deliver();
  await until('all is sealed anew', async () => (await keys('rotate-master', '--finish')).code === 0);
  await beckon.stop();
  await assertAllOpen();
  await beckon.open();
  await deliver();
});

test('a backup folder gets a base under the new master key at once, which restores with that key alone', {
  skip: needsFiles,
}, async t => {
  const folder = mkdtempSync(join(tmpdir(), 'beckon-keys-backups-'));
  const shipping = await Beckon.start({ flags: ['--dev', '--backup-folder', folder, '--backup-every', '100ms'] });
  t.after(async () => {
    await shipping.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const command = (...args) => shipping.cli(...args, '--data', shipping.data);
  const bases = () => readdirSync(folder, { recursive: true }).filter(name => /base/.test(name)).length;
  await until('the first base is there', () => /"event":"backup_base_written"/.test(shipping.log));
  const first = bases();
  assert.equal((await command('keys', 'rotate-master')).code, 0);
  await until('another base is there', () => bases() > first);
  assert.equal((await command('keys', 'rotate-master', '--finish')).code, 0);
  const sound = await until('its newest commit needs the new key alone', async () => {
    const { code, out } = await command('verify', folder);
    return code === 0 && out;
  });
  assert.match(sound, /sound/);
});

test('another master key is refused by fingerprint before anything is written', async () => {
  await beckon.stop();
  const stored = () => (needsFiles ? undefined : readFileSync(join(beckon.data, 'beckon.db')));
  const data = stored();
  const right = readFileSync(file());
  writeFileSync(file(), `${Buffer.alloc(32, 7).toString('base64')}\n`);
  const own = /master {3}([0-9a-f]{16})/;
  for (const command of ['serve', 'doctor']) {
    const { code, out, err } = await beckon.cli(command, '--data', beckon.data, '--listen', '127.0.0.1:0');
    assert.notEqual(code, 0, command);
    assert.match(out + err, /encrypted with the master key [0-9a-f]{16}, not with .* [0-9a-f]{16}/, command);
  }
  assert.deepEqual(stored(), data, 'the data file is as it was');
  writeFileSync(file(), right);
  await beckon.open();
  await deliver();
  assert.match((await keys('list')).out, own);
});
