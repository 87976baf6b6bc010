#!/bin/bash
# Resolve over HTTP with 1,000 live rules on the trigger compared with none, alternating: two handles of one server on cpu
# 0, wrk on cpu 1, 64 connections, a window of 60 signals. The rules are those of engines.mjs; none matches.
# Usage: benchmarks/resolve_rules.sh [ROUNDS [SECONDS]]
set -euo pipefail
cd "$(dirname "$0")/.."
. benchmarks/server.bash
rounds=${1:-5} seconds=${2:-4}
start_server
for handle in bench plain; do
  "$beckon" handle add $handle --owner $handle@example.com --data "$work/data" >"$work/null"
  until curl -s -o "$work/null" -f "$base/v2/public/chain/resolve" -H 'content-type: application/json' -d '{"handle":"'$handle'","sessionId":"s","trigger":"t"}'; do sleep 0.1; done
done
token=$("$beckon" token --handle bench --role OPERATOR --data "$work/data")
keys=(view cart.add search scroll click)
for i in $(seq 0 999); do
  printf 'next\nurl = "%s"\nrequest = PUT\nheader = "authorization: Bearer %s"\nheader = "content-type: application/json"\noutput = "%s"\ndata = "%s"\n' \
    "$base/v2/handles/bench/chain-rules/r$((10000 + i))" "$token" "$work/null" \
    '{\"triggers\":[\"checkout\"],\"when\":{\"all\":[{\"count\":{\"key\":\"'"${keys[$((i % 5))]}"'\"},\"within\":\"30m\",\"atLeast\":'$((1 + i % 7))'},{\"seen\":{\"key\":\"login\"},\"within\":\"1h\"},{\"count\":{\"key\":\"purchase\"},\"within\":\"1h\",\"atLeast\":'$((100 + i))'}]},\"action\":{\"type\":\"popup\"}}'
done | sed 1d >"$work/rules"
curl -sf -K "$work/rules"
signals=$(for i in $(seq 60); do k=(view cart.add search scroll click purchase support login); printf '{"type":"%s"},' "${k[$((i * 7 % 8))]}"; done)
for handle in bench plain; do
  curl -sf -o "$work/null" "$base/v2/public/chain/signals" -H 'content-type: application/json' -d '{"handle":"'$handle'","sessionId":"s1","signals":['"${signals%,}"']}'
  body='{"handle":"'$handle'","sessionId":"s1","trigger":"checkout"}'
  curl -s "$base/v2/public/chain/resolve" -H 'content-type: application/json' -d "$body" | grep -q '"outcome":"none"'
  printf 'wrk.method = "POST"\nwrk.headers["content-type"] = "application/json"\nwrk.body = %s\n' "'$body'" >"$work/$handle.lua"
done
for _ in $(seq "$rounds"); do
  read -r plain _ < <(load 64 "$seconds" "$work/plain.lua" "$base/v2/public/chain/resolve")
  read -r rules _ < <(load 64 "$seconds" "$work/bench.lua" "$base/v2/public/chain/resolve")
  awk -v a="$rules" -v b="$plain" 'BEGIN {printf "1,000 rules %.0f/s   no rule %.0f/s   ratio %.2f\n", a, b, a / b}' | tee -a "$work/ratios"
done
echo "median ratio of resolves with 1,000 live rules to resolves with none: $(awk '{print $NF}' "$work/ratios" | median)"
