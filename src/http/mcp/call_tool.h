// tools/list and tools/call.
#pragma once
#include <memory>
#include <vector>

#include "http/mcp/message.h"
#include "http/mcp/tools.h"
#include "http/routes/api.h"

namespace beckon::mcp {

// The longest structured result, in bytes: about 30,000 tokens of a model. A longer one becomes an error that says so.
inline constexpr std::size_t kLongestAnswer = 96 * 1024;

// Thread-safe.
class ToolCaller {
 public:
  ToolCaller(http::Api& api, std::size_t body_limit, const std::vector<http::Route>& routes)
      : api_(api), body_limit_(body_limit), tools_(routes) {}

  // Adds "tools": those that the caller is allowed to call.
  void write_tools(json::Writer& out, const http::Request& request) const;

  // Responds once the tool's route has responded. Failures of the route, and invalid arguments, are results
  // with `isError` that a model can read; an unknown tool is a protocol error. On a control thread; may
  // block.
  void call(http::Request& request, http::Respond respond, std::shared_ptr<const Message> message) const;

 private:
  std::optional<Fault> may_run(const http::Request& request, const Way& way) const;
  http::Response newest_deliveries(const http::Request& request, const Way& way, const Ask& ask,
                                   const json::Value& arguments) const;
  // For a simulation still in progress, if the client asked for its progress; std::nullopt for anything else.
  std::optional<http::Response> stream_of(const http::Request& request, const std::shared_ptr<const Message>& message,
                                          const Tool& tool, const Way& way, const http::Response& response) const;
  void run_way(http::Request& request, http::Respond respond, std::shared_ptr<const Message> message, const Tool& tool,
               const Way& way, Ask ask) const;

  http::Api& api_;
  const std::size_t body_limit_;
  const Tools tools_;
};

}  // namespace beckon::mcp
