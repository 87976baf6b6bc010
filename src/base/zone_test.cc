#include "base/zone.h"

#include <gtest/gtest.h>

namespace beckon {
namespace {

TEST(ZoneVersion, IsOlderByItsYearAndThenByItsLetters) {
  EXPECT_TRUE(is_older_zone_version("2025b", "2026a"));
  EXPECT_TRUE(is_older_zone_version("2024b", "2024c"));
  EXPECT_TRUE(is_older_zone_version("2027z", "2027za"));
  EXPECT_TRUE(is_older_zone_version("2027za", "2027zb"));
  EXPECT_TRUE(is_older_zone_version("2025c-14-g0a1b", "2026a-dirty"));
  EXPECT_FALSE(is_older_zone_version("2026c", "2026c"));
  EXPECT_FALSE(is_older_zone_version("2026c-dirty", "2026c"));
  EXPECT_FALSE(is_older_zone_version("2027a", "2026z"));
}

TEST(ZoneVersion, ThatIsNotTheNameOfAReleaseIsNotOlder) {
  for (const char* odd : {"", "unknown", "2025", "96a", "b2025", "2025B"}) {
    EXPECT_FALSE(is_older_zone_version(odd, "2026f")) << odd;
    EXPECT_FALSE(is_older_zone_version("2019a", odd)) << odd;
  }
}

}  // namespace
}  // namespace beckon
