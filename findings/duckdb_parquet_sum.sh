#!/bin/bash
# DuckDB writes the sum of a whole-number column to Parquet as floating point.
#
# Guess, before running: the sum of integers is an integer. In the database it is a HUGEINT of 128 bits and exact, so an
# export to Parquet has an integer or a decimal column, or fails where the format has none that is wide enough.
#
# What happens: Parquet has no integer of 128 bits, and the writer takes DOUBLE for it, for every sum, small or large, with
# no word about it. Amounts in cents or micros are rounded from 2^53 on, equal sums stop being comparable by =, and whoever
# reads the file gets floating point in a column that count, max and the source have as BIGINT. A sum of decimals stays
# decimal; CSV is exact. Cast the sum to BIGINT or DECIMAL(38, 0) in the COPY.
#
# Seen: @duckdb/node-api 1.5.6-r.1 (linux-x64):
#   in the database   total HUGEINT 9007199254740993
#   in Parquet        total DOUBLE 9007199254740992, most BIGINT 9007199254740992, orders BIGINT 2
#   of three cents    total DOUBLE 3, most INTEGER 2, orders BIGINT 2
#   cast to BIGINT    total BIGINT 9007199254740993, most BIGINT 9007199254740992, orders BIGINT 2
#   of decimals       total DECIMAL(38,2) 3.00, most DECIMAL(9,2) 2.00, orders BIGINT 2
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' >package.json
npm install --no-audit --no-fund --ignore-scripts --no-update-notifier --loglevel=error @duckdb/node-api@1.5.6-r.1 >/dev/null
cat >sums.mjs <<'JS'
import { DuckDBInstance } from '@duckdb/node-api';

const database = await (await DuckDBInstance.create(':memory:')).connect();
const rows = async sql => (await database.runAndReadAll(sql)).getRowObjectsJson();
async function show(name, from) {
  const types = await rows(`DESCRIBE SELECT * FROM ${from}`);
  const [row] = await rows(`SELECT * FROM ${from}`);
  const told = types.map(({ column_name: column, column_type: type }) => `${column} ${type} ${row[column]}`);
  console.log(name.padEnd(17), told.join(', '));
}
const orders = (first, second, type) => `(VALUES (${first}::${type}), (${second}::${type})) orders(cents)`;
async function exported(name, from, total = 'sum(cents)') {
  await rows(`COPY (SELECT ${total} AS total, max(cents) AS most, count(*) AS orders FROM ${from}) TO 'sums.parquet'`);
  await show(name, `'sums.parquet'`);
}
const large = orders('9007199254740992', '1', 'BIGINT');
await show('in the database', `(SELECT sum(cents) AS total FROM ${large})`);
await exported('in Parquet', large);
await exported('of three cents', orders('1', '2', 'INTEGER'));
await exported('cast to BIGINT', large, 'sum(cents)::BIGINT');
await exported('of decimals', orders('1', '2', 'DECIMAL(9, 2)'));
JS
got=$(node sums.mjs)
echo "$got"
diff <(echo "$got") - <<'SEEN'
in the database   total HUGEINT 9007199254740993
in Parquet        total DOUBLE 9007199254740992, most BIGINT 9007199254740992, orders BIGINT 2
of three cents    total DOUBLE 3, most INTEGER 2, orders BIGINT 2
cast to BIGINT    total BIGINT 9007199254740993, most BIGINT 9007199254740992, orders BIGINT 2
of decimals       total DECIMAL(38,2) 3.00, most DECIMAL(9,2) 2.00, orders BIGINT 2
SEEN
echo 'as it was seen'
