// Faults planted on purpose where nodes own shards and commit, to check that each of them is found: by the store's
// tests and tests/faults/rounds.mjs (tests/prove/rounds_planted.mjs), and by the simulator (src/simulator). Only
// beckon_planted, planted_store and the simulator's own test have the switch (BECKON_FAULTS_PLANTED); in all other
// builds planted() is the constant false and compiles away.
#pragma once
#ifdef BECKON_FAULTS_PLANTED
#include <array>
#include <cstdlib>
#include <string_view>
#endif

namespace beckon::store {

enum class Planted {
  kNoFence,           // a commit does not look whose the shards are
  kIgnoreEpoch,       // nor since when
  kUnknownIsRefused,  // a commit whose answer is lost is refused
  kUnknownIsRetried,  // or written again behind it
  kNoComparison,      // a new connection is not asked whether it has what was acknowledged
  kOwnersCompare,     // only one for commits is
  kIgnoreWarning,     // a commit that is not on the replica is acknowledged
  kRenewedAtAnswer,   // the lease is counted from the answer
  kAnswerAlways,      // a node answers from memory although its lease may be over
  kEnd
};

#ifdef BECKON_FAULTS_PLANTED
inline constexpr std::array<std::string_view, static_cast<std::size_t>(Planted::kEnd)> kPlantedNames = {
    "no_fence",       "ignore_epoch",   "unknown_is_refused", "unknown_is_retried", "no_comparison",
    "owners_compare", "ignore_warning", "renewed_at_answer",  "answer_always"};
// The name of the one that is planted: first what the variable PLANTED_FAULT says. Set between runs, by one thread.
inline std::string_view the_planted_name = std::getenv("PLANTED_FAULT") ? std::getenv("PLANTED_FAULT") : "";
inline bool planted(Planted fault) { return the_planted_name == kPlantedNames[static_cast<std::size_t>(fault)]; }
#else
constexpr bool planted(Planted) { return false; }
#endif

}  // namespace beckon::store
