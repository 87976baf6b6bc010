// The checks of recorded histories (kit/history) find what they are for, and nothing in a history that is possible.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultsOfJournal, faultsOfLimit, faultsOfLog, faultsOfRegister, faultsOfSet } from './kit/history.mjs';

const append = (n, began, ended, outcome = 'ok') => ({ n, began, ended, outcome });
const read = (seen, began, ended) => ({ seen, began, ended });
const finds = (faults, what) =>
  assert.ok(
    faults.some(fault => what.test(fault)),
    `${what}: ${faults}`,
  );

test('a log: reads that overlap an append may have it or not, and what is unknown may be there or not', () => {
  const appends = [append(1, 0, 1), append(2, 2, 9), append(3, 10, 11, 'unknown'), append(4, 12, 13)];
  const reads = [read([1], 3, 4), read([1, 2], 3, 5), read([1, 2, 4], 14, 15)];
  assert.deepEqual(faultsOfLog('s', appends, reads), []);
});

test('a log: what a history shows that cannot have happened', () => {
  const log = (appends, reads) => faultsOfLog('s', appends, reads);
  finds(log([append(1, 0, 1)], [read([], 2, 3)]), /acknowledged 1 ms before a read without it/);
  finds(log([append(1, 0, 9)], [read([1], 1, 2), read([], 3, 4)]), /1 were read, and 0 afterwards/);
  finds(log([append(1, 0, 9), append(2, 0, 9)], [read([1], 1, 9), read([2], 1, 9)]), /read as 1, and as 2/);
  finds(log([append(1, 0, 1, 'refused')], [read([1], 2, 3)]), /refused, and is read/);
  finds(log([append(1, 0, 1)], [read([1, 1], 2, 3)]), /twice/);
  finds(log([append(1, 5, 6)], [read([1], 2, 3)]), /before it was sent/);
  finds(log([append(1, 0, 1), append(2, 2, 3)], [read([2, 1], 4, 5)]), /2 is before 1/);
});

test('a register: no read is older than what was acknowledged or read before it', () => {
  const writes = [append(1, 0, 1), append(2, 2, 9), append(3, 10, 11, 'refused')];
  const reads = (...all) =>
    faultsOfRegister(
      'r',
      writes,
      all.map(([n, began, ended]) => ({ n, began, ended })),
    );
  assert.deepEqual(reads([1, 2, 3], [2, 3, 4], [2, 10, 12]), []);
  finds(reads([1, 10, 11]), /2 was acknowledged before 1 was read/);
  finds(reads([2, 3, 4], [1, 5, 6]), /2 was read before 1/);
  finds(reads([3, 12, 13]), /refused, and is read/);
  finds(reads([7, 12, 13]), /before it was written/);
});

test('a set: acknowledged is stored, refused is not, all of a request or nothing, and nothing else', () => {
  const requests = [
    { ids: ['a', 'b'], session: 's', outcome: 'ok' },
    { ids: ['c'], session: 's', outcome: 'refused' },
    { ids: ['d', 'e'], session: 't', outcome: 'unknown' },
  ];
  const found = stored => faultsOfSet(requests, new Map(Object.entries(stored)));
  assert.deepEqual(found({ s: ['a', 'b'] }), { faults: [], lost: [] });
  assert.deepEqual(found({ s: ['a', 'b'], t: ['d', 'e'] }), { faults: [], lost: [] });
  assert.deepEqual(found({}).lost, [requests[0]]);
  finds(found({ s: ['a', 'b', 'c'] }).faults, /refused, and are stored/);
  finds(found({ s: ['a', 'b', 'a'] }).faults, /a is stored twice/);
  finds(found({ s: ['a', 'b'], t: ['d'] }).faults, /only d are stored/);
  finds(found({ s: ['a', 'b', 'x'] }).faults, /never sent/);
  finds(found({ t: ['a', 'b'] }).faults, /in the session t/);
});

test('a limit: neither answers nor records exceed it, and what was answered is on record', () => {
  const answers = ['1', '2'].map(decisionId => ({ session: 's', decisionId }));
  assert.deepEqual(faultsOfLimit('cap', 2, answers, new Map([['s', ['1', '2']]])), []);
  finds(faultsOfLimit('cap', 1, answers, new Map([['s', ['1', '2']]])), /got 2/);
  finds(faultsOfLimit('cap', 1, [], new Map([['s', ['1', '2']]])), /on record/);
  finds(faultsOfLimit('cap', 2, answers, new Map([['s', ['1']]])), /2 of s was answered, and is not on record/);
});

test('a journal: places are there once, and epochs never go back', () => {
  const rows = epochs => epochs.map((epoch, i) => ({ shard: 1, position: i + 1, turn: 0, epoch }));
  assert.deepEqual(faultsOfJournal(rows([1, 1, 2])), []);
  finds(faultsOfJournal(rows([1, 2, 1])), /epoch 1 after 2/);
  finds(faultsOfJournal([...rows([1]), ...rows([1])]), /there twice/);
});
