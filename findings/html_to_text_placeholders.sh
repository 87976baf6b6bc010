#!/bin/bash
# html-to-text writes the placeholders of a heading in capitals, so the plain text of a mail greets nobody.
#
# Guess, before running: a converter turns tags into text and leaves the text as it is. The text part of a template can be
# made from its HTML part once, before values are filled in, and then both parts say "Hi Jo".
#
# What happens: the text of h1 to h6 becomes capitals by default, with what stands between double braces. Names in templates
# are case sensitive: LiquidJS finds no VISITOR and writes nothing in its place, without an error. A tag in a heading is an
# error, as there is no IF. Paragraphs, links and cells keep their case, so the same placeholder has a value further down.
# Convert after rendering, or set uppercase: false for every heading.
#
# Seen: html-to-text 10.0.1, liquidjs 10.30.1:
#   h1: "HI {{ VISITOR.FIRSTNAME }}"   rendered: "HI "
#   h6: "HI {{ VISITOR.FIRSTNAME }}"   rendered: "HI "
#   p:  "Hi {{ visitor.firstName }}"   rendered: "Hi Jo"
#   h1 with a tag: tag "IF" not found, line:1, col:1
#   h1, uppercase false: "Hi {{ visitor.firstName }}"   rendered: "Hi Jo"
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' >package.json
npm install --no-audit --no-fund --ignore-scripts --no-update-notifier --loglevel=error html-to-text@10.0.1 liquidjs@10.30.1 >/dev/null
cat >convert.cjs <<'JS'
const { convert } = require('html-to-text');
const { Liquid } = require('liquidjs');
const render = text => new Liquid().parseAndRenderSync(text, { visitor: { firstName: 'Jo' } });
const quoted = (name, text) => console.log(`${name} "${text}"   rendered: "${render(text)}"`);
const greeting = 'Hi {{ visitor.firstName }}';
for (const tag of ['h1', 'h6', 'p']) quoted(`${tag}:`.padEnd(3), convert(`<${tag}>${greeting}</${tag}>`));
try {
  render(convert('<h1>{% if visitor %}Hi{% endif %}</h1>'));
} catch (error) {
  console.log('h1 with a tag:', error.message);
}
const selectors = [{ selector: 'h1', options: { uppercase: false } }];
quoted('h1, uppercase false:', convert(`<h1>${greeting}</h1>`, { selectors }));
JS
got=$(node convert.cjs)
echo "$got"
diff <(echo "$got") - <<'SEEN'
h1: "HI {{ VISITOR.FIRSTNAME }}"   rendered: "HI "
h6: "HI {{ VISITOR.FIRSTNAME }}"   rendered: "HI "
p:  "Hi {{ visitor.firstName }}"   rendered: "Hi Jo"
h1 with a tag: tag "IF" not found, line:1, col:1
h1, uppercase false: "Hi {{ visitor.firstName }}"   rendered: "Hi Jo"
SEEN
echo 'as it was seen'
