# Sourced: a server on cpu 0 without limits for clients, and functions shared by the benchmarks.
work=$(mktemp -d "${BENCH_DIR:-.}/bench-XXXXXX")
work=$(cd "$work" && pwd)
server_pid='' nginx_pid=''
trap 'kill -9 $server_pid $nginx_pid 2>/dev/null; rm -rf "$work"' EXIT
port=${BENCH_PORT:-18090} base=http://127.0.0.1:${BENCH_PORT:-18090}
beckon=${BECKON:-build/beckon}

start_server() { # FLAGS…
  taskset -c 0 "$beckon" serve --data "$work/data" --listen "127.0.0.1:$port" --log-level "${log_level:-warn}" --io-threads "${io_threads:-1}" \
    --session-signals-per-minute 100000000 --address-signals-per-minute 100000000 \
    --address-decisions-per-minute 100000000 "$@" >"$work/out" 2>"$work/err" &
  server_pid=$!
  until grep -qs ready "$work/out"; do kill -0 $server_pid || { cat "$work/err"; exit 1; }; sleep 0.05; done
}
add_handle() { # adds handle `bench` and waits until the server has it
  "$beckon" handle add bench --owner bench@example.com --data "$work/data" >"$work/null"
  until curl -s -o "$work/null" -f "$base/v2/public/chain/resolve" -H 'content-type: application/json' -d '{"handle":"bench","sessionId":"s","trigger":"t"}'; do sleep 0.1; done
}
ticks() { awk '{print $14 + $15}' "/proc/$1/stat"; }
rss_kib() { awk '/VmRSS/ {print $2}' "/proc/$1/status"; }
load() { # CONNECTIONS SECONDS SCRIPT URL: requests per second, and 99th percentile
  taskset -c 1 wrk -t1 -c"$1" -d"${2}s" --latency -s "$3" "$4" >"$work/wrk"
  if grep -q Non-2xx "$work/wrk"; then cat "$work/wrk" >&2; exit 1; fi
  awk '/Requests\/sec/ {r = $2} $1 == "99%" {p = $2} END {print r, p}' "$work/wrk"
}
append_script() { # [LEAST MOST]: post.lua, with LEAST to MOST signals per request (1 to 3), in 100 thousand sessions
  cat >"$work/post.lua" <<LUA
local least, most = ${1:-1}, ${2:-3}
LUA
  cat >>"$work/post.lua" <<'LUA'
wrk.method = "POST"
wrk.headers["content-type"] = "application/json"
local keys = { "view", "cart", "checkout", "search", "link.opened" }
request = function()
  local signals = {}
  for i = 1, math.random(least, most) do signals[i] = '{"type":"' .. keys[math.random(5)] .. '","signalValue":"sku-' .. math.random(9999) .. '"}' end
  return wrk.format(nil, nil, nil, '{"handle":"bench","sessionId":"sig_bench_' .. math.random(100000) .. '","signals":[' .. table.concat(signals, ",") .. ']}')
end
LUA
}
load_all() { # CONNECTIONS SCRIPT URL: until the script, which stops wrk's thread, has sent everything and the server is idle
  taskset -c 1 wrk -t1 -c"$1" -d3600s -s "$2" "$3" >"$work/wrk" 2>&1 &
  local wrk_pid=$! before=0
  sleep 2
  # wrk goes on until its time is over, but its thread ends with the script.
  until [ "$(ls "/proc/$wrk_pid/task" 2>"$work/null" | wc -l)" -le 1 ]; do sleep 0.5; done
  while [ "$(ticks $server_pid)" -gt $((before + 3)) ]; do before=$(ticks $server_pid); sleep 1; done
  kill $wrk_pid 2>"$work/null" || cat "$work/wrk" >&2
  wait $wrk_pid || true
}
median() { sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }
