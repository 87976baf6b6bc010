// The steps of a request from its path to its handler, wherever it has come from: a connection of this process, or
// another node (http/inlet.h).
#pragma once
#include <chrono>
#include <optional>

#include "http/control_pool.h"
#include "http/listener.h"
#include "http/router.h"

namespace beckon::http {

Fault internal_error();

// Finds the route, and sets it in the request. `allow`: null if the path is unknown. `fault`: of the path or its
// captures.
struct LookedUp {
  const std::string* allow = nullptr;
  std::optional<Fault> fault = {};
};
LookedUp look_up(const Router& router, Request& request);

std::size_t body_limit(const Route* route, const HttpLimits& limits);  // bytes
Fault fault_of_size(const Route* route, std::size_t limit);
std::optional<Fault> fault_of_media_type(const Request& request);  // of a request with a body

// Why no route of the API may run now, by the hook of that name.
std::optional<Fault> admit(const Hooks& hooks, const Route& route);

// None for a public route. An exception of the hook is logged, and a 500.
std::optional<Fault> authorize(const Hooks& hooks, const Route& route, Request& request);

// Runs `job` on a control thread in the turn of the request's handle, once there is nothing more to wait for before the
// request can be authorized. The job keeps the request alive; pool and hooks outlive it.
void run_when_authorizable(ControlPool& control, const Hooks& hooks, const Request& request, ControlPool::Job job);

// The line "request" of the log, if it is wanted.
void log_request(RequestLog wanted, const Request& request, const Response& response, std::chrono::microseconds took);

// Calls the handler. An exception is logged, and a 500.
void handle(const Route& route, Request& request, Respond respond);

}  // namespace beckon::http
