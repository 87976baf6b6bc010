// Health, metrics, and the API's description of itself: contract section 8.
#include <algorithm>

#include "http/metrics.h"
#include "http/routes/console.h"
#include "http/routes/docs_page.h"
#include "http/routes/response.h"
#include "system/encoding.h"
#include "system/zones.h"

namespace beckon::http {

extern const std::string_view kOpenApi;  // docs/openapi.json, embedded by the build

namespace {

// Complete header lines, so that a response of the hot path costs one copy for them.
#define BECKON_PLAIN "x-content-type-options: nosniff\r\nreferrer-policy: no-referrer\r\n"
#define BECKON_CLOSED \
  "content-security-policy: default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'\r\n"
constexpr std::string_view kAnswer = "x-content-type-options: nosniff\r\n";
constexpr std::string_view kPlain = BECKON_PLAIN;
constexpr std::string_view kClosed = BECKON_PLAIN BECKON_CLOSED;
constexpr std::string_view kClosedUnstored = BECKON_PLAIN BECKON_CLOSED "cache-control: no-store\r\n";
#undef BECKON_PLAIN
#undef BECKON_CLOSED

Response state(std::string_view status, const std::optional<NodePart>& node, std::string_view storage = {}) {
  std::string body;
  json::Writer writer(body);
  writer.begin_object()
      .member("status", status)
      .member("version", BECKON_VERSION)
      .member("tzdata", system_zones().version());
  if (!storage.empty()) writer.member("storage", storage);
  if (node) writer.member("node", node->name).member("lanes", std::int64_t{node->lanes()});
  writer.end_object();
  return json_response(200, std::move(body));
}

// 503 with a machine-readable reason.
void not_ready(Request& request, Respond& respond, std::string_view reason, std::string why) {
  Fault fault = unavailable(std::move(why));
  fault.extras.emplace_back("reason", json::quote(reason));
  refuse(request, respond, fault);
}

void ready(Readiness readiness, const std::optional<NodePart>& node, Request& request, Respond respond) {
  switch (readiness) {
    case Readiness::kReady: return respond(state("ready", node));
    case Readiness::kStarting: return not_ready(request, respond, "starting", "The server is starting.");
    case Readiness::kDraining: return not_ready(request, respond, "draining", "The server is shutting down.");
    case Readiness::kDiskFull:
      return not_ready(request, respond, "disk_full",
                       "The disk is full: what adds data is refused until there is space; reads and deliveries go on.");
    case Readiness::kNoOwner:
      return not_ready(request, respond, "no_owner", "This node does not reach all nodes that own data.");
  }
}

// Alive, so 200: a restart frees no space.
void health(Readiness readiness, const std::optional<NodePart>& node, Respond respond) {
  respond(state("ok", node, readiness == Readiness::kDiskFull ? "full" : "ok"));
}

bool has(const Response& response, std::string_view name) {
  return std::ranges::any_of(response.headers, [&](const auto& header) { return header.first == name; });
}

bool is_control_plane(std::string_view path) {
  return path.starts_with("/v2/handles/") || path.starts_with(kPatRoutes) || path.starts_with("/v2/platform-admin/") ||
         path.starts_with("/v2/auth/");
}

// The page lists the routes in the table except its own. It is cacheable as long as neither changes.
void add_docs(std::vector<Route>& routes) {
  const ConsoleFile* shell = find(console_files(), "docs.html");
  const std::string page = docs_page(routes, shell ? shell->bytes : "");
  const std::string etag = "\"" + to_hex(sha256(page)).substr(0, 16) + "\"";
  routes.push_back(open_route(
      "/docs",
      [page, etag](Request& request, Respond respond) {
        respond(answer(request, {"docs.html", etag, page}, "no-cache"));
      },
      "The API reference"));
}

}  // namespace

// A response with its own policy (a page) keeps it. The public chain responds with JSON to scripts, never with a page:
// preventing content sniffing is enough.
void security_headers(const Request& request, Response& response) {
  if (request.path.starts_with("/v2/public/chain/")) return void(response.preset = kAnswer);
  if (has(response, "content-security-policy"))
    response.preset = kPlain;
  else
    response.preset = is_control_plane(request.path) ? kClosedUnstored : kClosed;
}

void add_health(std::function<Readiness()> readiness, const std::optional<NodePart>& node, std::vector<Route>& routes) {
  routes.push_back(open_route(
      "/v2/system/health",
      [readiness, node](Request&, Respond respond) { health(readiness(), node, std::move(respond)); },
      "Check that the process is alive"));
  routes.push_back(open_route(
      "/v2/system/ready",
      [readiness, node](Request& request, Respond respond) { ready(readiness(), node, request, std::move(respond)); },
      "Check that the server is ready"));
}

Route metrics_route(std::function<std::string()> metrics) {
  return open_route(
      "/metrics",
      [metrics = std::move(metrics)](Request&, Respond respond) {
        respond({.status = 200, .body = metrics(), .content_type = kMetricsContentType});
      },
      "Metrics for Prometheus", Run::kControl);
}

void add_system(Api& api, std::vector<Route>& routes) {
  add_health([&api] { return api.readiness(); }, api.node, routes);
  if (api.metrics_on_main) routes.push_back(metrics_route(api.metrics));
  routes.push_back(open_route(
      "/openapi.json", [](Request&, Respond respond) { respond(json_response(200, std::string(kOpenApi))); },
      "The OpenAPI description"));
  add_console(console_files(), routes);
  add_docs(routes);
}

}  // namespace beckon::http
