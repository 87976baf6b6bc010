#!/bin/bash
# Resolve compared with nginx `return 200` with a response of the same size, alternating, over HTTP and then over TLS (1.3,
# AES-128-GCM, connections kept): server on cpu 0, wrk on cpu 1, 64 connections, all timeouts enabled.
# Usage: benchmarks/resolve.sh [ROUNDS [SECONDS]]
set -euo pipefail
cd "$(dirname "$0")/.."
. benchmarks/server.bash
rounds=${1:-5} seconds=${2:-4}
start_server
add_handle
token=$("$beckon" token --handle bench --role OPERATOR --data "$work/data")
curl -sf -o "$work/null" -X PUT "$base/v2/handles/bench/chain-rules/cart-rescue" -H "authorization: Bearer $token" -H 'content-type: application/json' \
  -d '{"triggers":["checkout"],"when":{"all":[{"count":{"key":"cart","value":"add"},"within":"1d","atLeast":1},{"context":"country","in":["US","GB"]}]},"action":{"type":"popup","payload":{"code":"SAVE10"}},"ttl":"5m"}'
for _ in 1 2 3 4 5; do
  curl -sf -o "$work/null" "$base/v2/public/chain/signals" -H 'content-type: application/json' -d '{"handle":"bench","sessionId":"s1","context":{"country":"US"},"signals":[{"type":"view"},{"type":"cart","signalValue":"add"}]}'
done
body='{"handle":"bench","sessionId":"s1","trigger":"checkout"}'
size=$(curl -s "$base/v2/public/chain/resolve" -H 'content-type: application/json' -d "$body" | tee "$work/answer" | wc -c)
grep -q '"outcome":"act"' "$work/answer"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -keyout "$work/key.pem" -out "$work/certificate.pem" \
  -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 2>"$work/null"
cat >"$work/nginx.conf" <<CONF
daemon off; master_process off; worker_processes 1; pid $work/pid; error_log $work/error;
events { worker_connections 1024; }
http { access_log off; keepalive_requests 100000000; client_body_temp_path $work/b; proxy_temp_path $work/p;
  fastcgi_temp_path $work/f; uwsgi_temp_path $work/u; scgi_temp_path $work/s;
  ssl_certificate $work/certificate.pem; ssl_certificate_key $work/key.pem; ssl_protocols TLSv1.3;
  ssl_conf_command Ciphersuites TLS_AES_128_GCM_SHA256;
  server { listen 127.0.0.1:18091; listen 127.0.0.1:18092 ssl;
    location / { default_type application/json; return 200 '$(head -c "$size" /dev/zero | tr '\0' x)'; } } }
CONF
taskset -c 0 nginx -c "$work/nginx.conf" -e "$work/error" & nginx_pid=$!
until curl -s -o "$work/null" http://127.0.0.1:18091/; do sleep 0.05; done
printf 'wrk.method = "POST"\nwrk.headers["content-type"] = "application/json"\nwrk.body = %s\n' "'$body'" >"$work/post.lua"

compare() { # NGINX: its base, with that of the server in $base
  : >"$work/ratios"
  for _ in $(seq "$rounds"); do
    read -r nginx_rate nginx_p99 < <(load 64 "$seconds" "$work/post.lua" "$1/v2/public/chain/resolve")
    before=$(ticks $server_pid)
    read -r rate p99 < <(load 64 "$seconds" "$work/post.lua" "$base/v2/public/chain/resolve")
    cpu=$(awk -v t=$(($(ticks $server_pid) - before)) -v r="$rate" -v s="$seconds" 'BEGIN {printf "%.1f", t * 10000 / (r * s)}')
    awk -v a="$rate" -v b="$nginx_rate" -v p="$p99" -v q="$nginx_p99" -v c="$cpu" \
      'BEGIN {printf "resolve %.0f/s (p99 %s, %s us CPU)   nginx %.0f/s (p99 %s)   ratio %.2f\n", a, p, c, b, q, a / b}' | tee -a "$work/ratios"
  done
  echo "median ratio of resolve to nginx return 200 ($size bytes, ${1%%:*}): $(awk '{print $NF}' "$work/ratios" | median)"
}
compare http://127.0.0.1:18091
kill $server_pid
wait $server_pid || true
base=https://127.0.0.1:$port
start_server --tls-certificate "$work/certificate.pem" --tls-key "$work/key.pem"
until curl -sk "$base/v2/public/chain/resolve" -H 'content-type: application/json' -d "$body" | grep -q '"outcome":"act"'; do sleep 0.1; done
compare https://127.0.0.1:18092
