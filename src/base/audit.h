// One control-plane change, or a sign-in, for the operator's audit log. In base, because access, decision and store all
// write it.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/id.h"
#include "base/instant.h"
#include "base/random.h"

namespace beckon {

// Who made the change, and from where.
struct Caller {
  std::string actor;         // the token's subject, "cli", or "server"
  std::string address = {};  // of the client; empty if not over HTTP
  std::string request = {};  // the request's id; likewise
};

struct AuditEntry {
  AuditId id;
  Handle handle;  // empty for the whole server
  Instant at;
  Caller by;
  std::string action;       // "webhook.create", "rule.put", "allowlist.put", "signals.erase" …
  std::string target;       // the id of what changed
  std::string detail;       // a JSON object: the new state, or other details; never a secret
  std::string before = {};  // a JSON object: the former state; never a secret; empty if there was none to report
  // Its position in the chain (access/audit_chain.h): the store sets all three when it writes the entry. 0 if written
  // by a version without a chain.
  std::uint64_t number = 0;
  std::string previous = {};  // the hash of the previous entry
  std::string hash = {};
};

// With a new id.
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

// Whether it describes state that holds until another entry with the same target: a handle's settings, or a counter.
// Past decisions are re-evaluated with that state, so these outlive other entries (commit::SweepReplacedAudit).
inline bool says_what_holds(const AuditEntry& entry) {
  return entry.action == "settings.put" || entry.action.starts_with("counter.");
}

}  // namespace beckon
