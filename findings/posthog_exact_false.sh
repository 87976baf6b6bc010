#!/bin/bash
# PostHog: a flag for whom "newsletter" is "false" takes everybody who has any other text there.
#
# Guess, before running: "exact" compares values: "false" matches false and the text "false", nothing else. If truth is to
# be read more freely, then as elsewhere, with "no" and "0" as false and "yes" and "1" as true.
#
# What happens: as soon as the value that is asked for is true or false, both sides become "is it true", and only true and
# the text "true" are. So "false" matches "weekly", "yes", "1", 0 and the empty text, and "is not false" leaves only those
# with true; with "true" the same texts do not match. One further value in the list, and all are compared as texts again. It
# depends on the definitions that the server hands out: with property_matching_version 2 texts are compared, without it they
# are not, so the same flag and the same people are answered differently, with nothing changed in the program. Keep answers
# of more than two kinds as words other than true and false, or look which version the definitions have.
#
# Seen: posthog-node 5.70.0 with @posthog/core 1.67.3, evaluated locally:
#   no version exact  "false":           false "false" "no" 0 "" "weekly" "yes" "1"
#   no version is_not "false":           "true" true
#   no version exact  "true":            "true" true
#   no version exact  ["false","never"]: false "false"
#   version 2  exact  "false":           false "false"
#   version 2  is_not "false":           "no" 0 "" "weekly" "yes" "1" "true" true
#   version 2  exact  "true":            "true" true
#   version 2  exact  ["false","never"]: false "false"
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' >package.json
npm install --no-audit --no-fund --ignore-scripts --no-update-notifier --loglevel=error posthog-node@5.70.0 @posthog/core@1.67.3 >/dev/null
cat >exact.cjs <<'JS'
const { createServer } = require('node:http');
const { PostHog } = require('posthog-node');

const conditions = [
  ['exact', 'false'],
  ['is_not', 'false'],
  ['exact', 'true'],
  ['exact', ['false', 'never']],
];
const flags = conditions.map(([operator, value], id) => {
  const properties = [{ type: 'person', key: 'newsletter', operator, value }];
  return { id, key: `flag-${id}`, active: true, filters: { groups: [{ properties, rollout_percentage: 100 }] } };
});
let version;
const server = createServer((request, response) => {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ flags, group_type_mapping: {}, cohorts: {}, property_matching_version: version }));
});
server.listen(0, '127.0.0.1', async () => {
  for (version of [undefined, 2]) {
    const client = new PostHog('phc_project', { host: `http://127.0.0.1:${server.address().port}`, personalApiKey: 'phx_person' });
    await client.reloadFeatureFlags();
    for (const [id, [operator, value]] of conditions.entries()) {
      const taken = [];
      for (const newsletter of [false, 'false', 'no', 0, '', 'weekly', 'yes', '1', 'true', true]) {
        const options = { personProperties: { newsletter }, onlyEvaluateLocally: true, flagKeys: [`flag-${id}`] };
        if ((await client.evaluateFlags('jo', options)).isEnabled(`flag-${id}`)) taken.push(JSON.stringify(newsletter));
      }
      console.log((version ? 'version 2' : 'no version').padEnd(10), operator.padEnd(6), `${JSON.stringify(value)}:`.padEnd(18), taken.join(' '));
    }
  }
  process.exit();
});
JS
got=$(node exact.cjs)
echo "$got"
diff <(echo "$got") - <<'SEEN'
no version exact  "false":           false "false" "no" 0 "" "weekly" "yes" "1"
no version is_not "false":           "true" true
no version exact  "true":            "true" true
no version exact  ["false","never"]: false "false"
version 2  exact  "false":           false "false"
version 2  is_not "false":           "no" 0 "" "weekly" "yes" "1" "true" true
version 2  exact  "true":            "true" true
version 2  exact  ["false","never"]: false "false"
SEEN
echo 'as it was seen'
