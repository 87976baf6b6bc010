#!/bin/bash
# CEL: a condition that cannot be evaluated is true in an `if`, and arithmetic on JSON numbers cannot be.
#
# Guess, before running: run() of Buf's CEL evaluates an expression to its value and throws otherwise. Numbers from JSON work
# in conditions: "n > 3" and "n == 4" hold for 4, so "n % 2 == 0" and "n + 1 > 3" do as well.
#
# What happens: run() throws when an expression cannot be parsed, but returns what fails later as an object, which is true in
# an `if`. So a segment or a rule that asks if (run(…)) takes everybody for whom its condition fails to evaluate: whoever
# lacks the trait, or has it as a text. And that is more often than one thinks: JavaScript's numbers are CEL's doubles. Doubles compare with whole numbers, but
# have no arithmetic with them and no %, so a condition tested with comparisons breaks with its first sum. Compare with
# === true, and write int(n) or 1.0.
#
# Seen: @bufbuild/cel 0.6.1, if (run(expression, values)):
#   n > 3                      {"n":4}            taken     true
#   n > 3                      {"n":2}            not taken false
#   n > 3                      {"n":"a few"}      taken     found no matching overload for '_>_' applied to '(string, int)'
#   n > 3                      {}                 taken     unresolved attribute
#   traits.plan == "pro"       {"traits":{}}      taken     field not found: plan
#   n % 2 == 0                 {"n":5}            taken     found no matching overload for '_%_' applied to '(double, int)'
#   n + 1 > 9                  {"n":5}            taken     found no matching overload for '_+_' applied to '(double, int)'
#   int(n) % 2 == 0            {"n":5}            not taken false
#   n + 1.0 > 9                {"n":5}            not taken false
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' >package.json
npm install --no-audit --no-fund --ignore-scripts --no-update-notifier --loglevel=error @bufbuild/cel@0.6.1 >/dev/null
cat >conditions.mjs <<'JS'
import { isCelError, run } from '@bufbuild/cel';

function show(expression, values) {
  const result = run(expression, values);
  const taken = result ? 'taken' : 'not taken';
  console.log(expression.padEnd(26), JSON.stringify(values).padEnd(18), taken.padEnd(9), isCelError(result) ? result.message : result);
}
show('n > 3', { n: 4 });
show('n > 3', { n: 2 });
show('n > 3', { n: 'a few' });
show('n > 3', {});
show('traits.plan == "pro"', { traits: {} });
show('n % 2 == 0', { n: 5 });
show('n + 1 > 9', { n: 5 });
show('int(n) % 2 == 0', { n: 5 });
show('n + 1.0 > 9', { n: 5 });
JS
got=$(node conditions.mjs)
echo "$got"
diff <(echo "$got") - <<'SEEN'
n > 3                      {"n":4}            taken     true
n > 3                      {"n":2}            not taken false
n > 3                      {"n":"a few"}      taken     found no matching overload for '_>_' applied to '(string, int)'
n > 3                      {}                 taken     unresolved attribute
traits.plan == "pro"       {"traits":{}}      taken     field not found: plan
n % 2 == 0                 {"n":5}            taken     found no matching overload for '_%_' applied to '(double, int)'
n + 1 > 9                  {"n":5}            taken     found no matching overload for '_+_' applied to '(double, int)'
int(n) % 2 == 0            {"n":5}            not taken false
n + 1.0 > 9                {"n":5}            not taken false
SEEN
echo 'as it was seen'
