#!/bin/bash
# Durable appends over HTTP compared with a raw append and fdatasync of the same bytes, alternating on the same disk: 100
# thousand sessions, 1 to 3 signals per request, server on cpu 0, wrk on cpu 1. Usage: benchmarks/append.sh [ROUNDS [SECONDS]]
set -euo pipefail
cd "$(dirname "$0")/.."
. benchmarks/server.bash
rounds=${1:-3} seconds=${2:-5}
start_server
add_handle
append_script
# The bytes of one request in the journal: about 160 (its record, with the session's name and two signals).
bytes=160
for connections in 64 256; do
  rm -f "$work/ratios"
  for _ in $(seq "$rounds"); do
    raw=$(taskset -c 0 build/release/raw_append "$work/raw" "$connections" $bytes "$seconds")
    before=$(ticks $server_pid)
    read -r rate p99 < <(load "$connections" "$seconds" "$work/post.lua" "$base/v2/public/chain/signals")
    cpu=$(awk -v t=$(($(ticks $server_pid) - before)) -v r="$rate" -v s="$seconds" 'BEGIN {printf "%.1f", t * 10000 / (r * s)}')
    awk -v n="$connections" -v a="$rate" -v b="$raw" -v p="$p99" -v c="$cpu" \
      'BEGIN {printf "%d connections: appends %.0f/s (p99 %s, %s us CPU)   raw %.0f/s   ratio %.2f\n", n, a, p, c, b, a / b}' | tee -a "$work/ratios"
  done
  echo "median ratio of durable appends to raw append + fdatasync, $connections connections: $(awk '{print $NF}' "$work/ratios" | median)"
done
echo "resident memory of the server now: $(rss_kib $server_pid) KiB"
