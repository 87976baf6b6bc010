#!/bin/bash
# Durable appends of Beckon over HTTP compared with XADD of Redis (appendfsync always) and inserts into PostgreSQL 15, with
# the same content, alternating on the same disk: servers on cpu 0, load on cpu 1. With 64 and 256 connections (PostgreSQL
# has its own group commit): a request of 1 to 3 signals versus one XADD or row with two; then ten signals per request, as
# a batching library sends them, versus ten XADD in one pipeline and ten rows in one INSERT, one signal each. And Beckon's
# store without HTTP, 64 records per commit, versus 64 rows in one INSERT and commit and 64 XADD in one pipeline, from two
# writers. None of the three rewrites its log meanwhile: the log is larger than what is written.
# Usage: benchmarks/append_stores.sh [ROUNDS [SECONDS]]
set -euo pipefail
cd "$(dirname "$0")/.."
. benchmarks/server.bash
. benchmarks/neighbours.bash
rounds=${1:-3} seconds=${2:-4}
start_redis
start_postgres
start_server --journal-tail 4GiB
add_handle
append_script
value='[{"type":"view","signalValue":"sku-5512"},{"type":"cart","signalValue":"sku-5512"}]'
row="('bench', 'sig_bench_' || :s, '$value')"
psql -q -h 127.0.0.1 -p "$postgres_port" -U bench postgres -c 'CREATE TABLE signal (position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, handle text, session text, signals text)'
printf '\\set s random(1, 100000)\nINSERT INTO signal (handle, session, signals) VALUES %s\n' "$row" >"$work/one.sql"
printf '\\set s random(1, 100000)\nINSERT INTO signal (handle, session, signals) VALUES %s\n' "$row$(for _ in $(seq 63); do printf ', %s' "$row"; done)" >"$work/many.sql"
inserts() { # CLIENTS SCRIPT: transactions per second
  taskset -c 1 pgbench -n -M prepared -h 127.0.0.1 -p "$postgres_port" -U bench -c "$1" -T "$seconds" -f "$2" postgres 2>"$work/null" | awk '/^tps/ {print int($3)}'
}
xadds() { # CONNECTIONS PIPELINE FIELD VALUE…: commands per second
  taskset -c 1 redis-benchmark -p "$redis_port" -c "$1" -P "$2" -n $((seconds * 25000 * $2)) -r 100000 --csv XADD signals '*' handle bench session sig_bench___rand_int__ "${@:3}" |
    awk -F'","' 'NR == 2 {print int($(NF - 6))}'
}
for connections in 64 256; do
  rm -f "$work/ratios"
  for _ in $(seq "$rounds"); do
    read -r ours p99 < <(load "$connections" "$seconds" "$work/post.lua" "$base/v2/public/chain/signals")
    redis=$(xadds "$connections" 1 signals "$value") postgresql=$(inserts "$connections" "$work/one.sql")
    awk -v n="$connections" -v o="$ours" -v r="$redis" -v q="$postgresql" -v p="$p99" \
      'BEGIN {printf "%d connections: beckon %d/s (p99 %s)   redis XADD %d/s   postgresql %d/s   ratio to redis %.2f to postgresql %.2f\n", n, o, p, r, q, o / r, o / q}' | tee -a "$work/ratios"
  done
  echo "$connections connections: median ratio of durable appends over HTTP to Redis XADD $(awk '{print $(NF - 3)}' "$work/ratios" | median), to a PostgreSQL insert $(awk '{print $NF}' "$work/ratios" | median)"
done
append_script 10 10
one="('bench', 'sig_bench_' || :s, 'cart', 'sku-5512')"
psql -q -h 127.0.0.1 -p "$postgres_port" -U bench postgres -c 'CREATE TABLE one (position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, handle text, session text, type text, value text)'
printf '\\set s random(1, 100000)\nINSERT INTO one (handle, session, type, value) VALUES %s\n' "$one$(for _ in $(seq 9); do printf ', %s' "$one"; done)" >"$work/ten.sql"
for connections in 64 256; do
  rm -f "$work/ratios"
  for _ in $(seq "$rounds"); do
    read -r ours p99 < <(load "$connections" "$seconds" "$work/post.lua" "$base/v2/public/chain/signals")
    redis=$(xadds "$connections" 10 type cart value sku-5512) postgresql=$(($(inserts "$connections" "$work/ten.sql") * 10))
    awk -v n="$connections" -v o="$ours" -v r="$redis" -v q="$postgresql" -v p="$p99" \
      'BEGIN {o *= 10; printf "%d connections, by tens: beckon %d signals/s (p99 %s)   redis XADD %d/s   postgresql %d rows/s   ratio to redis %.2f to postgresql %.2f\n", n, o, p, r, q, o / r, o / q}' | tee -a "$work/ratios"
  done
  echo "$connections connections, by tens: median ratio of durable signals over HTTP to Redis XADD $(awk '{print $(NF - 3)}' "$work/ratios" | median), to rows of PostgreSQL $(awk '{print $NF}' "$work/ratios" | median)"
done
rm -f "$work/ratios"
for _ in $(seq "$rounds"); do
  postgresql=$(($(inserts 2 "$work/many.sql") * 64)) redis=$(xadds 2 64 signals "$value")
  ours=$(taskset -c 0 build/release/store_append "$work" "$seconds" 64 | sed 's/.*journal .* \([0-9]*\) records.*/\1/')
  awk -v o="$ours" -v r="$redis" -v q="$postgresql" 'BEGIN {printf "64 a commit: beckon, store alone %d/s   redis XADD %d/s   postgresql %d/s   ratio to redis %.2f to postgresql %.2f\n", o, r, q, o / r, o / q}' | tee -a "$work/ratios"
done
echo "64 a commit: median ratio of the store to Redis XADD $(awk '{print $(NF - 3)}' "$work/ratios" | median), to PostgreSQL inserts $(awk '{print $NF}' "$work/ratios" | median)"
