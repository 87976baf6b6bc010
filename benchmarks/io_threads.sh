#!/bin/bash
# CPU per append and per resolve with two io threads compared with one, alternating: the server on both processors, next
# to wrk with 64 connections, 100 thousand sessions.
# Usage: benchmarks/io_threads.sh [ROUNDS [SECONDS]]
set -euo pipefail
cd "$(dirname "$0")/.."
. benchmarks/server.bash
rounds=${1:-5} seconds=${2:-4}
append_script
sed 's/local signals = {}/local signals = nil/; s/^  for i = 1.*$//; s/,"signals":.*$/,"trigger":"checkout"}'"'"')/' "$work/post.lua" >"$work/resolve.lua"
mv "$work/post.lua" "$work/append.lua"
declare -A path=([append]=signals [resolve]=resolve)
measure() { # THREADS: microseconds of CPU an append and a resolve, into $appends and $resolves
  rm -rf "$work/data" "$work/out"
  io_threads=$1
  start_server
  taskset -acp 0,1 $server_pid >"$work/null"
  add_handle
  cost_of append && appends=$cost
  cost_of resolve && resolves=$cost
  kill $server_pid
  wait $server_pid || true
}
cost_of() { # append or resolve
  local before rate url="$base/v2/public/chain/${path[$1]}"
  load 64 1 "$work/$1.lua" "$url" >"$work/null"
  before=$(ticks $server_pid)
  read -r rate _ < <(load 64 "$seconds" "$work/$1.lua" "$url")
  cost=$(awk -v t=$(($(ticks $server_pid) - before)) -v r="$rate" -v s="$seconds" 'BEGIN {printf "%.2f", t * 10000 / (r * s)}')
}
for _ in $(seq "$rounds"); do
  measure 1
  one_append=$appends one_resolve=$resolves
  measure 2
  awk -v a="$one_append" -v b="$appends" -v r="$one_resolve" -v s="$resolves" \
    'BEGIN {printf "append %s us, by two threads %s, ratio %.2f   resolve %s us, by two threads %s, ratio %.2f\n", a, b, b / a, r, s, s / r}' |
    tee -a "$work/ratios"
done
echo "median ratio of the CPU of two io threads to that of one: append $(awk '{print $9}' "$work/ratios" | median), resolve $(awk '{print $NF}' "$work/ratios" | median)"
