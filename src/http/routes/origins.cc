// Which pages may call, and the configuration for the browser library: contract section 8, safety section 3.
#include "http/routes/library.h"
#include "http/routes/neighbours.h"
#include "http/routes/response.h"
#include "intake/append_request.h"
#include "system/encoding.h"

namespace beckon::http {
namespace {

constexpr std::string_view kConfig = "/v2/public/sdk/config";
constexpr std::string_view kReadable =
    "retry-after, ratelimit-limit, ratelimit-remaining, ratelimit-reset, x-request-id, etag";

bool is_called_by_pages(std::string_view path) {
  return path.starts_with("/v2/public/chain/") || path.starts_with("/v2/public/ofrep/") || path == kConfig ||
         is_of_neighbours(path);
}

Result<Response> get_origins(Api& api, Request& request) {
  const auto record = api.directory.handle(Handle{request.param("handle")});
  if (!record) return unexpected(record.error());
  if (!*record) return unexpected(handle_not_found());
  return json_response(200, (*record)->origins.empty() ? access::origins_json({}) : (*record)->origins);
}

Result<Response> put_origins(Api& api, Request& request) {
  const auto document = object_of(request);
  if (!document) return unexpected(document.error());
  const auto origins = access::parse_origins(document->root());
  if (!origins) return unexpected(origins.error());
  const Handle handle{request.param("handle")};
  const std::string text = access::origins_json(*origins);
  const auto before = api.directory.handle(handle);
  if (!before) return unexpected(before.error());
  const auto put = api.directory.put_origins(
      handle, text,
      audit_of(api, request, "context-origins.put", handle.text, text, *before ? (*before)->origins : std::string()));
  if (!put) return unexpected(put.error());
  api.reload(handle);
  return json_response(200, text);
}

// Snowplow's trackers send requests with credentials, though no cookie is read or set here; with "*" no page could read
// the response. `only`: the handle has a list that includes the origin.
void allow_origin(Response& response, const Request& request, bool only) {
  const std::string_view origin = request.header("origin");
  const bool with_credentials = is_with_credentials(request.path) && access::is_origin(origin);
  response.headers.emplace_back("access-control-allow-origin", only || with_credentials ? std::string(origin) : "*");
  if (with_credentials) response.headers.emplace_back("access-control-allow-credentials", "true");
}

std::string config_json(const commit::Tenant& tenant) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object()
      .member("handle", tenant.handle.view())
      .member("defaultConsent", ledger::to_text(tenant.settings.default_consent))
      .key("limits")
      .begin_object()
      .member("signalsPerRequest", static_cast<std::int64_t>(intake::kSignalsPerRequest))
      .member("sessionSignalsPerMinute", tenant.settings.session_signals_per_minute)
      .end_object()
      .member("library", std::string(kLibrary) + "/beckon.js")
      .end_object();
  return out;
}

// The same text has the same tag, so a page does not download it again.
void get_config(Api& api, Request& request, Respond respond) {
  const std::string handle = request.query_param("handle").value_or("");
  if (const auto fault = judge_origin(api, request, handle, respond)) return refuse(request, respond, *fault);
  if (!is_handle(handle)) {
    Issues issues;
    issues.add("handle", "is required: 2 to 63 characters from a-z, 0-9, _ and -, starting with a letter or digit");
    return refuse(request, respond, issues.fault());
  }
  const auto tenant = api.places.tenants.find(handle);
  if (!tenant) return refuse(request, respond, tenant.error());
  Response response = json_response(200, config_json(**tenant));
  const std::string etag = '"' + to_base64url(sha256(response.body).substr(0, 12)) + '"';
  response.headers = {{"etag", etag}, {"cache-control", "no-cache"}};
  if (request.header("origin").empty()) response.headers.emplace_back("vary", "Origin");
  if (request.header("if-none-match") == etag) {
    response.status = 304;
    response.body.clear();
  }
  respond(std::move(response));
}

}  // namespace

void preflight(Request& request, const std::string& allow, Respond respond) {
  Response response{.status = 204, .headers = {{"allow", allow}}};
  if (is_called_by_pages(request.path) && !request.header("origin").empty()) {
    allow_origin(response, request, false);
    response.headers.emplace_back("access-control-allow-methods", allow);
    response.headers.emplace_back("access-control-allow-headers",
                                  is_of_neighbours(request.path)
                                      ? kNeighbourHeaders
                                      : "authorization, content-type, if-none-match, traceparent, tracestate");
    response.headers.emplace_back("access-control-max-age", "86400");
    if (is_with_credentials(request.path)) response.headers.emplace_back("vary", "Origin");
  }
  respond(std::move(response));
}

std::optional<Fault> judge_origin(const Api& api, const Request& request, std::string_view handle, Respond& respond) {
  const std::string_view origin = request.header("origin");
  if (origin.empty()) return std::nullopt;
  const access::Origins::Verdict verdict = api.origins.judge(handle, origin);
  respond = [verdict, &request, before = std::move(respond)](Response&& response) mutable {
    response.headers.emplace_back("vary", "Origin");
    if (verdict != access::Origins::Verdict::kRefused) {
      allow_origin(response, request, verdict == access::Origins::Verdict::kListed);
      response.headers.emplace_back("access-control-expose-headers", std::string(kReadable));
    }
    before(std::move(response));
  };
  if (verdict != access::Origins::Verdict::kRefused) return std::nullopt;
  return Fault{
      .code = FaultCode::kOriginNotAllowed,
      .message = "This origin is not in the handle's allowed origins; its OWNER can add it to context-origins."};
}

void add_browser(Api& api, std::vector<Route>& routes) {
  routes.push_back(
      control(api, Method::kGet, "/v2/handles/{handle}/context-origins", owner(), get_origins, "Get allowed origins"));
  routes.push_back(control(api, Method::kPut, "/v2/handles/{handle}/context-origins", owner(), put_origins,
                           "Replace allowed origins"));
  routes.push_back(
      {.method = Method::kGet,
       .pattern = std::string(kConfig),
       .access = public_(),
       .run = Run::kInline,
       .handler = [&api](Request& request, Respond respond) { get_config(api, request, std::move(respond)); },
       .summary = "Get the browser library's configuration"});
  add_library(library_files(), routes);
}

}  // namespace beckon::http
