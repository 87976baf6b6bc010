#include "http/client_address.h"

#include <gtest/gtest.h>

#include <vector>

namespace beckon::http {
namespace {

ClientAddress address(std::string_view text) { return parse_address(text).value(); }

std::string client(std::string_view peer, std::vector<std::string_view> forwarded_for,
                   std::vector<std::string_view> forwarded = {}) {
  static const std::vector<AddressRange> kTrusted{parse_range("10.0.0.0/8").value(), parse_range("fd00::/8").value()};
  return client_address(address(peer), kTrusted, forwarded_for, forwarded).text();
}

TEST(ClientAddress, SpellsOneClientInOneWay) {
  EXPECT_EQ(address("::ffff:192.0.2.1"), address("192.0.2.1"));
  EXPECT_EQ(address("::ffff:192.0.2.1").text(), "192.0.2.1");
  EXPECT_EQ(address("2001:DB8:0::1").text(), "2001:db8::1");
  for (const char* text : {"0.0.0.0", "255.255.255.255", "::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"}) {
    EXPECT_EQ(address(text).text(), text);
  }
  for (const char* text : {"", "1.2.3", "1.2.3.4.5", "01.2.3.4", "256.1.1.1", "fe80::1%eth0", "::g", "localhost"}) {
    EXPECT_FALSE(parse_address(text)) << text;
  }
  EXPECT_FALSE(parse_address(std::string_view("1.2.3.4\0x", 9)));
}

TEST(ClientAddress, RangesContainWhatTheySay) {
  EXPECT_TRUE(parse_range("10.0.0.0/8")->contains(address("10.255.0.1")));
  EXPECT_FALSE(parse_range("10.0.0.0/8")->contains(address("11.0.0.1")));
  EXPECT_TRUE(parse_range("10.0.0.0/8")->contains(address("::ffff:10.1.1.1")));
  EXPECT_TRUE(parse_range("192.0.2.4/31")->contains(address("192.0.2.5")));
  EXPECT_FALSE(parse_range("192.0.2.4/31")->contains(address("192.0.2.6")));
  EXPECT_TRUE(parse_range("0.0.0.0/0")->contains(address("1.2.3.4")));
  EXPECT_FALSE(parse_range("0.0.0.0/0")->contains(address("2001:db8::1")));
  EXPECT_TRUE(parse_range("::/0")->contains(address("1.2.3.4")));
  EXPECT_TRUE(parse_range("2001:db8::1")->contains(address("2001:db8::1")));
  for (const char* text : {"10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8x", "::/129", "x/8"}) {
    EXPECT_FALSE(parse_range(text)) << text;
  }
}

TEST(ClientAddress, HeadersOfAStrangerAreNotRead) {
  EXPECT_EQ(client("192.0.2.9", {"1.1.1.1"}), "192.0.2.9");
  EXPECT_EQ(client("192.0.2.9", {}, {"for=1.1.1.1"}), "192.0.2.9");
}

TEST(ClientAddress, IsTheRightMostUntrustedHop) {
  EXPECT_EQ(client("10.0.0.1", {}), "10.0.0.1");
  EXPECT_EQ(client("10.0.0.1", {"1.1.1.1"}), "1.1.1.1");
  EXPECT_EQ(client("10.0.0.1", {"6.6.6.6, 1.1.1.1"}), "1.1.1.1");
  EXPECT_EQ(client("10.0.0.1", {"6.6.6.6, 1.1.1.1 , 10.0.0.2"}), "1.1.1.1");
  EXPECT_EQ(client("10.0.0.1", {"6.6.6.6", "1.1.1.1"}), "1.1.1.1");
  EXPECT_EQ(client("::ffff:10.0.0.1", {"[2001:db8::7]:4711"}), "2001:db8::7");
  EXPECT_EQ(client("10.0.0.1", {"1.1.1.1:80"}), "1.1.1.1");
  EXPECT_EQ(client("10.0.0.1", {"10.0.0.3, 10.0.0.2"}), "10.0.0.3");
}

TEST(ClientAddress, ReadsForwardedOfRfc7239) {
  EXPECT_EQ(client("10.0.0.1", {"6.6.6.6"}, {"for=6.6.6.6, For=\"[2001:db8::7]:80\";proto=https;by=10.0.0.1"}),
            "2001:db8::7");
  EXPECT_EQ(client("10.0.0.1", {}, {"proto=https; for=1.1.1.1"}), "1.1.1.1");
  EXPECT_EQ(client("10.0.0.1", {}, {"for=\"a,b\", for=1.1.1.1"}), "1.1.1.1");
}

TEST(ClientAddress, WhatIsNoAddressIsNotBelieved) {
  EXPECT_EQ(client("10.0.0.1", {"1.1.1.1, unknown"}), "10.0.0.1");
  EXPECT_EQ(client("10.0.0.1", {"1.1.1.1, _hidden, 10.0.0.2"}), "10.0.0.2");
  EXPECT_EQ(client("10.0.0.1", {", ,"}), "10.0.0.1");
  EXPECT_EQ(client("10.0.0.1", {"[::1"}), "10.0.0.1");
  EXPECT_EQ(client("10.0.0.1", {}, {"for=\""}), "10.0.0.1");
  std::string long_chain = "1.1.1.1";
  for (int i = 0; i < 2000; ++i) long_chain += ",10.0.0.7";
  EXPECT_EQ(client("10.0.0.1", {long_chain}), "10.0.0.7");
}

}  // namespace
}  // namespace beckon::http
