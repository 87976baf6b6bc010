#include "http/mcp/inner_call.h"

#include <array>
#include <memory>

#include "http/error.h"
#include "http/text.h"

namespace beckon::mcp {
namespace {

// What the views of the request point to.
struct Inner {
  Ask ask;
  http::Request request;
};

// The trace headers; and the body is JSON too.
constexpr std::array<std::string_view, 3> kKept{"traceparent", "tracestate", "content-type"};

}  // namespace

void run(const http::Request& outer, const http::Route& route, Ask ask, std::size_t body_limit, http::Respond done) {
  const std::size_t most = route.body_limit == 0 ? body_limit : route.body_limit;
  if (ask.body.size() > most)
    return done(http::to_response({.code = FaultCode::kPayloadTooLarge,
                                   .message = "The arguments may have at most " + std::to_string(most) + " bytes."},
                                  outer.id));
  const auto inner = std::make_shared<Inner>(Inner{.ask = std::move(ask), .request = {}});
  http::Request& request = inner->request;
  request.method = route.method;
  request.target = request.path = outer.path;
  request.query = inner->ask.query;
  for (const http::Field& field : outer.fields)
    for (const std::string_view name : kKept)
      if (http::equal_ignoring_case(field.name, name)) request.fields.push_back(field);
  for (const auto& [name, value] : inner->ask.headers) request.fields.push_back({name, value});
  request.body = std::move(inner->ask.body);
  request.client = outer.client;
  request.id = outer.id;
  request.received = outer.received;
  request.route = &route;
  request.params.emplace_back("handle", outer.param("handle"));
  for (auto& [name, value] : inner->ask.params) request.params.emplace_back(name, std::move(value));
  request.principal = outer.principal;
  request.control = outer.control;
  route.handler(request,
                [inner, done = std::move(done)](http::Response&& response) mutable { done(std::move(response)); });
}

}  // namespace beckon::mcp
