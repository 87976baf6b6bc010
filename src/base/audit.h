// One control-plane change, or a sign-in, told to the operator. Access, decision and store all write it, so it stands
// here.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/id.h"
#include "base/instant.h"
#include "base/random.h"

namespace beckon {

// Who did it, and from where.
struct Caller {
  std::string actor;         // the token's subject, "cli", or "server"
  std::string address = {};  // of the client; empty: it did not come over HTTP
  std::string request = {};  // the request's id; likewise
};

struct AuditEntry {
  AuditId id;
  Handle handle;  // empty: of the whole server
  Instant at;
  Caller by;
  std::string action;       // "webhook.create", "rule.put", "allowlist.put", "signals.erase" …
  std::string target;       // the id of what changed
  std::string detail;       // a JSON object: what it is now, or what else is to say; never a secret
  std::string before = {};  // a JSON object: what it was; never a secret; empty: it was not there, or nothing is to say
  // Its place in the chain (access/audit_chain.h): all three are set by the store as it is written. 0: it was written
  // by a version that had none.
  std::uint64_t number = 0;
  std::string previous = {};  // the hash of the entry before
  std::string hash = {};
};

// With an id of its own.
inline AuditEntry audit_entry(Instant at, Random& random, Handle handle, Caller by, std::string_view action,
                              std::string_view target, std::string detail = "{}", std::string before = {}) {
  return {.id = AuditId(make_ulid("aud_", at, random)),
          .handle = std::move(handle),
          .at = at,
          .by = std::move(by),
          .action = std::string(action),
          .target = std::string(target),
          .detail = std::move(detail),
          .before = std::move(before)};
}

// Whether it says what holds from then on, until another with the same target: a handle's settings, or a counter. A
// past decision is evaluated again by what held then, so these outlive other entries (commit::SweepReplacedAudit).
inline bool says_what_holds(const AuditEntry& entry) {
  return entry.action == "settings.put" || entry.action.starts_with("counter.");
}

}  // namespace beckon
