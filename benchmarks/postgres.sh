#!/bin/bash
# Beckon over PostgreSQL 15 compared with what the same server does by itself, alternating, on the same disk: database and
# server on cpu 0, load on cpu 1.
# - A group commit of the store, without HTTP, versus one INSERT of as many rows (postgres_commits.cc).
# - Durable appends of one signal over HTTP versus inserts of one row each from as many connections.
# - Deliveries of events of 1 KiB to eight receivers versus pg-boss and graphile-worker, as in deliveries.sh.
# - Round trips to the database: transactions per append, and for resolves.
# Usage: benchmarks/postgres.sh [ROUNDS [SECONDS [COUNT]]]     COUNT: deliveries per turn; a fifth of it for the queues
set -euo pipefail
cd "$(dirname "$0")/.."
. script/lib
. benchmarks/server.bash
. benchmarks/neighbours.bash
rounds=${1:-5} seconds=${2:-4} count=${3:-20000} body=1024
start_receivers
start_postgres -c max_connections=400
sql() { psql -q -h 127.0.0.1 -p "$postgres_port" -U bench -At "$@"; }
database() { echo "postgres://bench@127.0.0.1:$postgres_port/$1"; }
sql -c 'CREATE DATABASE commits' -c 'CREATE DATABASE beckon' postgres
taskset -c 1 build/release/postgres_commits "$(database commits)" 15
sql -c 'CREATE TABLE signal (position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, handle text, session text, signals text)' postgres
printf "%s\n" '\set s random(1, 100000)' \
  "INSERT INTO signal (handle, session, signals) VALUES ('bench', 'sig_bench_' || :s, '[{\"type\":\"view\",\"signalValue\":\"sku-5512\"}]')" >"$work/one.sql"

export BECKON_DATABASE
BECKON_DATABASE=$(database beckon)
metrics=127.0.0.1:$((port + 10))
start_server --admit-http true --extra-ca-file "$work/cert.pem" --metrics-listen "$metrics"
add_handle
admit_receivers
token=$("$beckon" token --handle bench --role OPERATOR --ttl 12h --data "$work/data")

# The transactions of the server's own connections so far. A group commit is one.
transactions() { sql -c "SELECT pg_stat_clear_snapshot()" -c "SELECT xact_commit FROM pg_stat_database WHERE datname = 'beckon'" postgres | tail -1; }
commits() { curl -s "http://$metrics/metrics" | awk '/^beckon_commit_seconds_count/ {sum += $NF} END {print sum}'; }
append_script 1 1
for connections in 64 256; do
  rm -f "$work/ratios"
  for _ in $(seq "$rounds"); do
    began=$(transactions) before=$(commits)
    read -r ours p99 < <(load "$connections" "$seconds" "$work/post.lua" "$base/v2/public/chain/signals")
    sleep 1 # until the server of the database has counted
    trips=$(awk -v t=$(($(transactions) - began)) -v c=$(($(commits) - before)) 'BEGIN {printf "%.2f", t / c}')
    rows=$(taskset -c 1 pgbench -n -M prepared -h 127.0.0.1 -p "$postgres_port" -U bench -c "$connections" -T "$seconds" -f "$work/one.sql" postgres 2>"$work/null" | awk '/^tps/ {print int($3)}')
    grouped=$(taskset -c 1 build/release/postgres_commits "$(database commits)" bare "$connections" "$seconds")
    awk -v n="$connections" -v o="$ours" -v r="$rows" -v g="$grouped" -v p="$p99" -v t="$trips" \
      'BEGIN {printf "%d connections: beckon %d/s (p99 %s, %s transactions a commit)   one row an INSERT %d/s   a grouped INSERT %d rows/s   ratio to grouped %.2f to single %.2f\n", n, o, p, t, r, g, o / g, o / r}' | tee -a "$work/ratios"
  done
  echo "$connections connections: median ratio of appends over HTTP to a grouped INSERT without HTTP $(awk '{print $(NF - 3)}' "$work/ratios" | median), to as many connections that insert a row each $(awk '{print $NF}' "$work/ratios" | median)"
done

export DATABASE_URL RECEIVED_URL=http://127.0.0.1:$http_port/requests METRICS_URL=http://$metrics/metrics
export STORE_PIDS="$postgres_pid" SERVER_PID=$server_pid NODE_EXTRA_CA_CERTS=$work/cert.pem
DATABASE_URL=$(database postgres)
for _ in $(seq "$rounds"); do
  readarray -t urls < <(receivers http)
  read -r ours cpu < <(taskset -c 1 "$node" benchmarks/queues/beckon.mjs "$base" "$token" "$count" $body "${urls[@]}")
  best=0 line=''
  for queue in pg_boss graphile_worker; do
    read -r rate used < <(taskset -c 0 "$node" benchmarks/queues/drain.mjs $queue $((count / 5)) $body "${urls[@]}")
    line+="$queue $rate/s ($used us)   "
    [ "$rate" -le "$best" ] || best=$rate
  done
  awk -v o="$ours" -v c="$cpu" -v b="$best" -v q="$line" \
    'BEGIN {printf "deliveries: beckon %d/s (%d us CPU of the server)   %sto the best of them: %.2f\n", o, c, q, o / b}' | tee -a "$work/deliveries"
done
echo "deliveries: median ratio to the best of pg-boss and graphile-worker on the same server $(awk '{print $NF}' "$work/deliveries" | median)"
