// The receiver believes what is signed and nothing else.
import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { answerOf, receiver, verify } from './receiver.mjs';

const secret = `whsec_${randomBytes(32).toString('base64')}`;
const body = JSON.stringify({
  id: 'evt_1',
  type: 'webhook.test',
  handle: 'demo',
  occurredAt: '2026-02-25T12:00:00Z',
  payload: {},
});
const signed = (text = body, at = new Date()) => ({
  'webhook-id': 'evt_1',
  'webhook-timestamp': String(Math.floor(at / 1000)),
  'webhook-signature': new Webhook(secret).sign('evt_1', at, text),
  'x-arjun-signature': `sha256=${createHmac('sha256', secret).update(text).digest('hex')}`,
});

test('both signatures right: verified', () => {
  verify(secret, signed(), body);
});
for (const [name, headers, text] of [
  ['a changed body', signed(), body.replace('demo', 'dem0')],
  ['no signature at all', {}, body],
  ['no x-arjun-signature', { ...signed(), 'x-arjun-signature': undefined }, body],
  ['a wrong x-arjun-signature', { ...signed(), 'x-arjun-signature': `sha256=${'0'.repeat(64)}` }, body],
  ['a wrong webhook-signature', { ...signed(), 'webhook-signature': 'v1,AAAA' }, body],
  ['an old timestamp', signed(body, new Date(Date.now() - 600_000)), body],
])
  test(`${name}: refused`, () => {
    assert.throws(() => verify(secret, headers, text));
  });

test('the path chooses the answer', () => {
  assert.deepEqual(
    ['/x', '/status/503', '/gone', '/hang', '/redirect', '/status/9'].map(path => answerOf(path)?.status ?? null),
    [200, 503, 410, null, 302, 200],
  );
});

test('over the socket: 200 and the event where it verifies, else 401', async t => {
  const seen = [];
  const here = await receiver({ secret, onDelivery: delivery => seen.push(delivery) });
  t.after(() => here.close());
  const send = headers =>
    fetch(`${here.url}/hook`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });
  assert.deepEqual([(await send(signed())).status, (await send({})).status], [200, 401]);
  assert.deepEqual(
    seen.map(({ event, verified }) => [event?.id, verified]),
    [
      ['evt_1', true],
      [undefined, false],
    ],
  );
});
