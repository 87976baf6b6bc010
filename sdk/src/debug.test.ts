import assert from 'node:assert/strict';
import { test } from 'node:test';
import { told } from './debug.ts';

const none = { status: 0, retryAfter: null, body: {} };

test('a request without a response names what a page cannot tell apart, and the server on loopback is one of them', () => {
  const line = told({ what: 'failed', answer: none, wait: 1500 });
  assert.match(line, /^not sent, retrying in 1\.5 s: none/);
  for (const cause of [/no connection/, /allowed origins/, /loopback or a local network/]) assert.match(line, cause);
});

test('what the server did not take, though it took the rest, is named', () => {
  const answer = {
    ...none,
    status: 202,
    body: { version: 3, duplicates: 0, warnings: [{ code: 'visitor_id_blocked' }] },
  };
  assert.match(told({ what: 'sent', signals: [], answer }), /0 duplicates; warning: visitor_id_blocked \(.*nobody/);
  for (const code of ['visitor_proof_invalid', 'visitor_proof_missing', 'too_many_devices']) {
    const warned = { ...none, status: 200, body: { warnings: [{ code }] } };
    assert.match(told({ what: 'asked', route: 'prefetch', body: {}, answer: warned }), new RegExp(`${code} \\(the `));
  }
  const refused = { ...answer, body: { traits: { refused: [{ trait: 'plan', reason: 'is not public' }] } } };
  assert.match(told({ what: 'sent', signals: [], answer: refused }), /; refused: plan is not public$/);
  const asked = { ...none, status: 200, body: { warnings: [{ code: 'new_one' }] } };
  assert.match(told({ what: 'asked', route: 'resolve', body: {}, answer: asked }), /; warning: new_one$/);
  assert.doesNotMatch(told({ what: 'asked', route: 'resolve', body: {}, answer: { ...asked, body: {} } }), /warning/);
});

test('a session that moves to another visitor is reported as a move, not as a loss', () => {
  const answer = { ...none, status: 409, body: { message: 'This session belongs to another visitorId.' } };
  assert.match(told({ what: 'refused', signals: [], answer }), /sent again.*a new one starts/);
  assert.match(told({ what: 'session', sessionId: 's2', visitorId: 'bob' }), /s2, visitor bob/);
  assert.match(told({ what: 'news', news: 'shown x1' }), /another tab.*shown/);
});
