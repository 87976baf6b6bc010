#!/bin/bash
# csvkit reads a column with the names May and June as dates of the year 1, and the children's sizes 3-4 and 5-6 as days.
#
# Guess, before running: csvjson, csvsort, csvsql and the others infer types, so whole numbers become numbers and ISO 8601
# dates become dates. Words are words, and a leading zero or a country code is nothing to convert.
#
# What happens: what a reader of English could take for a date is one: names of months, and two small numbers with a hyphen,
# in the year 1 or 2001. A code like 1h or 2d becomes a duration, NA (Namibia, North America), none and n/a nothing at all,
# 5% is 5 and 007 is 7, yes and no are booleans. It goes by column: a single Jo among the names, or the size 13-14, keeps
# all of them texts, so a small sample and the full file come out differently. csvsort converts what it writes as well,
# although asked for an order only. -I (--no-inference) leaves the values alone.
#
# Seen: csvkit 1.0.7-1 with agate 1.6.3-2 (Debian 12), columns as csvjson gives them back:
#   May June         "0001-05-01" "0001-06-01"
#   May June Jo      "May" "June" "Jo"
#   3-4 5-6          "2001-03-04" "2001-05-06"
#   3-4 13-14        "3-4" "13-14"
#   1h 2d            "1:00:00" "2 days, 0:00:00"
#   DE NA            "DE" null
#   yes no           true false
#   5% 10%           5.0 10.0
#   007 042          7.0 42.0
#   May June         "May" "June"
#   csvsort: p,0001-04-01 p,0001-05-01
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
for package in python3-csvkit=1.0.7-1 python3-agate=1.6.3-2 python3-babel=2.10.3-1 python-babel-localedata=2.10.3-1 python3-isodate=0.6.1-1 \
  python3-leather=0.3.4-2 python3-parsedatetime=2.6-3 python3-pytimeparse=1.1.5-3 python3-six=1.16.0-4 python3-slugify=4.0.0-2 \
  python3-text-unidecode=1.3-1 python3-tz=2022.7.1-4; do
  apt-get download -qq "$package" 2>/dev/null
done
for file in *.deb; do dpkg-deb -x "$file" packages; done
export PYTHONPATH="$folder/packages/usr/lib/python3/dist-packages"
cat >columns.sh <<'SH'
csv() { printf 'id,value\n'; for value in "$@"; do printf 'p,%s\n' "$value"; done; }
show() {
  local values
  values=$(csv "$@" | /usr/bin/python3 -W ignore -m csvkit.utilities.csvjson --stream $options | sed 's/.*"value": \(.*\)}/\1/' | paste -sd ' ')
  printf '%-16s %s\n' "$*" "$values"
}
options=
show May June
show May June Jo
show 3-4 5-6
show 3-4 13-14
show 1h 2d
show DE NA
show yes no
show 5% 10%
show 007 042
options=-I
show May June
echo "csvsort: $(csv May April | /usr/bin/python3 -W ignore -m csvkit.utilities.csvsort -c value | tail -n 2 | paste -sd ' ')"
SH
got=$(bash columns.sh)
echo "$got"
diff <(echo "$got") - <<'SEEN'
May June         "0001-05-01" "0001-06-01"
May June Jo      "May" "June" "Jo"
3-4 5-6          "2001-03-04" "2001-05-06"
3-4 13-14        "3-4" "13-14"
1h 2d            "1:00:00" "2 days, 0:00:00"
DE NA            "DE" null
yes no           true false
5% 10%           5.0 10.0
007 042          7.0 42.0
May June         "May" "June"
csvsort: p,0001-04-01 p,0001-05-01
SEEN
echo 'as it was seen'
