// The records of the journal. A session is the result of applying its records, both live and at recovery: only
// `applied` changes a session.
#pragma once
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "ledger/session.h"

namespace beckon::ledger {

// Signals were stored, or data of the session changed. Views are valid as long as the bytes they were read from.
struct AppendRecord {
  std::string_view handle;
  std::string_view session;
  bool fresh = false;  // the session begins, or begins again after an earlier one has expired
  Instant received{};
  Instant expires_at{};
  Consent consent = Consent::kFull;
  std::string_view visitor;        // empty if not given
  bool proven = false;             // the visitor was given with a proof, or by a caller with a role
  Context context;                 // changed keys; an empty value removes the key
  std::vector<Signal> signals;     // with their versions and consecutive places
  std::vector<std::uint64_t> ids;  // digests of ids to remember, in order
  std::vector<Subtotal> counted;   // counters' subtotals of these signals or of earlier ones; `session` is unused
  std::string_view anonymous;      // of the browser, if the session had none; otherwise empty
  // Versions of signals that stay in the window because a condition waits from them (Window::with), if others that are
  // read may leave it; sorted.
  std::vector<std::uint64_t> waiting;
};

// Signals with these keys are read from now on; those of earlier commits are in the window as if they always had been.
struct FilledRecord {
  std::string_view handle;
  std::string_view session;
  std::vector<std::string_view> keys;
  std::vector<Signal> signals;         // some that had left the window, with their versions and places
  std::vector<std::uint64_t> waiting;  // as in AppendRecord
};

// A decision was recorded: resolved, or prefetched and shown.
struct DecisionRecord {
  std::string_view handle;
  std::string_view session;
  bool seen = false;           // the session existed when it was evaluated
  bool shown = false;          // it was prefetched, and is now shown
  bool basic = false;          // if the session begins with this record: consent is basic
  Instant expires_at{};        // if the session begins with this record
  std::string_view visitor;    // given with the request, if that changed the session or other records; otherwise empty
  bool proven = false;         // the visitor was given with a proof, or by a caller with a role
  Context context;             // given with the request
  Instant at{};                // of the decision
  std::string_view past;       // the decision: codec.h, encode_past
  std::vector<Spend> spends;   // what it counts toward, including shadow rules
  std::string_view anonymous;  // of the browser, given with the request and used, or kept; otherwise empty
};

// A change of a visitor's own record (session.h) by one of their sessions: it joined, took exposures, counted, extended
// the expiry, expired, or left. In the journal the record has the digest of that session, so that both are erased
// together; if the session left, that of the visitor's own record.
struct VisitorRecord {
  std::string_view handle;
  std::string_view visitor;  // the visitorId
  SessionDigest own;         // of the visitor's own record
  std::string_view session;  // empty if it left and no data of it stays
  SessionDigest of;          // of the session
  bool fresh = false;        // the record begins, or begins again
  bool joined = false;       // the session becomes the visitor's newest
  bool moved = false;        // it moved to another id of a visitor; the record stays, even if empty
  Instant at{};
  Instant expires_at{};           // the record lives at least until then
  std::vector<Spend> spends;      // of the session
  bool folds = false;             // the session has expired: only folds what it has counted
  std::vector<Subtotal> counted;  // as in AppendRecord
};

// A delayed rule is done with an anchor in the session: it has fired, or had nothing to send.
struct DoneRecord {
  std::string_view handle;
  std::string_view session;
  DoneAnchor done;
};

// Adds an exposure to the session and its visitor that is not a decision's: a reaction that some rule
// reads.
struct MarkRecord {
  std::string_view handle;
  std::string_view session;
  Spend mark;
};

// Sets the identity in the own record of an id, which lives at least until `expires_at`.
struct IdentityRecord {
  std::string_view handle;
  std::string_view visitor;  // the id
  SessionDigest own;         // of its own record
  bool fresh = false;        // the record begins, or begins again
  Instant at{};
  Instant expires_at{};
  Identity identity;
};

// Traits were changed under an id, whose own record lives at least until `expires_at`. Includes changes without effect:
// they are the trait's history.
struct TraitsRecord {
  std::string_view handle;
  std::string_view visitor;  // the id
  SessionDigest own;         // of its own record
  bool fresh = false;        // the record begins, or begins again
  Instant at{};              // arrival
  Instant expires_at{};
  std::uint64_t id = 0;  // `remembered` of the request's id if it added something, otherwise 0
  std::vector<TraitChange> changes;
};

// The session has been erased.
struct ForgetRecord {
  SessionDigest digest;
};

using Record = std::variant<AppendRecord, DecisionRecord, VisitorRecord, IdentityRecord, TraitsRecord, DoneRecord,
                            MarkRecord, FilledRecord, ForgetRecord>;

// The session after the record; `before` may be null. `row`: the journal row of the record, 0 if irrelevant
// (Session::began). `evicted`, if given, is increased by the number of signals that left the window. A `before` with no
// other owner is changed in place.
SessionPtr applied(SessionPtr before, const AppendRecord& record, Position row = 0, std::size_t* evicted = nullptr);
SessionPtr applied(SessionPtr before, const DecisionRecord& record, Position row = 0);
SessionPtr applied(SessionPtr before, const DoneRecord& record);    // null stays null
SessionPtr applied(SessionPtr before, const MarkRecord& record);    // likewise
SessionPtr applied(SessionPtr before, const FilledRecord& record);  // likewise
// `before` and the result are the visitor's own record; the result is null if nothing is left of it.
SessionPtr applied(SessionPtr before, const VisitorRecord& record, Position row = 0);
SessionPtr applied(SessionPtr before, const IdentityRecord& record, Position row = 0);
SessionPtr applied(SessionPtr before, const TraitsRecord& record, Position row = 0);

}  // namespace beckon::ledger
