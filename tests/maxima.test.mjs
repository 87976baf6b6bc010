// What the owner of a handle may set its limits to, and what holds where the server's maxima were lowered.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Beckon, freshAddress, freshSession } from './kit/beckon.mjs';

let beckon;
before(async () => {
  beckon = await Beckon.start({ flags: ['--dev', '--max-address-decisions-per-minute', '700'] });
});
after(async () => {
  await beckon?.close();
});

const put = (on, limits) => on.as('OWNER', 'PUT', '/settings', { limits });

test('an owner cannot set a limit above them, and is told each field and its maximum', async () => {
  const refused = await put(beckon, {
    sessionSignalsPerMinute: 100_001,
    addressSignalsPerMinute: 60_001,
    addressDecisionsPerMinute: 701,
    tokenSignalsPerMinute: 600_001,
    tokenDecisionsPerMinute: 600_001,
  });
  assert.deepEqual(
    [refused.status, refused.json.error, refused.json.details],
    [
      400,
      'validation_error',
      [
        ['sessionSignalsPerMinute', 100_000],
        ['addressSignalsPerMinute', 60_000],
        ['addressDecisionsPerMinute', 700],
        ['tokenSignalsPerMinute', 600_000],
        ['tokenDecisionsPerMinute', 600_000],
      ].map(([name, most]) => ({
        field: `limits.${name}`,
        issue: `must be a whole number from 1 to ${most}, the server's maximum`,
      })),
    ],
  );
  assert.equal((await put(beckon, { addressDecisionsPerMinute: 700 })).status, 200);
  assert.equal((await put(beckon, {})).status, 200);
});

test('what was stored under a higher maximum is applied, and shown, as the new one', async () => {
  const server = await Beckon.start({ flags: ['--dev'] });
  try {
    assert.equal((await put(server, { addressDecisionsPerMinute: 5000 })).status, 200);
    await server.stop();
    const lower = ['--max-address-decisions-per-minute', '4'];
    server.flags = ['--dev', '--address-decisions-per-minute', '2', ...lower];
    await server.open();
    const shown = async () => (await server.as('OWNER', 'GET', '/settings')).json.limits.addressDecisionsPerMinute;
    assert.equal(await shown(), 4);
    const from = freshAddress();
    const statuses = [];
    for (let i = 0; i < 5; i += 1)
      statuses.push((await server.chain('resolve', { sessionId: freshSession(), trigger: 't' }, { from })).status);
    assert.deepEqual(statuses, [200, 200, 200, 200, 429]);
    await server.stop();
    server.flags = ['--dev', '--address-decisions-per-minute', '30', ...lower];
    await server.open();
    assert.equal(await shown(), 30, 'the server’s own default is allowed in any case');
  } finally {
    await server.close();
  }
});
