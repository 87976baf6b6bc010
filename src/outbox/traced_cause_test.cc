#include "outbox/traced_cause.h"

#include <gtest/gtest.h>

namespace beckon::outbox {
namespace {

const Trace kTrace{.parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", .state = R"(a=1,b="\x")"};

TEST(TracedCause, KeepsWhatTheCauseWasAndTheTraceBehindIt) {
  const std::string cause = traced_cause(R"({"edited":{"by":"ada"}})", kTrace);
  EXPECT_EQ(cause, R"({"edited":{"by":"ada"},"traceparent":"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",)"
                   R"("tracestate":"a=1,b=\"\\x\""})");
  const Trace found = trace_in(cause);
  EXPECT_EQ(found.parent, kTrace.parent);
  EXPECT_EQ(found.state, kTrace.state);
}

TEST(TracedCause, OfAnEmptyObjectIsTheTraceAlone) {
  EXPECT_EQ(traced_cause("{}", {.parent = kTrace.parent, .state = {}}),
            R"({"traceparent":")" + kTrace.parent + R"("})");
}

TEST(TracedCause, WithoutATraceHasNone) {
  for (const char* cause :
       {"", "{}", R"({"test":true})", R"({"published":{"id":"traceparent"}})",
        R"({"published":{"traceparent":"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}})",
        R"({"traceparent":"no trace"})", R"({"traceparent":7})", R"({"traceparent")"})
    EXPECT_TRUE(trace_in(cause).empty()) << cause;
}

}  // namespace
}  // namespace beckon::outbox
