#!/bin/bash
# Nodemailer's list headers turn the value of List-Unsubscribe-Post into an address, and one-click unsubscribing is gone.
#
# Guess, before running: the option "list" writes the List-… headers of a mail. With unsubscribe and unsubscribe-post in it,
# the message has what RFC 8058 asks for: List-Unsubscribe-Post: List-Unsubscribe=One-Click.
#
# What happens: every name in "list" is accepted, and every value is written as RFC 2369 writes addresses, in angle brackets:
# what has an @ becomes mailto:, what has no scheme http://. So the header is there, looks right at a glance and carries
# <http://List-Unsubscribe=One-Click>, which is not the one value that RFC 8058 allows. List-ID, also from
# "list", is right. List-Unsubscribe alone gets no Post header. It has to be set under "headers".
#
# Seen: nodemailer 10.6.1:
#   in list:                List-ID: "News" <news.shop.example>
#   in list:                List-Unsubscribe-Post: <http://List-Unsubscribe=One-Click>
#   in list:                List-Unsubscribe: <https://shop.example/unsubscribe/1>
#   in list, without post:  List-Unsubscribe: <https://shop.example/unsubscribe/1>
#   in headers:             List-Unsubscribe-Post: List-Unsubscribe=One-Click
#   in headers:             List-Unsubscribe: <https://shop.example/unsubscribe/1>
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' >package.json
npm install --no-audit --no-fund --ignore-scripts --no-update-notifier --loglevel=error nodemailer@10.6.1 >/dev/null
cat >unsubscribe.cjs <<'JS'
const { createTransport } = require('nodemailer');
const transport = createTransport({ streamTransport: true, buffer: true });
const unsubscribe = 'https://shop.example/unsubscribe/1';
const post = 'List-Unsubscribe=One-Click';
const mails = {
  'in list': { list: { unsubscribe, 'unsubscribe-post': post, id: { url: 'news.shop.example', comment: 'News' } } },
  'in list, without post': { list: { unsubscribe } },
  'in headers': { list: { unsubscribe }, headers: { 'List-Unsubscribe-Post': post } },
};
async function main() {
  for (const [name, options] of Object.entries(mails)) {
    const { message } = await transport.sendMail({ from: 'shop@shop.example', to: 'jo@company.example', subject: 'News', text: 'Hi', ...options });
    for (const line of message.toString().split('\r\n').filter(line => line.startsWith('List-')).sort()) console.log(`${name}:`.padEnd(23), line);
  }
}
main();
JS
got=$(node unsubscribe.cjs)
echo "$got"
diff <(echo "$got") - <<'SEEN'
in list:                List-ID: "News" <news.shop.example>
in list:                List-Unsubscribe-Post: <http://List-Unsubscribe=One-Click>
in list:                List-Unsubscribe: <https://shop.example/unsubscribe/1>
in list, without post:  List-Unsubscribe: <https://shop.example/unsubscribe/1>
in headers:             List-Unsubscribe-Post: List-Unsubscribe=One-Click
in headers:             List-Unsubscribe: <https://shop.example/unsubscribe/1>
SEEN
echo 'as it was seen'
