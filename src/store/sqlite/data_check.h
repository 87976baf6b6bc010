// Whether a data file is sound: everything in it is read.
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
  const SecretBox* secrets = nullptr;  // what is sealed must open with it; null: it is not tried
  bool contents = true;                // whether journal rows and snapshots are decoded
};

struct DataCheck {
  static constexpr std::size_t kMostNamed = 100;
  std::vector<std::string> damage;  // a sentence each, the first kMostNamed and how many more there are; empty: sound
  std::vector<std::pair<std::string_view, std::uint64_t>> counts;  // of rows, by what they are, for people
  std::uint64_t position = 0;                                      // of the newest journal row
};

// Reads `file`, also next to a running server, and writes nothing to it: SQLite's own integrity check, the checksum and
// order of journal rows, snapshots, sealed values. Positions of the journal may have gaps, since an erasure takes whole
// rows away. The journal is read in short transactions; the rest in one for each table, in which the WAL cannot begin
// again. Refuses what schema_of refuses, and a file that an older version wrote.
Result<DataCheck> check_data(const std::string& file, const CheckOptions& options);

}  // namespace beckon::store
