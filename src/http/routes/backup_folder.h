// What the platform admin sees of the folder that the server ships its commits to (docs/operations.md, Backups).
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "base/instant.h"

namespace beckon::http {

// kStarting: no point in time can be restored yet. kBehind: shipping works, but lags more than it should.
enum class BackupStatus : std::uint8_t { kStarting, kComplete, kBehind, kFailing };

struct BackupFolder {
  std::string folder;
  BackupStatus status = BackupStatus::kStarting;
  std::optional<Instant> complete_at;     // all commits made by then can be restored
  Duration behind{};                      // time since complete_at, or since the server's start if that is later
  std::uint64_t last_commit = 0;          // the newest one that was shipped; 0 if none
  std::optional<Instant> last_commit_at;  // when it was made
  std::optional<Instant> base_at;         // when the newest base was made
  std::uint64_t failures = 0;             // failed attempts to write to the folder since the server started
};

}  // namespace beckon::http
