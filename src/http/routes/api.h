// The dependencies of the API's handlers, and its route table. Everything here outlives the listener.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "access/gate.h"
#include "access/invitations.h"
#include "access/issuer.h"
#include "access/origins.h"
#include "access/pats.h"
#include "access/rate_limiter.h"
#include "access/sign_in.h"
#include "base/published.h"
#include "decision/resolve.h"
#include "delayed/timers.h"
#include "egress/endpoint_checks.h"
#include "egress/policy.h"
#include "hindsight/what_if_jobs.h"
#include "http/error.h"
#include "http/router.h"
#include "http/routes/backup_folder.h"
#include "http/routes/nodes.h"
#include "http/routes/sign_in_failures.h"
#include "intake/append.h"
#include "intake/redelivery.h"
#include "intake/rule_book.h"
#include "neighbours/source_log.h"
#include "oidc/providers.h"
#include "outbox/delivery_log.h"
#include "outbox/outbox.h"
#include "rules/rule_history.h"
#include "rules/rule_store.h"
#include "system/secret_box.h"

namespace beckon::http {

// Queries and requests to dispatch, which the HTTP rooms do not include. Thread-safe.
struct Sending {
  std::function<outbox::SubscriptionPtr(const SubscriptionId&)> subscription;  // null if unknown or deleted
  std::function<bool(const DeliveryId&)> is_sending;
  // Blocks until no attempt can begin with a subscription's state from before its last change.
  std::function<void()> fence;
  // Time of the next probe of an endpoint whose circuit is open; std::nullopt if it is closed.
  std::function<std::optional<Instant>(const SubscriptionId&)> probe_at;
  // Probes such an endpoint immediately with this delivery, at an operator's request.
  std::function<void(const SubscriptionId&, const DeliveryId&)> probe;
  int attempts = 1;  // that a delivery gets by the retry schedule, before it fails
};

// Whether the server should receive requests. kDiskFull: only those that add no data.
// kNoOwner: of a node that hands requests over, and knows nobody who takes them.
enum class Readiness : std::uint8_t { kStarting, kReady, kDiskFull, kDraining, kNoOwner };

// Which node of several this is, and how many lanes of shards it owns (docs/scale.md). Health and readiness say so.
struct NodePart {
  std::string name;
  std::function<int()> lanes;
};

class EventStreams;
class LiveFeed;

struct Api {
  const Clock& clock;
  Random& random;
  const SecretBox& secrets;
  commit::Draft::Places places;
  commit::Committer& committer;
  const decision::Resolver& resolver;
  const decision::DecisionTokens& tokens;
  intake::Redeliveries& replays;
  intake::RuleBook& rule_book;
  hindsight::WhatIfJobs& simulations;
  const commit::HandleSettings& server_defaults;
  const commit::HandleMaxima& server_maxima;
  ledger::Ledger& ledger;
  outbox::Outbox& outbox;
  outbox::DeliveryLog& delivery_log;
  delayed::Timers& timers;
  rules::RuleStore& rules;
  rules::RuleHistory& rule_history;
  commit::Analytics& analytics;
  access::Directory& directory;
  access::Gate& gate;
  access::Issuer& issuer;
  access::SignIn& sign_in;
  access::Invitations& invitations;
  SignInFailures& sign_in_failures;
  oidc::Providers& oidc;  // identity providers for sign-in
  access::RateLimiter& signals_by_address;
  access::RateLimiter& decisions_by_address;
  access::RateLimiter& signals_by_token;
  access::RateLimiter& decisions_by_token;
  const access::Pats& pats;                 // the access tokens
  const access::Origins& origins;           // which pages may call the public routes
  neighbours::SourceLog& sources;           // what other systems' libraries sent, by handle and key
  const Published<egress::Policy>& policy;  // the current egress policy
  egress::EndpointChecks& endpoints;        // checked when a subscription is created or changed
  Duration secret_overlap{};                // how long the old secret also signs
  Sending sending;
  LiveFeed& live;
  EventStreams& event_streams;
  // Reloads the handle, or the allowlist, after a change of the directory. Blocks for a commit.
  std::function<void(const Handle&)> reload;
  std::function<void()> reload_allowlist;
  // Where the data of a handle or access token is not here, but another node may have it: true. Empty for a server that
  // has all data.
  std::function<bool(const std::string& key)> elsewhere = {};
  std::function<Readiness()> readiness;
  std::function<std::optional<BackupFolder>()> backup_folder;  // std::nullopt if the server ships nothing
  std::function<Result<std::optional<NodeList>>()> nodes;      // std::nullopt: of a server that is no node of several
  std::function<std::string()> metrics;                        // in Prometheus' text format
  bool metrics_on_main = false;                                // --dev
  std::optional<NodePart> node = {};
  std::string public_url = {};  // where browsers reach the server, without a trailing slash; empty if unknown
};

// All routes of the API with their handlers and roles, and for each route with a scope the same one for access tokens.
// Keeps a reference to `api`.
std::vector<Route> routes(Api& api);

// Each adds the routes of one family.
void add_chain(Api& api, std::vector<Route>& routes);      // signals, resolve, prefetch
void add_ofrep(Api& api, std::vector<Route>& routes);      // decisions as OpenFeature's flags
void add_decisions(Api& api, std::vector<Route>& routes);  // recorded decisions, re-evaluated
void add_analytics(Api& api, std::vector<Route>& routes);
void add_sources(Api& api, std::vector<Route>& routes);           // what other systems' libraries sent
void add_import(Api& api, std::vector<Route>& routes);            // historical signals
void add_sessions(Api& api, std::vector<Route>& routes);          // sessions and visitors
void add_visitors(Api& api, std::vector<Route>& routes);          // added by add_sessions
void add_visitor_list(Api& api, std::vector<Route>& routes);      // added by add_visitors
void add_visitor_timeline(Api& api, std::vector<Route>& routes);  // likewise
void add_traits(Api& api, std::vector<Route>& routes);            // added by add_sessions
void add_counters(Api& api, std::vector<Route>& routes);          // likewise
void add_rules(Api& api, std::vector<Route>& routes);
void add_simulations(Api& api, std::vector<Route>& routes);      // added by add_rules
void add_rule_preview(Api& api, std::vector<Route>& routes);     // likewise
void add_catalog(Api& api, std::vector<Route>& routes);          // what the handle has seen
void add_webhooks(Api& api, std::vector<Route>& routes);         // subscriptions
void add_secret_rotation(Api& api, std::vector<Route>& routes);  // added by add_webhooks
void add_endpoint_stats(Api& api, std::vector<Route>& routes);   // added by add_webhooks
void add_deliveries(Api& api, std::vector<Route>& routes);
void add_replays(Api& api, std::vector<Route>& routes);        // added by add_deliveries
void add_events(Api& api, std::vector<Route>& routes);         // published and read
void add_live(Api& api, std::vector<Route>& routes);           // the live feed
void add_notifications(Api& api, std::vector<Route>& routes);  // the event catalog
void add_sign_in(Api& api, std::vector<Route>& routes);        // login, exchange, logout, me
void add_oidc(Api& api, std::vector<Route>& routes);           // through identity providers; added by add_sign_in
void add_platform(Api& api, std::vector<Route>& routes);       // allowlist, handles, keys
void add_account(Api& api, std::vector<Route>& routes);        // settings; added by add_platform
void add_audit(Api& api, std::vector<Route>& routes);          // added by add_account
void add_identity_keys(Api& api, std::vector<Route>& routes);  // likewise
void add_collaborators(Api& api, std::vector<Route>& routes);  // added by add_account
void add_users(Api& api, std::vector<Route>& routes);          // of the platform admin; added by add_platform
void add_invitations(Api& api, std::vector<Route>& routes);    // added by add_collaborators
void add_tokens(Api& api, std::vector<Route>& routes);         // likewise: access tokens
void add_browser(Api& api, std::vector<Route>& routes);  // allowed origins, the browser library and its configuration
void add_system(Api& api, std::vector<Route>& routes);   // health, readiness, metrics, the API's description

// Where one lane of a node tells another to read what the directory has changed.
inline constexpr std::string_view kLookAgain = "/v2/node/changes";

// Health and readiness alone, which a node answers itself.
void add_health(std::function<Readiness()> readiness, const std::optional<NodePart>& node, std::vector<Route>& routes);

// GET /metrics: what the function returns, in Prometheus' text format.
Route metrics_route(std::function<std::string()> metrics);

// Answers OPTIONS: `*` on routes that pages may call. A preflight names no handle, so the request itself is checked.
void preflight(Request& request, const std::string& allow, Respond respond);

// Sends a request to the node that has the data of this handle or access token, if it is not here: true, and it is
// answered (kElsewhere). `body`: as it came, if the handler has taken it apart.
bool send_elsewhere(const Api& api, Request& request, Respond& respond, const std::string& key, std::string body = {});

// Checks the Origin header, if any, of a request to a handle's public route. An origin that is not on the handle's list
// is refused, and its response does not echo it; otherwise `respond` adds the headers that let the page read the
// response. Call before storing anything.
[[nodiscard]] std::optional<Fault> judge_origin(const Api& api, const Request& request, std::string_view handle,
                                                Respond& respond);

// What authorize() must wait for first: the Wait of access::Gate.
Await await(Api& api);

// Sets Request::principal to an access::Principal, or returns the fault.
Authorize authorize(Api& api);

// Why an identified caller may not call the route on this handle; std::nullopt if they may. Access tokens can call the
// routes of access tokens and no others.
std::optional<Fault> may_call(Api& api, const Route& route, const access::Principal& principal, const Handle& handle);

// A Decorate hook: adds nosniff, no-referrer, a strict Content-Security-Policy unless the handler set one, and no-store
// on the control plane. Thread-safe.
void security_headers(const Request& request, Response& response);

const access::Principal& principal_of(const Request& request);  // CHECK: the route is not public
Caller caller_of(const Request& request);                       // for the audit; CHECK: the route is not public
Caller caller_as(std::string actor, const Request& request);    // the same where no token identifies the caller

// On a route that is not public: the fault if the caller is an access token without this additional scope; std::nullopt
// if it has the scope, or if the caller is a role.
std::optional<Fault> lacks(const Request& request, access::Scope scope);

}  // namespace beckon::http
