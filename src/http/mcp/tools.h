// The tools: each is one or two routes of the API, with a name, a description and schemas for a model (tools.json).
//
// A tool has no logic of its own: it builds the request that a program would have sent, and the handler of that route
// responds to it, as the same caller (inner_call.h). So everything that a route validates, limits, audits and requires
// of its caller applies to the tool without repetition, and a change to a route changes its tool. Calling the rooms
// below would repeat what the handlers do around them (limits by token, warnings, audit entries, ETags); a request over
// the loopback interface would need a second connection and parse everything twice.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "http/mcp/inner_call.h"
#include "http/router.h"

namespace beckon::mcp {

// One route that implements a tool, and where each argument goes in a request: into the path if the pattern names it,
// into the query or a header if the tool says so, otherwise into the body.
struct Way {
  std::string_view given;  // used if this argument is present; empty: used if no other is
  http::Route of_token;    // for access tokens
  http::Route of_role;     // the same for users
  std::vector<std::string_view> query;
  std::vector<std::pair<std::string_view, std::string_view>> headers;  // argument and header, an entity tag
  std::string_view body;  // "*": an object of the other arguments; otherwise the argument that is the body; empty: none
};

struct Tool {
  std::string_view name;
  std::string listed;  // its entry of tools/list, as JSON
  json::Value input;   // inputSchema
  json::Value output;  // outputSchema, to which the result is cut down (shape.h)
  std::vector<Way> ways;

  const Way& way(const json::Value& arguments) const;
};

// Immutable.
class Tools {
 public:
  // `routes`: the whole table. A tool with a missing route is a bug (CHECK).
  explicit Tools(const std::vector<http::Route>& routes);
  Tools(const Tools&) = delete;

  std::span<const Tool> all() const { return tools_; }
  const Tool* find(std::string_view name) const;  // null if there is none

 private:
  json::Document document_;
  std::vector<Tool> tools_;
};

// The request for a call with these arguments (an object), without its route. Fault: kValidationError, with each
// argument that is unknown, missing, or unusable in a path or query; the route checks the body.
Result<Ask> ask_of(const Tool& tool, const Way& way, const json::Value& arguments);

// The argument that a fault's field refers to: if the body is a single argument, the field is within it.
std::string argument_of(const Way& way, std::string_view field);

}  // namespace beckon::mcp
