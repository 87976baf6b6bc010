// Health, metrics, and the API's description of itself: contract section 8.
#include "http/metrics.h"
#include "http/routes/answer.h"
#include "http/routes/docs_page.h"

namespace beckon::http {

extern const std::string_view kOpenApi;  // docs/openapi.json, embedded when the server is built

namespace {

constexpr std::string_view kNothing = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

Response state(std::string_view status) {
  std::string body;
  json::Writer(body).begin_object().member("status", status).member("version", BECKON_VERSION).end_object();
  return json_response(200, std::move(body));
}

void ready(Api& api, Request& request, Respond respond) {
  if (api.ready()) return respond(state("ready"));
  respond(to_response(unavailable("The server is starting or draining."), request.id));
}

bool has(const Response& response, std::string_view name) {
  return std::ranges::any_of(response.headers, [&](const auto& header) { return header.first == name; });
}

bool is_control_plane(std::string_view path) {
  return path.starts_with("/v2/handles/") || path.starts_with("/v2/platform-admin/") || path.starts_with("/v2/auth/");
}

Route open(std::string_view pattern, Run run, Handler handler, std::string_view summary) {
  return {.method = Method::kGet, .pattern = pattern, .access = public_(), .run = run, .handler = std::move(handler), .summary = summary};
}

}  // namespace

void security_headers(const Request& request, Response& response) {
  response.headers.emplace_back("x-content-type-options", "nosniff");
  response.headers.emplace_back("referrer-policy", "no-referrer");
  if (!has(response, "content-security-policy")) response.headers.emplace_back("content-security-policy", kNothing);
  if (is_control_plane(request.path) && !has(response, "cache-control")) response.headers.emplace_back("cache-control", "no-store");
}

void add_system(Api& api, std::vector<Route>& routes) {
  routes.push_back(open("/v2/system/health", Run::kInline, [](Request&, Respond respond) { respond(state("ok")); }, "Is it alive"));
  routes.push_back(open("/v2/system/ready", Run::kInline, [&api](Request& request, Respond respond) { ready(api, request, std::move(respond)); },
                        "Does it take requests"));
  if (api.metrics_on_main)
    routes.push_back(open("/metrics", Run::kControl,
                          [&api](Request&, Respond respond) { respond({.status = 200, .body = api.metrics(), .content_type = kMetricsContentType}); },
                          "Metrics for Prometheus"));
  routes.push_back(open("/openapi.json", Run::kInline, [](Request&, Respond respond) { respond(json_response(200, std::string(kOpenApi))); },
                        "The description of the API"));
  // The page lists what stands in the table, itself not.
  routes.push_back(open("/docs", Run::kInline,
                        [page = docs_page(routes)](Request&, Respond respond) {
                          respond({.status = 200, .body = page, .content_type = "text/html; charset=utf-8"});
                        },
                        "The routes, to read"));
}

}  // namespace beckon::http
