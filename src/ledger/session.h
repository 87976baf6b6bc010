// A session: its window and what else is known of it. Immutable; every change makes a new one.
#pragma once
#include <compare>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/id.h"
#include "ledger/counted.h"
#include "ledger/hold.h"
#include "ledger/identity.h"
#include "ledger/packed_traits.h"
#include "ledger/spend.h"
#include "ledger/window.h"

namespace beckon::ledger {

// Position of a journal row: rises by one per commit that wrote one; 0 before the first.
using Position = std::uint64_t;

// What the caller says of the moment: "country" → "US". Sorted by key, keys unique.
using Context = std::vector<std::pair<std::string, std::string>>;
// Of one session, over all its requests: each append copies it.
inline constexpr std::size_t kContextKeys = 64;
inline constexpr std::size_t kContextBytes = 16 * 1024;  // keys and values together
std::size_t bytes_of(const Context& context);

// `over` laid over `under`, by key. An empty value removes the key.
Context merge(const Context& under, const Context& over);

// 128 bits of a keyed hash over (handle, session), made by commit/session_hasher.h: the key of every table in memory,
// and all that is remembered of a session that was erased.
struct SessionDigest {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  friend bool operator==(const SessionDigest&, const SessionDigest&) = default;
  friend auto operator<=>(const SessionDigest&, const SessionDigest&) = default;
  std::string bytes() const;  // 16 bytes, big-endian
  static SessionDigest from_bytes(std::string_view bytes16);
};

// What else became of a decision's rules: a live one held back, or one in status shadow (rules::Beside).
struct PastBeside {
  std::string rule;
  std::string variant;
  std::string outcome;  // act, suppressed, holdout
  bool shadow = false;
  Hold hold = Hold::kNotHeld;  // of one that was held back; none: it was recorded before that was kept
  friend bool operator==(const PastBeside&, const PastBeside&) = default;
};

// A recorded decision.
struct PastDecision {
  std::string id;
  std::string trigger;
  std::string outcome;         // act, none, suppressed, holdout
  std::string rule;            // empty: none
  std::string variant;         // empty: none
  Hold hold = Hold::kNotHeld;  // as PastBeside::hold, of `rule`
  std::uint64_t session_version = 0;
  std::uint64_t rules_version = 0;
  Instant at{};
  bool shown = false;         // was prefetched, and then shown
  bool public_only = false;   // judged without proof of the visitor: only public traits counted
  std::uint64_t reading = 0;  // Verdict::reading: what its etag was made of
  std::vector<PastBeside> beside;
  std::uint64_t anchor = 0;  // of a delayed rule by value: version of the signal that it waited from; else 0
};

// The same over texts that live elsewhere.
struct PastView {
  std::string_view id, trigger, outcome, rule, variant;
  Hold hold = Hold::kNotHeld;
  std::uint64_t session_version = 0, rules_version = 0;
  Instant at{};
  bool shown = false;
  bool public_only = false;
  std::uint64_t reading = 0;
  std::span<const PastBeside> beside = {};
  std::uint64_t anchor = 0;
};

// The newest decisions of a session, in the bytes of the journal (codec.h), so that one more is one copy of some
// hundred bytes. Between kKept and twice as many are there; readers see kKept.
struct DecisionLog {
  static constexpr std::size_t kKept = 50;
  std::string bytes;  // (size:varint past)*, oldest first
  std::uint32_t count = 0;
};

// A client's id, or a decision's, as a session remembers it. Not keyed: it is compared within one session only.
std::uint64_t remembered(std::string_view id);

// The anchor of a delayed rule that is done in a session: it fires no more.
struct DoneAnchor {
  std::uint64_t rule = 0;     // `remembered` of its ruleId; of a rule by value, done_key
  std::uint64_t version = 0;  // of the signal that the rule waited from
  friend bool operator==(const DoneAnchor&, const DoneAnchor&) = default;
};

// Where several anchors of one rule are done: the rule and the anchor's version in one.
std::uint64_t done_key(std::string_view rule, std::uint64_t version);

// A session that joined a visitor.
struct Joined {
  SessionId id;
  SessionDigest digest;
  Instant at{};  // when it joined; 0: before instants were kept
  friend bool operator==(const Joined&, const Joined&) = default;
};

// What is known of a visitor beyond single sessions is kept as a session too, the visitor's own record, so that memory,
// journal, snapshots, recovery and erasure serve both. There is one for each id (identity.h). Its own id is "@" and
// that id, which no session's can be, and it has no window and no visitor: only `spends`, `sessions`, `identity`,
// `traits` and `counted`. Lists of sessions never show it.
inline constexpr char kVisitorMark = '@';
SessionId own_record(std::string_view visitor);
inline bool is_own_record(std::string_view session) { return session.starts_with(kVisitorMark); }

struct Session {
  static constexpr std::size_t kIdsRemembered = 1000;
  static constexpr std::size_t kShownRemembered = 1000;
  static constexpr std::size_t kSessionsJoined = 100;
  static constexpr std::size_t kAnchorsDone = 2'000;  // the limit of rules of a handle; or 20 values of 100 rules

  Handle handle;
  SessionId id;
  VisitorId visitor;              // the id that it is kept under: the first one said, else of its browser, or empty
  bool begun_by_visitor = false;  // `visitor` was said as the session began
  bool proven = false;            // `visitor` was said with a proof, or with a role
  Consent consent = Consent::kFull;
  Context context;
  Window window;
  std::uint64_t version = 0;  // signals stored so far
  Instant created{};          // arrival of the first
  Position began = 0;         // the journal row in which it began; 0: not known
  Instant last_received{};    // arrival of the newest
  Instant expires_at{};
  std::vector<std::uint64_t> ids;  // digests of the clients' ids, newest last, at most kIdsRemembered
  std::vector<std::pair<Instant, std::uint32_t>> arrivals;  // signals stored by arrival, the last minute, oldest first
  DecisionLog decisions;
  std::vector<Spend> spends;         // by `at`, at most kSpendsKept, the newest; of a visitor: of all their sessions
  std::vector<std::uint64_t> shown;  // prefetched decisions that were shown, newest last, at most kShownRemembered
  std::vector<DoneAnchor> done;      // the last one of each delayed rule, and of those by value all that are in the
                                     // window; at most kAnchorsDone, the newest
  std::vector<Joined> sessions;      // of a visitor: the newest that joined, newest last, at most kSessionsJoined
  std::shared_ptr<const Identity> identity;    // of a visitor: null where the id is the visitor's only one
  std::shared_ptr<const PackedTraits> traits;  // of a visitor: said under this id; null: none
  std::shared_ptr<const Counted> counted;      // of a session, or of a visitor under this id; null: nothing

  // What splits hash, and never changes: the visitor where they were known from the beginning, else the session. Only
  // where consent becomes basic the one gives way to the other, since the visitor is forgotten.
  std::string_view unit() const { return begun_by_visitor ? visitor.view() : id.view(); }

  // The version of the rule's anchor that is done; 0: none is. Of a rule that is not by value.
  std::uint64_t done_anchor(std::string_view rule) const;
  // Whether the anchor of that version is done, whether the rule was by value then or not.
  bool is_done(std::string_view rule, std::uint64_t anchor) const;

  std::size_t bytes() const;  // memory held, about
};

using SessionPtr = std::shared_ptr<const Session>;

}  // namespace beckon::ledger

template <>
struct std::hash<beckon::ledger::SessionDigest> {
  std::size_t operator()(const beckon::ledger::SessionDigest& digest) const noexcept { return digest.low; }
};
