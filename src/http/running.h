// The steps of a request from its path to its handler, wherever it has come from: a connection of this process, or
// another node (http/inlet.h).
#pragma once
#include <chrono>
#include <optional>

#include "http/control_pool.h"
#include "http/limits.h"
#include "http/router.h"

namespace beckon::http {

struct Shared;

Fault internal_error();
Fault unknown_path();

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

// None for a public route. An exception of the hook is logged, and a 500.
std::optional<Fault> authorize(const Hooks& hooks, const Route& route, Request& request);

// Runs `job` on a control thread in the turn of the request's handle, once there is nothing more to wait for before the
// request can be authorized. The job keeps the request alive; pool and hooks outlive it.
void run_when_authorizable(ControlPool& control, const Hooks& hooks, const Request& request, ControlPool::Job job);

// Counts a request among those in flight until leave(). False: there are too many, which is counted as a refusal.
bool enter(Shared& shared);
void leave(Shared& shared);
inline constexpr const char* kOverloaded = "The server is overloaded.";

// Whether a request may wait for a control thread. False: its handle's share is taken, which is counted as a refusal.
bool may_wait_for_control(Shared& shared, const Request& request);
inline constexpr const char* kHandleWaits = "Too many requests for this handle are waiting.";

// Admits the request of a route, authorizes it, and calls its handler: on this thread, or on a control thread, where it
// gets 503 after `deadline`. `of_body`: what is wrong with the body, which only those are told who may send one.
// `respond` keeps the request alive.
void run(Shared& shared, Request& request, Respond respond, std::optional<Fault> of_body = {},
         std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max());

// What the hook adds; a 500 in its place if its header lines are malformed.
void decorate(const Shared& shared, const Request& request, Response& response);
// In the metrics, and the line "request" of the log if it is wanted; once.
void count(const Shared& shared, const Request& request, const Response& response, std::chrono::microseconds took);

}  // namespace beckon::http
