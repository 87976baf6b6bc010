// The parser of trace headers: accepted values are in the one form that is passed on, parse to themselves, and their
// children are in the same trace.
#include <string_view>

#include "base/check.h"
#include "base/trace.h"
#include "input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace beckon;
  fuzz::Input input(bytes, size);
  const std::uint64_t span = (std::uint64_t{input.byte()} << 56) | input.byte();
  const std::string_view text = input.rest();
  if (is_tracestate(text)) {
    CHECK(text.size() <= kMostTraceState);
    for (const char c : text) CHECK((c >= ' ' && c <= '~') || c == '\t');
  }
  const auto parent = read_traceparent(text);
  if (!parent) return 0;
  CHECK(parent->size() == 55 && parent->starts_with("00-") && read_traceparent(*parent) == parent);
  const auto child = read_traceparent(child_of(*parent, span));
  CHECK(child && trace_id(*child) == trace_id(*parent) && child->substr(53) == parent->substr(53));
  return 0;
}
