#!/bin/sh
# The HTTP server compared with nginx `return 200`, interleaved: server on cpu 0, wrk on cpu 1.
#   usage: benchmarks/listener_echo.sh [BUILD_DIR [rounds [seconds]]]
# Prints requests per second and CPU microseconds per request of each round, nginx first.
set -eu
build=${1:-build/release}
rounds=${2:-5}
seconds=${3:-4}
work=$(mktemp -d)
trap 'kill $nginx_pid $echo_pid 2>/dev/null; rm -rf "$work"' EXIT

cat > "$work/nginx.conf" <<CONF
daemon off; master_process off; worker_processes 1; pid $work/pid; error_log $work/error;
events { worker_connections 1024; }
http {
  access_log off; keepalive_requests 100000000; client_body_temp_path $work/b; proxy_temp_path $work/p;
  fastcgi_temp_path $work/f; uwsgi_temp_path $work/u; scgi_temp_path $work/s;
  server { listen 127.0.0.1:18081; location / { default_type application/json;
    return 200 '$(head -c 450 /dev/zero | tr '\0' x)'; } }
}
CONF
cat > "$work/post.lua" <<LUA
wrk.method = "POST"
wrk.headers["content-type"] = "application/json"
wrk.body = '{"handle":"acme","sessionId":"sig_acme_1700000000000_a1b2c3d4","trigger":"checkout",' ..
  '"context":{"page":"/pricing","device":"MOBILE","country":"US","source":"email"}}'
LUA

taskset -c 0 nginx -c "$work/nginx.conf" -e "$work/error" & nginx_pid=$!
taskset -c 0 "$build/listener_echo" 18080 > "$work/out" & echo_pid=$!
until grep -qs ready "$work/out" && curl -s -o "$work/null" http://127.0.0.1:18081/; do :; done

ticks() { awk '{print $14 + $15}' "/proc/$1/stat"; }
measure() {  # name pid port
  before=$(ticks "$2")
  taskset -c 1 wrk -t1 -c64 -d"${seconds}s" -s "$work/post.lua" "http://127.0.0.1:$3/v2/public/chain/resolve" > "$work/wrk"
  after=$(ticks "$2")
  grep -q Non-2xx "$work/wrk" && { cat "$work/wrk"; exit 1; }
  awk -v name="$1" -v t=$((after - before)) '/requests in/ {n = $1} /Requests\/sec/ {r = $2}
    END {printf "%-7s %8.0f requests/s  %5.2f us CPU a request\n", name, r, t * 10000 / n}' "$work/wrk"
}
for _ in $(seq "$rounds"); do
  measure nginx $nginx_pid 18081
  measure beckon $echo_pid 18080
done
