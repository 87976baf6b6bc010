import assert from 'node:assert/strict';
import { test } from 'node:test';
import { differences, type Decision } from './decisions.ts';

const condition = (seen: string, met: boolean) => ({
  path: 'when.all[0]',
  met,
  measure: 'count of cart',
  wanted: 'at least 1',
  seen,
});
const decision = (changes: Partial<Decision>): Decision => ({
  decisionId: 'dec_1',
  handle: 'demo',
  sessionId: 's',
  trigger: 'checkout',
  outcome: 'none',
  ruleId: null,
  variant: null,
  action: null,
  sessionVersion: 1,
  rulesVersion: 1,
  resolvedAt: '',
  expiresAt: '',
  ttlSeconds: 30,
  etag: 'a',
  ...changes,
});

test('the same answer has no differences, even if its id and times differ', () => {
  assert.deepEqual(differences(decision({}), decision({ decisionId: 'dec_2', resolvedAt: 'later', etag: 'b' })), []);
});

test('lists the changes: first the answer, then the actual values', () => {
  const was = decision({ explanation: [{ ruleId: 'r', matched: false, conditions: [condition('0', false)] }] });
  const is = decision({
    outcome: 'act',
    ruleId: 'r',
    action: { type: 'popup' },
    sessionVersion: 2,
    explanation: [{ ruleId: 'r', matched: true, conditions: [condition('1', true)] }],
  });
  assert.deepEqual(differences(was, is), [
    { what: 'outcome', was: 'no match', is: 'acted' },
    { what: 'rule', was: 'none', is: 'r' },
    { what: 'action', was: 'none', is: '{"type":"popup"}' },
    { what: 'session version', was: '1', is: '2' },
    { what: 'r', was: 'no match', is: 'matched' },
    { what: 'r: count of cart', was: '0', is: '1' },
  ]);
});
