// Helpers of the backup commands.
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "app/complain.h"
#include "app/keys.h"
#include "app/settings.h"
#include "base/result.h"
#include "store/sqlite/backup_file.h"
#include "store/sqlite/data_check.h"
#include "store/sqlite/shipping/point_in_time.h"

namespace beckon::app {

// The keys of --master-key-file or of the data folder; std::nullopt if there are none. `needed` is the fingerprint of
// the key that the data is sealed with, empty if unknown: refuses keys with other fingerprints.
Result<std::optional<MasterKeys>> key_for(const Settings& settings, const std::string& needed);

// "position 12 of 2026-…, made by beckon 1.2.3, schema 4, master key 0123456789abcdef"
std::string describe(const store::BackupHeader& header);
// "commit 12 of 2026-…, made by beckon 1.2.3, schema 4, master key 0123456789abcdef"
std::string describe(const store::PointInTime& point);
std::string made_by(const store::BaseHeader& base);  // ", made by …" of these

// A restorable backup: a file of `beckon backup`, or a point in time of a backup folder.
struct Backup {
  std::string text;  // describe()
  std::string key;   // the fingerprint of its master key; empty if unknown
  std::function<Result<store::DataCheck>(const std::string& folder, const SecretBox* secrets)> restore;
};
Result<Backup> open_backup(const std::string& from, const store::WantedPoint& wanted = {});

// Prints the counts or the damage. Returns whether the data is intact.
bool print(const store::DataCheck& found, bool with_key);

}  // namespace beckon::app
