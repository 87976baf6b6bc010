// A session: its window and what else is known of it. Immutable; every change makes a new one.
#pragma once
#include <compare>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/encoding.h"
#include "base/id.h"
#include "ledger/spend.h"
#include "ledger/window.h"

namespace beckon::ledger {

// What the caller says of the moment: "country" → "US". Sorted by key, keys unique.
using Context = std::vector<std::pair<std::string, std::string>>;

// `over` laid over `under`, by key. An empty value removes the key.
Context merge(const Context& under, const Context& over);

// 128 bits of a keyed hash over (handle, session): the key of every table in memory, and all that is remembered of a
// session that was erased.
struct SessionDigest {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  friend bool operator==(const SessionDigest&, const SessionDigest&) = default;
  friend auto operator<=>(const SessionDigest&, const SessionDigest&) = default;
  std::string bytes() const;  // 16 bytes, big-endian
  static SessionDigest from_bytes(std::string_view bytes16);
};

// SipHash-2-4-128 under the server's key. Thread-safe.
class SessionHasher {
 public:
  explicit SessionHasher(std::string_view key16);
  SessionDigest operator()(std::string_view handle, std::string_view session) const;

 private:
  std::string key_;
};

// What else became of a decision's rules: a live one held back, or one in status shadow (rules::Beside).
struct PastBeside {
  std::string rule;
  std::string variant;
  std::string outcome;  // act, suppressed, holdout
  bool shadow = false;
  friend bool operator==(const PastBeside&, const PastBeside&) = default;
};

// A recorded decision.
struct PastDecision {
  std::string id;
  std::string trigger;
  std::string outcome;  // act, none, suppressed, holdout
  std::string rule;     // empty: none
  std::string variant;  // empty: none
  std::uint64_t session_version = 0;
  std::uint64_t rules_version = 0;
  Instant at{};
  bool shown = false;  // was prefetched, and then shown
  std::uint64_t reading = 0;  // Verdict::reading: what its etag was made of
  std::vector<PastBeside> beside;
};

// The same over texts that live elsewhere.
struct PastView {
  std::string_view id, trigger, outcome, rule, variant;
  std::uint64_t session_version = 0, rules_version = 0;
  Instant at{};
  bool shown = false;
};

// The newest decisions of a session, in the bytes of the journal (codec.h), so that one more is one copy of some
// hundred bytes. Between kKept and twice as many are there; readers see kKept.
struct DecisionLog {
  static constexpr std::size_t kKept = 50;
  std::string bytes;  // (size:varint past)*, oldest first
  std::uint32_t count = 0;
};

struct Session {
  static constexpr std::size_t kIdsRemembered = 1000;

  Handle handle;
  SessionId id;
  VisitorId visitor;           // the first one said, or empty
  Consent consent = Consent::kFull;
  Context context;
  Window window;
  std::uint64_t version = 0;   // signals stored so far
  Instant created{};           // arrival of the first
  Instant last_received{};     // arrival of the newest
  Instant expires_at{};
  std::vector<std::uint64_t> ids;      // digests of the clients' ids, newest last, at most kIdsRemembered
  std::vector<std::pair<Instant, std::uint32_t>> arrivals;  // signals stored by arrival, the last minute, oldest first
  DecisionLog decisions;

  std::size_t bytes() const;   // memory held, about
};

using SessionPtr = std::shared_ptr<const Session>;

}  // namespace beckon::ledger

template <>
struct std::hash<beckon::ledger::SessionDigest> {
  std::size_t operator()(const beckon::ledger::SessionDigest& digest) const noexcept { return digest.low; }
};
