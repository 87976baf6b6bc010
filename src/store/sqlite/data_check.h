// Checks whether a data file is intact by reading all of it.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "system/secret_box.h"

namespace beckon::store {

struct CheckOptions {
  const SecretBox* secrets = nullptr;  // tries to open sealed values; null to skip this
  bool contents = true;                // whether to decode journal rows and snapshots
};

struct DataCheck {
  static constexpr std::size_t kMostNamed = 100;
  std::vector<std::string> damage;  // a sentence each, the first kMostNamed and how many more there are; empty if sound
  std::vector<std::pair<std::string_view, std::uint64_t>> counts;  // numbers of rows by kind, for display
  std::uint64_t position = 0;                                      // of the newest journal row
};

// Reads `file`, even next to a running server, without writing to it: SQLite's own integrity check, the checksums and
// order of journal rows, snapshots, sealed values. The journal's positions may have gaps, since an erasure can delete
// whole rows. The journal is read in short transactions; the rest in one per table, during which the WAL cannot
// restart. Refuses what schema_of() refuses, and files written by an older version.
Result<DataCheck> check_data(const std::string& file, const CheckOptions& options);

}  // namespace beckon::store
