#!/bin/bash
# Mixpanel's Node library sends events and profiles by GET, with the person's data in the address.
#
# Guess, before running: a tracking library for servers sends its events by POST, in the body. track_batch of the same
# library does, so track and people.set, which take the same data, do so as well.
#
# What happens: each of these is a GET, and its query has everything, a profile's name and mail address too, in base64. A
# proxy or a gateway on the way that logs addresses, as most do, so keeps personal data where no redaction looks for it,
# and erasing a person does not reach it. Only track_batch and import_batch send a body; they take a single event, too.
#
# Seen: mixpanel 0.24.0, to a server on this machine:
#   GET  /track  no body, in the address: jo@company.example
#   GET  /engage no body, in the address: jo@company.example
#   GET  /engage no body, in the address: jo@company.example
#   GET  /track  no body, in the address: jo@company.example
#   POST /track  body, in the address: nothing
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' >package.json
npm install --no-audit --no-fund --ignore-scripts --no-update-notifier --loglevel=error mixpanel@0.24.0 >/dev/null
cat >requests.cjs <<'JS'
const { createServer } = require('node:http');
const mixpanel = require('mixpanel');

const server = createServer(async (request, response) => {
  let body = '';
  for await (const part of request) body += part;
  const url = new URL(request.url, 'http://localhost');
  const data = Buffer.from(url.searchParams.get('data') ?? '', 'base64').toString();
  console.log(request.method.padEnd(4), url.pathname.padEnd(7), `${body.length > 0 ? 'body' : 'no body'}, in the address:`, data.match(/[a-z]+@[a-z.]+/)?.[0] ?? 'nothing');
  response.end('1');
});
server.listen(0, '127.0.0.1', async () => {
  const client = mixpanel.init('token', { host: `127.0.0.1:${server.address().port}`, protocol: 'http' });
  const done = start => new Promise(resolve => start(resolve));
  await done(after => client.track('signed up', { distinct_id: 'jo@company.example' }, after));
  await done(after => client.people.set('42', { $email: 'jo@company.example', $name: 'Jo' }, after));
  await done(after => client.people.increment('jo@company.example', 'orders', after));
  await done(after => client.alias('42', 'jo@company.example', after));
  await done(after => client.track_batch([{ event: 'signed up', properties: { distinct_id: 'jo@company.example', time: new Date() } }], after));
  server.close();
});
JS
got=$(node requests.cjs)
echo "$got"
diff <(echo "$got") - <<'SEEN'
GET  /track  no body, in the address: jo@company.example
GET  /engage no body, in the address: jo@company.example
GET  /engage no body, in the address: jo@company.example
GET  /track  no body, in the address: jo@company.example
POST /track  body, in the address: nothing
SEEN
echo 'as it was seen'
