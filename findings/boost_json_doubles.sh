#!/bin/bash
# Boost.JSON 1.81 does not read back the numbers that it writes, and writes JSON that it does not read.
#
# Guess, before running: a parser rounds a decimal to the nearest double, as strtod does, so what a library wrote comes
# back as it was; a number that is too large for a double is an error, or the largest; and what was parsed can be written
# as JSON again.
#
# What happens: digits are added up and multiplied by a power of ten in doubles. Amounts with two decimals and positions
# with seven are right, all of them; with 16 or 17 digits, as every double has that was computed, one in five is off by the
# last bit, and so is one in ten of those that the library wrote itself: an etag or a signature over what was written
# differs after one trip. 1e400, which is valid JSON, is parsed without an error, and is written as Infinity, which no JSON
# parser takes, this one included. Keep the text of a number and convert it with std::from_chars, as a basic_parser's
# handler can. (1.82 and later have an option for precise numbers; it is off by default.)
#
# Seen: libboost1.81-dev 1.81.0-5+deb12u1 (Debian 12), g++ 12:
#   amounts, two decimals: 0 of 1000000 differ from strtod
#   positions, seven decimals: 0 of 1000000 differ from strtod
#   17 digits: 190162 of 1000000 differ from strtod
#   written and read again: 105787 of 1000000 differ
#   1e400 is written as Infinity, which is read as: syntax error
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq libboost1.81-dev=1.81.0-5+deb12u1
dpkg-deb -x libboost1.81-dev_*.deb package
cat >doubles.cc <<'SOURCE'
#include <boost/json.hpp>
#include <boost/json/src.hpp>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>

namespace json = boost::json;

int main() {
  constexpr int kCases = 1'000'000;
  const auto read = [](const std::string& text) { return json::parse(text).to_number<double>(); };
  std::mt19937_64 random(1);
  const auto differ = [&](const char* name, auto&& text_of) {
    int count = 0;
    for (int i = 0; i < kCases; ++i) {
      const std::string text = text_of(i);
      count += read(text) != std::strtod(text.c_str(), nullptr);
    }
    std::printf("%s: %d of %d differ from strtod\n", name, count, kCases);
  };
  char text[64];
  differ("amounts, two decimals", [&](int i) { std::snprintf(text, sizeof text, "%d.%02d", i / 100, i % 100); return text; });
  differ("positions, seven decimals", [&](int) { std::snprintf(text, sizeof text, "%.7f", double(random() % 1'800'000'000) / 1e7); return text; });
  const auto fraction = [&] { return double(random() >> 11) * 0x1p-53; };
  differ("17 digits", [&](int) { std::snprintf(text, sizeof text, "%.17g", fraction()); return text; });
  int lost = 0;
  for (int i = 0; i < kCases; ++i) {
    const double value = fraction();
    lost += read(json::serialize(json::value(value))) != value;
  }
  std::printf("written and read again: %d of %d differ\n", lost, kCases);
  const std::string large = json::serialize(json::parse("1e400"));
  json::error_code error;
  json::parse(large, error);
  std::printf("1e400 is written as %s, which is read as: %s\n", large.c_str(), error.message().c_str());
}
SOURCE
g++ -std=c++17 -O1 -isystem package/usr/include doubles.cc -o doubles
got=$(./doubles)
echo "$got"
diff <(echo "$got") - <<'SEEN'
amounts, two decimals: 0 of 1000000 differ from strtod
positions, seven decimals: 0 of 1000000 differ from strtod
17 digits: 190162 of 1000000 differ from strtod
written and read again: 105787 of 1000000 differ
1e400 is written as Infinity, which is read as: syntax error
SEEN
echo 'as it was seen'
