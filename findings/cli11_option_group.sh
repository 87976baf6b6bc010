#!/bin/bash
# CLI11 counts a group of options among the subcommands of its command.
#
# Guess, before running: add_option_group arranges options for the help and for require_option, so a command that has one,
# and no subcommand, has an empty list of subcommands, and get_subcommands with a filter that takes all returns none.
#
# What happens: the group is a nameless subcommand. get_subcommands returns it to any filter that does not look at the
# name; without a filter (which lists what was parsed) it is left out, so the two differ. Code that walks the commands,
# for a list of them, a completion, or a suggestion for a mistyped word, takes a command with a group for one that expects
# a further word. A filter must leave out empty names.
#
# Seen: libcli11-dev 2.1.2+ds-1 (Debian 12), g++ 12:
#   command with two options: 0 subcommands
#   the same with a group: 1 subcommands, named ""
#   after parsing it: 0 were parsed
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq libcli11-dev=2.1.2+ds-1
dpkg-deb -x libcli11-dev_*.deb package
cat >groups.cc <<'SOURCE'
#include <CLI/CLI.hpp>
#include <cstdio>

int main() {
  const auto any = [](CLI::App*) { return true; };
  CLI::App app{"groups"};
  std::string text;
  CLI::App* plain = app.add_subcommand("plain");
  plain->add_option("--one", text);
  plain->add_option("--two", text);
  std::printf("command with two options: %zu subcommands\n", plain->get_subcommands(any).size());
  CLI::App* grouped = app.add_subcommand("grouped");
  CLI::Option_group* group = grouped->add_option_group("source", "where it comes from");
  group->add_option("--one", text);
  group->add_option("--two", text);
  const auto found = grouped->get_subcommands(any);
  std::printf("the same with a group: %zu subcommands, named \"%s\"\n", found.size(), found.front()->get_name().c_str());
  const char* words[] = {"groups", "grouped", "--one", "x"};
  app.parse(4, words);
  std::printf("after parsing it: %zu were parsed\n", grouped->get_subcommands().size());
}
SOURCE
g++ -std=c++17 -I package/usr/include groups.cc -o groups
got=$(./groups)
echo "$got"
diff <(echo "$got") - <<'SEEN'
command with two options: 0 subcommands
the same with a group: 1 subcommands, named ""
after parsing it: 0 were parsed
SEEN
echo 'as it was seen'
