#!/bin/bash
# ical.js lets "every year in February", begun on 29 February, happen on 1 March.
#
# Guess, before running: RFC 5545 says that dates which do not exist are ignored, so a rule FREQ=YEARLY that begins on
# 29 February has an occurrence in leap years only. With BYMONTH=2 at the latest nothing can lie in March.
#
# What happens: in common years the occurrence is 1 March, and BYMONTH=2 does not change that, though it allows no date in
# March. In leap years it is the 29th. With BYMONTHDAY=29 dates that do not exist are ignored, and so are the 31sts of a
# monthly rule, so three ways to write one birthday have two meanings. rrule has leap years only for all three, and COUNT=4
# ends in 2036 there and in 2027 here.
#
# Seen: ical.js 2.2.1, rrule 2.8.1, from 29 February 2024:
#   FREQ=YEARLY                          ical.js 2024-02-29 2025-03-01 2026-03-01 2027-03-01
#   FREQ=YEARLY                          rrule   2024-02-29 2028-02-29 2032-02-29 2036-02-29
#   FREQ=YEARLY;BYMONTH=2                ical.js 2024-02-29 2025-03-01 2026-03-01 2027-03-01
#   FREQ=YEARLY;BYMONTH=2                rrule   2024-02-29 2028-02-29 2032-02-29 2036-02-29
#   FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29  ical.js 2024-02-29 2028-02-29 2032-02-29 2036-02-29
#   FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29  rrule   2024-02-29 2028-02-29 2032-02-29 2036-02-29
#   FREQ=MONTHLY                         ical.js 2024-01-31 2024-03-31 2024-05-31 2024-07-31
#   FREQ=MONTHLY                         rrule   2024-01-31 2024-03-31 2024-05-31 2024-07-31
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' >package.json
npm install --no-audit --no-fund --ignore-scripts --no-update-notifier --loglevel=error ical.js@2.2.1 rrule@2.8.1 >/dev/null
cat >birthdays.mjs <<'JS'
import ical from 'ical.js';
import rrule from 'rrule';

function show(rule, start) {
  const iterator = ical.Recur.fromString(rule).iterator(ical.Time.fromString(start));
  const dates = Array.from({ length: 4 }, () => iterator.next().toString());
  console.log(rule.padEnd(36), 'ical.js', dates.join(' '));
  const peer = rrule.rrulestr(`DTSTART:${start.replaceAll('-', '')}T000000Z\nRRULE:${rule};COUNT=4`).all();
  console.log(rule.padEnd(36), 'rrule  ', peer.map(date => date.toISOString().slice(0, 10)).join(' '));
}
show('FREQ=YEARLY', '2024-02-29');
show('FREQ=YEARLY;BYMONTH=2', '2024-02-29');
show('FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29', '2024-02-29');
show('FREQ=MONTHLY', '2024-01-31');
JS
got=$(node birthdays.mjs)
echo "$got"
diff <(echo "$got") - <<'SEEN'
FREQ=YEARLY                          ical.js 2024-02-29 2025-03-01 2026-03-01 2027-03-01
FREQ=YEARLY                          rrule   2024-02-29 2028-02-29 2032-02-29 2036-02-29
FREQ=YEARLY;BYMONTH=2                ical.js 2024-02-29 2025-03-01 2026-03-01 2027-03-01
FREQ=YEARLY;BYMONTH=2                rrule   2024-02-29 2028-02-29 2032-02-29 2036-02-29
FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29  ical.js 2024-02-29 2028-02-29 2032-02-29 2036-02-29
FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29  rrule   2024-02-29 2028-02-29 2032-02-29 2036-02-29
FREQ=MONTHLY                         ical.js 2024-01-31 2024-03-31 2024-05-31 2024-07-31
FREQ=MONTHLY                         rrule   2024-01-31 2024-03-31 2024-05-31 2024-07-31
SEEN
echo 'as it was seen'
