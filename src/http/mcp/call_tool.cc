#include "http/mcp/call_tool.h"

#include <algorithm>
#include <functional>
#include <iterator>

#include "http/mcp/shape.h"
#include "http/mcp/simulation_stream.h"
#include "http/routes/response.h"

namespace beckon::mcp {
namespace {

using http::Request;
using http::Respond;
using http::Response;
using json::Value;

constexpr std::int64_t kDeliveries = 20;  // of all subscriptions, unless the caller sets the number

// {"content":[{"type":"text",…}],…}: the text is what clients without schemas show to their model.
void write_content(json::Writer& out, std::string_view text) {
  out.key("content").begin_array().begin_object().member("type", "text").member("text", text).end_object().end_array();
}

Response failure(const Message& message, std::string_view text) {
  return result(message, [&](json::Writer& out) {
    write_content(out, text);
    out.member_boolean("isError", true);
  });
}

// An API error as lines: its message, each field error, how long to wait, and its code.
std::string lines_of(const Response& response, const Way& way) {
  const auto document = json::parse(response.body);
  if (!document) return "The server failed to carry out this call.";
  const Value& error = document->root();
  std::string text(error.text_of("message"));
  if (const Value* details = error.find("details"))
    for (const Value& detail : details->items())
      text += "\n- " + argument_of(way, detail.text_of("field")) + ": " + std::string(detail.text_of("issue"));
  for (const auto& [name, value] : response.headers)
    if (name == "retry-after") text += "\nRetry after " + value + " s.";
  return text + "\n(" + std::string(error.text_of("error")) + ", " + std::string(error.text_of("requestId")) + ")";
}

Response answer(const Message& message, const Tool& tool, const Way& way, const Response& response) {
  if (response.status >= 400) return failure(message, lines_of(response, way));
  const auto document = json::parse(response.body);
  if (!document) return failure(message, "The server failed to carry out this call.");
  const std::string text = shaped(document->root(), tool.output);
  if (text.size() > kLongestAnswer)
    return failure(message, "The answer has " + std::to_string(text.size() / 1024) +
                                " KiB, which is too long for a model; ask for less, such as with a lower limit.");
  return result(message, [&](json::Writer& out) {
    write_content(out, text);
    out.member_raw("structuredContent", text);
  });
}

// Faults of the arguments already use their names.
Response answer(const Message& message, const Request& request, const Fault& fault) {
  return failure(message, lines_of(http::to_response(fault, request.id), Way{}));
}

const http::Route& route_for(const Request& request, const Way& way) {
  return http::principal_of(request).scopes ? way.of_token : way.of_role;
}

}  // namespace

std::optional<Fault> ToolCaller::may_run(const Request& request, const Way& way) const {
  return http::may_call(api_, route_for(request, way), http::principal_of(request), Handle{request.param("handle")});
}

void ToolCaller::write_tools(json::Writer& out, const Request& request) const {
  out.key("tools").begin_array();
  for (const Tool& tool : tools_.all())
    if (!may_run(request, tool.ways.back())) out.raw(tool.listed);
  out.end_array();
}

void ToolCaller::call(Request& request, Respond respond, std::shared_ptr<const Message> message) const {
  static const json::Document kNone = *json::parse("{}");
  const Tool* tool = tools_.find(message->text_param("name"));
  if (!tool) return respond(to_response(invalid_params(*message, "There is no such tool; tools/list has them.")));
  const Value* given = message->param("arguments");
  if (given && !given->is_object())
    return respond(to_response(invalid_params(*message, "arguments must be an object.")));
  const Value& arguments = given ? *given : kNone.root();
  const Way& way = tool->way(arguments);
  if (const auto fault = may_run(request, way)) return respond(answer(*message, request, *fault));
  auto ask = ask_of(*tool, way, arguments);
  if (!ask) return respond(answer(*message, request, ask.error()));
  if (tool->name == "deliveries_find" && !arguments.find("subscriptionId"))
    return respond(answer(*message, *tool, way, newest_deliveries(request, way, *ask, arguments)));
  run_way(request, std::move(respond), std::move(message), *tool, way, std::move(*ask));
}

std::optional<Response> ToolCaller::stream_of(const Request& request, const std::shared_ptr<const Message>& message,
                                              const Tool& tool, const Way& way, const Response& response) const {
  if (tool.name != "simulate" || response.status >= 400 || !takes_progress(request, *message)) return std::nullopt;
  const auto document = json::parse(response.body);
  if (!document || document->root().text_of("state") != "running") return std::nullopt;
  auto stream = stream_simulation(api_, request, *message, SimulationId{document->root().text_of("simulationId")},
                                  [message, &tool, &way](std::string body) {
                                    return answer(*message, tool, way, http::json_response(200, std::move(body))).body;
                                  });
  if (!stream) return std::nullopt;  // its response says how to ask again
  return std::move(*stream);
}

// The newest of all subscriptions in one list, requested from each.
Response ToolCaller::newest_deliveries(const Request& request, const Way& way, const Ask& ask,
                                       const Value& arguments) const {
  if (arguments.find("cursor")) {
    Issues issues;
    issues.add("cursor", "is for the deliveries of one subscription; give its subscriptionId too");
    return http::to_response(issues.fault(), request.id);
  }
  std::vector<json::Document> pages;
  const auto subscriptions = api_.places.subscriptions.of(Handle{request.param("handle")});
  for (const auto& subscription : *subscriptions) {
    Ask of_one = ask;
    of_one.params.emplace_back("subscriptionId", subscription->id.text);
    // The route responds before it returns: it is a blocking one.
    const auto answered = std::make_shared<Response>(Response{.status = 500});
    run(request, route_for(request, way), std::move(of_one), body_limit_,
        [answered](Response&& response) { *answered = std::move(response); });
    if (answered->status >= 400) return std::move(*answered);
    if (auto page = json::parse(std::move(answered->body))) pages.push_back(std::move(*page));
  }
  std::vector<Value> found;
  for (const json::Document& page : pages)
    if (const Value* items = page.root().find("items")) std::ranges::copy(items->items(), std::back_inserter(found));
  std::ranges::sort(found, std::greater{}, [](const Value& one) { return one.text_of("createdAt"); });
  const Value* limit = arguments.find("limit");
  const auto most = static_cast<std::size_t>(limit ? limit->integer().value_or(0) : kDeliveries);
  if (found.size() > most) found.resize(most);
  std::string body;
  json::Writer writer(body);
  writer.begin_object().key("items").begin_array();
  for (const Value& one : found) writer.raw(json::to_text(one));
  writer.end_array().key("nextCursor").null().end_object();
  return http::json_response(200, std::move(body));
}

void ToolCaller::run_way(Request& request, Respond respond, std::shared_ptr<const Message> message, const Tool& tool,
                         const Way& way, Ask ask) const {
  run(request, route_for(request, way), std::move(ask), body_limit_,
      [this, &request, message = std::move(message), &tool, &way,
       respond = std::move(respond)](Response&& response) mutable {
        if (auto stream = stream_of(request, message, tool, way, response)) return respond(std::move(*stream));
        respond(answer(*message, tool, way, response));
      });
}

}  // namespace beckon::mcp
