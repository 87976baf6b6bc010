#include "system/zones.h"

#include <gtest/gtest.h>

namespace beckon {
namespace {

using namespace std::chrono_literals;

Instant at(std::string_view text) { return *parse_rfc3339(text); }

TEST(SystemZones, HaveTheOffsetOfAnInstantAndWhenItWasSetLastAndWillBeNext) {
  const Zone* berlin = system_zones().find("Europe/Berlin");
  ASSERT_NE(berlin, nullptr);
  const ZonePeriod winter = berlin->at(at("2026-02-25T12:00:00Z"));
  EXPECT_EQ(winter.offset, 1h);
  EXPECT_EQ(winter.begin, at("2025-10-26T01:00:00Z"));
  EXPECT_EQ(winter.end, at("2026-03-29T01:00:00Z"));
  EXPECT_EQ(berlin->at(winter.end).offset, 2h);
}

TEST(SystemZones, HaveOneAddressForAName) {
  ASSERT_NE(system_zones().find("Etc/UTC"), nullptr);
  EXPECT_EQ(system_zones().find("Etc/UTC"), system_zones().find("Etc/UTC"));
  EXPECT_EQ(system_zones().find("Etc/UTC")->at(at("2026-02-25T12:00:00Z")).offset, 0s);
}

TEST(SystemZones, KnowNoZoneThatIsNotInTheDatabase) {
  for (const char* name : {"", "Europe/Nowhere", "../../etc/passwd"}) EXPECT_EQ(system_zones().find(name), nullptr);
}

}  // namespace
}  // namespace beckon
