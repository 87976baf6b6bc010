// beckon import --people: visitors with their traits from a file (people_file.h), however long it is.
//
// Offline it works in place of the server, under its lock; with --base it uses POST …/visitors/batch of a running
// server. Each visitor is taken or refused by itself, and refusals are named by their line. It can be run again, or go
// on from a line: what is said once more with the same `at` changes nothing.
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
  std::string at;     // when it was so, where the file does not say; empty: now
  std::string source;
  std::size_t from_line = 1;
  bool dry_run = false;  // reads and checks all of the file, and changes nothing
};

// Prints refusals and progress on standard error and a table on standard output. Returns the exit status: 0 where all
// of it was taken.
int import_people(const Settings& settings, const ImportPeopleOptions& options);

}  // namespace beckon::app
