#!/bin/bash
# qs makes an object instead of an array of the 21st value of a parameter, from one patch release to the next.
#
# Guess, before running: "tag=a&tag=b" and "tag[]=a&tag[]=b" are arrays of whatever length. The limit of 20 is for indexes
# that are written out, "tag[21]=a", where a large one would make a long array of nothing; that is what its documentation
# was about. A patch release does not change what a form means.
#
# What happens: since 6.14.1 the limit counts values: up to 20 are an array, and with a 21st all of them are an object with
# the keys "0", "1" and so on. So a form with many checkboxes, an event with many items or a list of ids works in every test
# and fails for the one customer with 21: .length is undefined, .map is no function, and a check like Array.isArray takes it
# for something else. A value of its own for arrayLimit is needed where lists can be long, or throwOnLimitExceeded, which at
# least says so.
#
# Seen: qs 6.14.0, 6.14.1 and 6.17.1:
#   6.14.0 tag   20 values: array, length 20; 21 values: array, length 21
#   6.14.0 tag[] 20 values: array, length 20; 21 values: array, length 21
#   6.14.1 tag   20 values: array, length 20; 21 values: object, length undefined
#   6.14.1 tag[] 20 values: array, length 20; 21 values: object, length undefined
#   6.17.1 tag   20 values: array, length 20; 21 values: object, length undefined
#   6.17.1 tag[] 20 values: array, length 20; 21 values: object, length undefined
#   6.17.1 arrayLimit 100: 21
#   6.17.1 throwOnLimitExceeded: Array limit exceeded. Only 20 elements allowed in an array.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' >package.json
npm install --no-audit --no-fund --ignore-scripts --no-update-notifier --loglevel=error qs0@npm:qs@6.14.0 qs1@npm:qs@6.14.1 qs2@npm:qs@6.17.1 >/dev/null
cat >values.cjs <<'JS'
for (const name of ['qs0', 'qs1', 'qs2']) {
  const { parse } = require(name);
  const { version } = require(`${name}/package.json`);
  for (const key of ['tag', 'tag[]']) {
    const told = [20, 21].map(count => {
      const { tag } = parse(Array.from({ length: count }, (_, i) => `${key}=${i}`).join('&'));
      return `${count} values: ${Array.isArray(tag) ? 'array' : 'object'}, length ${tag.length}`;
    });
    console.log(version, key.padEnd(5), told.join('; '));
  }
}
const { parse } = require('qs2');
const many = Array.from({ length: 21 }, (_, i) => `tag=${i}`).join('&');
console.log('6.17.1 arrayLimit 100:', parse(many, { arrayLimit: 100 }).tag.length);
try {
  parse(many, { throwOnLimitExceeded: true });
  console.log('6.17.1 throwOnLimitExceeded: nothing thrown');
} catch (error) {
  console.log('6.17.1 throwOnLimitExceeded:', error.message);
}
JS
got=$(node values.cjs)
echo "$got"
diff <(echo "$got") - <<'SEEN'
6.14.0 tag   20 values: array, length 20; 21 values: array, length 21
6.14.0 tag[] 20 values: array, length 20; 21 values: array, length 21
6.14.1 tag   20 values: array, length 20; 21 values: object, length undefined
6.14.1 tag[] 20 values: array, length 20; 21 values: object, length undefined
6.17.1 tag   20 values: array, length 20; 21 values: object, length undefined
6.17.1 tag[] 20 values: array, length 20; 21 values: object, length undefined
6.17.1 arrayLimit 100: 21
6.17.1 throwOnLimitExceeded: Array limit exceeded. Only 20 elements allowed in an array.
SEEN
echo 'as it was seen'
