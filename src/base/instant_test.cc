#include "base/instant.h"

#include <gtest/gtest.h>

namespace beckon {
namespace {

TEST(Instant, ReadsAndWritesRfc3339) {
  EXPECT_EQ(to_rfc3339(*parse_rfc3339("2026-02-25T12:00:00Z")), "2026-02-25T12:00:00Z");
  EXPECT_EQ(to_rfc3339(*parse_rfc3339("2026-02-25t14:00:00.1239+02:00")), "2026-02-25T12:00:00.123Z");
  EXPECT_EQ(to_ms(*parse_rfc3339("1970-01-01T00:00:00Z")), 0);
  EXPECT_EQ(to_rfc3339(*parse_rfc3339("2016-12-31T23:59:60Z")), "2016-12-31T23:59:59.999Z");
}

TEST(Instant, RefusesWhatIsNoInstant) {
  for (const char* text :
       {"", "2026-02-25", "2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z", "2026-02-25T24:00:00Z", "2026-02-25T12:00:00",
        "2026-02-25T12:00:00.Z", "2026-02-25T12:00:00Zx", "1969-12-31T23:59:59Z"})
    EXPECT_FALSE(parse_rfc3339(text)) << text;
}

TEST(Duration, ReadsAndWritesItsText) {
  EXPECT_EQ(parse_duration("30m"), Duration{std::chrono::minutes{30}});
  EXPECT_EQ(to_text(*parse_duration("1440m")), "1d");
  for (const char* text : {"", "m", "0s", "-1s", "1.5h", "1w", "1", "4000d", "99999999999s"})
    EXPECT_FALSE(parse_duration(text)) << text;
}

}  // namespace
}  // namespace beckon
