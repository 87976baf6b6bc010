#!/bin/bash
# Segment's facade reads a revenue of "1,200.50" as 1.
#
# Guess, before running: revenue() of a track event accepts what shops send. It takes "$12.50" as 12.5, so it knows that
# amounts come as texts, and then also the comma between thousands; what it cannot read is undefined.
#
# What happens: all dollar signs are removed, and the rest goes through parseFloat, which stops at the first character that
# does not fit. A comma between thousands cuts the amount there, a decimal comma cuts the cents, and the result is a number
# that nothing marks as doubtful: 1,200.50 and 1,999,000 are both 1. Another currency's sign in front makes it undefined, the
# same sign behind is ignored. cents() multiplies the result by 100 in binary. Destinations that take their revenue from
# here get these numbers; send amounts as numbers.
#
# Seen: @segment/facade 3.4.10:
#   "$12.50"      revenue 12.5       cents 1250
#   "1,200.50"    revenue 1          cents 100
#   "$1,999,000"  revenue 1          cents 100
#   "12,50"       revenue 12         cents 1200
#   "1.200,50"    revenue 1.2        cents 120
#   "€12.50"      revenue undefined  cents 0
#   "12.50 €"     revenue 12.5       cents 1250
#   19.99         revenue 19.99      cents 1998.9999999999998
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' >package.json
npm install --no-audit --no-fund --ignore-scripts --no-update-notifier --loglevel=error @segment/facade@3.4.10 >/dev/null
cat >revenue.cjs <<'JS'
const { Track } = require('@segment/facade');
for (const revenue of ['$12.50', '1,200.50', '$1,999,000', '12,50', '1.200,50', '€12.50', '12.50 €', 19.99]) {
  const track = new Track({ event: 'Order Completed', properties: { revenue } });
  console.log(JSON.stringify(revenue).padEnd(13), `revenue ${String(track.revenue()).padEnd(10)} cents ${track.cents()}`);
}
JS
got=$(node revenue.cjs)
echo "$got"
diff <(echo "$got") - <<'SEEN'
"$12.50"      revenue 12.5       cents 1250
"1,200.50"    revenue 1          cents 100
"$1,999,000"  revenue 1          cents 100
"12,50"       revenue 12         cents 1200
"1.200,50"    revenue 1.2        cents 120
"€12.50"      revenue undefined  cents 0
"12.50 €"     revenue 12.5       cents 1250
19.99         revenue 19.99      cents 1998.9999999999998
SEEN
echo 'as it was seen'
