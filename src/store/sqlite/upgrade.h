// What is kept of a data file before a newer version of the program changes its schema.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"

namespace beckon::store {

// Copies the data of `folder`, which is at step `schema`, next to it: to beckon.db.before-schema-N, where N is the step
// of this version. It is a data file for the older version: consistent, synced, compact, and the only one of its kind
// that stays. The space for it is looked at first. A copy of an upgrade that was interrupted stays as it is. The fault
// is for the operator; nothing has changed then.
Result<void> copy_before_upgrade(const std::string& folder, std::int64_t schema);

struct FormerData {
  std::string file;
  std::uint64_t bytes = 0;
};
std::optional<FormerData> former_data(const std::string& folder);  // the copy that is there

}  // namespace beckon::store
