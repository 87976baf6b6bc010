import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DeliveryDetail } from '../../state/deliveries.ts';
import { asSent } from './as_sent.ts';

test('a delivery as a shell command leaves to curl what follows from the URL and the body', () => {
  const requestHeaders = { host: 'shop.example', accept: 'text/csv', 'webhook-id': 'evt_9', 'content-length': '7' };
  const command = asSent('https://shop.example/in', {
    attempts: [{ requestHeaders }],
    requestBody: '{"n":1}',
  } as unknown as DeliveryDetail);
  assert.deepEqual(command.split(' \\\n  '), [
    "curl -sS -X POST 'https://shop.example/in'",
    "-H 'accept: text/csv'",
    "-H 'webhook-id: evt_9'",
    `--data-binary '{"n":1}'`,
  ]);
});
