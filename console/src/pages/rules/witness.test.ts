import assert from 'node:assert/strict';
import { test } from 'node:test';
import { witnessSignals } from './witness.ts';

test('a signal that stands there several times comes so often, as long ago as it was then', () => {
  const at = '2026-02-25T12:00:00.000Z',
    now = Date.parse('2026-02-25T13:00:00.000Z');
  const witness = [
    { signalKey: 'cart', signalValue: 'add', at: '2026-02-25T11:50:00.000Z', times: 2 },
    { signalKey: 'view', at },
  ];
  assert.deepEqual(witnessSignals({ witness, at }, now), [
    { signalKey: 'cart', signalValue: 'add', at: '2026-02-25T12:50:00.000Z' },
    { signalKey: 'cart', signalValue: 'add', at: '2026-02-25T12:50:00.000Z' },
    { signalKey: 'view', at: '2026-02-25T13:00:00.000Z' },
  ]);
  assert.deepEqual(witnessSignals({ witness: [], at }, now), []);
});
