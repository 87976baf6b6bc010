#!/bin/bash
# Resident memory of a visitor in addition to their sessions: 12 traits, two ids, 20 decisions that count, two counters.
#
# Four servers get the same sessions, two for each visitor with ten signals each, and each one more of what is known:
# nothing else; the decisions; who it is (an anonymousId in the first session, and a visitorId too in the second, so
# that there are a visitorId, a share and what the browser remembers); traits and counters. So what a part takes is the
# difference of two servers. The visitors come in four waves, and after each the server has time to pack those of it;
# what a visitor takes is what the server has grown by from the end of the first wave to that of the last, in resident
# memory and in what it counts against --memory. Ids are random, as those of real visitors are, so that the list of ids
# cannot shorten them much. The journal's tail is long enough that no snapshot unpacks them meanwhile.
# Usage: [REST_EVERY=2s] benchmarks/memory_visitors.bash [VISITORS A WAVE]
# With REST_EVERY=1h nobody is packed.
set -euo pipefail
cd "$(dirname "$0")/.."
. benchmarks/server.bash
visitors=${1:-5000}
rest_every=${REST_EVERY:-2s}
decisions=20

as_operator() { # METHOD PATH BODY
  curl -sf -o "$work/null" -X "$1" "$base/v2/handles/bench/$2" -H "authorization: Bearer $token" -H 'content-type: application/json' -d "$3"
}
script() { # FROM TO TIMES PATH BODY: what `body(i)` returns, TIMES for each visitor from FROM to TO, taking turns
  cat >"$work/post.lua" <<LUA
wrk.method = "POST"
wrk.headers["content-type"] = "application/json"
wrk.headers["authorization"] = "Bearer $token"
local from, to, times, sent = $1, $2, $3, 0
local signals = {}
for i = 1, 9 do signals[i] = '{"type":"view","signalValue":"sku-' .. i .. '"}' end
signals[10] = '{"type":"purchase","signalValue":"order","meta":{"amount":12.5}}'
signals = '"signals":[' .. table.concat(signals, ",") .. ']}'
local function hash(i) return i * 2654435761 % 16777216 end
local function visitor(i) return string.format('"visitorId":"%06x%07x@shop.example"', hash(i), hash(7 * i + 3)) end
local function browser(i) return string.format('"anonymousId":"%06x%08x"', hash(5 * i + 1), hash(3 * i + 2)) end
local function session(n, i) return '{"handle":"bench","sessionId":"sig_bench_' .. n .. '_' .. i .. '",' end
local function traits(i)
  return '{' .. visitor(i) .. ',"set":{"plan":"pro","seats":' .. i % 50 .. ',"trial":false,"firstName":"Name' .. i % 999 ..
    '","lastName":"Family' .. i % 9999 .. '","locale":"de-AT","country":"AT","zone":"Europe/Vienna","signedUpAt":"2026-05-01T10:00:00Z","company":"Company ' ..
    i % 5000 .. '","segments":["a","b"],"score":' .. i % 100 .. '.5}}'
end
local function body(i, turn) $5 end
request = function()
  if sent >= times * (to - from + 1) then wrk.thread:stop() end
  local i, turn = from + sent % (to - from + 1), math.floor(sent / (to - from + 1)) + 1
  sent = sent + 1
  return wrk.format(nil, "$4", nil, body(i, turn))
end
LUA
  load_all 32 "$work/post.lua" "$base"
}
fill() { # FROM TO KIND: visitors of a kind
  local who='' both=''
  if [ "$3" = traits ]; then
    script $(($1 / 100)) $(($2 / 100)) 1 /v2/handles/bench/visitors/batch \
      'local all = {} for k = 1, 100 do all[k] = traits(i * 100 + k) end return "{\"visitors\":[" .. table.concat(all, ",") .. "]}"'
  fi
  if [ "$3" = ids ] || [ "$3" = traits ]; then who='.. browser(i) .. ","' both='.. visitor(i) .. "," .. browser(i) .. ","'; fi
  script "$1" "$2" 1 /v2/public/chain/signals "return session(1, i) $who .. signals"
  script "$1" "$2" 1 /v2/public/chain/signals "return session(2, i) $both .. signals"
  if [ "$3" != sessions ]; then
    script "$1" "$2" "$decisions" /v2/public/chain/resolve \
      'return session(2, i) .. "\"trigger\":\"t" .. turn % 5 .. "\"}"'
  fi
}
counted() { curl -sf "http://127.0.0.1:$((port + 1))/metrics" | awk '$1 == "beckon_sessions_bytes" {printf "%d", $2 / 1024}'; }
wait_packed() { # until what is counted has not changed for two rounds
  local before=0 now
  sleep 5
  while now=$(counted) && [ "$now" != "$before" ]; do before=$now; sleep 5; done
}
measure() { # KIND: a line for each wave, of KiB of resident memory and KiB counted
  rm -rf "$work/data" "$work/out"
  start_server --metrics-listen "127.0.0.1:$((port + 1))" --rest-every "$rest_every" --journal-tail 4GiB
  add_handle
  token=$("$beckon" token --handle bench --role OWNER --data "$work/data")
  local i wave
  for i in 0 1 2 3 4; do
    as_operator PUT "chain-rules/rule-$i" '{"triggers":["t'$i'"],"when":{"all":[{"count":{"key":"view"},"within":"1d","atLeast":1}]},"limit":{"caps":[{"max":100,"per":"30d"}]},"action":{"type":"popup","payload":{}}}'
  done
  if [ "$1" = traits ]; then
    as_operator PUT counters/orders '{"key":"purchase","field":"amount","keep":"5y"}'
    as_operator PUT counters/views '{"key":"view","keep":"5y"}'
  fi
  for wave in 1 2 3 4; do
    fill $((wave * 100000)) $((wave * 100000 + visitors - 1)) "$1"
    wait_packed
    echo "$1 $wave $(rss_kib $server_pid) $(counted)" | tee -a "$work/measured" >&2
  done
  kill -9 $server_pid
  wait $server_pid 2>"$work/null" || true
}
for kind in sessions decisions ids traits; do measure $kind; done
awk -v n=$((3 * visitors)) -v d=$decisions '
  {sign = $2 == 1 ? -1 : $2 == 4 ? 1 : 0; rss[$1] += sign * $3 / n; held[$1] += sign * $4 / n}
  function row(name, more, less) {printf "%-64s %6.2f KiB resident, %6.2f KiB counted\n", name, rss[more] - rss[less], held[more] - held[less]}
  END {
    row("two sessions of 10 signals", "sessions", "")
    row(d " decisions that count, in a session", "decisions", "sessions")
    row("the visitor of two ids: own records, exposures, index", "ids", "decisions")
    row("12 traits and two counters", "traits", "ids")
    row("the visitor, in addition to the sessions", "traits", "decisions")
  }' "$work/measured"
