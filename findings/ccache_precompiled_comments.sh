#!/bin/bash
# ccache takes a precompiled header whose comments have changed for the same, and what is compiled with it then fails.
#
# Guess, before running: a precompiled header is either compiled again, or found in the cache by the content of all the
# headers in it. If only a comment changed, either is as good, since a comment changes nothing of what is compiled.
#
# What happens: without a hit by content, ccache compares what the preprocessor makes of the headers, without their
# comments, and hands out the older precompiled header. In it, g++ keeps a checksum of each header as it was. The changed
# header is no longer the one that was included once, for all its #pragma once: a file that includes it defines
# everything in it twice. It fails far from the edit, and only where the cache has the older state: a build from scratch
# passes, and so does the next one. With CCACHE_DEPEND=1 headers count by their content, and it does not happen; with
# CCACHE_COMMENTS=1 comments count too.
#
# Seen: ccache 4.8+really4.7.5-1 (Debian 12), g++ 12.2.0:
#   first                     compiled
#   comment, as documented    redefinition of 'struct Point'
#   comment, CCACHE_COMMENTS  compiled
#   comment, CCACHE_DEPEND    compiled
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
for package in ccache=4.8+really4.7.5-1 libhiredis0.14=0.14.1-3; do apt-get download -qq "$package" 2>/dev/null; done
for file in *.deb; do dpkg-deb -x "$file" packages; done
export LC_ALL=C CCACHE_DIR="$folder/cache"
# As ccache's manual asks for with precompiled headers of g++.
export CCACHE_SLOPPINESS=pch_defines,time_macros
cached() {
  env LD_LIBRARY_PATH="$(dirname packages/usr/lib/*/libhiredis.so.0.14)" packages/usr/bin/ccache g++ -fpch-preprocess -MD "$@"
}
# build COMMENT NUMBER [VARIABLE=VALUE]: prints what came of it.
build() {
  rm -f ./*.h ./*.gch ./*.o
  printf '#pragma once\nstruct Point { int x; };  // %s\n' "$1" >point.h
  echo '#include "point.h"' >all.h
  printf '#include "point.h"\nint main() { return Point{%s}.x; }\n' "$2" >main.cc
  (
    [ -z "${3:-}" ] || export "${3?}"
    cached -x c++-header -c all.h -o all.h.gch
    if cached -include all.h -c main.cc -o main.o 2>errors; then echo compiled; else grep -o "redefinition of.*" errors | head -n 1; fi
  )
}
got=$(
  echo "first                     $(build 'metres' 2)"
  echo "comment, as documented    $(build 'in metres' 3)"
  for variable in CCACHE_COMMENTS CCACHE_DEPEND; do
    rm -rf cache
    build 'metres' 4 $variable=1 >/dev/null
    printf 'comment, %-17s%s\n' $variable "$(build 'in metres' 5 $variable=1)"
  done
)
echo "$got"
diff <(echo "$got") - <<'SEEN'
first                     compiled
comment, as documented    redefinition of 'struct Point'
comment, CCACHE_COMMENTS  compiled
comment, CCACHE_DEPEND    compiled
SEEN
echo 'as it was seen'
