#!/bin/bash
# MJML drops template tags between its elements, so a mail shows every branch of its conditions to everybody.
#
# Guess, before running: MJML is made for mails that a template language fills in later, so what stands between sections is
# either passed on or reported, at the latest by validationLevel "strict".
#
# What happens: text directly inside mj-body, mj-section or mj-column is left out without an error. Of
# "{% if … %}<mj-section>…{% else %}<mj-section>…{% endif %}" both sections stay and the tags are gone, and a loop around
# texts shows its body once. Tags within mj-text and in attributes are kept, so a template looks as if it worked. Only
# mj-raw passes text between elements on.
#
# Seen: mjml 5.4.1:
#   as written, soft       0 errors: Thanks for using Pro | Try Pro
#   as written, strict     0 errors: Thanks for using Pro | Try Pro
#   loop in a column       0 errors: {{ item.name }}
#   tags in mj-text        0 errors: {% if pro %} | Thanks for using Pro | {% else %} | Try Pro | {% endif %}
#   tags in mj-raw         0 errors: {% if pro %} | Thanks for using Pro | {% else %} | Try Pro | {% endif %}
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' >package.json
npm install --no-audit --no-fund --ignore-scripts --no-update-notifier --loglevel=error mjml@5.4.1 >/dev/null
cat >branches.mjs <<'JS'
import mjml from 'mjml';

const section = content => `<mj-section><mj-column>${content}</mj-column></mj-section>`;
const text = words => `<mj-text>${words}</mj-text>`;
const [pro, free] = ['Thanks for using Pro', 'Try Pro'];
const around = `{% if pro %}${section(text(pro))}{% else %}${section(text(free))}{% endif %}`;
const inside = section(text(`{% if pro %}${pro}{% else %}${free}{% endif %}`));
const loop = section(`{% for item in items %}${text('{{ item.name }}')}{% endfor %}`);

async function show(name, body, validationLevel) {
  const { html, errors } = await mjml(`<mjml><mj-body>${body}</mj-body></mjml>`, { validationLevel });
  const left = html.match(/\{%[^%]*%\}|\{\{[^}]*\}\}|Thanks for using Pro|Try Pro/g);
  console.log(name.padEnd(22), `${errors.length} errors:`, left.join(' | '));
}
await show('as written, soft', around, 'soft');
await show('as written, strict', around, 'strict');
await show('loop in a column', loop, 'strict');
await show('tags in mj-text', inside, 'strict');
await show('tags in mj-raw', around.replace(/\{%[^%]*%\}/g, '<mj-raw>$&</mj-raw>'), 'strict');
JS
got=$(node branches.mjs)
echo "$got"
diff <(echo "$got") - <<'SEEN'
as written, soft       0 errors: Thanks for using Pro | Try Pro
as written, strict     0 errors: Thanks for using Pro | Try Pro
loop in a column       0 errors: {{ item.name }}
tags in mj-text        0 errors: {% if pro %} | Thanks for using Pro | {% else %} | Try Pro | {% endif %}
tags in mj-raw         0 errors: {% if pro %} | Thanks for using Pro | {% else %} | Try Pro | {% endif %}
SEEN
echo 'as it was seen'
