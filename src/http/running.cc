#include "http/running.h"

#include "base/check.h"
#include "http/text.h"
#include "system/log.h"

namespace beckon::http {
namespace {

template <class Call>
void guarded(const Route& route, Call&& call) {
  try {
    call();
  } catch (const std::exception& error) {
    log::error("handler_failed").add("route", route.pattern).add("reason", error.what());
  }
}

Wait what_to_wait_for(const Hooks& hooks, const Request& request) {
  if (!hooks.await || request.route->access.who == Access::Who::kPublic) return {};
  try {
    return hooks.await(request);
  } catch (const std::exception& error) {
    log::error("await_failed").add("route", request.route->pattern).add("reason", error.what());
    return {};
  }
}

bool is_accepted(BodyType type, std::string_view content_type) {
  const std::string_view essence = trim(content_type.substr(0, content_type.find(';')));
  switch (type) {
    case BodyType::kJsonOrText:
      if (equal_ignoring_case(essence, "text/plain")) return true;
      [[fallthrough]];
    case BodyType::kJson: return equal_ignoring_case(essence, "application/json");
    case BodyType::kAny:
    case BodyType::kEncoded: return true;
  }
  return false;
}

}  // namespace

Fault internal_error() {
  return {.code = FaultCode::kInternalError,
          .message = "The server failed to handle this request; retry, and report the requestId if it happens again."};
}

LookedUp look_up(const Router& router, Request& request) {
  Router::Found found = router.find(request);
  request.route = found.route;
  if (!found.allow) {
    return {.fault = Fault{.code = FaultCode::kNotFound,
                           .message = "There is nothing at this path; see /docs for a list of routes."}};
  }
  if (!found.route && request.method != Method::kOptions) {
    return {.allow = found.allow,
            .fault = Fault{.code = FaultCode::kMethodNotAllowed, .message = "This path accepts " + *found.allow + "."}};
  }
  return {.allow = found.allow, .fault = std::move(found.fault)};
}

std::size_t body_limit(const Route* route, const HttpLimits& limits) {
  return route && route->body_limit > 0 ? route->body_limit : limits.body;
}

Fault fault_of_size(const Route* route, std::size_t limit) {
  return {.code = route ? route->too_large : FaultCode::kPayloadTooLarge,
          .message = "The body may be at most " + std::to_string(limit) + " bytes; send a smaller one."};
}

std::optional<Fault> fault_of_media_type(const Request& request) {
  const Route* route = request.route;
  if (!route || route->method == Method::kGet || route->body == BodyType::kEncoded) return std::nullopt;
  if (is_accepted(route->body, request.header("content-type")) && request.header("content-encoding").empty())
    return std::nullopt;
  return Fault{.code = FaultCode::kUnsupportedMediaType,
               .message = "Send the body as content-type: application/json, without a content-encoding."};
}

std::optional<Fault> admit(const Hooks& hooks, const Route& route) {
  return hooks.admit ? hooks.admit(route) : std::nullopt;
}

std::optional<Fault> authorize(const Hooks& hooks, const Route& route, Request& request) {
  if (route.access.who == Access::Who::kPublic) return std::nullopt;
  try {
    return hooks.authorize(route, request);
  } catch (const std::exception& error) {
    log::error("authorize_failed").add("route", route.pattern).add("reason", error.what());
    return internal_error();
  }
}

void run_when_authorizable(ControlPool& control, const Hooks& hooks, const Request& request, ControlPool::Job job) {
  control.run(request.control_line(), [&control, &hooks, &request, job = std::move(job)]() mutable {
    Wait wait = what_to_wait_for(hooks, request);
    if (!wait) return job();
    wait([&control, &request, job = std::move(job)]() mutable { control.run(request.control_line(), std::move(job)); });
  });
}

void log_request(RequestLog wanted, const Request& request, const Response& response, std::chrono::microseconds took) {
  switch (wanted) {
    case RequestLog::kOff: return;
    case RequestLog::kErrors:
      if (response.status < 400) return;
      break;
    case RequestLog::kAll: break;
  }
  if (log::level() > log::Level::kInfo) return;  // before building what only the line needs
  auto line = log::info("request");
  line.add("id", request.id.view())
      .add("method", to_text(request.method))
      .add("route", request.route ? request.route->pattern : "unmatched")
      .add("status", response.status)
      .add("client", request.client.text())
      .add("us", took.count())
      .add("bytes", static_cast<std::int64_t>(response.body.size()));
  if (const Trace trace = request.trace(); !trace.empty()) line.add("trace", trace_id(trace.parent));
}

void handle(const Route& route, Request& request, Respond respond) {
  guarded(route, [&] { route.handler(request, std::move(respond)); });
}

void Request::resume(std::move_only_function<void()> rest) const {
  CHECK(control && route);
  control->run(control_line(), [&of = *route, rest = std::move(rest)]() mutable { guarded(of, rest); });
}

bool Request::resume(std::string_view line, std::size_t most, std::move_only_function<void()> rest) const {
  CHECK(control && route);
  if (control->waiting(line) >= most) return false;
  control->run(line, [&of = *route, rest = std::move(rest)]() mutable { guarded(of, rest); });
  return true;
}

}  // namespace beckon::http
