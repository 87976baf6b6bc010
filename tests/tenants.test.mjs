// One tenant's change is that tenant's matter: what is read again from the store, counted by the server's own metric.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Beckon, freshAddress, freshSession } from './kit/beckon.mjs';

let beckon;
before(async () => {
  beckon = await Beckon.start();
});
after(async () => {
  await beckon?.close();
});

const handlesRead = async () =>
  Number(/^beckon_handles_read_total (\d+)/m.exec((await beckon.call('GET', '/metrics')).text)[1]);
const resolve = handle =>
  beckon.call('POST', '/v2/public/chain/resolve', {
    body: { handle, sessionId: freshSession(), trigger: 't' },
    from: freshAddress(),
  });
const rule = { triggers: ['t'], when: {}, action: { type: 'popup', payload: {} } };

// Another process adds a handle, and the server has seen it: whatever it was going to read by then, it has read.
async function addBesideTheServer(handle) {
  const { code, err } = await beckon.cli(
    'handle',
    'add',
    handle,
    '--owner',
    `owner@${handle}.example`,
    '--data',
    beckon.data,
  );
  assert.equal(code, 0, err);
  while ((await resolve(handle)).status !== 200) await new Promise(done => setTimeout(done, 20));
}

test('a saved rule, endpoint or allowlist makes the server read no handle, and a new handle is read alone', async () => {
  for (const name of ['first', 'second', 'third']) await addBesideTheServer(name);
  const before = await handlesRead();
  assert.equal((await beckon.as('CREATOR', 'PUT', '/chain-rules/one', rule)).status, 201);
  const endpoint = await beckon.subscribe();
  assert.equal((await beckon.as('OPERATOR', 'PATCH', `/webhooks/${endpoint.id}`, { enabled: false })).status, 200);
  assert.equal(
    (await beckon.admin('PUT', '/allowlist', { handles: ['*'], egress: ['hooks.internal.example'] })).status,
    200,
  );
  await addBesideTheServer('fourth');
  assert.equal(await handlesRead(), before + 1);
  assert.equal((await resolve('demo')).json.outcome, 'act');
  await endpoint.close();
});

test('settings saved by one handle hold at once, and only that handle is read again', async () => {
  await addBesideTheServer('fifth');
  const before = await handlesRead();
  assert.equal(
    (await beckon.as('OWNER', 'PUT', '/settings', { limits: { addressDecisionsPerMinute: 1 } })).status,
    200,
  );
  const from = freshAddress();
  const ask = () => beckon.chain('resolve', { sessionId: freshSession(), trigger: 't' }, { from });
  assert.deepEqual([(await ask()).status, (await ask()).status], [200, 429]);
  await addBesideTheServer('sixth');
  const read = (await handlesRead()) - before;
  assert.ok(
    read === 2 || read === 3,
    `${read} handles were read: the one that was changed once or twice, and the new one`,
  );
});

test('a handle that leaves the allowlist is locked at once, and the others are not', async () => {
  await addBesideTheServer('seventh');
  assert.equal((await beckon.admin('PUT', '/allowlist', { handles: ['demo'], egress: [] })).status, 200);
  assert.deepEqual([(await resolve('seventh')).json.error, (await resolve('demo')).status], ['feature_locked', 200]);
  assert.equal((await beckon.admin('PUT', '/allowlist', { handles: ['*'], egress: [] })).status, 200);
  assert.equal((await resolve('seventh')).status, 200);
});
