import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inField, inTable, issueOf, kFirstTypes, asJson } from './trait_values.ts';

test('a typed value is sent as the type of its trait', () => {
  assert.equal(asJson('text', ' 12 ', true), ' 12 ');
  assert.equal(asJson('bool', 'true', true), true);
  assert.equal(asJson('bool', 'false', false), false);
  assert.equal(asJson('date', ' 2026-05-01 ', true), '2026-05-01');
  assert.deepEqual(asJson('list', 'hats\n\n shoes \n', true), ['hats', 'shoes']);
});

test('a first number is a number, and one of a known type keeps all its digits', () => {
  assert.equal(asJson('number', '49.90', false), 49.9);
  assert.equal(asJson('number', ' 999999999999.123456 ', true), '999999999999.123456');
});

test('a value that is missing or is no number is not sent', () => {
  assert.equal(issueOf('text', ' '), 'Enter a value first.');
  assert.equal(issueOf('number', 'many'), 'Enter a number first.');
  assert.equal(issueOf('number', '-0.5'), '');
  assert.equal(issueOf('text', 'many'), '');
});

test('a value is shown on one line, and edited with a text per line', () => {
  assert.equal(inTable(['hats', 'shoes']), 'hats, shoes');
  assert.equal(inField(['hats', 'shoes']), 'hats\nshoes');
  assert.equal(inTable(false), 'false');
  assert.equal(inField(null), '');
});

test('a first value cannot be an instant or a date', () => {
  assert.deepEqual(
    kFirstTypes.map(([type]) => type),
    ['text', 'number', 'bool', 'list'],
  );
});
