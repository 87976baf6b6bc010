// A session: its window and its other data. Immutable; every change creates a new one.
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

// Position of a journal row: increases by one with each commit that writes a row; 0 before the first.
using Position = std::uint64_t;

// The context of a request, given by the caller: "country" → "US". Sorted by key, keys unique.
using Context = std::vector<std::pair<std::string, std::string>>;
// Limits for one session, over all its requests: each append copies its context.
inline constexpr std::size_t kContextKeys = 64;
inline constexpr std::size_t kContextBytes = 16 * 1024;  // keys and values together
std::size_t bytes_of(const Context& context);

// `over` merged into `under`, by key. An empty value removes the key.
Context merge(const Context& under, const Context& over);

// 128 bits of a keyed hash over (handle, session), computed by commit/session_hasher.h: the key of every table in
// memory, and all that is kept of an erased session.
struct SessionDigest {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  friend bool operator==(const SessionDigest&, const SessionDigest&) = default;
  friend auto operator<=>(const SessionDigest&, const SessionDigest&) = default;
  std::string bytes() const;  // 16 bytes, big-endian
  static SessionDigest from_bytes(std::string_view bytes16);
};

// A runner-up of a decision: a live rule that was held back, or a rule in status shadow (rules::Beside).
struct PastBeside {
  std::string rule;
  std::string variant;
  std::string outcome;  // act, suppressed, holdout
  bool shadow = false;
  Hold hold = Hold::kNotHeld;  // if held back; kNotHeld if recorded before reasons were stored
  friend bool operator==(const PastBeside&, const PastBeside&) = default;
};

// A recorded decision.
struct PastDecision {
  std::string id;
  std::string trigger;
  std::string outcome;         // act, none, suppressed, holdout
  std::string rule;            // empty if there is none
  std::string variant;         // empty if there is none
  Hold hold = Hold::kNotHeld;  // as PastBeside::hold, of `rule`
  std::uint64_t session_version = 0;
  std::uint64_t rules_version = 0;
  Instant at{};
  bool shown = false;         // was prefetched, then shown
  bool public_only = false;   // evaluated without proof of the visitor: only public traits counted
  std::uint64_t reading = 0;  // Verdict::reading: the fingerprint behind its etag
  std::vector<PastBeside> beside;
  std::uint64_t anchor = 0;  // of a delayed rule with `same`: version of the signal that started the wait; otherwise 0
};

// The same, with views of strings stored elsewhere.
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

// The newest decisions of a session, encoded as in the journal (codec.h), so that adding one copies some hundred bytes.
// Holds between kKept and twice that; readers see the newest kKept.
struct DecisionLog {
  static constexpr std::size_t kKept = 50;
  std::string bytes;  // (size:varint past)*, oldest first
  std::uint32_t count = 0;
};

// The hash under which a session remembers a client's or a decision's id. Not keyed: compared within one session only.
std::uint64_t remembered(std::string_view id);

// The anchor of a delayed rule that is done in a session: it does not fire again.
struct DoneAnchor {
  std::uint64_t rule = 0;     // `remembered` of its ruleId; for a rule with `same`, done_key
  std::uint64_t version = 0;  // of the signal that started the wait
  friend bool operator==(const DoneAnchor&, const DoneAnchor&) = default;
};

// Combines the rule and the anchor's version, for rules that can have several done anchors.
std::uint64_t done_key(std::string_view rule, std::uint64_t version);

// A session that joined a visitor.
struct Joined {
  SessionId id;
  SessionDigest digest;
  Instant at{};  // when it joined; 0 if recorded before instants were stored
  friend bool operator==(const Joined&, const Joined&) = default;
};

// Data about a visitor beyond single sessions is kept as a session too, the visitor's own record, so that memory,
// journal, snapshots, recovery and erasure serve both. There is one for each id (identity.h). Its session id is "@" and
// that id, which no session's can be. It has no window and no visitor, only `spends`, `sessions`, `identity`, `traits`
// and `counted`. Lists of sessions exclude it.
inline constexpr char kVisitorMark = '@';
SessionId own_record(std::string_view visitor);
inline bool is_own_record(std::string_view session) { return session.starts_with(kVisitorMark); }

struct Session {
  static constexpr std::size_t kIdsRemembered = 1000;
  static constexpr std::size_t kShownRemembered = 1000;
  static constexpr std::size_t kSessionsJoined = 100;
  static constexpr std::size_t kAnchorsDone = 2'000;  // the limit of rules per handle; or 20 values of 100 rules

  Handle handle;
  SessionId id;
  VisitorId visitor;              // the id it is kept under: the first one given, or its browser's, or empty
  std::string anonymous;          // of the browser that it came with, unless `visitor` is a share of it
  bool begun_by_visitor = false;  // `visitor` was given when the session began
  bool proven = false;            // `visitor` was given with a proof, or by a caller with a role
  Consent consent = Consent::kFull;
  Context context;
  Window window;
  std::uint64_t version = 0;  // signals stored so far
  Instant created{};          // arrival of the first signal
  Position began = 0;         // the journal row in which it began; 0 if unknown
  Instant last_received{};    // arrival of the newest signal
  Instant expires_at{};
  std::vector<std::uint64_t> ids;  // digests of the clients' ids, newest last, at most kIdsRemembered
  std::vector<std::pair<Instant, std::uint32_t>> arrivals;  // signals of the last minute by arrival, oldest first
  DecisionLog decisions;
  std::vector<Spend> spends;         // by `at`, the newest kSpendsKept at most; of a visitor: of all their sessions
  std::vector<std::uint64_t> shown;  // prefetched decisions that were shown, newest last, at most kShownRemembered
  std::vector<DoneAnchor> done;      // the last of each delayed rule; of those with `same`, all in the window; at most
                                     // kAnchorsDone, the newest
  std::vector<Joined> sessions;      // of a visitor: the newest that joined, newest last, at most kSessionsJoined
  std::shared_ptr<const Identity> identity;    // of a visitor: null if it is their only id
  std::shared_ptr<const PackedTraits> traits;  // of a visitor: set under this id; null if none
  std::shared_ptr<const Counted> counted;      // of a visitor under this id, or of a session without one; null if none

  // The key that splits hash: the visitor, if known from the beginning, otherwise the session. Fixed, except that the
  // session replaces the visitor when consent becomes basic and the visitor is forgotten.
  std::string_view unit() const { return begun_by_visitor ? visitor.view() : id.view(); }

  // The anonymousId of the first browser that it came with; empty if there is none, if consent is not full, or if it
  // was written before these were kept.
  std::string_view browser() const { return is_browser(visitor.view()) ? anonymous_of(visitor.view()) : anonymous; }

  // The version of the rule's done anchor; 0 if there is none. For rules without `same`.
  std::uint64_t done_anchor(std::string_view rule) const;
  // Whether the anchor of that version is done, whether or not the rule had `same` at the time.
  bool is_done(std::string_view rule, std::uint64_t anchor) const;

  std::size_t bytes() const;  // memory used, approximately
};

using SessionPtr = std::shared_ptr<const Session>;

}  // namespace beckon::ledger

template <>
struct std::hash<beckon::ledger::SessionDigest> {
  std::size_t operator()(const beckon::ledger::SessionDigest& digest) const noexcept { return digest.low; }
};
