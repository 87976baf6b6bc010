#!/bin/bash
# json-rules-engine: a rule with an empty "any" always fires, and in JsonLogic "all" of an empty list is false.
#
# Guess, before running: as in logic, SQL and every language, "any" of nothing is false and "all" of nothing is true. A rule
# editor whose last alternative was removed therefore saves a rule that fires for nobody.
#
# What happens: json-rules-engine decides an empty group before it looks at its kind, as true. {"any": []} fires for every
# event, inside another "any" it makes that one true whatever else is in it, and "not" around it is never true. JsonLogic has
# it the other way round: all, some and none are false, false and true of an empty list, so "all items of the cart are in
# stock" is false of an empty cart while its opposite, "some item is not", is false as well.
#
# Seen: json-rules-engine 7.3.1, json-logic-js 2.0.5:
#   json-rules-engine {"all":[]}                      fires
#   json-rules-engine {"any":[]}                      fires
#   json-rules-engine {"not":{"any":[]}}              does not fire
#   json-rules-engine {"any":[age >= 18]}             does not fire
#   json-rules-engine {"any":[age >= 18,{"any":[]}]}  fires
#   json-logic-js     all   false
#   json-logic-js     some  false
#   json-logic-js     none  true
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' >package.json
npm install --no-audit --no-fund --ignore-scripts --no-update-notifier --loglevel=error json-rules-engine@7.3.1 json-logic-js@2.0.5 >/dev/null
cat >empty.cjs <<'JS'
const { Engine } = require('json-rules-engine');
const { apply } = require('json-logic-js');

const adult = { fact: 'age', operator: 'greaterThanInclusive', value: 18 };
async function main() {
  for (const conditions of [{ all: [] }, { any: [] }, { not: { any: [] } }, { any: [adult] }, { any: [adult, { any: [] }] }]) {
    const engine = new Engine([{ conditions, event: { type: 'send' } }]);
    const { events } = await engine.run({ age: 17 });
    const text = JSON.stringify(conditions).replaceAll(JSON.stringify(adult), 'age >= 18');
    console.log('json-rules-engine', text.padEnd(31), events.length > 0 ? 'fires' : 'does not fire');
  }
  const inStock = { var: 'inStock' };
  for (const rule of [{ all: [{ var: 'items' }, inStock] }, { some: [{ var: 'items' }, { '!': inStock }] }, { none: [{ var: 'items' }, inStock] }])
    console.log('json-logic-js    ', Object.keys(rule)[0].padEnd(5), apply(rule, { items: [] }));
}
main();
JS
got=$(node empty.cjs)
echo "$got"
diff <(echo "$got") - <<'SEEN'
json-rules-engine {"all":[]}                      fires
json-rules-engine {"any":[]}                      fires
json-rules-engine {"not":{"any":[]}}              does not fire
json-rules-engine {"any":[age >= 18]}             does not fire
json-rules-engine {"any":[age >= 18,{"any":[]}]}  fires
json-logic-js     all   false
json-logic-js     some  false
json-logic-js     none  true
SEEN
echo 'as it was seen'
