#include <charconv>

#include "base/check.h"
#include "base/encoding.h"
#include "http/routes/api.h"

namespace beckon::http {

std::vector<Route> routes(Api& api) {
  std::vector<Route> all;
  add_chain(api, all);
  add_import(api, all);
  add_decisions(api, all);
  add_analytics(api, all);
  add_sessions(api, all);
  add_rules(api, all);
  add_webhooks(api, all);
  add_deliveries(api, all);
  add_events(api, all);
  add_notifications(api, all);
  add_live(api, all);
  add_sign_in(api, all);
  add_platform(api, all);
  add_browser(api, all);
  add_system(api, all);
  return all;
}

Authorize authorize(Api& api) {
  return [&api](const Route& route, Request& request) -> std::optional<Fault> {
    auto principal = api.gate.authenticate(request.header("authorization"));
    if (!principal) return principal.error();
    const auto on_handle = [&](access::Role least) -> std::optional<Fault> {
      const auto role = api.gate.authorize(*principal, Handle{request.param("handle")}, least);
      if (!role) return role.error();
      return std::nullopt;
    };
    std::optional<Fault> fault;
    switch (route.access.who) {
      case Access::Who::kUndeclared:
      case Access::Who::kPublic:
      case Access::Who::kPat: fault = Fault{.code = FaultCode::kInternalError, .message = "No such way in."}; break;
      case Access::Who::kAnyJwt: break;
      case Access::Who::kCreator: fault = on_handle(access::Role::kCreator); break;
      case Access::Who::kOperator: fault = on_handle(access::Role::kOperator); break;
      case Access::Who::kOwner: fault = on_handle(access::Role::kOwner); break;
      case Access::Who::kPlatformAdmin:
        if (const auto admitted = api.gate.authorize_platform_admin(*principal); !admitted) fault = admitted.error();
        break;
    }
    if (!fault) request.principal = std::move(*principal);
    return fault;
  };
}

const access::Principal& principal_of(const Request& request) {
  const auto* principal = std::any_cast<access::Principal>(&request.principal);
  CHECK(principal != nullptr);
  return *principal;
}

Response json_response(int status, std::string body) {
  Response response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

void refuse(Request& request, Respond& respond, const Fault& fault) { respond(to_response(fault, request.id)); }

Result<json::Document> body_of(Request& request) { return json::parse(std::move(request.body)); }

namespace {

// A cursor shows nothing of the store and is good for its own list only.
std::string cursor_check(std::string_view place, std::string_view what) {
  return sha256(std::string(what) + '\n' + std::string(place)).substr(0, 6);
}

Fault bad_cursor() {
  Issues issues;
  issues.add("cursor", "is not a cursor of this list with these filters; begin without one");
  return issues.fault();
}

}  // namespace

std::string cursor_of(Instant created, std::string_view id, std::string_view what) {
  const std::string place = std::to_string(to_ms(created)) + " " + std::string(id);
  return to_base64url(cursor_check(place, what) + place);
}

Result<Page> page_of(const Request& request, std::string_view what) {
  Page page;
  if (const auto limit = request.query_param("limit")) {
    std::size_t value = 0;
    const auto [end, fault] = std::from_chars(limit->data(), limit->data() + limit->size(), value);
    if (fault != std::errc{} || end != limit->data() + limit->size() || value < 1 || value > 200) {
      Issues issues;
      issues.add("limit", "must be a whole number from 1 to 200");
      return unexpected(issues.fault());
    }
    page.limit = value;
  }
  const auto cursor = request.query_param("cursor");
  if (!cursor || cursor->empty()) return page;
  const auto bytes = from_base64url(*cursor);
  if (!bytes || bytes->size() < 8) return unexpected(bad_cursor());
  const std::string_view place = std::string_view(*bytes).substr(6);
  const auto space = place.find(' ');
  std::int64_t ms = 0;
  if (space == std::string_view::npos || cursor_check(place, what) != bytes->substr(0, 6) ||
      std::from_chars(place.data(), place.data() + space, ms).ec != std::errc{})
    return unexpected(bad_cursor());
  page.behind.emplace(instant_ms(ms), std::string(place.substr(space + 1)));
  return page;
}

Response list_response(const Request& request, const std::vector<std::string>& items, std::string_view next) {
  std::string body;
  json::Writer writer(body);
  writer.begin_object().key("items").begin_array();
  for (const std::string& item : items) writer.raw(item);
  writer.end_array().key("nextCursor");
  next.empty() ? writer.null() : writer.string(next);
  writer.member("requestId", request.id.view()).end_object();
  return json_response(200, std::move(body));
}

Handler blocking(std::function<Result<Response>(Request&)> handle) {
  return [handle = std::move(handle)](Request& request, Respond respond) {
    auto response = handle(request);
    if (response) return respond(std::move(*response));
    refuse(request, respond, response.error());
  };
}

}  // namespace beckon::http
