#!/bin/bash
# CPU of an append and of a resolve of a known visitor in this build compared with another one, such as an older build.
#
# Both servers run at the same time, pinned to cpu 0, and take turns in short slices of the same requests, so that what
# else the machine does meets both alike: the result is the median of the slices' ratios, with its quartiles. 10,000
# visitors have two sessions each, with the same anonymousId and visitorId, and SIGNALS signals in all before the first
# slice; each slice appends 5,000 and resolves as often. Three rules count signals of scope
# visitor, the first of which acts and counts toward a cap.
#
# With INSTRUCTIONS=1, also the instructions of each outside of the kernel, by callgrind (valgrind), with 500 visitors: the
# same whatever else runs.
# Usage: BEFORE=PATH [INSTRUCTIONS=1] benchmarks/known_visitor.bash [SLICES [SIGNALS]]
set -euo pipefail
cd "$(dirname "$0")/.."
. benchmarks/server.bash
slices=${1:-25} signals=${2:-10}
visitors=10000 each=5000
declare -A binary=([before]=$BEFORE [now]=$beckon) pid base_of
builds=(before now)

script() { # KIND FIRST COUNT: COUNT requests from number FIRST on
  cat >"$work/$1.lua" <<LUA
wrk.method = "POST"
wrk.headers["content-type"] = "application/json"
local n, last = $2, $2 + $3
request = function()
  if n >= last then wrk.thread:stop() end
  n = n + 1
  local visitor, session = n * 7919 % $visitors, n * 7919 % (2 * $visitors)
  local who = '"handle":"bench","sessionId":"sig_bench_' .. session .. '","anonymousId":"browser-' .. session ..
    '","visitorId":"person-' .. visitor .. '@shop.example"'
  if "$1" == "resolve" then return wrk.format(nil, "/v2/public/chain/resolve", nil, '{' .. who .. ',"trigger":"t"}') end
  return wrk.format(nil, "/v2/public/chain/signals", nil, '{' .. who .. ',"signals":[{"type":"view","signalValue":"sku-' .. n % 50 .. '"}]}')
end
LUA
}
cpu_ns() { cat "/proc/$1/task"/*/schedstat | awk '{ns += $1} END {printf "%.0f", ns}'; }
send() { # BUILD KIND SECONDS: runs the script of the kind, which must end within the time; sets $requests
  taskset -c 1 wrk -t1 -c64 -d"$3s" -s "$work/$2.lua" "${base_of[$1]}" >"$work/wrk" || true
  if grep -q Non-2xx "$work/wrk"; then cat "$work/wrk" >&2; exit 1; fi
  requests=$(awk '/requests in/ {print $1}' "$work/wrk")
}
start_build() { # BUILD PORT [VALGRIND…]
  local token k
  mkdir -p "$work/$1"
  base_of[$1]=http://127.0.0.1:$2
  taskset -c 0 "${@:3}" "${binary[$1]}" serve --data "$work/$1/data" --listen "127.0.0.1:$2" --log-level warn --io-threads 1 \
    --session-signals-per-minute 100000000 --address-signals-per-minute 100000000 --address-decisions-per-minute 100000000 \
    >"$work/$1/out" 2>"$work/$1/err" &
  pid[$1]=$!
  server_pid="$server_pid ${pid[$1]}" # server.bash ends them
  until grep -qs ready "$work/$1/out"; do kill -0 "${pid[$1]}" || { cat "$work/$1/err"; exit 1; }; sleep 0.2; done
  "${binary[$1]}" handle add bench --owner bench@example.com --data "$work/$1/data" >"$work/null"
  until curl -s -o "$work/null" -f "${base_of[$1]}/v2/public/chain/resolve" -H 'content-type: application/json' -d '{"handle":"bench","sessionId":"s","trigger":"t"}'; do sleep 0.2; done
  token=$("${binary[$1]}" token --handle bench --role OWNER --data "$work/$1/data")
  for k in 1 2 3; do
    curl -sf -o "$work/null" -X PUT "${base_of[$1]}/v2/handles/bench/chain-rules/r$k" -H "authorization: Bearer $token" -H 'content-type: application/json' \
      -d '{"triggers":["t"],"when":{"all":[{"count":{"key":"view"},"within":"1d","atLeast":'$((k * k * 5))',"scope":"visitor"}]},"limit":{"caps":[{"max":100,"per":"30d"}]},"action":{"type":"popup","payload":{}}}'
  done
}
quartiles() { sort -n | awk '{v[NR] = $1} END {printf "%.3f (%.3f to %.3f)", v[int((NR + 1) / 2)], v[int((NR + 3) / 4)], v[int((3 * NR + 3) / 4)]}'; }

start_build before "$port"
start_build now $((port + 1))
script append 0 $((visitors * signals))
for build in "${builds[@]}"; do send "$build" append $((5 + visitors * signals / 5000)); done
for slice in $(seq "$slices"); do
  declare -A cost
  for kind in append resolve; do
    script $kind $((visitors * signals + each * slice)) $each
    for build in "${builds[@]}"; do
      from=$(cpu_ns "${pid[$build]}")
      send "$build" $kind 2 # and what is recorded behind the response
      cost[$build]=$(awk -v ns=$(($(cpu_ns "${pid[$build]}") - from)) -v n="$requests" 'BEGIN {printf "%.3f", ns / n / 1000}')
    done
    echo "$kind ${cost[before]} ${cost[now]}" >>"$work/costs"
  done
  builds=("${builds[1]}" "${builds[0]}")
done
for kind in append resolve; do
  echo "$kind: $(awk -v k=$kind '$1 == k {print $3 / $2}' "$work/costs" | quartiles) times the CPU of the build before;" \
    "$(awk -v k=$kind '$1 == k {print $2}' "$work/costs" | median) and $(awk -v k=$kind '$1 == k {print $3}' "$work/costs" | median) µs"
done
kill "${pid[@]}"
wait "${pid[@]}" || true
[ "${INSTRUCTIONS:-}" = 1 ] || exit 0

visitors=500 count=2000
for build in before now; do
  rm -rf "${work:?}/$build"
  start_build $build $((port + 2)) valgrind --tool=callgrind --instr-atstart=no --callgrind-out-file="$work/$build/callgrind"
  script append 0 $((visitors * signals))
  send $build append 60
  for kind in append resolve; do
    script $kind $((visitors * signals)) $count
    callgrind_control -z "${pid[$build]}" >"$work/null" 2>&1
    callgrind_control -i on "${pid[$build]}" >"$work/null" 2>&1
    send $build $kind 30
    callgrind_control -i off "${pid[$build]}" >"$work/null" 2>&1
    callgrind_control -d "${pid[$build]}" >"$work/null" 2>&1
    sleep 1
    cat "$work/$build/callgrind".*1 2>"$work/null" |
      awk -v kind=$kind -v build=$build -v n="$requests" '/^(summary|totals):/ {all += $2} END {printf "%s, %s: %.0f instructions\n", kind, build, all / n}'
    rm -f "$work/$build"/callgrind*
  done
  kill "${pid[$build]}"
  wait "${pid[$build]}" || true
done
