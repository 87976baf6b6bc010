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

}  // namespace beckon
