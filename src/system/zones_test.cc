#include "system/zones.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

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

class ZoneFiles : public testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove_all(folder_); }
  void write(const std::string& name, const std::string& text) { std::ofstream(folder_ / name) << text; }
  std::string version() const { return zone_version_in(folder_.string()); }

 private:
  static std::filesystem::path made() {
    std::string name = (std::filesystem::temp_directory_path() / "zones_XXXXXX").string();
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    return name;
  }
  const std::filesystem::path folder_ = made();
};

TEST_F(ZoneFiles, NameTheirVersionInTheFirstLineOfTheSource) {
  write("tzdata.zi", "# version 2031c\n# ddeps\nR d 1916 o - Jun 14 23s 1 S\n");
  EXPECT_EQ(version(), "2031c");
}

TEST_F(ZoneFiles, NameTheirVersionInAFileOfItsOwn) {
  write("tzdata.zi", "# This zic input file is in the public domain.\n");
  write("+VERSION", "2030a\n");
  EXPECT_EQ(version(), "2030a");
}

TEST_F(ZoneFiles, ThatNameNoneAreOfAnUnknownVersion) {
  EXPECT_EQ(version(), "unknown");
  write("tzdata.zi", "# version " + std::string(60, 'x') + "\n");
  write("+VERSION", "\"2030a\"\n");
  EXPECT_EQ(version(), "unknown");
  EXPECT_EQ(zone_version_in("/nowhere"), "unknown");
}

TEST(SystemZones, KnowTheVersionOfTheirFiles) {
  EXPECT_EQ(system_zones().version(), zone_version_in("/usr/share/zoneinfo"));
}

TEST(SystemZones, KnowNoZoneThatIsNotInTheDatabase) {
  for (const char* name : {"", "Europe/Nowhere", "../../etc/passwd"}) EXPECT_EQ(system_zones().find(name), nullptr);
}

}  // namespace
}  // namespace beckon
