// beckon import --people: visitors with their traits from a file (people_file.h), however long it is.
//
// Offline it works in place of the server, under its lock; with --base it uses POST …/visitors/batch of a running
// server. Each visitor is accepted or refused separately; refusals are reported by line. It can be run again, or
// continued from a line: repeating a change with the same `at` has no effect.
#pragma once
#include <cstddef>
#include <string>

#include "app/settings.h"

namespace beckon::app {

struct ImportPeopleOptions {
  std::string file;
  std::string handle;
  std::string base;   // empty: offline
  std::string token;  // of an OPERATOR, with `base`
  std::string at;     // the time of the data, if the file has none; empty: now
  std::string source;
  std::size_t from_line = 1;
  bool dry_run = false;  // reads and checks the whole file, but changes nothing
};

// Prints refusals and progress on standard error and a table on standard output. Returns the exit status: 0 if
// everything was accepted.
int import_people(const Settings& settings, const ImportPeopleOptions& options);

}  // namespace beckon::app
