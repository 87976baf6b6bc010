#!/bin/bash
# zen-engine computes a power with a fractional exponent to about nine digits, so that 4 ^ 0.5 is not 2.
#
# Guess, before running: numbers of this rule engine are decimals with 28 digits (0.1 + 0.2 == 0.3 is true there), so a
# power is as exact as such decimals allow, or at least as a double: 4 ^ 0.5 == 2 holds, and a yearly rate turned into a
# monthly one by ^ (1 / 12) is right to the cent.
#
# What happens: where the exponent has a fraction, about nine digits are right, and the square root of 4 lies below 2.
# A condition "x ^ 0.5 >= 2" is false for 4. The result is printed with sixteen digits like any other. Whole exponents
# are right to fourteen digits and more.
#
# Seen: @gorules/zen-engine 0.52.1 (node binding, linux-x64):
#   0.1 + 0.2 == 0.3  true
#   4 ^ 0.5           1.999999992473416      a double: 2
#   4 ^ 0.5 >= 2      false
#   1000000 ^ 0.5     999.9999999838166      a double: 1000
#   2 ^ 0.5           1.4142135570048917     a double: 1.4142135623730951
#   2 ^ 3             8
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' >package.json
npm install --no-audit --no-fund --ignore-scripts --no-update-notifier --loglevel=error @gorules/zen-engine@0.52.1 >/dev/null
cat >powers.cjs <<'JS'
const { evaluateExpressionSync } = require('@gorules/zen-engine');
for (const expression of ['0.1 + 0.2 == 0.3', '4 ^ 0.5', '4 ^ 0.5 >= 2', '1000000 ^ 0.5', '2 ^ 0.5', '2 ^ 3'])
  console.log(expression.padEnd(17), evaluateExpressionSync(expression, {}));
JS
got=$(node powers.cjs)
echo "$got"
diff <(echo "$got") - <<'SEEN'
0.1 + 0.2 == 0.3  true
4 ^ 0.5           1.999999992473416
4 ^ 0.5 >= 2      false
1000000 ^ 0.5     999.9999999838166
2 ^ 0.5           1.4142135570048917
2 ^ 3             8
SEEN
echo 'as it was seen'
