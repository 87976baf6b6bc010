#!/bin/bash
# Durable deliveries of Beckon compared with BullMQ on Redis (appendfsync always), pg-boss and graphile-worker on
# PostgreSQL 15, and the sending loop alone, alternating: a backlog of events of 1 KiB goes to eight receivers (nginx),
# over http and then TLS, with every attempt recorded. The system under test and its store use cpu 0; receivers and load
# use cpu 1.
# Usage: benchmarks/deliveries.sh [ROUNDS [COUNT]]     COUNT: Beckon's deliveries per turn; a fifth of it for the queues
set -euo pipefail
cd "$(dirname "$0")/.."
. script/lib
. benchmarks/server.bash
. benchmarks/neighbours.bash
rounds=${1:-3} count=${2:-40000} body=1024
start_receivers
start_redis
start_postgres
metrics=127.0.0.1:$((port + 10))
start_server --admit-http true --extra-ca-file "$work/cert.pem" --metrics-listen "$metrics"
add_handle
admit_receivers
token=$("$beckon" token --handle bench --role OPERATOR --ttl 12h --data "$work/data")
export REDIS_PORT=$redis_port DATABASE_URL=postgres://bench@127.0.0.1:$postgres_port/postgres NODE_EXTRA_CA_CERTS=$work/cert.pem
export RECEIVED_URL=http://127.0.0.1:$http_port/requests METRICS_URL=http://$metrics/metrics
export STORE_PIDS="$redis_pid $postgres_pid" SERVER_PID=$server_pid
for _ in $(seq "$rounds"); do
  for scheme in http https; do
    readarray -t urls < <(receivers $scheme)
    read -r loop loop_cpu < <(taskset -c 0 build/release/sending_loop "$count" 128 $body "$work/cert.pem" "${urls[@]}")
    read -r ours cpu < <(taskset -c 1 "$node" benchmarks/queues/beckon.mjs "$base" "$token" "$count" $body "${urls[@]}")
    best=0 least=1000000 line=''
    for queue in bullmq pg_boss graphile_worker; do
      read -r rate used < <(taskset -c 0 "$node" benchmarks/queues/drain.mjs $queue $((count / 5)) $body "${urls[@]}")
      line+="$queue $rate/s ($used us)   "
      [ "$rate" -le "$best" ] || best=$rate
      [ "$used" -ge "$least" ] || least=$used
    done
    awk -v s=$scheme -v o="$ours" -v c="$cpu" -v b="$best" -v t="$least" -v l="$loop" -v d="$loop_cpu" -v q="$line" \
      'BEGIN {printf "%-5s beckon %d/s (%d us CPU)   %ssending loop %d/s (%d us)   to the best queue: %.2f (by CPU %.2f)   to the loop: %.2f\n", s, o, c, q, l, d, o / b, t / c, o / l}' | tee "$work/line"
    sed 's/.*queue: \([0-9.]*\) (by CPU \([0-9.]*\)).*loop: \([0-9.]*\)/\1 \2 \3/' "$work/line" >>"$work/ratios-$scheme"
  done
done
for scheme in http https; do
  ratio() { awk -v n="$1" '{print $n}' "$work/ratios-$scheme" | median; }
  echo "$scheme: median ratio of durable deliveries to the best of the queues $(ratio 1) (by CPU time $(ratio 2)), to the sending loop without a store $(ratio 3)"
done
