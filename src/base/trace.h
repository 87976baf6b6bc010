// W3C Trace Context, level 1 (https://www.w3.org/TR/trace-context-1/): which trace a request is part of. Beckon makes
// no spans and begins no traces; it passes on the trace of a request with what the request causes. Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace beckon {

inline constexpr std::size_t kMostTraceState = 512;  // bytes: what the standard asks for (3.3.1.5)

struct Trace {
  std::string parent;  // a traceparent as from read_traceparent; empty: no trace
  std::string state;   // the tracestate, unchanged; empty: none

  bool empty() const { return parent.empty(); }
};

// 00-TRACE-PARENT-FLAGS, of any version that reads so (3.2.2, 4.3), as one of version 00 with the one flag that is
// known, sampled. std::nullopt if it is invalid: another length, upper case, an id of zeros, version ff.
std::optional<std::string> read_traceparent(std::string_view text);

// Of a traceparent as from read_traceparent.
constexpr std::string_view trace_id(std::string_view parent) { return parent.substr(3, 32); }
constexpr std::string_view parent_id(std::string_view parent) { return parent.substr(36, 16); }

// Whether it is a list of at most 32 members and kMostTraceState bytes (3.3.1).
bool is_tracestate(std::string_view text);

// A traceparent in the same trace and with the same flags, for a request made on behalf of the one that `parent` came
// with. `span`: random; an id of zeros does not exist, so 0 is taken for 1.
std::string child_of(std::string_view parent, std::uint64_t span);

}  // namespace beckon
