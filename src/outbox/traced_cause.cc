#include "outbox/traced_cause.h"

#include "base/check.h"
#include "base/json.h"

namespace beckon::outbox {
namespace {

constexpr std::string_view kParent = "traceparent", kState = "tracestate";

}  // namespace

std::string traced_cause(std::string cause, const Trace& trace) {
  CHECK(cause.size() >= 2 && cause.back() == '}');
  cause.pop_back();
  if (cause.back() != '{') cause += ',';
  std::string members;
  json::Writer writer(members);
  writer.begin_object().member(kParent, trace.parent);
  if (!trace.state.empty()) writer.member(kState, trace.state);
  writer.end_object();
  return cause.append(members, 1);
}

Trace trace_in(std::string_view cause) {
  if (cause.find(kParent) == std::string_view::npos) return {};  // the usual case: no need to parse it
  const auto read = json::parse(std::string(cause));
  if (!read || !read->root().is_object()) return {};
  auto parent = read_traceparent(read->root().text_of(kParent));
  if (!parent) return {};
  return {.parent = *std::move(parent), .state = std::string(read->root().text_of(kState))};
}

}  // namespace beckon::outbox
