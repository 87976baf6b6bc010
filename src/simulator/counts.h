// Counts of what a run exercised, to show that every kind of fault occurred.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace beckon::simulator {

enum class Count : std::uint8_t {
  // Actions of clients and operators, and their responses.
  kAccepted,
  kRefused,
  kUnknown,
  kSentAgain,
  kPublished,
  kUnmatched,
  kCreated,
  kChanged,
  kDisabled,
  kDeleted,
  kErased,
  kRetriedByHand,
  kReplays,
  kTested,
  kActed,
  kJoined,
  kUndone,
  kRulesSaved,
  kRulesWaited,
  kJudged,
  // Actions of the process.
  kCommits,
  kAttempts,
  kRetries,
  kDelivered,
  kFailed,
  kWithdrawn,
  kFired,
  kMessages,
  kDisabledByServer,
  kSnapshots,
  // Faults of the process, the disk, the clock and the network.
  kCrashes,
  kCrashesInCommit,
  kUnsyncedLost,
  kUnsyncedKept,
  kStops,
  kFullWrites,
  kLeanWrites,
  kBusyWrites,
  kFailedSyncs,
  kUnreadable,
  kClockForward,
  kClockBack,
  kTimeouts,
  kConnectFailed,
  kReset,
  kDnsFailed,
  kServerErrors,
  kRetryAfter,
  kGone,
  kTerminal,
  kRepeats,
  // Of several nodes.
  kLanesTaken,
  kLanesGiven,
  kLanesHandedOver,
  kReads,
  kNotReached,
  kMayNotAnswer,
  kAnswersCut,
  kOutcomesUnknown,
  kOutcomesFound,
  kFencedOff,
  kNodesKilled,
  kNodesPaused,
  kNodesLeft,
  kConnectionsReset,
  kWaysCut,
  kSlowDatabase,
  kNodesApart,
  kDatabaseStopped,
  kReplicaAway,
  kWaitsCancelled,
  kPromotions,
  kLossesReported,
  kClocksApart,
  kEnd
};
inline constexpr std::size_t kCounts = static_cast<std::size_t>(Count::kEnd);
inline constexpr std::size_t kCountsOfOne = static_cast<std::size_t>(Count::kLanesTaken);  // of a single process

std::string_view to_text(Count count);

struct Counts {
  std::array<std::uint64_t, kCounts> of{};
  std::uint64_t virtual_ms = 0;
  std::int64_t longest_wait_ms = 0;  // of a healthy endpoint's delivery for its first attempt, undisturbed

  void add(Count count, std::uint64_t more = 1) { of[static_cast<std::size_t>(count)] += more; }
  std::uint64_t operator[](Count count) const { return of[static_cast<std::size_t>(count)]; }
  void add(const Counts& other) {
    for (std::size_t i = 0; i < kCounts; ++i) of[i] += other.of[i];
    virtual_ms += other.virtual_ms;
    if (other.longest_wait_ms > longest_wait_ms) longest_wait_ms = other.longest_wait_ms;
  }
};

}  // namespace beckon::simulator
