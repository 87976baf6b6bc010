#include "base/ip_address.h"

#include <gtest/gtest.h>

namespace beckon {
namespace {

IpAddress address(std::string_view text) { return IpAddress::parse(text).value(); }

TEST(IpAddress, ReadsItsOwnText) {
  for (const char* text : {"0.0.0.0", "192.0.2.1", "255.255.255.255", "::", "::1", "2001:db8::1",
                           "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "::ffff:192.0.2.1"}) {
    EXPECT_EQ(address(text).text(), text);
  }
  EXPECT_EQ(address("2001:DB8:0::1").text(), "2001:db8::1");
  EXPECT_EQ(address("2001:db8::1").host_text(), "[2001:db8::1]");
  EXPECT_EQ(address("192.0.2.1").host_text(), "192.0.2.1");
}

TEST(IpAddress, ReadsNothingElse) {
  for (const char* text : {"", "1.2.3", "1.2.3.4.5", "01.2.3.4", "256.1.1.1", "1.2.3.4 ", "0x1.2.3.4", "fe80::1%eth0",
                           "[::1]", "::g", "localhost", "1.2.3.4:80"}) {
    EXPECT_FALSE(IpAddress::parse(text)) << text;
  }
  EXPECT_FALSE(IpAddress::parse(std::string_view("1.2.3.4\0x", 9)));
  EXPECT_FALSE(IpAddress::parse(std::string_view("::1\0x", 5)));
}

TEST(IpAddress, KnowsTheMappedFormOfAnIpv4Address) {
  EXPECT_NE(address("192.0.2.1"), address("::ffff:192.0.2.1"));
  EXPECT_EQ(address("::ffff:192.0.2.1").unmapped(), address("192.0.2.1"));
  EXPECT_EQ(address("192.0.2.1").mapped(), address("::ffff:192.0.2.1"));
  EXPECT_EQ(address("192.0.2.1").unmapped(), address("192.0.2.1"));
  for (const char* text : {"::192.0.2.1", "2001:db8::1", "::fffe:192.0.2.1"}) {
    EXPECT_EQ(address(text).unmapped(), address(text));
    EXPECT_EQ(address(text).mapped(), address(text));
  }
}

TEST(IpRange, ContainsTheAddressesOfItsPrefix) {
  EXPECT_TRUE(IpRange::parse("10.0.0.0/8")->contains(address("10.255.0.1")));
  EXPECT_FALSE(IpRange::parse("10.0.0.0/8")->contains(address("11.0.0.1")));
  EXPECT_FALSE(IpRange::parse("10.0.0.0/8")->contains(address("::ffff:10.1.1.1")));
  EXPECT_TRUE(IpRange::parse("192.0.2.4/31")->contains(address("192.0.2.5")));
  EXPECT_FALSE(IpRange::parse("192.0.2.4/31")->contains(address("192.0.2.6")));
  EXPECT_TRUE(IpRange::parse("::/0")->contains(address("2001:db8::1")));
  EXPECT_FALSE(IpRange::parse("::/0")->contains(address("1.2.3.4")));
  EXPECT_TRUE(IpRange::parse("2001:db8::1")->is_single());
  EXPECT_EQ(IpRange::parse("10.20.0.0/16")->last(), address("10.20.255.255"));
  EXPECT_EQ(IpRange::parse("10.20.0.0/16")->text(), "10.20.0.0/16");
  for (const char* text : {"10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8x", "::/129", "x/8"}) {
    EXPECT_FALSE(IpRange::parse(text)) << text;
  }
}

}  // namespace
}  // namespace beckon
