#!/bin/bash
# GrowthBook: "younger than 18" is true of everybody whose age is not known.
#
# Guess, before running: targeting conditions are written as MongoDB's queries are, so an attribute that a visitor does
# not have fits no $lt, $lte, $gt or $gte, as a document without the field fits none in MongoDB. A feature for
# {"age": {"$lt": 18}} is off for a visitor of whom only the id is known.
#
# What happens: a missing attribute is compared as null, and null as 0. So the feature is on: $lt with any positive
# number, $lte 0 and above, $gt -1 and $gte 0 are all true of nothing. {"$lt": 18} and {"$gt": -1} even hold at once.
# Versions go the same way: a missing version is older than 1.0. $eq and $in are false, as one would guess. Conditions
# that must not hold for unknown people need {"$exists": true} beside the bound.
#
# Seen: @growthbook/growthbook 1.6.2, attributes {"id": "1"}:
#   {"age":{"$lt":18}}                 true
#   {"age":{"$gt":-1}}                 true
#   {"age":{"$lte":0}}                 true
#   {"app":{"$vlt":"1.0"}}             true
#   {"age":{"$eq":0}}                  false
#   {"age":{"$exists":true,"$lt":18}}  false
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' >package.json
npm install --no-audit --no-fund --ignore-scripts --no-update-notifier --loglevel=error @growthbook/growthbook@1.6.2 >/dev/null
cat >missing.cjs <<'JS'
const { GrowthBook } = require('@growthbook/growthbook');
const conditions = [
  { age: { $lt: 18 } },
  { age: { $gt: -1 } },
  { age: { $lte: 0 } },
  { app: { $vlt: '1.0' } },
  { age: { $eq: 0 } },
  { age: { $exists: true, $lt: 18 } },
];
for (const condition of conditions) {
  const features = { offer: { defaultValue: false, rules: [{ condition, force: true }] } };
  const isOn = new GrowthBook({ attributes: { id: '1' }, features }).isOn('offer');
  console.log(JSON.stringify(condition).padEnd(34), isOn);
}
JS
got=$(node missing.cjs)
echo "$got"
diff <(echo "$got") - <<'SEEN'
{"age":{"$lt":18}}                 true
{"age":{"$gt":-1}}                 true
{"age":{"$lte":0}}                 true
{"app":{"$vlt":"1.0"}}             true
{"age":{"$eq":0}}                  false
{"age":{"$exists":true,"$lt":18}}  false
SEEN
echo 'as it was seen'
