#!/bin/bash
# iso8601-duration takes -P1D for tomorrow, loses half a day, and ends a month from 31 January in March.
#
# Guess, before running: what parse takes is understood whole, and what it does not understand throws. A minus in front is
# either a duration into the past, as in Temporal and luxon, or an error. A month after 31 January is the last of February,
# as everywhere since SQL.
#
# What happens: the expression is not bound to the beginning of the text, so a sign there is skipped: -P1D, "a day ago", is
# a day from now. A fraction of a day is an error alone, but behind a month it is left out without a word, although a
# fraction of the smallest part is valid (P1M0.5D). Months are added as Date does it: a trial of P1M from 31 January ends on
# 3 March, two days after one that began on 1 February. luxon has the sign, the half day and 28 February.
#
# Seen: iso8601-duration 2.1.4 and luxon 3.7.2, from 31 January 2026 unless said:
#   P1D      2026-01-31 2026-02-01T00:00         luxon 2026-02-01T00:00
#   -P1D     2026-01-31 2026-02-01T00:00         luxon 2026-01-30T00:00
#   P0.5D    2026-01-31 invalid duration: P0.5D  luxon 2026-01-31T12:00
#   P1M0.5D  2026-03-01 2026-04-01T00:00         luxon 2026-04-01T12:00
#   P1M      2026-01-31 2026-03-03T00:00         luxon 2026-02-28T00:00
#   P1M      2026-01-30 2026-03-02T00:00         luxon 2026-02-28T00:00
#   P1M      2026-01-29 2026-03-01T00:00         luxon 2026-02-28T00:00
#   P1M      2026-02-01 2026-03-01T00:00         luxon 2026-03-01T00:00
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' >package.json
npm install --no-audit --no-fund --ignore-scripts --no-update-notifier --loglevel=error iso8601-duration@2.1.4 luxon@3.7.2 >/dev/null
cat >durations.cjs <<'JS'
const { end, parse } = require('iso8601-duration');
const { DateTime, Duration } = require('luxon');

function show(text, start = '2026-01-31') {
  let own;
  try {
    own = end(parse(text), new Date(`${start}T00:00:00Z`)).toISOString().slice(0, 16);
  } catch (error) {
    own = error.message;
  }
  const other = DateTime.fromISO(start, { zone: 'utc' }).plus(Duration.fromISO(text)).toISO().slice(0, 16);
  console.log(text.padEnd(8), start, own.padEnd(24), 'luxon', other);
}
show('P1D');
show('-P1D');
show('P0.5D');
show('P1M0.5D', '2026-03-01');
show('P1M');
show('P1M', '2026-01-30');
show('P1M', '2026-01-29');
show('P1M', '2026-02-01');
JS
got=$(node durations.cjs)
echo "$got"
diff <(echo "$got") - <<'SEEN'
P1D      2026-01-31 2026-02-01T00:00         luxon 2026-02-01T00:00
-P1D     2026-01-31 2026-02-01T00:00         luxon 2026-01-30T00:00
P0.5D    2026-01-31 invalid duration: P0.5D  luxon 2026-01-31T12:00
P1M0.5D  2026-03-01 2026-04-01T00:00         luxon 2026-04-01T12:00
P1M      2026-01-31 2026-03-03T00:00         luxon 2026-02-28T00:00
P1M      2026-01-30 2026-03-02T00:00         luxon 2026-02-28T00:00
P1M      2026-01-29 2026-03-01T00:00         luxon 2026-02-28T00:00
P1M      2026-02-01 2026-03-01T00:00         luxon 2026-03-01T00:00
SEEN
echo 'as it was seen'
