#!/bin/bash
# Segment's new-date reads milliseconds of before 1971 as seconds: whoever was born in June 1970 is born in 2383.
#
# Guess, before running: newDate takes more than Date does: texts and seconds, too. Milliseconds, what Date itself takes,
# are right in any case; seconds are told apart by being a thousand times smaller than now.
#
# What happens: each number below 31,557,600,000 is taken for seconds and multiplied by 1000. In milliseconds that is the
# end of 1970, so all that lies before, and every negative number, is off by the factor of a thousand: born on 1 June 1970
# is the year 2383, the first landing on the moon is in 1518, and one of 1966 is before our era. Signals of today are never
# met by it, dates of birth are, and so is what Segment's facade reads with it. As an ISO text the same date is right.
#
# Seen: new-date 1.0.3, and @segment/facade 3.4.10, which reads created with it:
#   1966-03-01 -121132800000 -001869-06-16 as text 1966-03-01
#   1969-07-20  -14256000000    1518-04-01 as text 1969-07-20
#   1970-06-01   13046400000    2383-06-05 as text 1970-06-01
#   1970-12-31   31449600000    2966-08-07 as text 1970-12-31
#   1971-01-02   31622400000    1971-01-02 as text 1971-01-02
#   1985-03-01  478483200000    1985-03-01 as text 1985-03-01
#   facade: created 2383-06-05
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' >package.json
npm install --no-audit --no-fund --ignore-scripts --no-update-notifier --loglevel=error new-date@1.0.3 @segment/facade@3.4.10 >/dev/null
cat >dates.cjs <<'JS'
const { Identify } = require('@segment/facade');
const newDate = require('new-date');

for (const day of ['1966-03-01', '1969-07-20', '1970-06-01', '1970-12-31', '1971-01-02', '1985-03-01']) {
  const milliseconds = Date.parse(day);
  const read = newDate(milliseconds).toISOString().split('T')[0];
  console.log(day, String(milliseconds).padStart(13), read.padStart(13), `as text ${newDate(day).toISOString().split('T')[0]}`);
}
const created = new Identify({ traits: { createdAt: Date.parse('1970-06-01') } }).created();
console.log('facade: created', created.toISOString().split('T')[0]);
JS
got=$(node dates.cjs)
echo "$got"
diff <(echo "$got") - <<'SEEN'
1966-03-01 -121132800000 -001869-06-16 as text 1966-03-01
1969-07-20  -14256000000    1518-04-01 as text 1969-07-20
1970-06-01   13046400000    2383-06-05 as text 1970-06-01
1970-12-31   31449600000    2966-08-07 as text 1970-12-31
1971-01-02   31622400000    1971-01-02 as text 1971-01-02
1985-03-01  478483200000    1985-03-01 as text 1985-03-01
facade: created 2383-06-05
SEEN
echo 'as it was seen'
