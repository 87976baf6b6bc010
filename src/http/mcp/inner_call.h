// A route of the API, run for a caller whose request is another one: the same handler, within that request's time.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/router.h"

namespace beckon::mcp {

struct Ask {
  std::vector<std::pair<std::string_view, std::string>> params;  // of the pattern, but for {handle}
  std::string query;                                             // encoded
  std::vector<std::pair<std::string_view, std::string>> headers;
  std::string body;
};

// `outer` has been authorized for the route (http::may_call); its caller, id, trace, address and {handle} are those of
// the inner request. `route` and `outer` outlive the call of `done`, which is called once, from any thread; if the
// handler drops its Respond, `done` is dropped too. A body of more than `body_limit` bytes, where the route has no
// limit of its own, is 413.
void run(const http::Request& outer, const http::Route& route, Ask ask, std::size_t body_limit, http::Respond done);

}  // namespace beckon::mcp
