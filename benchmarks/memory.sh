#!/bin/bash
# Resident memory of a session of 50 signals: as long as somebody reads it, and packed, after nobody has read it for
# --rest-every to twice that time; then of visitors in addition to their sessions (memory_visitors.bash). The sessions
# come in four waves, and after each the server has time to pack those of it; what a session takes is what the server
# has grown by from the end of the first wave to that of the last. Usage: benchmarks/memory.sh [SESSIONS A WAVE]
set -euo pipefail
cd "$(dirname "$0")/.."
. benchmarks/server.bash
sessions=${1:-10000}
fill() { # WAVE
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
  return wrk.format(nil, nil, nil, '{"handle":"bench","sessionId":"sig_bench_$1_' .. next .. tail)
end
LUA
  load_all 32 "$work/post.lua" "$base/v2/public/chain/signals"
}
measure() { # REST_EVERY: KiB of resident memory for each session
  local first='' last='' wave
  rm -rf "$work/data" "$work/out"
  start_server --rest-every "$1" --journal-tail 4GiB
  add_handle
  for wave in 1 2 3 4; do
    fill $wave
    sleep 7
    last=$(rss_kib $server_pid)
    first=${first:-$last}
  done
  kill -9 $server_pid
  wait $server_pid 2>"$work/null" || true
  awk -v a="$first" -v b="$last" -v n=$((3 * sessions)) 'BEGIN {printf "%.2f", (b - a) / n}'
}
read_ones=$(measure 1h)
packed=$(measure 2s)
echo "$((4 * sessions)) sessions of 50 signals: $read_ones KiB of resident memory each, $packed KiB packed"
bash benchmarks/memory_visitors.bash
