#!/bin/bash
# FormatJS's matcher picks Spanish for Catalans and Russian for Belarusians although English is the default, and has no
# Chinese for Taiwan.
#
# Guess, before running: match(requested, available, default) takes the language itself, with or without region. A language
# that is not available gets the default, and zh-TW, of which zh is a prefix, gets zh.
#
# What happens: the default algorithm, "best fit", goes by a table of which languages people also read. Whoever asks for
# Catalan, Basque or Galician gets Spanish, for Belarusian, Kazakh, Azerbaijani or Armenian Russian, and Tamil or Welsh gets
# English where the default is French; Ukrainian, Latvian and Hindi get the default. For the same reason zh-TW does not get
# zh: that is written in the other script, and so the reader gets English. Which language a letter is written in is a
# decision that nobody took. With { algorithm: 'lookup' } it is by prefix, as guessed, but then zh-TW no longer finds
# zh-Hant.
#
# Seen: @formatjs/intl-localematcher 0.10.1, best fit and lookup:
#   ca     of en es       default en best fit es      lookup en
#   eu     of en es       default en best fit es      lookup en
#   gl     of en es       default en best fit es      lookup en
#   be     of en ru       default en best fit ru      lookup en
#   kk     of en ru       default en best fit ru      lookup en
#   az     of en ru       default en best fit ru      lookup en
#   hy     of en ru       default en best fit ru      lookup en
#   uk     of en ru       default en best fit en      lookup en
#   lv     of en ru       default en best fit en      lookup en
#   cy     of fr en       default fr best fit en      lookup fr
#   ta     of fr en       default fr best fit en      lookup fr
#   hi     of fr en       default fr best fit fr      lookup fr
#   pt-BR  of en pt       default en best fit pt      lookup pt
#   zh-TW  of en zh       default en best fit en      lookup zh
#   zh-TW  of en zh-Hant  default en best fit zh-Hant lookup en
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' >package.json
npm install --no-audit --no-fund --ignore-scripts --no-update-notifier --loglevel=error @formatjs/intl-localematcher@0.10.1 >/dev/null
cat >languages.mjs <<'JS'
import { match } from '@formatjs/intl-localematcher';

function show(requested, available, otherwise = 'en') {
  const [best, lookup] = ['best fit', 'lookup'].map(algorithm => match([requested], available, otherwise, { algorithm }));
  console.log(requested.padEnd(6), 'of', available.join(' ').padEnd(11), 'default', otherwise, 'best fit', best.padEnd(7), 'lookup', lookup);
}
for (const language of ['ca', 'eu', 'gl']) show(language, ['en', 'es']);
for (const language of ['be', 'kk', 'az', 'hy', 'uk', 'lv']) show(language, ['en', 'ru']);
for (const language of ['cy', 'ta', 'hi']) show(language, ['fr', 'en'], 'fr');
show('pt-BR', ['en', 'pt']);
show('zh-TW', ['en', 'zh']);
show('zh-TW', ['en', 'zh-Hant']);
JS
got=$(node languages.mjs)
echo "$got"
diff <(echo "$got") - <<'SEEN'
ca     of en es       default en best fit es      lookup en
eu     of en es       default en best fit es      lookup en
gl     of en es       default en best fit es      lookup en
be     of en ru       default en best fit ru      lookup en
kk     of en ru       default en best fit ru      lookup en
az     of en ru       default en best fit ru      lookup en
hy     of en ru       default en best fit ru      lookup en
uk     of en ru       default en best fit en      lookup en
lv     of en ru       default en best fit en      lookup en
cy     of fr en       default fr best fit en      lookup fr
ta     of fr en       default fr best fit en      lookup fr
hi     of fr en       default fr best fit fr      lookup fr
pt-BR  of en pt       default en best fit pt      lookup pt
zh-TW  of en zh       default en best fit en      lookup zh
zh-TW  of en zh-Hant  default en best fit zh-Hant lookup en
SEEN
echo 'as it was seen'
