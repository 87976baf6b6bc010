// Runs a route of the API for the caller of another request: the same handler, within that request's time.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/router.h"

namespace beckon::mcp {

struct Ask {
  std::vector<std::pair<std::string_view, std::string>> params;  // of the pattern, except {handle}
  std::string query;                                             // encoded
  std::vector<std::pair<std::string_view, std::string>> headers;
  std::string body;
};

// `outer` has been authorized for the route (http::may_call); its caller, id, trace, address and {handle} become those
// of the inner request. `route` and `outer` outlive the call of `done`, which is called once, from any thread; if the
// handler drops its Respond, `done` is dropped too. A body of more than `body_limit` bytes, if the route has no limit
// of its own, is 413.
void run(const http::Request& outer, const http::Route& route, Ask ask, std::size_t body_limit, http::Respond done);

}  // namespace beckon::mcp
