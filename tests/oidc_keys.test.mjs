// The keys of an identity provider, which rotates them under a running server. ROTATIONS: how many, 10 if not given.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as pass } from 'node:timers/promises';
import { beckonWithProvider, newKey, signIn } from './kit/provider.mjs';

const kRotations = Number(process.env.ROTATIONS ?? 10);
const kInterval = 1_000; // ms

let beckon, provider;
before(async () => {
  ({ beckon, provider } = await beckonWithProvider({
    more: 'create-users = "everybody"\n',
    flags: ['--dev', '--oidc-keys-every', `${kInterval}ms`],
  }));
  provider.accounts.set('u-1', { email: 'ada@example.com', email_verified: true });
  assert.equal((await signIn(beckon, 'u-1')).status, 200);
});
after(async () => {
  await beckon?.close();
  await provider?.close();
});
const ask = async token => beckon.call('GET', '/v2/auth/me', { token });
const readings = () => provider.count('GET /jwks');

test(`${kRotations} rotations refuse nobody if a key is listed for an interval before it signs`, async () => {
  let present = newKey('a-0');
  provider.use([present]);
  await pass(kInterval);
  const began = performance.now(),
    before_ = readings();
  for (let i = 1; i <= kRotations; i += 1) {
    const next = newKey(`a-${i}`);
    provider.use([present, next]);
    const old = await provider.accessToken('u-1');
    await pass(kInterval);
    provider.use([next, present]);
    const answers = await Promise.all(
      [old, await provider.accessToken('u-1'), await provider.accessToken('u-1')].map(ask),
    );
    for (const { status, text } of answers) assert.equal(status, 200, `rotation ${i}: ${text}`);
    present = next;
  }
  const most = Math.floor((performance.now() - began) / kInterval) + 1;
  assert.ok(readings() - before_ <= most, `${readings() - before_} readings of the keys, at most ${most}`);
});

test('a key that is not listed yet is refused, and the keys are read at most once in an interval', async () => {
  const hidden = newKey('hidden');
  const began = performance.now(),
    before_ = readings();
  let refused = 0;
  // Signed by a key that the provider does not publish: as fast as it goes, until there were some readings.
  provider.use([hidden]);
  const token = await provider.accessToken('u-1');
  provider.use([newKey('listed')]);
  do {
    const { status, json } = await ask(token);
    assert.equal(status, 401);
    assert.match(json.message, /signed by a key that the provider does not publish \(kid\)/);
    refused += 1;
  } while (readings() - before_ < 3);
  const most = Math.floor((performance.now() - began) / kInterval) + 1;
  assert.ok(readings() - before_ <= most, `${readings() - before_} readings of the keys, at most ${most}`);
  assert.ok(refused > 3, `${refused} requests were refused`);
});
