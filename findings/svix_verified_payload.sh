#!/bin/bash
# Verifying a webhook with version 2 of Svix's library returns nothing, not the event.
#
# Guess, before running: `const event = new Webhook(secret).verify(body, headers)` gives the parsed body, as it does in
# the library's version 1 and in `standardwebhooks`, which is by the same authors and has the same class and arguments.
#
# What happens: version 2 checks the signature and returns undefined. A receiver that was upgraded, or moved from
# `standardwebhooks`, still refuses what it must refuse, and then fails, or finds no type in the event, on each one that
# is genuine. With `event?.type` it answers 2xx and does nothing. In TypeScript the compiler says so, in JavaScript
# nothing does.
#
# Seen: svix 1.99.1 and 2.5.0, standardwebhooks 1.1.1, node 20:
#   standardwebhooks: {"type":"order.paid"}
#   svix 1: {"type":"order.paid"}
#   svix 2: undefined
#   svix 2, another body: No matching signature found
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >npm.log
npm install --silent --no-audit --no-fund standardwebhooks@1.1.1 one@npm:svix@1.99.1 two@npm:svix@2.5.0 >>npm.log
cat >verify.mjs <<'JS'
const secret = `whsec_${Buffer.alloc(24, 'receiver').toString('base64')}`;
const body = '{"type":"order.paid"}';
const said = new Date();
const verified = async (name, given = body) => {
  const { Webhook } = await import(name);
  const webhook = new Webhook(secret);
  const fields = { id: 'msg_1', timestamp: `${Math.floor(said / 1000)}`, signature: webhook.sign('msg_1', said, body) };
  const prefix = name === 'standardwebhooks' ? 'webhook' : 'svix';
  const headers = Object.fromEntries(Object.entries(fields).map(([field, value]) => [`${prefix}-${field}`, value]));
  try {
    return JSON.stringify(webhook.verify(given, headers));
  } catch (error) {
    return error.message;
  }
};
console.log('standardwebhooks:', await verified('standardwebhooks'));
console.log('svix 1:', await verified('one'));
console.log('svix 2:', await verified('two'));
console.log('svix 2, another body:', await verified('two', '{"type":"order.void"}'));
JS
node verify.mjs | tee seen
diff - seen <<'SEEN'
standardwebhooks: {"type":"order.paid"}
svix 1: {"type":"order.paid"}
svix 2: undefined
svix 2, another body: No matching signature found
SEEN
