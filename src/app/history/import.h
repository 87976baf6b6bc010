// beckon import: historical signals from a file, so that rules can be simulated before there is live traffic. Contract
// section 9.
//
// A Snowplow CSV is read as a whole; archives of other systems are read line by line (import_archive.h).
//
// Offline it works in place of the server, under its lock; with --base it uses POST …/chain/import of a running server.
// Both use the same entries (intake/import.h) in chronological order, so that signals get the versions they would have
// had. A second run stores nothing, because each event has an id.
#pragma once
#include <string>

#include "app/settings.h"

namespace beckon::app {

struct ImportOptions {
  std::string format = "snowplow";
  std::string file;
  std::string handle;
  bool shift_to_now = false;  // shifts all events so that the newest happened now
  std::size_t from_line = 1;  // of archives: starts at this line
  std::string traits_to;      // likewise: a file for the visitors' traits; empty: they are left out
  std::string base;           // empty: offline
  std::string token;          // of an OPERATOR, with `base`
};

// Prints progress on standard error and a table on standard output. Returns the exit status: 1 if nothing was imported.
int import_history(const Settings& settings, const ImportOptions& options);

}  // namespace beckon::app
