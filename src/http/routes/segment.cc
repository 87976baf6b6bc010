// Segment's libraries, and those of Customer.io and RudderStack, which use the same protocol. In browsers they first
// ask where to send, so that their pages name only this server.
#include "neighbours/segment.h"

#include "http/routes/neighbours.h"
#include "http/routes/response.h"
#include "http/text.h"

namespace beckon::http {
namespace {

constexpr std::string_view kForFiveMinutes = "public, max-age=300";

std::string write_key(const Request&, const json::Value& body) { return std::string(body.text_of("writeKey")); }

Result<neighbours::Batch> read_call(json::Document document, const Request& request) {
  const std::string& name = request.param("call");
  if (name == "b") return neighbours::read_segment(std::move(document), {});
  const std::string_view call = neighbours::segment_call(name);
  if (call.empty()) return unexpected(not_found("call"));
  return neighbours::read_segment(std::move(document), call);
}

constexpr Neighbour kBatches{
    .read = [](json::Document document, const Request&) { return neighbours::read_segment(std::move(document), {}); },
    .key = write_key};
constexpr Neighbour kCalls{.read = read_call, .key = write_key};

bool is_loopback(std::string_view host) {
  return host.starts_with("localhost") || host.starts_with("127.") || host.starts_with("[::1]");
}

// The address at which the page reaches this server: the operator's setting, or that of the current request.
struct Reached {
  std::string_view protocol, host;
};
Reached reached_by(const Api& api, const Request& request) {
  if (const std::size_t colon = api.public_url.find("://"); colon != std::string::npos)
    return {std::string_view(api.public_url).substr(0, colon), std::string_view(api.public_url).substr(colon + 3)};
  const std::string_view host = request.header("host"), forwarded = request.header("x-forwarded-proto");
  const bool is_plain = forwarded.empty() ? is_loopback(host) : equal_ignoring_case(forwarded, "http");
  return {is_plain ? "http" : "https", host};
}

void answer_settings(Request& request, Respond& respond, std::string body) {
  Response response = json_response(200, std::move(body));
  response.headers.emplace_back("cache-control", kForFiveMinutes);
  if (request.header("origin").empty()) response.headers.emplace_back("vary", "Origin");
  respond(std::move(response));
}

// A handle that is not admitted gets settings too: without our address the library would send to Segment.
void get_segment_settings(Api& api, Request& request, Respond respond) {
  const std::string& handle = request.param("key");
  if (const auto fault = judge_origin(api, request, handle, respond)) return refuse(request, respond, *fault);
  if (!api.places.tenants.known(handle)) return refuse(request, respond, handle_not_found());
  const Reached reached = reached_by(api, request);
  std::string body;
  json::Writer(body)
      .begin_object()
      .key("integrations")
      .begin_object()
      .key("Segment.io")
      .begin_object()
      .member("apiKey", handle)
      .member("apiHost", std::string(reached.host) + "/v1")
      .member("protocol", reached.protocol)
      .end_object()
      .end_object()
      .member_raw("plan", "{}")
      .member_raw("edgeFunction", "{}")
      .end_object();
  answer_settings(request, respond, std::move(body));
}

void get_rudder_settings(Api& api, Request& request, Respond respond) {
  const std::string handle = key_in_head(request);
  if (send_elsewhere(api, request, respond, handle)) return;
  if (const auto fault = judge_origin(api, request, handle, respond)) return refuse(request, respond, *fault);
  if (!is_handle(handle) || !api.places.tenants.known(handle)) return refuse(request, respond, handle_not_found());
  std::string body;
  json::Writer(body)
      .begin_object()
      .key("source")
      .begin_object()
      .member("id", handle)
      .member("name", handle)
      .member("writeKey", handle)
      .member_boolean("enabled", true)
      .member_raw("config", "{}")
      .member_raw("destinations", "[]")
      .end_object()
      .end_object();
  answer_settings(request, respond, std::move(body));
}

using Get = void (*)(Api&, Request&, Respond);

Route settings_route(Api& api, std::string_view pattern, Get get, std::string_view summary) {
  return {.method = Method::kGet,
          .pattern = std::string(pattern),
          .access = public_(),
          .run = Run::kInline,
          .handler = [&api, get](Request& request, Respond respond) { get(api, request, std::move(respond)); },
          .summary = summary};
}

}  // namespace

void add_segment(Api& api, std::vector<Route>& routes) {
  routes.push_back(
      neighbour_route(api, "/v1/batch", kBatches, "Append a batch of Segment, Customer.io or RudderStack"));
  routes.push_back(neighbour_route(api, "/v1/{call}", kCalls, "Append one message of Segment or RudderStack"));
  routes.push_back(neighbour_route(api, "/beacon/v1/batch", kBatches, "Append a batch of RudderStack's beacon"));
  routes.push_back(settings_route(api, "/v1/projects/{key}/settings", get_segment_settings,
                                  "Get the settings of Segment's browser library"));
  routes.push_back(
      settings_route(api, "/sourceConfig/", get_rudder_settings, "Get the settings of RudderStack's browser library"));
}

}  // namespace beckon::http
