import assert from 'node:assert/strict';
import { test } from 'node:test';
import { csvOf } from './csv.ts';

test('cells are separated by commas, rows by CRLF, and nothing stands for what is missing', () => {
  assert.equal(
    csvOf([
      ['a', 1, null],
      ['b', undefined, 2.5],
    ]),
    'a,1,\r\nb,,2.5\r\n',
  );
});

test('commas, quotes and line breaks are quoted', () => {
  assert.equal(csvOf([['a,b', 'say "no"', 'two\nlines']]), '"a,b","say ""no""","two\nlines"\r\n');
});

test('a text that a spreadsheet would run as a formula is marked as text, a number is not', () => {
  assert.equal(csvOf([['=1+1', '+49', '@sum', '-x', -5]]), "'=1+1,'+49,'@sum,'-x,-5\r\n");
});
