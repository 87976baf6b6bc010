// What the journal holds: records of what happened to a session. A session is what its records make of it, live and
// at recovery alike: `applied` is the only code that changes one.
#pragma once
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "ledger/session.h"

namespace beckon::ledger {

// Signals were stored, or something was said of the session. Views live as long as the bytes they were read from.
struct AppendRecord {
  std::string_view handle;
  std::string_view session;
  bool fresh = false;  // the session begins, or begins again: what was there before has expired
  Instant received{};
  Instant expires_at{};
  Consent consent = Consent::kFull;
  std::string_view visitor;        // empty: not said
  Context context;                 // what changed; an empty value removes the key
  std::vector<Signal> signals;     // with their versions and, one behind the other, their places
  std::vector<std::uint64_t> ids;  // digests of ids to remember, in order
};

// A decision was recorded: resolved, or prefetched and then shown.
struct DecisionRecord {
  std::string_view handle;
  std::string_view session;
  bool seen = false;           // the session was known when it was judged
  bool shown = false;          // the decision was prefetched, and is now shown
  bool basic = false;          // a session that begins with this is of consent basic
  Instant expires_at{};        // of a session that begins with this
  std::string_view visitor;    // said with the call; empty: not. The session's, where it has none
  Context context;             // said with the call
  Instant at{};                // of the decision
  std::string_view past;       // the decision: codec.h, encode_past
  std::vector<Spend> spends;   // what it took, shadow counts too
  std::string_view anonymous;  // of the browser, said with the call, where something came of it; empty: not
};

// What became of a visitor's own record (session.h) by one of their sessions: it joined, it spent or lived on, or it
// left. In the journal it goes by the digest of that session, so that it is erased with it; where the session left, by
// the record's own.
struct VisitorRecord {
  std::string_view handle;
  std::string_view visitor;  // the visitorId
  SessionDigest own;         // of the visitor's own record
  std::string_view session;  // empty: it left, and nothing of it stays
  SessionDigest of;          // of the session
  bool fresh = false;        // the record begins, or begins again
  bool joined = false;       // the session becomes the newest of the visitor's
  bool moved = false;        // it left for another id of a visitor, and the record stays, even if nothing is left in it
  Instant at{};
  Instant expires_at{};       // the record lives at least until then
  std::vector<Spend> spends;  // of the session
};

// A delayed rule is done with an anchor in the session: it has fired, or there was nothing to tell.
struct DoneRecord {
  std::string_view handle;
  std::string_view session;
  DoneAnchor done;
};

// Something is kept among the spends of the session, and of its visitor, that no decision took: a reaction that a rule
// asks about.
struct MarkRecord {
  std::string_view handle;
  std::string_view session;
  Spend mark;
};

// The own record of an id says this of others from now on, and lives at least until `expires_at`.
struct IdentityRecord {
  std::string_view handle;
  std::string_view visitor;  // the id
  SessionDigest own;         // of its own record
  bool fresh = false;        // the record begins, or begins again
  Instant at{};
  Instant expires_at{};
  Identity identity;
};

// Traits were said of a visitor under an id, whose own record lives at least until `expires_at`. Changes without effect
// are in it too: they are the trait's history.
struct TraitsRecord {
  std::string_view handle;
  std::string_view visitor;  // the id
  SessionDigest own;         // of its own record
  bool fresh = false;        // the record begins, or begins again
  Instant at{};              // arrival
  Instant expires_at{};
  std::uint64_t id = 0;  // `remembered` of the request's id, where it added something; 0: it did not
  std::vector<TraitChange> changes;
};

// All that is known of the session is gone.
struct ForgetRecord {
  SessionDigest digest;
};

using Record = std::variant<AppendRecord, DecisionRecord, VisitorRecord, IdentityRecord, TraitsRecord, DoneRecord,
                            MarkRecord, ForgetRecord>;

// The session after the record; `before` may be null. `row`: the journal row that the record stands in, 0 where it does
// not matter (Session::began). `evicted`, where given, counts what left the window. A `before` that no one else holds
// is changed in place.
SessionPtr applied(SessionPtr before, const AppendRecord& record, Position row = 0, std::size_t* evicted = nullptr);
SessionPtr applied(SessionPtr before, const DecisionRecord& record, Position row = 0);
SessionPtr applied(SessionPtr before, const DoneRecord& record);  // null stays null
SessionPtr applied(SessionPtr before, const MarkRecord& record);  // likewise
// `before` and what comes of it are the visitor's own record; null where nothing is left of it.
SessionPtr applied(SessionPtr before, const VisitorRecord& record, Position row = 0);
SessionPtr applied(SessionPtr before, const IdentityRecord& record, Position row = 0);
SessionPtr applied(SessionPtr before, const TraitsRecord& record, Position row = 0);

}  // namespace beckon::ledger
