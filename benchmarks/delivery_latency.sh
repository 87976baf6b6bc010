#!/bin/bash
# Latency from a signal to the first byte of its delivery at the receiver, at 500 events per second, compared with a
# durable append alone in the same run. Server on cpu 0; load and receiver, one process with one clock, on cpu 1.
# Usage: benchmarks/delivery_latency.sh [ROUNDS [SECONDS]]
set -euo pipefail
cd "$(dirname "$0")/.."
. script/lib
. benchmarks/server.bash
. benchmarks/neighbours.bash
rounds=${1:-3} seconds=${2:-5}
start_server --admit-http true
add_handle
admit_receivers
token=$("$beckon" token --handle bench --role OPERATOR --data "$work/data")
HOOK_PORT=$http_port taskset -c 1 "$node" benchmarks/queues/latency.mjs "$base" "$token" 500 "$seconds" "$rounds"
