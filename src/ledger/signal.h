// A signal: one observation of a visitor's behaviour in a session. Contract section 4.
#pragma once
#include <cstdint>
#include <string_view>

#include "base/instant.h"

namespace beckon::ledger {

enum class Consent : std::uint8_t { kFull = 0, kBasic = 1, kDenied = 2 };

std::string_view to_text(Consent consent);

// Confidence is kept in millionths, so that sums over it do not depend on their order.
inline constexpr std::int32_t kFullConfidence = 1'000'000;

// Signals are in one order everywhere, across sessions too: by `at`, and at one instant by `place`.
// A view; its texts live in the Window, record or request that it came from.
struct Signal {
  std::string_view key;
  std::string_view value;  // empty and has_value false where none was given
  bool has_value = false;
  std::string_view source;    // empty: none
  std::string_view metadata;  // a JSON object, or empty: none
  std::string_view id;        // the client's own, or empty: none
  std::int32_t confidence = kFullConfidence;
  Instant at{};               // orders signals
  Instant said{};             // what the client said instead of `at`, by a clock of its own; epoch: nothing else
  Instant received{};         // arrival; what limits count by
  std::uint64_t version = 0;  // of the session, from 1, one per stored signal
  // Its place in the journal: of two signals of any sessions, the one stored later has the greater place. 0: stored by
  // a version of the server that kept none.
  std::uint64_t place = 0;

  bool is_said_otherwise() const { return said != Instant{} && said != at; }
};

}  // namespace beckon::ledger
