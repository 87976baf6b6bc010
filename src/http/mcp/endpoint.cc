#include "http/mcp/endpoint.h"

#include "http/mcp/authorization.h"
#include "http/mcp/call_tool.h"
#include "http/mcp/message.h"
#include "http/mcp/resources.h"
#include "http/routes/simulation_request.h"

namespace beckon::mcp {
namespace {

using http::Request;
using http::Respond;
using http::Response;

constexpr std::int64_t kToolsTtlMs = 300'000;     // an access token keeps its scopes; a user's role may change
constexpr std::int64_t kServerTtlMs = 3'600'000;  // changes only with the server's version

constexpr std::string_view kInstructions =
    "Beckon decides what a visitor is shown or sent: signals say what visitors do, rules say what follows at a "
    "trigger, "
    "and webhooks carry it out. Before you write a rule, read the resources beckon://docs/rules and "
    "beckon://docs/recipes. To change one: rules_get, simulate it on recorded traffic, then rules_put with "
    "ifRulesVersion. To find out why something was or was not shown: explain.";

bool is_of_this_machine(std::string_view origin) {
  const auto scheme = origin.find("://");
  if (scheme == std::string_view::npos) return false;
  std::string_view host = origin.substr(scheme + 3);
  host = host.substr(0, host.starts_with('[') ? host.find(']') + 1 : host.find(':'));
  return host == "localhost" || host == "127.0.0.1" || host == "[::1]";
}

// A page of another site must not act for its user, even if DNS rebinding points it here.
std::optional<Fault> fault_of_origin(const http::Api& api, const Request& request) {
  const std::string_view origin = request.header("origin");
  if (origin.empty() || is_of_this_machine(origin)) return std::nullopt;
  if (api.origins.judge(request.param("handle"), origin) == access::Origins::Verdict::kListed) return std::nullopt;
  return Fault{.code = FaultCode::kOriginNotAllowed,
               .message = "Pages of this origin may not call this address; an OWNER can add it to context-origins."};
}

class Endpoint {
 public:
  Endpoint(http::Api& api, std::size_t body_limit, const std::vector<http::Route>& routes)
      : api_(api), caller_(api, body_limit, routes) {}

  void handle(Request& request, Respond respond) {
    if (const auto fault = fault_of_origin(api_, request)) return respond(http::to_response(*fault, request.id));
    auto read = read_message(request);
    if (!read) return respond(to_response(read.error()));
    if (read->id.empty()) return respond({.status = 202});
    const auto message = std::make_shared<const Message>(std::move(*read));
    if (message->method == "tools/call") return caller_.call(request, std::move(respond), message);
    respond(answer(request, *message));
  }

 private:
  Response answer(const Request& request, const Message& message) {
    const bool is_2025 = message.era == Era::k2025;
    if (message.method == "ping" && is_2025) return result(message, [](json::Writer&) {});
    if (message.method == "initialize" && is_2025)
      return result(message, [&](json::Writer& out) { write_server(out, message, kInstructions); });
    if (message.method == "server/discover" && !is_2025)
      return result(message, [&](json::Writer& out) {
        write_server(out, message, kInstructions);
        write_caching(out, message, kServerTtlMs, true);
      });
    if (message.method == "tools/list") return tools(request, message);
    if (message.method == "resources/list") return resources_.list(message);
    if (message.method == "resources/templates/list") return resources_.list_templates(message);
    if (message.method == "resources/read") return resources_.read(message);
    return to_response(unknown_method(message));
  }

  Response tools(const Request& request, const Message& message) {
    if (message.param("cursor"))
      return to_response(invalid_params(message, "There is one page of tools; send no cursor."));
    return result(message, [&](json::Writer& out) {
      caller_.write_tools(out, request);
      write_caching(out, message, kToolsTtlMs, false);
    });
  }

  http::Api& api_;
  const ToolCaller caller_;
  const Resources resources_;
};

}  // namespace

void add_routes(http::Api& api, std::size_t body_limit, std::vector<http::Route>& routes) {
  const auto endpoint = std::make_shared<Endpoint>(api, body_limit, routes);
  routes.push_back(
      {.method = http::Method::kPost,
       .pattern = std::string(kAddress),
       .access = http::member(),
       .run = http::Run::kControl,
       .handler = [endpoint](Request& request, Respond respond) { endpoint->handle(request, std::move(respond)); },
       .summary = "Model Context Protocol: the API as tools",
       .body_limit = http::kSimulationBytes});
  add_metadata_route(api, routes);
}

}  // namespace beckon::mcp
