// `beckon backup`, `restore`, `verify` and `drill`. Each prints its result, or an error message on standard error, and
// returns the exit status: 0, or 1 if it was refused, failed or found damage. docs/operations.md
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "app/settings.h"

namespace beckon::app {

struct BackupRequest {
  std::string file;                        // "-" for standard output
  std::string temporary;                   // where the copy is made; empty: next to the file, or TMPDIR for "-"
  std::string stalled_after = "60s";       // how long there may be no progress
  std::uint64_t longest_wal = 4ull << 30;  // bytes; store::CopyOptions
};
int backup(const Settings& settings, const BackupRequest& request);

struct RestoreRequest {
  std::string from;                     // a file of `beckon backup`, or a backup folder
  std::string at;                       // of a folder: a point in time; empty for the latest,
  std::optional<std::uint64_t> commit;  // or after this commit
  bool list = false;                    // prints what a folder can restore
};
int restore(const Settings& settings, const RestoreRequest& request);

// Checks the backup, a file or a folder, or, if `from` is empty, the data folder.
int verify(const Settings& settings, const std::string& from, const std::string& temporary);

// Restores into a temporary folder, runs the playbook there, and removes the folder.
int drill(const Settings& settings, const std::string& from, const std::string& temporary);

}  // namespace beckon::app
