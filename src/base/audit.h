// One control-plane change, told to the operator. Access, decision and store all write it, so it stands here.
#pragma once
#include <string>

#include "base/id.h"
#include "base/instant.h"

namespace beckon {

struct AuditEntry {
  AuditId id;
  Handle handle;  // empty: of the whole server
  Instant at;
  std::string actor;   // the token's subject, or "cli"
  std::string action;  // "webhook.create", "rule.put", "allowlist.put", "signals.erase" …
  std::string target;  // the id of what changed
  std::string detail;  // a JSON object; never a secret
};

// Whether it says what holds from then on, until another with the same target: a handle's settings, or a counter. A
// past decision is evaluated again by what held then, so these outlive other entries (commit::SweepReplacedAudit).
inline bool says_what_holds(const AuditEntry& entry) {
  return entry.action == "settings.put" || entry.action.starts_with("counter.");
}

}  // namespace beckon
