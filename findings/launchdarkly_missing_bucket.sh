#!/bin/bash
# LaunchDarkly: a rollout to 1 % of the companies reaches everybody who has no company.
#
# Guess, before running: a percentage rollout by an attribute ("bucketBy": "company") takes those whose company falls into
# the percentage. Who has none cannot be placed, so they get the off variation, or are spread by their key as usual.
#
# What happens: without the attribute the bucket is 0, the first of all, so all of them get the first variation, even where
# it has a weight of 1 in 100,000. The same is true of every value that is neither text nor a whole number: 1.5, true. The
# documentation calls the variation for such values arbitrary, which sounds like spread out; it is always the first.
# With the new variation first, as one writes "1 % new, 99 % old", a careful start goes to all visitors who are not logged
# in; with it last, none of them ever gets it. A clause that the attribute exists has to stand before the rollout.
#
# Seen: @launchdarkly/node-server-sdk 9.13.7, 200 users each, a rollout of 1 % new and 99 % old, then of 0.001 % new:
#   by key                     new for 1 of 200
#   by company, a text         new for 2 of 200
#   by company, a whole number new for 3 of 200
#   by company, none           new for 200 of 200
#   by company, null           new for 200 of 200
#   by company, a fraction     new for 200 of 200
#   by company, true           new for 200 of 200
#   0.001 %, a text            new for 0 of 200
#   0.001 %, none              new for 200 of 200
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' >package.json
npm install --no-audit --no-fund --ignore-scripts --no-update-notifier --loglevel=error @launchdarkly/node-server-sdk@9.13.7 >/dev/null
cat >rollout.cjs <<'JS'
const { writeFileSync } = require('node:fs');
const { basicLogger, init } = require('@launchdarkly/node-server-sdk');
const { FileDataSourceFactory } = require('@launchdarkly/node-server-sdk/integrations');

const flag = (key, bucketBy, weight) => ({
  key,
  version: 1,
  on: true,
  salt: 'salt',
  offVariation: 1,
  variations: ['new', 'old'],
  fallthrough: { rollout: { bucketBy, variations: [{ variation: 0, weight }, { variation: 1, weight: 100000 - weight }] } },
});
const flags = { byKey: flag('byKey', 'key', 1000), byCompany: flag('byCompany', 'company', 1000), few: flag('few', 'company', 1) };
writeFileSync('flags.json', JSON.stringify({ flags }));
async function main() {
  const files = new FileDataSourceFactory({ paths: ['flags.json'] });
  const client = init('offline', { updateProcessor: files.getFactory(), sendEvents: false, logger: basicLogger({ level: 'none' }) });
  await client.waitForInitialization({ timeout: 5 });
  async function show(name, key, companyOf) {
    let reached = 0;
    for (let i = 0; i < 200; i++)
      if ((await client.variation(key, { kind: 'user', key: `user-${i}`, ...companyOf(i) }, 'none')) === 'new') reached++;
    console.log(name.padEnd(26), `new for ${reached} of 200`);
  }
  await show('by key', 'byKey', () => ({}));
  await show('by company, a text', 'byCompany', i => ({ company: `company-${i}` }));
  await show('by company, a whole number', 'byCompany', i => ({ company: i }));
  await show('by company, none', 'byCompany', () => ({}));
  await show('by company, null', 'byCompany', () => ({ company: null }));
  await show('by company, a fraction', 'byCompany', i => ({ company: i + 0.5 }));
  await show('by company, true', 'byCompany', () => ({ company: true }));
  await show('0.001 %, a text', 'few', i => ({ company: `company-${i}` }));
  await show('0.001 %, none', 'few', () => ({}));
  client.close();
}
main();
JS
got=$(node rollout.cjs)
echo "$got"
diff <(echo "$got") - <<'SEEN'
by key                     new for 1 of 200
by company, a text         new for 2 of 200
by company, a whole number new for 3 of 200
by company, none           new for 200 of 200
by company, null           new for 200 of 200
by company, a fraction     new for 200 of 200
by company, true           new for 200 of 200
0.001 %, a text            new for 0 of 200
0.001 %, none              new for 200 of 200
SEEN
echo 'as it was seen'
