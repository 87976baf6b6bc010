#!/bin/bash
# Miller writes the CSV values .5, 5. and 0xff as they are into JSON, which is none then.
#
# Guess, before running: mlr --icsv --ojson writes JSON that every parser reads. What Miller takes for a number is written
# as JSON's number, in decimal, and what only looks like one in another notation as a text.
#
# What happens: Miller keeps the spelling of each number that it has not computed with, and it knows more spellings than
# JSON: .5 and 5. and 1.e5, 0xff, 0o17 and 0b11 come out bare. A file with one size .5 or one code 0x1f among thousands
# breaks at that line, in jq and JSON.parse alike, while phone numbers with + and numbers with leading zeros get quotes. A
# code 1e3 is valid but is 1000 for the next reader, 12E5 is 1200000. And a column "address.city" becomes an object. mlr -S
# puts all in quotes, --no-auto-unflatten leaves the names alone.
#
# Seen: miller 6.6.0-2+b3 (Debian 12), mlr --icsv --ojson cat, and what JSON.parse makes of it:
#   mlr    .5           "value": .5          no JSON
#   mlr    5.           "value": 5.          no JSON
#   mlr    1.e5         "value": 1.e5        no JSON
#   mlr    0xff         "value": 0xff        no JSON
#   mlr    0b11         "value": 0b11        no JSON
#   mlr    1e3          "value": 1e3         1000
#   mlr    12E5         "value": 12E5        1200000
#   mlr    007          "value": "007"       007
#   mlr    +15550100    "value": "+15550100" +15550100
#   mlr    1_000        "value": "1_000"     1_000
#   mlr    NaN          "value": "NaN"       NaN
#   mlr -S .5           "value": ".5"        .5
#   mlr -S 0xff         "value": "0xff"      0xff
#   mlr -S 1e3          "value": "1e3"       1e3
#   [{"address":{"city":"Bonn"}}]
#   [{"address.city":"Bonn"}]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq miller=6.6.0-2+b3 2>/dev/null
dpkg-deb -x miller_*.deb packages
cat >convert.sh <<'SH'
show() {
  local json
  json=$(printf 'value\n%s\n' "$2" | packages/usr/bin/mlr $1 --icsv --ojson cat | grep value)
  printf '%-6s %-10s %-22s %s\n' "mlr $1" "$2" "$json" "$(node -e 'try { console.log(JSON.parse(process.argv[1]).value); } catch { console.log("no JSON"); }' "{$json}")"
}
for value in .5 5. 1.e5 0xff 0b11 1e3 12E5 007 +15550100 1_000 NaN; do show '' "$value"; done
for value in .5 0xff 1e3; do show -S "$value"; done
for option in '' --no-auto-unflatten; do
  printf 'address.city\nBonn\n' | packages/usr/bin/mlr $option --icsv --ojson --jvstack cat | tr -d ' \n'
  echo
done
SH
got=$(bash convert.sh)
echo "$got"
diff <(echo "$got") - <<'SEEN'
mlr    .5           "value": .5          no JSON
mlr    5.           "value": 5.          no JSON
mlr    1.e5         "value": 1.e5        no JSON
mlr    0xff         "value": 0xff        no JSON
mlr    0b11         "value": 0b11        no JSON
mlr    1e3          "value": 1e3         1000
mlr    12E5         "value": 12E5        1200000
mlr    007          "value": "007"       007
mlr    +15550100    "value": "+15550100" +15550100
mlr    1_000        "value": "1_000"     1_000
mlr    NaN          "value": "NaN"       NaN
mlr -S .5           "value": ".5"        .5
mlr -S 0xff         "value": "0xff"      0xff
mlr -S 1e3          "value": "1e3"       1e3
[{"address":{"city":"Bonn"}}]
[{"address.city":"Bonn"}]
SEEN
echo 'as it was seen'
