#!/bin/bash
# Apache Arrow's tableFromJSON makes a false of an absent boolean, and NaN of an absent number.
#
# Guess, before running: a table from rows of JSON has every key as a column, and a row without the key has null there:
# Arrow has a bitmap for just that, and an explicit null does become null.
#
# What happens: only an explicit null is null. What is absent becomes NaN, false or the empty text, by the column's type;
# the column's nullCount is 0, so no reader can tell afterwards. Whoever never answered has consented to nothing and refused
# nothing, yet is written as false; one event without a revenue makes each sum and mean NaN, as SQL skips nulls, not NaN. A
# date that is absent throws, and a column whose first value is a number takes a later text as NaN. Rows need every key,
# with null, before they become a table.
#
# Seen: apache-arrow 21.2.0, after a trip through tableToIPC:
#   [{"revenue":5},{"revenue":null}]           5, null       nulls: 1
#   [{"revenue":5},{}]                         5, NaN        nulls: 0
#   [{"consent":true},{"consent":null}]        true, null    nulls: 1
#   [{"consent":true},{}]                      true, false   nulls: 0
#   [{"plan":"pro"},{"plan":null}]             "pro", null   nulls: 1
#   [{"plan":"pro"},{}]                        "pro", ""     nulls: 0
#   [{"seen":"1970-01-01T00:00:00.000Z"},{}]   Cannot convert undefined to a BigInt
#   [{"revenue":5},{"revenue":"free"}]         5, NaN        nulls: 0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' >package.json
npm install --no-audit --no-fund --ignore-scripts --no-update-notifier --loglevel=error apache-arrow@21.2.0 >/dev/null
cat >absent.cjs <<'JS'
const { tableFromIPC, tableFromJSON, tableToIPC } = require('apache-arrow');

function show(rows) {
  const text = JSON.stringify(rows).padEnd(42);
  try {
    const column = tableFromIPC(tableToIPC(tableFromJSON(rows))).getChildAt(0);
    const values = [...column].map(value => (typeof value === 'string' ? JSON.stringify(value) : String(value)));
    console.log(text, values.join(', ').padEnd(13), `nulls: ${column.nullCount}`);
  } catch (error) {
    console.log(text, error.message);
  }
}
show([{ revenue: 5 }, { revenue: null }]);
show([{ revenue: 5 }, {}]);
show([{ consent: true }, { consent: null }]);
show([{ consent: true }, {}]);
show([{ plan: 'pro' }, { plan: null }]);
show([{ plan: 'pro' }, {}]);
show([{ seen: new Date(0) }, {}]);
show([{ revenue: 5 }, { revenue: 'free' }]);
JS
got=$(node absent.cjs)
echo "$got"
diff <(echo "$got") - <<'SEEN'
[{"revenue":5},{"revenue":null}]           5, null       nulls: 1
[{"revenue":5},{}]                         5, NaN        nulls: 0
[{"consent":true},{"consent":null}]        true, null    nulls: 1
[{"consent":true},{}]                      true, false   nulls: 0
[{"plan":"pro"},{"plan":null}]             "pro", null   nulls: 1
[{"plan":"pro"},{}]                        "pro", ""     nulls: 0
[{"seen":"1970-01-01T00:00:00.000Z"},{}]   Cannot convert undefined to a BigInt
[{"revenue":5},{"revenue":"free"}]         5, NaN        nulls: 0
SEEN
echo 'as it was seen'
