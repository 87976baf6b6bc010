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
  bool fresh = false;         // the session begins (anew): what was there before has expired
  Instant received{};
  Instant expires_at{};
  Consent consent = Consent::kFull;
  std::string_view visitor;   // empty: not said
  Context context;            // what changed; an empty value removes the key
  std::vector<Signal> signals;  // with their versions
  std::vector<std::uint64_t> ids;  // digests of ids to remember, in order
};

// A decision was recorded: resolved, or prefetched and then shown.
struct DecisionRecord {
  std::string_view handle;
  std::string_view session;
  bool seen = false;          // the session was known when it was judged
  Instant expires_at{};       // of a session that begins with this
  std::string_view visitor;   // said with the call; empty: not
  Context context;            // said with the call
  Instant at{};               // of the decision
  std::string_view past;      // the decision: codec.h, encode_past
};

// All that is known of the session is gone.
struct ForgetRecord {
  SessionDigest digest;
};

using Record = std::variant<AppendRecord, DecisionRecord, ForgetRecord>;

// The session after the record; `before` may be null. `evicted`, where given, counts what left the window. A `before`
// that nobody else holds is changed in place.
SessionPtr applied(SessionPtr before, const AppendRecord& record, std::size_t* evicted = nullptr);
SessionPtr applied(SessionPtr before, const DecisionRecord& record);

}  // namespace beckon::ledger
