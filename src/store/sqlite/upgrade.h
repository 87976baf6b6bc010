// The copy of a data file that is kept before a newer version of the program changes its schema.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"

namespace beckon::store {

// Copies the data of `folder`, at schema version `schema`, to beckon.db.before-schema-N next to it, where N is this
// version's schema. The copy is a data file for the older version: consistent, synced, compact; other such copies are
// deleted. Checks for enough space first. A copy from an interrupted upgrade is kept. The fault is for the operator;
// then nothing has changed.
Result<void> copy_before_upgrade(const std::string& folder, std::int64_t schema);

struct FormerData {
  std::string file;
  std::uint64_t bytes = 0;
};
std::optional<FormerData> former_data(const std::string& folder);  // the existing copy

}  // namespace beckon::store
