// 200 renewals of a certificate under load: no connection is dropped and no request fails.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Beckon } from '../kit/beckon.mjs';
import { Authority } from '../kit/certificates.mjs';
import { renew } from '../kit/renewals.mjs';

const times = Number(process.env.PROVE_RENEWALS ?? 200);

test(`${times} renewals, 64 clients`, { timeout: 600_000 }, async t => {
  const authority = new Authority();
  const names = ['localhost', '127.0.0.1'];
  const served = authority.issue(names);
  const pairs = Array.from({ length: 8 }, (_, i) => authority.issue(names, { kind: i % 2 ? 'rsa' : 'ec' }));
  const server = await Beckon.start({ tls: authority.serve(served) });
  try {
    const { renewals, requests, connections } = await renew(server, served, pairs, { times, clients: 32 });
    assert.equal(renewals, times);
    assert.equal(server.log.split('"event":"tls_certificate_not_renewed"').length, 1);
    t.diagnostic(`${renewals} renewals, ${requests} requests, ${connections} new connections`);
  } finally {
    await server.close();
    authority.close();
  }
});
