#!/bin/bash
# fflate's gunzipSync gives back only a piece of a gzip file that was appended to, and says nothing.
#
# Guess, before running: a gzip file may have several members one after the other (RFC 1952): logs and exports that were
# appended to, joined by cat or written in blocks do. A decompressor returns them all or, if it knows but one, the first one
# whole.
#
# What happens: it returns the first member cut to the length of the last. The length for the result is taken from the end
# of the file, where the last member has its own, and the first member is inflated until that is full. With a short last
# part, as in a file that gets a few lines each minute, almost everything is gone; with a longer one, the result is the
# first member and looks complete. No error either way. The streaming Gunzip of the same package returns all members, as do
# pako, Node's zlib and DecompressionStream. Read files from elsewhere with one of those.
#
# Seen: fflate 0.8.3 and pako 3.0.3, two members with 3 lines and 1 line, then 1 and 3:
#   fflate gunzipSync    "signal 1\n"
#   fflate Gunzip        "signal 1\nsignal 2\nsignal 3\nsignal 4\n"
#   pako ungzip          "signal 1\nsignal 2\nsignal 3\nsignal 4\n"
#   zlib gunzipSync      "signal 1\nsignal 2\nsignal 3\nsignal 4\n"
#   DecompressionStream  "signal 1\nsignal 2\nsignal 3\nsignal 4\n"
#   fflate gunzipSync    "signal 4\n"
#   fflate Gunzip        "signal 4\nsignal 1\nsignal 2\nsignal 3\n"
#   pako ungzip          "signal 4\nsignal 1\nsignal 2\nsignal 3\n"
#   zlib gunzipSync      "signal 4\nsignal 1\nsignal 2\nsignal 3\n"
#   DecompressionStream  "signal 4\nsignal 1\nsignal 2\nsignal 3\n"
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' >package.json
npm install --no-audit --no-fund --ignore-scripts --no-update-notifier --loglevel=error fflate@0.8.3 pako@3.0.3 >/dev/null
cat >members.cjs <<'JS'
const { gunzipSync, gzipSync } = require('node:zlib');
const fflate = require('fflate');
const pako = require('pako');

const many = 'signal 1\nsignal 2\nsignal 3\n';
const one = 'signal 4\n';
function streamed(file) {
  let text = '';
  const stream = new fflate.Gunzip(part => (text += Buffer.from(part).toString()));
  stream.push(file, true);
  return text;
}
async function decompressed(file) {
  return new Response(new Blob([file]).stream().pipeThrough(new DecompressionStream('gzip'))).text();
}
async function main() {
  for (const parts of [[many, one], [one, many]]) {
    const file = Buffer.concat(parts.map(part => gzipSync(part)));
    const show = (name, text) => console.log(name.padEnd(20), JSON.stringify(text));
    show('fflate gunzipSync', Buffer.from(fflate.gunzipSync(file)).toString());
    show('fflate Gunzip', streamed(file));
    show('pako ungzip', Buffer.from(pako.ungzip(file)).toString());
    show('zlib gunzipSync', gunzipSync(file).toString());
    show('DecompressionStream', await decompressed(file));
  }
}
main();
JS
got=$(node members.cjs)
echo "$got"
diff <(echo "$got") - <<'SEEN'
fflate gunzipSync    "signal 1\n"
fflate Gunzip        "signal 1\nsignal 2\nsignal 3\nsignal 4\n"
pako ungzip          "signal 1\nsignal 2\nsignal 3\nsignal 4\n"
zlib gunzipSync      "signal 1\nsignal 2\nsignal 3\nsignal 4\n"
DecompressionStream  "signal 1\nsignal 2\nsignal 3\nsignal 4\n"
fflate gunzipSync    "signal 4\n"
fflate Gunzip        "signal 4\nsignal 1\nsignal 2\nsignal 3\n"
pako ungzip          "signal 4\nsignal 1\nsignal 2\nsignal 3\n"
zlib gunzipSync      "signal 4\nsignal 1\nsignal 2\nsignal 3\n"
DecompressionStream  "signal 4\nsignal 1\nsignal 2\nsignal 3\n"
SEEN
echo 'as it was seen'
