// `beckon backup`, `restore`, `verify` and `drill`. Each prints its result, or an error message on standard error, and
// returns the exit status: 0, or 1 if it was refused, failed or found damage. docs/operations.md
#pragma once
#include <cstdint>
#include <string>

#include "app/settings.h"

namespace beckon::app {

struct BackupRequest {
  std::string file;                        // "-": standard output
  std::string temporary;                   // where the copy is made; empty: next to the file, or TMPDIR for "-"
  std::string stalled_after = "60s";       // how long nothing may progress
  std::uint64_t longest_wal = 4ull << 30;  // bytes; store::CopyOptions
};
int backup(const Settings& settings, const BackupRequest& request);

int restore(const Settings& settings, const std::string& file);

// Of the backup `file`, or, if that is empty, of the data folder.
int verify(const Settings& settings, const std::string& file, const std::string& temporary);

// Restores into a temporary folder, runs the playbook there, and removes the folder.
int drill(const Settings& settings, const std::string& file, const std::string& temporary);

}  // namespace beckon::app
