#!/bin/bash
# simple-statistics has no probability above 0.999, so no test is ever more certain than p = 0.002.
#
# Guess, before running: cumulativeStdNormalProbability computes the normal distribution, to a dozen digits or so. The
# two-sided p-value of an experiment is 2 * (1 - of z): 0.0027 for z = 3, 0.00006 for z = 4.
#
# What happens: it looks into the printed table of textbooks. z is rounded to two decimals, and all from 3.09 on is 0.999: a
# p-value stops at 0.002, whether z is 3.1 or 30. A threshold below that is never reached, and 0.05 divided by 30 variants
# or segments is one (0.0017), so that after Bonferroni's correction no winner exists, however large. Around 1.96 all of
# 1.955 to 1.964 is p = 0.05 exactly, above and below what decides. 1 + errorFunction(z / √2) of the same package, halved,
# is smooth and goes on to z = 4 and beyond; it is the one to take.
#
# Seen: simple-statistics 7.12.1, two-sided p-values from the table and from errorFunction:
#   z 1.955 table 0.050000 errorFunction 0.050583 below 0.05 / 30: false false
#   z 1.96  table 0.050000 errorFunction 0.049996 below 0.05 / 30: false false
#   z 1.964 table 0.050000 errorFunction 0.049530 below 0.05 / 30: false false
#   z 1.965 table 0.048800 errorFunction 0.049414 below 0.05 / 30: false false
#   z 3     table 0.002600 errorFunction 0.002700 below 0.05 / 30: false false
#   z 3.09  table 0.002000 errorFunction 0.002002 below 0.05 / 30: false false
#   z 3.5   table 0.002000 errorFunction 0.000465 below 0.05 / 30: false true
#   z 4     table 0.002000 errorFunction 0.000063 below 0.05 / 30: false true
#   z 5     table 0.002000 errorFunction 0.000001 below 0.05 / 30: false true
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' >package.json
npm install --no-audit --no-fund --ignore-scripts --no-update-notifier --loglevel=error simple-statistics@7.12.1 >/dev/null
cat >values.cjs <<'JS'
const { cumulativeStdNormalProbability, errorFunction } = require('simple-statistics');

for (const z of [1.955, 1.96, 1.964, 1.965, 3, 3.09, 3.5, 4, 5]) {
  const table = 2 * (1 - cumulativeStdNormalProbability(z));
  const smooth = 1 - errorFunction(z / Math.SQRT2);
  console.log(`z ${String(z).padEnd(5)} table ${table.toFixed(6)} errorFunction ${smooth.toFixed(6)} below 0.05 / 30: ${table < 0.05 / 30} ${smooth < 0.05 / 30}`);
}
JS
got=$(node values.cjs)
echo "$got"
diff <(echo "$got") - <<'SEEN'
z 1.955 table 0.050000 errorFunction 0.050583 below 0.05 / 30: false false
z 1.96  table 0.050000 errorFunction 0.049996 below 0.05 / 30: false false
z 1.964 table 0.050000 errorFunction 0.049530 below 0.05 / 30: false false
z 1.965 table 0.048800 errorFunction 0.049414 below 0.05 / 30: false false
z 3     table 0.002600 errorFunction 0.002700 below 0.05 / 30: false false
z 3.09  table 0.002000 errorFunction 0.002002 below 0.05 / 30: false false
z 3.5   table 0.002000 errorFunction 0.000465 below 0.05 / 30: false true
z 4     table 0.002000 errorFunction 0.000063 below 0.05 / 30: false true
z 5     table 0.002000 errorFunction 0.000001 below 0.05 / 30: false true
SEEN
echo 'as it was seen'
