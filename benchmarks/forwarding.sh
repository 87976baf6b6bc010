#!/bin/bash
# What a request costs that reaches a node which does not own the data, compared with one that reaches the owner,
# alternating: two nodes over PostgreSQL 15, of which the first owns all lanes, next to wrk with 64 connections. CPU of both
# nodes together, per append of one signal and per resolve.
# Usage: benchmarks/forwarding.sh [ROUNDS [SECONDS]]
set -euo pipefail
cd "$(dirname "$0")/.."
. benchmarks/server.bash
. benchmarks/neighbours.bash
rounds=${1:-7} seconds=${2:-4} second=$((port + 1)) second_pid=''
trap 'kill -9 $server_pid $second_pid 2>/dev/null; [ -z "$postgres_pid" ] || kill -QUIT $postgres_pid; wait; rm -rf "$work"' EXIT
start_postgres
export BECKON_DATABASE=postgres://bench@127.0.0.1:$postgres_port/postgres
start_server --node first
mv "$work/out" "$work/first" && server=$server_pid
port=$second base=http://127.0.0.1:$second start_server --node second
second_pid=$server_pid server_pid=$server
for lane in $(seq 0 7); do "$beckon" nodes move --lane "$lane" --to first --data "$work/data" >"$work/null"; done
until curl -s "$base/v2/system/health" | grep -q '"lanes":8'; do sleep 0.1; done
add_handle
append_script 1 1
mv "$work/post.lua" "$work/signals.lua"
sed 's/local signals = {}/local signals = nil/; s/^  for i = 1.*$//; s/,"signals":.*$/,"trigger":"checkout"}'"'"')/' "$work/signals.lua" >"$work/resolve.lua"
cost_of() { # signals or resolve, PORT: microseconds of both nodes for each
  local before rate
  before=$(($(ticks $server_pid) + $(ticks $second_pid)))
  read -r rate _ < <(load 64 "$seconds" "$work/$1.lua" "http://127.0.0.1:$2/v2/public/chain/$1")
  awk -v t=$(($(ticks $server_pid) + $(ticks $second_pid) - before)) -v r="$rate" -v s="$seconds" 'BEGIN {printf "%.2f", t * 10000 / (r * s)}'
}
for what in signals resolve; do
  cost_of $what "$port" >"$work/null" # the sessions come into memory
  rm -f "$work/ratios"
  for _ in $(seq "$rounds"); do
    own=$(cost_of $what "$port") handed=$(cost_of $what "$second")
    awk -v w=$what -v a="$own" -v b="$handed" 'BEGIN {printf "%s: at the owner %s us   through another node %s us   ratio %.2f\n", w, a, b, b / a}' | tee -a "$work/ratios"
  done
  echo "$what: median ratio of the CPU of both nodes through another node to that at the owner $(awk '{print $NF}' "$work/ratios" | median)"
done
