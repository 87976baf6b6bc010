#include "base/trace.h"

#include <gtest/gtest.h>

namespace beckon {
namespace {

const std::string kTrace = "4bf92f3577b34da6a3ce929d0e0e4736", kParent = "00f067aa0ba902b7";
const std::string kValid = "00-" + kTrace + "-" + kParent + "-01";

TEST(TraceParent, IsTakenAsItIs) {
  EXPECT_EQ(read_traceparent(kValid), kValid);
  EXPECT_EQ(trace_id(kValid), kTrace);
  EXPECT_EQ(parent_id(kValid), kParent);
}

TEST(TraceParent, HasOneFlagThatIsKnown) {
  const auto with = [](const std::string& flags) { return read_traceparent(kValid.substr(0, 53) + flags); };
  EXPECT_EQ(with("00"), kValid.substr(0, 53) + "00");
  EXPECT_EQ(with("ff"), kValid);
  EXPECT_EQ(with("03"), kValid);
  EXPECT_EQ(with("fe"), kValid.substr(0, 53) + "00");
}

TEST(TraceParent, OfALaterVersionIsReadAsFarAsThisOneGoes) {
  EXPECT_EQ(read_traceparent("01" + kValid.substr(2)), kValid);
  EXPECT_EQ(read_traceparent("cc" + kValid.substr(2) + "-what-comes-later"), kValid);
  EXPECT_EQ(read_traceparent("cc" + kValid.substr(2) + "-"), kValid);
  EXPECT_EQ(read_traceparent("cc" + kValid.substr(2) + ".later"), std::nullopt);
  EXPECT_EQ(read_traceparent("cc" + kValid.substr(2) + "0"), std::nullopt);
}

TEST(TraceParent, IsInvalidInAnyOtherForm) {
  for (const std::string& text : {std::string(),
                                  std::string("00"),
                                  kValid.substr(0, 54),
                                  kValid + "0",
                                  kValid + "-",
                                  kValid + "-00",
                                  " " + kValid,
                                  kValid + " ",
                                  "ff" + kValid.substr(2),
                                  "0" + kValid.substr(1, 54) + "x",
                                  "0x" + kValid.substr(2),
                                  "00-" + std::string(32, '0') + "-" + kParent + "-01",
                                  "00-" + kTrace + "-" + std::string(16, '0') + "-01",
                                  "00-4BF92F3577B34DA6A3CE929D0E0E4736-" + kParent + "-01",
                                  "00-" + kTrace + "-00F067AA0BA902B7-01",
                                  "00-" + kTrace + "-" + kParent + "-0A",
                                  "00-" + kTrace + "-" + kParent + "-0g",
                                  "00_" + kTrace + "-" + kParent + "-01",
                                  "00-" + kTrace + "_" + kParent + "-01",
                                  "00-" + kTrace + "-" + kParent + "_01",
                                  "00-" + kTrace.substr(1) + "g-" + kParent + "-01",
                                  kValid.substr(3)})
    EXPECT_EQ(read_traceparent(text), std::nullopt) << text;
}

TEST(TraceParent, OfAChildIsOfTheSameTraceWithAnotherParent) {
  EXPECT_EQ(child_of(kValid, 0x0123456789abcdef), "00-" + kTrace + "-0123456789abcdef-01");
  EXPECT_EQ(child_of(kValid, 1), "00-" + kTrace + "-0000000000000001-01");
  EXPECT_EQ(read_traceparent(child_of(kValid, 0)), "00-" + kTrace + "-0000000000000001-01");
}

TEST(TraceState, IsAListOfAtMost32Members) {
  for (const char* text : {"rojo=00f067aa0ba902b7", "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE", "a=1 ,\t b=2",
                           "a=1,,b=2", "fw529a3039@dt=FfAD", "0tenant@sys=x y", "a=\"quoted\\\""})
    EXPECT_TRUE(is_tracestate(text)) << text;
  for (const char* text : {"", " , ", "a", "=1", "a=", "A=1", "1a=1", "a=b=c", "a@=1", "@a=1", "a@1b=1", "a=\x7f",
                           "a=\xc3\xa9", "a =1", "a=1;b"})
    EXPECT_EQ(is_tracestate(text), std::string_view(text) == "a=1;b") << text;
  std::string many;
  for (int i = 0; i < 32; ++i) many += "a" + std::to_string(i) + "=1,";
  EXPECT_TRUE(is_tracestate(many));
  EXPECT_FALSE(is_tracestate(many + "b=1"));
}

TEST(TraceState, IsPassedOnUpTo512Bytes) {
  const std::string half = "a=" + std::string(253, 'x') + ",b=" + std::string(254, 'y');
  ASSERT_EQ(half.size(), 512u);
  EXPECT_TRUE(is_tracestate(half));
  EXPECT_FALSE(is_tracestate(half + "y"));
}

}  // namespace
}  // namespace beckon
