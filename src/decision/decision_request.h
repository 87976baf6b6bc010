// A parsed request for decisions: POST …/chain/resolve and …/chain/prefetch, contract section 4.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/trace.h"
#include "commit/tenant.h"
#include "decision/request_members.h"
#include "ledger/session.h"

namespace beckon::decision {

struct DecisionRequest {
  commit::TenantPtr tenant;
  SessionId session;
  VisitorId visitor;
  std::string anonymous;  // of the browser; empty if not given
  ledger::Context context;
  std::vector<std::string> triggers;  // exactly one for resolve
  std::string if_none_match;          // prefetch only
  bool at_most_basic = false;         // Sec-GPC: 1
  commit::Trust trust = commit::Trust::kNone;
  Warnings warnings;
  Trace trace = {};  // of the HTTP request
};

inline constexpr std::size_t kTriggersPerPrefetch = 20;

// Reports all faults at once. `many`: prefetch. `handle_in_path`: from a route that has it, which then requires a role.
Result<DecisionRequest> parse_decision(const json::Value& root, const commit::Tenants& tenants,
                                       std::optional<std::string_view> handle_in_path, bool many, Instant now);

}  // namespace beckon::decision
