// Faults planted on purpose where nodes own shards and commit, to check that the store's tests and
// tests/faults/rounds.mjs find each of them (tests/prove/rounds_planted.mjs). Only beckon_planted and
// planted_store have the switch (BECKON_FAULTS_PLANTED), which the variable PLANTED_FAULT turns on by its name; in all
// other builds planted() is the constant false and compiles away.
#pragma once
#ifdef BECKON_FAULTS_PLANTED
#include <cstdlib>
#include <string_view>
#endif

namespace beckon::store::postgres {

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
};

#ifdef BECKON_FAULTS_PLANTED
inline bool planted(Planted fault) {
  constexpr const char* kNames[] = {"no_fence",           "ignore_epoch",      "unknown_is_refused",
                                    "unknown_is_retried", "no_comparison",     "owners_compare",
                                    "ignore_warning",     "renewed_at_answer", "answer_always"};
  static const std::string_view name = std::getenv("PLANTED_FAULT") ? std::getenv("PLANTED_FAULT") : "";
  return name == kNames[static_cast<std::size_t>(fault)];
}
#else
constexpr bool planted(Planted) { return false; }
#endif

}  // namespace beckon::store::postgres
