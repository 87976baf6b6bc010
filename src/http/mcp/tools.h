// The tools: each is one or two routes of the API, with a name, a description and schemas for a model (tools.json).
//
// A tool does nothing of its own: it makes the request that a program would have sent and has the very handler of that
// route answer it, as the same caller (inner_call.h). So what a route validates, limits, audits and requires of its
// caller holds for the tool without being said twice, and a route that changes changes its tool. Calling the rooms
// below would repeat what the handlers do around them (limits by token, warnings, audit entries, ETags); a request over
// the loopback would take a second connection and parse everything twice.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "http/mcp/inner_call.h"
#include "http/router.h"

namespace beckon::mcp {

// One route that carries out a tool, and where in a request each argument goes: into the path where the pattern names
// it, into the query or a header where the tool says so, else into the body.
struct Way {
  std::string_view given;  // taken if this argument is there; empty: taken if no other is
  http::Route of_token;    // for access tokens
  http::Route of_role;     // the same for users
  std::vector<std::string_view> query;
  std::vector<std::pair<std::string_view, std::string_view>> headers;  // argument and header, an entity tag
  std::string_view body;  // "*": an object of the other arguments; else the argument that is the body; empty: none
};

struct Tool {
  std::string_view name;
  std::string listed;  // its entry of tools/list, as JSON
  json::Value input;   // inputSchema
  json::Value output;  // outputSchema, which the answer is cut to (shape.h)
  std::vector<Way> ways;

  const Way& way(const json::Value& arguments) const;
};

// Immutable.
class Tools {
 public:
  // `routes`: the whole table. A tool without its routes is a bug (CHECK).
  explicit Tools(const std::vector<http::Route>& routes);
  Tools(const Tools&) = delete;

  std::span<const Tool> all() const { return tools_; }
  const Tool* find(std::string_view name) const;  // null: there is none

 private:
  json::Document document_;
  std::vector<Tool> tools_;
};

// The request for a call with these arguments (an object), but for its route. Fault: kValidationError, with each
// argument that is unknown, missing or of no use in a path or a query; what is in a body is checked by the route.
Result<Ask> ask_of(const Tool& tool, const Way& way, const json::Value& arguments);

// The name of the argument that a field of a fault is about: what is wrong in a body that is one argument is within it.
std::string argument_of(const Way& way, std::string_view field);

}  // namespace beckon::mcp
