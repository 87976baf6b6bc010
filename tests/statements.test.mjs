// node tests/statements.test.mjs: reads every SQL statement of src/store/postgres. A table that is kept by shard has it
// first in every key, and no statement on it leaves the shard open, except those that are named here. Needs Node alone.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { source, statements } from './kit/statements.mjs';

const schema = source('schema.cc');

const tables = [...schema.matchAll(/CREATE TABLE (\w+) \(([\s\S]*?)\)(?: WITH \([^)]*\))?;/g)].map(
  ([, name, body]) => ({
    name,
    sharded: /^\s*shard smallint (?:NOT NULL|PRIMARY KEY)/.test(body),
    keys: [...body.matchAll(/(?:PRIMARY KEY|UNIQUE) \(([^)]*)\)/g)].map(key => key[1]),
  }),
);
const sharded = new Set(tables.filter(table => table.sharded).map(table => table.name));

/** Those that every node reads as a whole: small, or bounded by the number of handles and people. */
const shared = [
  ...['meta', 'node', 'shard', 'handle', 'account', 'role', 'provider_subject', 'sign_in', 'ended_token', 'invitation'],
  ...['identity_key', 'access_token', 'signing_key', 'secret', 'allowlist', 'audit', 'audit_link'],
];

test('every table is either kept by shard or shared by all, as listed', () => {
  assert.ok(sharded.size >= 18, [...sharded].join());
  assert.deepEqual(
    tables
      .filter(table => !table.sharded)
      .map(table => table.name)
      .sort(),
    [...shared].sort(),
  );
});

test('the shard is the first column of every key and index of a table that is kept by shard', () => {
  for (const { name, keys } of tables.filter(table => sharded.has(table.name)))
    for (const key of keys) assert.match(key, /^shard\b/, `${name} (${key})`);
  for (const [, name, table, columns] of schema.matchAll(/CREATE (?:UNIQUE )?INDEX (\w+) ON (\w+) \(([^)]*)\)/g))
    if (sharded.has(table)) assert.match(columns, /^shard\b/, name);
});

test('every statement on a table that is kept by shard names the shard', () => {
  let seen = 0;
  for (const { file, sql } of statements()) {
    const read = [...sql.matchAll(/\b(?:FROM|JOIN|INTO|UPDATE) (\w+)/g)].map(match => match[1]);
    if (!read.some(table => sharded.has(table))) continue;
    seen += 1;
    assert.match(sql, /\bshard (?:=|smallint)|\(shard, |\bshard, |\.shard\b/, `${file}: ${sql}`);
  }
  assert.ok(seen > 80, `only ${seen} statements were found`);
});
