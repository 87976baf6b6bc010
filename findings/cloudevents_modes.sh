#!/bin/bash
# The CloudEvents SDK sends an event as an object in binary mode and as a text in structured mode.
#
# Guess, before running: the mode is a matter of transport: an event has the same data in both. A text as data of
# application/json is a JSON string, "hello" with its quotes, and a media type that ends in +json is parsed like JSON.
#
# What happens: in binary mode a text is sent as it is, in structured mode as a JSON string. Data that was serialized
# before, '{"plan":"pro"}', so is an object for receivers of the one and a text for those of the other; a text such as an
# order number 0042 or hello is a body that is no JSON, under application/json, and 42 is a number. null comes back as the
# text "null" or not at all. And of application/vnd.shop+json this SDK gives back the unparsed text in binary mode and the
# object in structured mode. Give it values, not texts, and agree on one mode where texts or types with +json occur.
#
# Seen: cloudevents 10.0.0, what is sent and what the SDK itself makes of it:
#   application/json          {"plan":"pro"}        binary      sent {"plan":"pro"}        back {"plan":"pro"}
#   application/json          {"plan":"pro"}        structured  sent {"plan":"pro"}        back {"plan":"pro"}
#   application/json          "{\"plan\":\"pro\"}"  binary      sent {"plan":"pro"}        back {"plan":"pro"}
#   application/json          "{\"plan\":\"pro\"}"  structured  sent "{\"plan\":\"pro\"}"  back "{\"plan\":\"pro\"}"
#   application/json          "hello"               binary      sent hello                 back "hello"
#   application/json          "hello"               structured  sent "hello"               back "hello"
#   application/json          "42"                  binary      sent 42                    back "42"
#   application/json          "42"                  structured  sent "42"                  back "42"
#   application/json          null                  binary      sent null                  back "null"
#   application/json          null                  structured  sent null                  back undefined
#   application/vnd.shop+json {"plan":"pro"}        binary      sent {"plan":"pro"}        back "{\"plan\":\"pro\"}"
#   application/vnd.shop+json {"plan":"pro"}        structured  sent {"plan":"pro"}        back {"plan":"pro"}
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' >package.json
npm install --no-audit --no-fund --ignore-scripts --no-update-notifier --loglevel=error cloudevents@10.0.0 >/dev/null
cat >modes.cjs <<'JS'
const { CloudEvent, HTTP } = require('cloudevents');

function show(data, datacontenttype = 'application/json') {
  const event = new CloudEvent({ id: '1', source: '/shop', type: 'order.placed', time: '2026-11-25T10:00:00.000Z', datacontenttype, data });
  for (const mode of ['binary', 'structured']) {
    const { headers, body } = HTTP[mode](event);
    const sent = mode === 'binary' ? body : body.match(/"data":(.*)}$/)[1];
    const back = JSON.stringify(HTTP.toEvent({ headers, body }).data);
    console.log(datacontenttype.padEnd(25), JSON.stringify(data).padEnd(21), mode.padEnd(11), `sent ${sent}`.padEnd(26), `back ${back}`);
  }
}
show({ plan: 'pro' });
show('{"plan":"pro"}');
show('hello');
show('42');
show(null);
show({ plan: 'pro' }, 'application/vnd.shop+json');
JS
got=$(node modes.cjs)
echo "$got"
diff <(echo "$got") - <<'SEEN'
application/json          {"plan":"pro"}        binary      sent {"plan":"pro"}        back {"plan":"pro"}
application/json          {"plan":"pro"}        structured  sent {"plan":"pro"}        back {"plan":"pro"}
application/json          "{\"plan\":\"pro\"}"  binary      sent {"plan":"pro"}        back {"plan":"pro"}
application/json          "{\"plan\":\"pro\"}"  structured  sent "{\"plan\":\"pro\"}"  back "{\"plan\":\"pro\"}"
application/json          "hello"               binary      sent hello                 back "hello"
application/json          "hello"               structured  sent "hello"               back "hello"
application/json          "42"                  binary      sent 42                    back "42"
application/json          "42"                  structured  sent "42"                  back "42"
application/json          null                  binary      sent null                  back "null"
application/json          null                  structured  sent null                  back undefined
application/vnd.shop+json {"plan":"pro"}        binary      sent {"plan":"pro"}        back "{\"plan\":\"pro\"}"
application/vnd.shop+json {"plan":"pro"}        structured  sent {"plan":"pro"}        back {"plan":"pro"}
SEEN
echo 'as it was seen'
