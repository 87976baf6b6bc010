#!/bin/bash
# Resident memory per session of 50 signals, measured with 20 thousand such sessions, and then of visitors in addition to their
# sessions (memory_visitors.bash). Usage: benchmarks/memory.sh [SESSIONS]
set -euo pipefail
cd "$(dirname "$0")/.."
. benchmarks/server.bash
sessions=${1:-20000}
start_server
add_handle
cat >"$work/post.lua" <<LUA
wrk.method = "POST"
wrk.headers["content-type"] = "application/json"
local next, all = 0, $sessions
local signals = {}
for i = 1, 50 do signals[i] = '{"type":"view","signalValue":"sku-' .. i .. '"}' end
local tail = '","signals":[' .. table.concat(signals, ",") .. ']}'
request = function()
  next = next + 1
  if next > all then wrk.thread:stop() end
  return wrk.format(nil, nil, nil, '{"handle":"bench","sessionId":"sig_bench_' .. next .. tail)
end
LUA
before=$(rss_kib $server_pid)
load_all 32 "$work/post.lua" "$base/v2/public/chain/signals"
after=$(rss_kib $server_pid)
awk -v a="$before" -v b="$after" -v n="$sessions" 'BEGIN {printf "%d sessions of 50 signals: %.2f KiB of resident memory each\n", n, (b - a) / n}'
kill -9 $server_pid
wait $server_pid 2>"$work/null" || true
bash benchmarks/memory_visitors.bash
