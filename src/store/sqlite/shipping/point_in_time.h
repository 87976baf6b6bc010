// What of a backup folder is restored: all data as of one commit.
#pragma once
#include <optional>

#include "store/sqlite/restored_data.h"
#include "store/sqlite/shipping/backup_folder.h"

namespace beckon::store {

// Which commit; with neither, the newest one.
struct WantedPoint {
  std::optional<Instant> at;            // the newest that had been read by then
  std::optional<std::uint64_t> commit;  // this one
};

struct PointInTime {
  Series series;
  Restorable from;
  std::uint64_t commit = 0;
  Instant at{};  // when it was read from the log
};

// The newest series and base that have the commit. The fault names what there is instead.
Result<PointInTime> find_point(const std::string& folder, const WantedPoint& wanted);

// Reads all files that the point needs and compares their checksums.
Result<void> read_through(const PointInTime& point);

// Makes the data file of `folder`, as restore_data does of a backup.
Result<DataCheck> restore_point(const PointInTime& point, const std::string& folder, const SecretBox* secrets);

// Reads everything in the folder. A sentence for each file that is damaged, does not belong where it is, or is missing.
Result<std::vector<std::string>> damage_in_backups(const std::string& folder);

// What can be restored, oldest first; a base whose files are damaged or missing is a fault in its place.
Result<std::vector<std::pair<Series, Result<Restorable>>>> list_restorable(const std::string& folder);

}  // namespace beckon::store
