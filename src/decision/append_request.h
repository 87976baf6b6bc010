// A request to append signals, as it came in: POST …/chain/signals, contract section 4.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "decision/tenant.h"
#include "ledger/session.h"

namespace beckon::decision {

// Owns its texts: the signals' views point into `document` or `texts`.
struct AppendRequest {
  json::Document document;
  std::vector<std::string> texts;  // values that are not in the document as they are stored
  TenantPtr tenant;
  SessionId session;
  VisitorId visitor;                       // empty: not said
  std::optional<ledger::Consent> consent;  // as said in the body
  bool at_most_basic = false;              // Sec-GPC: 1
  ledger::Context context;
  std::vector<ledger::Signal> signals;  // in the order given; versions still 0
};

// Limits that are not settings of a handle.
inline constexpr std::size_t kSignalsPerRequest = 60;
inline constexpr std::size_t kContextKeys = 32;

// Checks a body and names every fault at once. `handle_in_path` where the route gives it; else the body must.
// The request keeps the document: its signals point into it.
Result<AppendRequest> parse_append(json::Document document, const Tenants& tenants,
                                   std::optional<std::string_view> handle_in_path, Instant now);

// Shared with resolve and prefetch: the members that all three know. Each adds its faults.
std::string_view read_handle(const json::Value& root, std::optional<std::string_view> in_path, Issues& issues);
SessionId read_session(const json::Value& root, Issues& issues);
VisitorId read_visitor(const json::Value& root, Issues& issues);
ledger::Context read_context(const json::Value& root, Issues& issues);
// The tenant, once the rest is known: an unknown handle is a fault only of a request that is otherwise in order.
Result<TenantPtr> tenant_of(const Tenants& tenants, std::string_view handle, const Issues& issues);

}  // namespace beckon::decision
