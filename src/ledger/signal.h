// A signal: one observation of a visitor's behavior in a session. Contract section 4.
#pragma once
#include <cstdint>
#include <string_view>

#include "base/instant.h"

namespace beckon::ledger {

enum class Consent : std::uint8_t { kFull = 0, kBasic = 1, kDenied = 2 };

std::string_view to_text(Consent consent);

// Confidence is stored in millionths, so that sums do not depend on the order of addition.
inline constexpr std::int32_t kFullConfidence = 1'000'000;

// Signals have one order everywhere, also across sessions: by `at`, then by `place`.
// A view; its strings live in the Window, record or request that it came from.
struct Signal {
  std::string_view key;
  std::string_view value;  // empty, and has_value false, if not given
  bool has_value = false;
  std::string_view source;    // empty if there is none
  std::string_view metadata;  // a JSON object; empty if there is none
  std::string_view id;        // the client's; empty if there is none
  std::int32_t confidence = kFullConfidence;
  Instant at{};               // the order of signals
  Instant said{};             // the client's time, if `at` was corrected; otherwise the epoch
  Instant received{};         // arrival; limits use it
  std::uint64_t version = 0;  // within the session, from 1, one per stored signal
  // Position in the journal: of two signals of any sessions, the one stored later has the greater place. 0 if stored by
  // a version of the server without places.
  std::uint64_t place = 0;
  bool is_read = true;  // some rule read its key when it was stored: of a full window, the others leave first

  bool is_said_otherwise() const { return said != Instant{} && said != at; }
};

}  // namespace beckon::ledger
