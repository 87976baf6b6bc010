#!/bin/bash
# Appends while windows are filled for a rule that reads a new key (src/intake/rule_filling.h), compared with appends
# without that, and how long the filling takes.
#
# A journal of 100 thousand sessions, most with more signals than a window keeps, of five keys that no rule reads. Then
# five rules are saved, one for each key, so that each fills all windows: by turns appends without filling and with it,
# the server on cpu 0 and wrk with 64 connections on cpu 1. Last, how long filling takes where nothing is appended.
# Usage: benchmarks/filling.bash [SECONDS OF LOAD [SECONDS A SLICE]]
set -euo pipefail
cd "$(dirname "$0")/.."
. benchmarks/server.bash
loaded=${1:-60} slice=${2:-4}
start_server --journal-tail 4GiB
add_handle
token=$("$beckon" token --handle bench --role OWNER --data "$work/data")
url=$base/v2/public/chain/signals
append_script 1 3
mv "$work/post.lua" "$work/append.lua"
append_script 20 60
sed 's/math.random(100000)/math.random(10000)/' "$work/post.lua" >"$work/many.lua"
sed -i 's/math.random(100000)/math.random(10000)/' "$work/append.lua"

rule() { # METHOD ID [KEY]
  curl -sf -X "$1" "$base/v2/handles/bench/chain-rules/$2" -H "authorization: Bearer $token" -H 'content-type: application/json' \
    ${3:+-d '{"triggers":["t"],"when":{"all":[{"count":{"key":"'"$3"'"},"atLeast":1}]},"action":{"type":"popup","payload":{}}}'}
}
is_filling() { rule GET "$1" | grep -q '"filling":'; }
rate_of() { load 64 "$slice" "$work/append.lua" "$url" | cut -d' ' -f1; }
now_ms() { echo $(($(date +%s%N) / 1000000)); }

load 64 "$loaded" "$work/many.lua" "$url" >"$work/null"
echo "journal: $(du -sm "$work/data" | cut -f1) MiB, $(curl -sf "$base/v2/handles/bench/chain?limit=1" -H "authorization: Bearer $token" | wc -c) bytes of a list"
before=$(rate_of)
for key in view cart checkout search; do
  from=$(now_ms)
  rule PUT "$key" "$key" >"$work/null"
  is_filling "$key" || { echo "$key: filled at once; use a longer load"; exit 1; }
  during=$(rate_of)
  still=$(is_filling "$key" && echo filling || echo filled)
  while is_filling "$key"; do sleep 0.2; done
  took=$(($(now_ms) - from))
  after=$(rate_of)
  awk -v k="$key" -v b="$before" -v d="$during" -v a="$after" -v t="$took" -v s="$still" \
    'BEGIN {printf "%s: %d appends/s while filling, %d before and %d after: %.2f; filled after %.1f s (%s at the end of the slice)\n", k, d, b, a, 2 * d / (a + b), t / 1000, s}' |
    tee -a "$work/ratios"
  before=$after
done
from=$(now_ms)
rule PUT idle link.opened >"$work/null"
while is_filling idle; do sleep 0.05; done
echo "with nothing appended: filled after $(($(now_ms) - from)) ms"
echo "median: appends while windows are filled at $(sed 's/.*: \([0-9.]*\); filled.*/\1/' "$work/ratios" | median) of the rate without"
