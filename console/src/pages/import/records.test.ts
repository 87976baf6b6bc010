import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readHeader, recordOf } from './columns.ts';
import { CsvReader } from './csv.ts';
import { kRecordBytes, piecesOf, Unreadable, type Record } from './records.ts';

const none = new Map<string, string>();

// The records of a text that arrives in pieces of so many bytes.
async function recordsOf(
  text: string | Uint8Array,
  { kind = 'signals', size = 7, traits = none } = {},
): Promise<Record[]> {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  const file = {
    stream: () =>
      new ReadableStream<Uint8Array>({
        start(out) {
          for (let at = 0; at < bytes.length; at += size) out.enqueue(bytes.slice(at, at + size));
          out.close();
        },
      }),
  } as Blob;
  const records: Record[] = [];
  for await (const piece of piecesOf(file, { kind: kind as 'signals', traits })) records.push(...piece.records);
  return records;
}
const told = (records: Record[]) =>
  records.map(({ line, json, fault }) => (fault ? `${line}: ${fault}` : `${line} ${json}`));

test('CSV is read the same in pieces of any length', () => {
  const text = 'a,b\r\n"x,""y""","two\nlines"\n\n,\nlast,"q"';
  const whole = (size: number) => {
    const reader = new CsvReader(),
      rows = [];
    for (let at = 0; at < text.length; at += size) rows.push(...reader.push(text.slice(at, at + size)));
    const { rows: more, isOpen } = reader.end();
    assert.equal(isOpen, false);
    return [...rows, ...more];
  };
  const expected = [
    { line: 1, fields: ['a', 'b'] },
    { line: 2, fields: ['x,"y"', 'two\nlines'] },
    { line: 5, fields: ['', ''] },
    { line: 6, fields: ['last', 'q'] },
  ];
  for (let size = 1; size <= text.length; size += 1) assert.deepEqual(whole(size), expected, `pieces of ${size}`);
});

test('an unclosed quote yields no row', () => {
  const reader = new CsvReader();
  reader.push('a\n"b');
  assert.equal(reader.end().isOpen, true);
});

test('a column of a signal goes where the API has it; numbers keep their digits, empty cells say nothing', () => {
  const header = readHeader(
    'sessionId,type,at,id,metadata.amount,metadata.sku,context.country,confidence'.split(','),
    'signals',
    none,
  );
  assert.ok('columns' in header);
  assert.equal(
    recordOf(['s', 'cart', '2026-02-25T11:30:00Z', 'e-1', '12345678901234567890.10', '007', 'US', ''], header.columns),
    '{"sessionId":"s","type":"cart","at":"2026-02-25T11:30:00Z","id":"e-1","metadata":{"amount":12345678901234567890.10,"sku":"007"},"context":{"country":"US"}}',
  );
});

test('a trait has the type that the handle knows, or that its column names', () => {
  const known = new Map([['seats', 'number']]);
  const header = readHeader(['visitorId', 'plan', 'seats', 'tags:list', 'vip:bool'], 'people', known);
  assert.ok('columns' in header);
  assert.equal(
    recordOf(['jon', '5', '7', 'a | b|', 'true'], header.columns),
    '{"visitorId":"jon","set":{"plan":"5","seats":7,"tags":["a","b"],"vip":true}}',
  );
});

test('reports every fault of a header at once', () => {
  const signals = readHeader(['sessionId', 'sessionId', 'colour'], 'signals', none);
  assert.ok('faults' in signals);
  assert.match(
    signals.faults.join(' '),
    /“colour”.*sessionId is there twice.*at is missing.*id is missing.*type is missing/,
  );
  const people = readHeader(['plan:date', '9x', 'seats:text'], 'people', new Map([['seats', 'number']]));
  assert.ok('faults' in people);
  assert.match(people.faults.join(' '), /plan.*9x.*seats is a trait of type number.*visitorId is missing/);
});

test('NDJSON is read line by line; an invalid line is reported and the rest is still read', async () => {
  const text = '\ufeff\n{"id":"ä🛒"}\r\n[1]\n{"open":\n\n  {"last":12345678901234567890}';
  for (const size of [1, 2, 5, 1000])
    assert.deepEqual(told(await recordsOf(text, { size })), [
      '2 {"id":"ä🛒"}',
      '3: must be an object',
      '4: is not valid JSON',
      '6 {"last":12345678901234567890}',
    ]);
});

test('only the line that is too long, or not UTF-8, is left out', async () => {
  const long = `{"a":"${'x'.repeat(kRecordBytes)}"}`;
  assert.deepEqual(told(await recordsOf(`{"a":1}\n${long}\n{"a":2}`, { size: 5000 })), [
    '1 {"a":1}',
    '2: is longer than 64 KiB',
    '3 {"a":2}',
  ]);
  const bytes = new Uint8Array([
    ...new TextEncoder().encode('{"a":"J'),
    0xfc,
    ...new TextEncoder().encode('"}\n{"a":2}'),
  ]);
  assert.match(told(await recordsOf(bytes))[0]!, /^1: is not UTF-8/);
});

test('a CSV row with the wrong number of fields is left out', async () => {
  assert.deepEqual(told(await recordsOf('visitorId,plan\njon,pro\nann\nbea,free\n', { kind: 'people' })), [
    '2 {"visitorId":"jon","set":{"plan":"pro"}}',
    '3: has 1 fields, but the header has 2',
    '4 {"visitorId":"bea","set":{"plan":"free"}}',
  ]);
});

test('an empty file, an invalid header and an open quote end the reading', async () => {
  await assert.rejects(recordsOf(' \n'), Unreadable);
  await assert.rejects(recordsOf('a,b\n1,2\n'), /missing/);
  await assert.rejects(recordsOf('visitorId\n"jon', { kind: 'people' }), /record at line 2 is never closed/);
});
