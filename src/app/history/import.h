// beckon import: history from a file, so that one can simulate on one's own past on the first day. Contract section 9.
//
// Offline it takes the server's place, under its lock; with --base it goes through POST …/chain/import of a running
// one. Both take the same entries (intake/import.h), in the order of time, so that a session's signals have the
// versions that they would have had. A second run stores nothing: each event goes by its own id.
#pragma once
#include <string>

#include "app/settings.h"

namespace beckon::app {

struct ImportOptions {
  std::string format = "snowplow";
  std::string file;
  std::string handle;
  bool shift_to_now = false;  // the newest event happened now, and all distances stay
  std::string base;           // empty: offline
  std::string token;          // of an OPERATOR, with `base`
};

// Prints progress on standard error and a table on standard output. The exit status: 1 where nothing could be taken.
int import_history(const Settings& settings, const ImportOptions& options);

}  // namespace beckon::app
