// A request for decisions, as it came in: POST …/chain/resolve and …/chain/prefetch, contract section 4.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "commit/tenant.h"
#include "decision/request_members.h"
#include "ledger/session.h"

namespace beckon::decision {

struct DecisionRequest {
  commit::TenantPtr tenant;
  SessionId session;
  VisitorId visitor;
  std::string anonymous;  // of the browser; empty: not said
  ledger::Context context;
  std::vector<std::string> triggers;  // exactly one for resolve
  std::string if_none_match;          // prefetch only
  bool at_most_basic = false;         // Sec-GPC: 1
  bool proven = false;                // asked with a role, not by whoever knows the visitor's id
  Warnings warnings;
};

inline constexpr std::size_t kTriggersPerPrefetch = 20;

// Every fault at once. `many`: prefetch.
Result<DecisionRequest> parse_decision(const json::Value& root, const commit::Tenants& tenants,
                                       std::optional<std::string_view> handle_in_path, bool many);

}  // namespace beckon::decision
