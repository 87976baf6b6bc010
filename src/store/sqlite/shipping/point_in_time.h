// What to restore from a backup folder: all data as of one commit.
#pragma once
#include <optional>

#include "store/sqlite/restored_data.h"
#include "store/sqlite/shipping/backup_folder.h"

namespace beckon::store {

// Which commit; if neither is given, the newest.
struct WantedPoint {
  std::optional<Instant> at;            // the newest one read from the WAL by then
  std::optional<std::uint64_t> commit;  // this one
};

struct PointInTime {
  Series series;
  Restorable from;
  std::uint64_t commit = 0;
  Instant at{};  // when it was read from the WAL
};

// Searches for the commit in the newest series and base that have it. The fault says which commits exist instead.
Result<PointInTime> find_point(const std::string& folder, const WantedPoint& wanted);

// Reads all files that the point needs and verifies their checksums.
Result<void> read_through(const PointInTime& point);

// Creates the data file of `folder`, as restore_data() does from a backup.
Result<DataCheck> restore_point(const PointInTime& point, const std::string& folder, const SecretBox* secrets);

// Reads everything in the folder. Returns a sentence for each file that is damaged, misplaced or missing.
Result<std::vector<std::string>> damage_in_backups(const std::string& folder);

// What can be restored, oldest first; a base whose files are damaged or missing is represented by a fault.
Result<std::vector<std::pair<Series, Result<Restorable>>>> list_restorable(const std::string& folder);

}  // namespace beckon::store
