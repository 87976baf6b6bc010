#include "http/running.h"

#include "base/check.h"
#include "http/error.h"
#include "http/io_thread.h"
#include "http/response_head.h"
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

// Calls the handler. An exception is logged, and a 500.
void handle(const Route& route, Request& request, Respond respond) {
  guarded(route, [&] { route.handler(request, std::move(respond)); });
}

// The line "request" of the log, if it is wanted.
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

}  // namespace

Fault internal_error() {
  return {.code = FaultCode::kInternalError,
          .message = "The server failed to handle this request; retry, and report the requestId if it happens again."};
}

Fault unknown_path() {
  return {.code = FaultCode::kNotFound, .message = "There is nothing at this path; see /docs for a list of routes."};
}

LookedUp look_up(const Router& router, Request& request) {
  Router::Found found = router.find(request);
  request.route = found.route;
  if (!found.allow) return {.fault = unknown_path()};
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

bool enter(Shared& shared) {
  if (shared.in_flight.fetch_add(1, std::memory_order_relaxed) < shared.options.limits.in_flight) return true;
  ++shared.metrics.refusals().in_flight;
  return false;
}

void leave(Shared& shared) { shared.in_flight.fetch_sub(1, std::memory_order_relaxed); }

bool may_wait_for_control(Shared& shared, const Request& request) {
  if (shared.control.waiting(request.control_line()) < shared.options.limits.waiting_per_handle) return true;
  ++shared.metrics.refusals().control_of_handle;
  return false;
}

void run(Shared& shared, Request& request, Respond respond, std::optional<Fault> of_body, Steady::time_point deadline) {
  const Route& route = *request.route;
  const Hooks& hooks = shared.router.hooks();
  const auto refuse = [&](const Fault& fault) { respond(to_response(fault, request.id)); };
  request.control = &shared.control;
  if (hooks.admit)
    if (const auto fault = hooks.admit(route)) return refuse(*fault);
  if (route.access.who == Access::Who::kPublic || route.access.who == Access::Who::kPat) {
    // A caller without an access token takes no turn of the handle's.
    if (const auto fault = authorize(hooks, route, request)) return refuse(*fault);
    if (of_body) return refuse(*of_body);
    if (route.run == Run::kInline) return handle(route, request, std::move(respond));
  }
  if (!may_wait_for_control(shared, request)) return refuse(unavailable(kHandleWaits));
  run_when_authorizable(
      shared.control, hooks, request,
      [&hooks, &route, &request, deadline, of_body = std::move(of_body), respond = std::move(respond)]() mutable {
        if (Steady::now() > deadline)
          return respond(to_response(unavailable("The request has waited for too long."), request.id));
        auto fault = authorize(hooks, route, request);
        if (!fault) fault = std::move(of_body);
        if (fault) return respond(to_response(*fault, request.id));
        handle(route, request, std::move(respond));
      });
}

void decorate(const Shared& shared, const Request& request, Response& response) {
  if (const Decorate& hook = shared.router.hooks().decorate) hook(request, response);
  if (has_clean_headers(response)) return;
  log::error("malformed_answer").add("id", request.id.view());
  response = to_response(internal_error(), request.id);
}

void count(const Shared& shared, const Request& request, const Response& response, std::chrono::microseconds took) {
  if (response.is_counted) return;
  shared.metrics.answered(request.route, response.status, took);
  if (response.limit) shared.metrics.limited(*response.limit);
  log_request(shared.options.request_log, request, response, took);
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
