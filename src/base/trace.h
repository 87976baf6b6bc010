// W3C Trace Context, level 1 (https://www.w3.org/TR/trace-context-1/): the trace that a request is part of. Beckon
// creates no spans and starts no traces; it passes a request's trace on to what the request causes. Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace beckon {

inline constexpr std::size_t kMostTraceState = 512;  // bytes: the minimum of the standard (3.3.1.5)

struct Trace {
  std::string parent;  // a traceparent from read_traceparent; empty: no trace
  std::string state;   // the tracestate, unchanged; empty if none

  bool empty() const { return parent.empty(); }
};

// 00-TRACE-PARENT-FLAGS, of any version that parses this way (3.2.2, 4.3), returned as version 00 with only the known
// flag, sampled. std::nullopt if it is invalid: wrong length, upper case, an all-zero id, version ff.
std::optional<std::string> read_traceparent(std::string_view text);

// For a traceparent from read_traceparent.
constexpr std::string_view trace_id(std::string_view parent) { return parent.substr(3, 32); }
constexpr std::string_view parent_id(std::string_view parent) { return parent.substr(36, 16); }

// Whether it is a list of at most 32 members and kMostTraceState bytes (3.3.1).
bool is_tracestate(std::string_view text);

// A traceparent in the same trace and with the same flags, for a request made on behalf of the one with `parent`.
// `span`: random; all-zero ids are invalid, so 0 becomes 1.
std::string child_of(std::string_view parent, std::uint64_t span);

}  // namespace beckon
