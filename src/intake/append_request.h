// A request to append signals, as it came in: POST …/chain/signals, contract section 4.
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

// What is to be appended to one session. Views into texts that outlive it.
struct SessionAppend {
  commit::TenantPtr tenant;
  SessionId session;
  VisitorId visitor;                       // empty: not said
  std::string anonymous;                   // of the browser; empty: not said
  std::optional<ledger::Consent> consent;  // as said in the body
  bool at_most_basic = false;              // Sec-GPC: 1
  commit::Trust trust = commit::Trust::kNone;
  TraitsSaid traits;  // of the visitor
  ledger::Context context;
  std::vector<ledger::Signal> signals;  // in the order given; versions still 0
};

// Owns its texts: the views of what is appended point into `document` or `texts`.
struct AppendRequest : SessionAppend {
  explicit AppendRequest(json::Document from) : document(std::move(from)) {}

  json::Document document;
  std::vector<std::string> texts;  // values that are not in the document as they are stored
  decision::Warnings warnings;
  Trace trace = {};  // of the HTTP request
};

// Not a setting of a handle.
inline constexpr std::size_t kSignalsPerRequest = 60;

// Checks a body and names every fault at once. `handle_in_path` where the route gives it; else the body must.
// The request keeps the document: its signals point into it.
Result<AppendRequest> parse_append(json::Document document, const commit::Tenants& tenants,
                                   std::optional<std::string_view> handle_in_path, Instant now);

}  // namespace beckon::intake
