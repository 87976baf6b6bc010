#!/bin/bash
# Amplitude's Identify keeps the first value of a property that is set twice, and a quantity of 0 is 1.
#
# Guess, before running: an Identify collects operations and sends them. Of two set on one property the later wins, as with
# assignments; set and then add, or set and then unset, are both sent, in order, or refused.
#
# What happens: each property can be in one operation, and that is the first. Whatever comes later on the same property is
# dropped, whichever operation it is, and the result is sent as a success: defaults that are set first cannot be overridden,
# unset after set leaves the value, and an add to a counter is lost. null is dropped at once, yet NaN is sent as null. In a
# Revenue a quantity of 0 does not take, and it stays at 1. Make one value per property before, and one Identify from that.
#
# Seen: @amplitude/analytics-node 1.5.73 with @amplitude/analytics-core 2.57.0, to a server on this machine:
#   set free, set pro                200 {"$set":{"plan":"free"}}
#   set 5, add 1                     200 {"$set":{"orders":5}}
#   set pro, unset                   200 {"$set":{"plan":"pro"}}
#   setOnce free, set pro            200 {"$setOnce":{"plan":"free"}}
#   set null, set NaN                200 {"$set":{"orders":null}}
#   revenue, quantity 0              200 {"$productId":"mug","$quantity":1,"$price":9.5}
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' >package.json
npm install --no-audit --no-fund --ignore-scripts --no-update-notifier --loglevel=error @amplitude/analytics-node@1.5.73 @amplitude/analytics-core@2.57.0 >/dev/null
cat >identify.cjs <<'JS'
const { createServer } = require('node:http');
const { Identify, Revenue, identify, init, revenue } = require('@amplitude/analytics-node');

const server = createServer(async (request, response) => {
  let body = '';
  for await (const part of request) body += part;
  const [event] = JSON.parse(body).events;
  server.sent = event.user_properties ?? event.event_properties;
  response.end('{"code":200}');
});
server.listen(0, '127.0.0.1', async () => {
  init('key', { serverUrl: `http://127.0.0.1:${server.address().port}`, flushQueueSize: 1, flushIntervalMillis: 1, logLevel: 0 });
  async function show(name, result) {
    const { code } = await result.promise;
    console.log(name.padEnd(32), code, JSON.stringify(server.sent));
  }
  const person = { user_id: 'jo-42' };
  await show('set free, set pro', identify(new Identify().set('plan', 'free').set('plan', 'pro'), person));
  await show('set 5, add 1', identify(new Identify().set('orders', 5).add('orders', 1), person));
  await show('set pro, unset', identify(new Identify().set('plan', 'pro').unset('plan'), person));
  await show('setOnce free, set pro', identify(new Identify().setOnce('plan', 'free').set('plan', 'pro'), person));
  await show('set null, set NaN', identify(new Identify().set('plan', null).set('orders', NaN), person));
  await show('revenue, quantity 0', revenue(new Revenue().setProductId('mug').setPrice(9.5).setQuantity(0), person));
  process.exit();
});
JS
got=$(node identify.cjs)
echo "$got"
diff <(echo "$got") - <<'SEEN'
set free, set pro                200 {"$set":{"plan":"free"}}
set 5, add 1                     200 {"$set":{"orders":5}}
set pro, unset                   200 {"$set":{"plan":"pro"}}
setOnce free, set pro            200 {"$setOnce":{"plan":"free"}}
set null, set NaN                200 {"$set":{"orders":null}}
revenue, quantity 0              200 {"$productId":"mug","$quantity":1,"$price":9.5}
SEEN
echo 'as it was seen'
