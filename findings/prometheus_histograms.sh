#!/bin/bash
# parse-prometheus-text-format keeps one histogram of a metric, and takes its labels away.
#
# Guess, before running: the parser returns what is in the text: each set of labels is a series, for counters, gauges,
# summaries and histograms alike. Buckets come grouped by their other labels.
#
# What happens: counters and gauges keep their labels. A histogram is one object however many series it has: the buckets of
# each are written over those of the one before, labels other than le are dropped, and what is left belongs to the last
# series in the text. If a series lacks a bucket, the result mixes two of them. _sum and _count are gone too, unless the
# histogram has no labels. The same holds for the quantiles of summaries. So the 99th percentile of all routes, computed
# from this, is that of the route that comes last.
#
# Seen: parse-prometheus-text-format 1.1.1, each metric of two routes:
#   requests_total {"value":"900","labels":{"route":"/signals"}}
#   requests_total {"value":"3","labels":{"route":"/rules"}}
#   seconds {"buckets":{"1":"890","0.1":"3","+Inf":"3"}}
#   bytes {"quantiles":{"0.5":"20"}}
#   plain {"buckets":{"+Inf":"5"},"count":"5","sum":"2"}
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' >package.json
npm install --no-audit --no-fund --ignore-scripts --no-update-notifier --loglevel=error parse-prometheus-text-format@1.1.1 >/dev/null
cat >metrics.cjs <<'JS'
const parse = require('parse-prometheus-text-format');

const text = `# TYPE requests_total counter
requests_total{route="/signals"} 900
requests_total{route="/rules"} 3
# TYPE seconds histogram
seconds_bucket{route="/signals",le="0.1"} 850
seconds_bucket{route="/signals",le="1"} 890
seconds_bucket{route="/signals",le="+Inf"} 900
seconds_sum{route="/signals"} 95
seconds_count{route="/signals"} 900
seconds_bucket{route="/rules",le="0.1"} 3
seconds_bucket{route="/rules",le="+Inf"} 3
seconds_sum{route="/rules"} 0.2
seconds_count{route="/rules"} 3
# TYPE bytes summary
bytes{route="/signals",quantile="0.5"} 700
bytes_sum{route="/signals"} 630000
bytes_count{route="/signals"} 900
bytes{route="/rules",quantile="0.5"} 20
bytes_sum{route="/rules"} 60
bytes_count{route="/rules"} 3
# TYPE plain histogram
plain_bucket{le="+Inf"} 5
plain_sum 2
plain_count 5
`;
for (const { name, metrics } of parse(text)) for (const metric of metrics) console.log(name, JSON.stringify(metric));
JS
got=$(node metrics.cjs)
echo "$got"
diff <(echo "$got") - <<'SEEN'
requests_total {"value":"900","labels":{"route":"/signals"}}
requests_total {"value":"3","labels":{"route":"/rules"}}
seconds {"buckets":{"1":"890","0.1":"3","+Inf":"3"}}
bytes {"quantiles":{"0.5":"20"}}
plain {"buckets":{"+Inf":"5"},"count":"5","sum":"2"}
SEEN
echo 'as it was seen'
