#!/bin/bash
# PostHog's "greater than" compares texts by the number they begin with: dates by their year alone, and 1.10 is less than
# 1.9.
#
# Guess, before running: a text that is a number is compared as a number, each other text as text. Dates in ISO 8601 are
# made for that, so "signed up greater than 2026-06-01" takes whoever signed up in November 2026. "1,200" is either a number
# or not comparable.
#
# What happens: local evaluation puts both sides through parseFloat and compares as numbers if both begin with one, whatever
# follows. 2026-11-25 is then 2026, as is 2026-06-01, so nobody who signed up this year is later than June, and all of next
# year is. "1,200" is 1, "3 months" is 3 and beats 2 weeks for the wrong reason, version 1.10 is below 1.9. Only where one
# side has no number in front are texts compared, so that true is greater than 100. Nothing is inconclusive, hence no
# question to the server. Dates need is_date_after and versions semver_gt.
#
# Seen: posthog-node 5.70.0 with @posthog/core 1.67.3, "value gt bound", evaluated locally:
#   2026-11-25 gt            2026-06-01 false
#   2027-01-01 gt            2026-06-01 true
#   2026-11-25 is_date_after 2026-06-01 true
#   1.10       gt            1.9        false
#   1.10.0     semver_gt     1.9.0      true
#   1,200      gt            100        false
#   3 months   gt            2 weeks    true
#   3 months   gt            20 weeks   false
#   Jo         gt            Ann        true
#   true       gt            100        true
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' >package.json
npm install --no-audit --no-fund --ignore-scripts --no-update-notifier --loglevel=error posthog-node@5.70.0 @posthog/core@1.67.3 >/dev/null
cat >greater.cjs <<'JS'
const { createServer } = require('node:http');
const { PostHog } = require('posthog-node');

const cases = [
  ['gt', '2026-11-25', '2026-06-01'],
  ['gt', '2027-01-01', '2026-06-01'],
  ['is_date_after', '2026-11-25', '2026-06-01'],
  ['gt', '1.10', '1.9'],
  ['semver_gt', '1.10.0', '1.9.0'],
  ['gt', '1,200', '100'],
  ['gt', '3 months', '2 weeks'],
  ['gt', '3 months', '20 weeks'],
  ['gt', 'Jo', 'Ann'],
  ['gt', true, 100],
];
const flags = cases.map(([operator, , value], id) => {
  const properties = [{ type: 'person', key: 'property', operator, value }];
  return { id, key: `flag-${id}`, active: true, filters: { groups: [{ properties, rollout_percentage: 100 }] } };
});
const server = createServer((request, response) => {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ flags, group_type_mapping: {}, cohorts: {} }));
});
server.listen(0, '127.0.0.1', async () => {
  const client = new PostHog('phc_project', { host: `http://127.0.0.1:${server.address().port}`, personalApiKey: 'phx_person' });
  await client.reloadFeatureFlags();
  for (const [id, [operator, property, bound]] of cases.entries()) {
    const options = { personProperties: { property }, onlyEvaluateLocally: true, flagKeys: [`flag-${id}`] };
    const evaluated = await client.evaluateFlags('jo', options);
    console.log(String(property).padEnd(10), operator.padEnd(13), String(bound).padEnd(10), evaluated.isEnabled(`flag-${id}`));
  }
  process.exit();
});
JS
got=$(node greater.cjs)
echo "$got"
diff <(echo "$got") - <<'SEEN'
2026-11-25 gt            2026-06-01 false
2027-01-01 gt            2026-06-01 true
2026-11-25 is_date_after 2026-06-01 true
1.10       gt            1.9        false
1.10.0     semver_gt     1.9.0      true
1,200      gt            100        false
3 months   gt            2 weeks    true
3 months   gt            20 weeks   false
Jo         gt            Ann        true
true       gt            100        true
SEEN
echo 'as it was seen'
