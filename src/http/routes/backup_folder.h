// What the platform admin sees of the folder to which the server ships its commits (docs/operations.md, Backups).
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "base/instant.h"

namespace beckon::http {

// kStarting: no moment can be restored yet. kBehind: the folder takes what it is sent, but later than it should.
enum class BackupStatus : std::uint8_t { kStarting, kComplete, kBehind, kFailing };

struct BackupFolder {
  std::string folder;
  BackupStatus status = BackupStatus::kStarting;
  std::optional<Instant> complete_at;     // all commits made by then can be restored
  Duration behind{};                      // how long ago that is; since the server started, if that is later
  std::uint64_t last_commit = 0;          // the newest one that was shipped; 0: none yet
  std::optional<Instant> last_commit_at;  // when it was made
  std::optional<Instant> base_at;         // of the newest base
  std::uint64_t failures = 0;             // attempts to write to the folder that failed since the server started
};

}  // namespace beckon::http
