// A parsed request to append signals: POST …/chain/signals, contract section 4.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/trace.h"
#include "commit/tenant.h"
#include "decision/request_members.h"
#include "intake/trait_request.h"
#include "ledger/session.h"

namespace beckon::intake {

// What to append to one session. Views of strings that outlive it.
struct SessionAppend {
  commit::TenantPtr tenant;
  SessionId session;
  VisitorId visitor;                       // empty if not given
  std::string anonymous;                   // of the browser; empty if not given
  std::optional<ledger::Consent> consent;  // as given in the body
  bool at_most_basic = false;              // Sec-GPC: 1
  commit::Trust trust = commit::Trust::kNone;
  TraitsSaid traits;  // of the visitor
  ledger::Context context;
  std::vector<ledger::Signal> signals;  // in the order given; versions are still 0
};

// Owns its strings: the views point into `document` or `texts`.
struct AppendRequest : SessionAppend {
  explicit AppendRequest(json::Document from) : document(std::move(from)) {}

  json::Document document;
  std::vector<std::string> texts;  // values that differ from the document in stored form
  decision::Warnings warnings;
  Trace trace = {};  // of the HTTP request
};

// Not a setting of a handle.
inline constexpr std::size_t kSignalsPerRequest = 60;

// Validates a body and reports every fault at once. `handle_in_path`: from the route; otherwise the body must name it.
// The request keeps the document: its signals point into it.
Result<AppendRequest> parse_append(json::Document document, const commit::Tenants& tenants,
                                   std::optional<std::string_view> handle_in_path, Instant now);

}  // namespace beckon::intake
