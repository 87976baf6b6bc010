#!/bin/bash
# liquidjs and the original Liquid divide differently, so a preview shows a price that the message does not have.
#
# Guess, before running: liquidjs is Liquid in JavaScript. A template of plain filters and conditions gives the same text in
# both; where they differ, it is at filters that only one of them has.
#
# What happens: whole numbers divide as such in Liquid, and as JavaScript does in liquidjs: 1999 cents are 19 in the one and
# 19.99 in the other. 1.0 is "1.0" there and "1" here, a text such as "3 items" counts as 3 there and as 0 here. nil is less
# than 5 in liquidjs only, so a condition on missing points holds in the preview and not in the message. "reversed" after
# "limit" is ignored by Liquid, h | size of an object is 0 in liquidjs. A campaign that is previewed with one and sent with
# the other is not the one that was approved; divided_by with 100.0, and a condition that the value is there, come out
# alike.
#
# Seen: liquidjs 10.30.1 and ruby-liquid 5.4.0-3 (Debian 12):
#   {{ cents | divided_by: 100 }}                              liquidjs 19.99  Liquid 19
#   {{ cents | divided_by: 100.0 }}                            liquidjs 19.99  Liquid 19.99
#   {{ whole }}                                                liquidjs 1      Liquid 1.0
#   {{ cart | plus: 1 }}                                       liquidjs 1      Liquid 4
#   {% if points < 5 %}few{% else %}-{% endif %}               liquidjs few    Liquid -
#   {% if points and points < 5 %}few{% else %}-{% endif %}    liquidjs -      Liquid -
#   {% for i in list limit:2 reversed %}{{ i }} {% endfor %}   liquidjs 10 3   Liquid 3 10
#   {% for i in list reversed limit:2 %}{{ i }} {% endfor %}   liquidjs 10 3   Liquid 10 3
#   {{ person | size }}                                        liquidjs 0      Liquid 2
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
for package in ruby-liquid=5.4.0-3 ruby3.1 libruby3.1 libgmp10 libyaml-0-2; do apt-get download -qq "$package" 2>/dev/null; done
for file in *.deb; do dpkg-deb -x "$file" packages; done
echo '{"private":true}' >package.json
npm install --no-audit --no-fund --ignore-scripts --no-update-notifier --loglevel=error liquidjs@10.30.1 >/dev/null
cat >templates.json <<'JSON'
{
  "values": { "cents": 1999, "points": null, "whole": 1.0, "cart": "3 items", "list": [3, 10, 1], "person": { "name": "Jo", "plan": "pro" } },
  "templates": [
    "{{ cents | divided_by: 100 }}",
    "{{ cents | divided_by: 100.0 }}",
    "{{ whole }}",
    "{{ cart | plus: 1 }}",
    "{% if points < 5 %}few{% else %}-{% endif %}",
    "{% if points and points < 5 %}few{% else %}-{% endif %}",
    "{% for i in list limit:2 reversed %}{{ i }} {% endfor %}",
    "{% for i in list reversed limit:2 %}{{ i }} {% endfor %}",
    "{{ person | size }}"
  ]
}
JSON
cat >render.rb <<'RUBY'
require "json"
require "liquid"
input = JSON.parse(File.read("templates.json"))
puts JSON.generate(input["templates"].map { |text| Liquid::Template.parse(text).render(input["values"]) })
RUBY
cat >ruby.sh <<'SH'
usr=$PWD/packages/usr
lib=$usr/lib/x86_64-linux-gnu
export LD_LIBRARY_PATH=$lib
export RUBYLIB=$usr/lib/ruby/3.1.0:$lib/ruby/3.1.0:$usr/share/rubygems-integration/all/gems/liquid-5.4.0/lib
exec $usr/bin/ruby3.1 --disable-gems render.rb
SH
cat >compare.mjs <<'JS'
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Liquid } from 'liquidjs';

const { values, templates } = JSON.parse(readFileSync('templates.json', 'utf8'));
const original = JSON.parse(execFileSync('bash', ['ruby.sh'], { encoding: 'utf8' }));
const engine = new Liquid();
for (const [i, template] of templates.entries())
  console.log(template.padEnd(58), `liquidjs ${engine.parseAndRenderSync(template, values).trim()}`.padEnd(15), `Liquid ${original[i].trim()}`);
JS
got=$(node compare.mjs)
echo "$got"
diff <(echo "$got") - <<'SEEN'
{{ cents | divided_by: 100 }}                              liquidjs 19.99  Liquid 19
{{ cents | divided_by: 100.0 }}                            liquidjs 19.99  Liquid 19.99
{{ whole }}                                                liquidjs 1      Liquid 1.0
{{ cart | plus: 1 }}                                       liquidjs 1      Liquid 4
{% if points < 5 %}few{% else %}-{% endif %}               liquidjs few    Liquid -
{% if points and points < 5 %}few{% else %}-{% endif %}    liquidjs -      Liquid -
{% for i in list limit:2 reversed %}{{ i }} {% endfor %}   liquidjs 10 3   Liquid 3 10
{% for i in list reversed limit:2 %}{{ i }} {% endfor %}   liquidjs 10 3   Liquid 10 3
{{ person | size }}                                        liquidjs 0      Liquid 2
SEEN
echo 'as it was seen'
