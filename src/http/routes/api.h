// What the handlers of the API work with, and the table of its routes. Everything here outlives the listener.
#pragma once
#include <array>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "access/gate.h"
#include "access/issuer.h"
#include "access/origins.h"
#include "access/rate_limiter.h"
#include "access/sign_in.h"
#include "base/published.h"
#include "base/secret_box.h"
#include "decision/resolve.h"
#include "delayed/timers.h"
#include "egress/network.h"
#include "egress/policy.h"
#include "hindsight/what_if_jobs.h"
#include "http/error.h"
#include "http/router.h"
#include "intake/append.h"
#include "intake/redelivery.h"
#include "outbox/outbox.h"
#include "rules/rule_store.h"

namespace beckon::http {

// What is known of sending beside the store, and what dispatch, which the front door does not know, is asked.
// Thread-safe.
struct Sending {
  std::function<outbox::SubscriptionPtr(const SubscriptionId&)> subscription;  // null: there is none, or it is deleted
  std::function<bool(const DeliveryId&)> is_sending;
  // Blocks until no attempt can begin under what a subscription was before its last change.
  std::function<void()> fence;
  // When an endpoint that is left alone for now (its circuit is open) is tried next; nothing: it is not.
  std::function<std::optional<Instant>(const SubscriptionId&)> probe_at;
  // Such an endpoint may be tried at once: an operator wants to know.
  std::function<void(const SubscriptionId&)> probe;
};

class LiveFeed;

// Changes of a handle's rules, and of the settings whose scores they use, come one after the other, so that reading and
// compiling them is done on the control threads and not on the committing thread, where everything else would wait for
// it. Held from reading the rules to the commit. Handles share a few locks by their hash.
struct RuleTurn {
  std::mutex& of(const Handle& handle) { return mutexes[std::hash<std::string>{}(handle.text) % mutexes.size()]; }
  std::array<std::mutex, 16> mutexes;
};

struct Api {
  const Clock& clock;
  Random& random;
  const SecretBox& secrets;
  commit::Draft::Places places;
  commit::Committer& committer;
  const decision::Resolver& resolver;
  const decision::DecisionTokens& tokens;
  intake::Redeliveries& replays;
  hindsight::WhatIfJobs& simulations;
  const commit::HandleSettings& server_defaults;
  ledger::Ledger& ledger;
  outbox::Outbox& outbox;
  delayed::Timers& timers;
  rules::RuleStore& rules;
  commit::Analytics& analytics;
  access::Directory& directory;
  access::Gate& gate;
  access::Issuer& issuer;
  access::SignIn& sign_in;
  access::RateLimiter& signals_by_address;
  access::RateLimiter& decisions_by_address;
  const access::Origins& origins;           // which pages may call the public routes
  const Published<egress::Policy>& policy;  // the egress policy of this moment
  const egress::ResolverSettings& names;    // how endpoints are resolved when they are judged
  Duration secret_overlap{};                // how long an old secret also signs
  Sending sending;
  LiveFeed& live;
  // The directory changed: the handle, or the allowlist, is read again at once. Blocks for a commit.
  std::function<void(const Handle&)> reload;
  std::function<void()> reload_allowlist;
  std::function<bool()> ready;           // serving, and not draining
  std::function<std::string()> metrics;  // Prometheus' text
  bool metrics_on_main = false;          // --dev
  std::shared_ptr<RuleTurn> rule_turn = std::make_shared<RuleTurn>();
};

// Every route of the API with its handler and its role. `api` is kept by reference.
std::vector<Route> routes(Api& api);

// What each family adds.
void add_chain(Api& api, std::vector<Route>& routes);      // signals, resolve, prefetch
void add_decisions(Api& api, std::vector<Route>& routes);  // on record, judged again
void add_analytics(Api& api, std::vector<Route>& routes);
void add_import(Api& api, std::vector<Route>& routes);    // history from elsewhere
void add_sessions(Api& api, std::vector<Route>& routes);  // sessions and visitors
void add_visitors(Api& api, std::vector<Route>& routes);  // added by add_sessions
void add_rules(Api& api, std::vector<Route>& routes);
void add_simulations(Api& api, std::vector<Route>& routes);      // added by add_rules
void add_webhooks(Api& api, std::vector<Route>& routes);         // subscriptions
void add_secret_rotation(Api& api, std::vector<Route>& routes);  // added by add_webhooks
void add_deliveries(Api& api, std::vector<Route>& routes);
void add_replays(Api& api, std::vector<Route>& routes);        // added by add_deliveries
void add_events(Api& api, std::vector<Route>& routes);         // published and read
void add_live(Api& api, std::vector<Route>& routes);           // the live feed
void add_notifications(Api& api, std::vector<Route>& routes);  // the event catalog
void add_sign_in(Api& api, std::vector<Route>& routes);        // login, exchange, logout, me
void add_platform(Api& api, std::vector<Route>& routes);       // allowlist, handles, keys
void add_account(Api& api, std::vector<Route>& routes);        // audit, settings; added by add_platform
void add_browser(Api& api, std::vector<Route>& routes);        // context origins, what the browser library asks and is
void add_system(Api& api, std::vector<Route>& routes);         // health, readiness, metrics, the API's description

// Answers OPTIONS: `*` on what pages may call. A preflight names no handle, so it is the request itself that is judged.
void preflight(Request& request, const std::string& allow, Respond respond);

// Judges the origin of a request to a handle's public route, if it has one: a page that is not on the handle's list is
// refused, and nothing of its origin is repeated; for any other `respond` adds what lets the page read the answer.
// Call before anything is stored.
[[nodiscard]] std::optional<Fault> judge_origin(const Api& api, const Request& request, std::string_view handle,
                                                Respond& respond);

// Leaves an access::Principal in Request::principal, or says why not.
Authorize authorize(Api& api);

// A Decorate hook: nosniff, no-referrer, a strict Content-Security-Policy where the handler set none, and no-store on
// the control plane. Thread-safe.
void security_headers(const Request& request, Response& response);

const access::Principal& principal_of(const Request& request);  // CHECK: of a route that is not public

}  // namespace beckon::http
