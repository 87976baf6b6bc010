#!/bin/bash
# The time from start to ready after kill -9, with many signals stored. Usage: benchmarks/recovery.sh [MILLIONS]
set -euo pipefail
cd "$(dirname "$0")/.."
. benchmarks/server.bash
millions=${1:-10}
beckon_flags=(--memory 4GiB)
start_server "${beckon_flags[@]}"
add_handle
cat >"$work/post.lua" <<LUA
wrk.method = "POST"
wrk.headers["content-type"] = "application/json"
local sent, all = 0, $millions * 1000000 / 60
local signals = {}
for i = 1, 60 do signals[i] = '{"type":"view","signalValue":"sku-' .. i .. '"}' end
local tail = '","signals":[' .. table.concat(signals, ",") .. ']}'
request = function()
  sent = sent + 1
  if sent > all then wrk.thread:stop() end
  return wrk.format(nil, nil, nil, '{"handle":"bench","sessionId":"sig_bench_' .. math.random(100000) .. tail)
end
LUA
load_all 32 "$work/post.lua" "$base/v2/public/chain/signals"
kill -9 $server_pid; wait $server_pid 2>"$work/null" || true
for _ in 1 2 3; do
  rm -f "$work/out"
  began=$(date +%s%N)
  log_level=info start_server "${beckon_flags[@]}"
  echo "ready after kill -9 with $millions million signals stored: $((($(date +%s%N) - began) / 1000000)) ms; $(grep -o '"recovered_sessions.*' "$work/err" | head -n 1)"
  kill -9 $server_pid; wait $server_pid 2>"$work/null" || true
done
du -sh "$work/data" | awk '{print "data folder: " $1}'
