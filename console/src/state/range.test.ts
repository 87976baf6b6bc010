import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromField, inField, rangeOf } from './range.ts';

const now = Date.parse('2026-03-01T12:00:30.500Z');
const of = (search: string) => rangeOf(new URLSearchParams(search), '24h', now);

test('a named range ends now and begins at a whole minute', () => {
  assert.deepEqual(of(''), { name: '24h', since: '2026-02-28T12:00:00.000Z', until: undefined });
  assert.deepEqual(of('range=1h'), { name: '1h', since: '2026-03-01T11:00:00.000Z', until: undefined });
});

test('all, and what is no range, has no bounds', () => {
  for (const search of ['range=all', 'range=nonsense'])
    assert.deepEqual(of(search), { name: 'all', since: undefined, until: undefined });
});

test('bounds of its own win, and one that is no instant is left out', () => {
  assert.deepEqual(of('since=2026-01-01T00:00:00Z&until=soon&range=1h'), {
    name: 'own',
    since: '2026-01-01T00:00:00.000Z',
    until: undefined,
  });
});

test('a field shows an instant by the local clock, and gives it back', () => {
  assert.equal(fromField(inField('2026-03-01T12:00:00.000Z')), '2026-03-01T12:00:00.000Z');
  assert.equal(inField(undefined), '');
  assert.equal(fromField(''), '');
});
