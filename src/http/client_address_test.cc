#include "http/client_address.h"

#include <gtest/gtest.h>

#include <vector>

namespace beckon::http {
namespace {

IpAddress address(std::string_view text) { return IpAddress::parse(text).value().unmapped(); }

std::string client(std::string_view peer, std::vector<std::string_view> values,
                   std::string_view header = "x-forwarded-for") {
  static const std::vector<IpRange> kTrusted{IpRange::parse("10.0.0.0/8").value(), IpRange::parse("fd00::/8").value()};
  return client_address(address(peer), kTrusted, hop_format(header), values).text();
}
std::string by_forwarded(std::string_view peer, std::vector<std::string_view> values) {
  return client(peer, std::move(values), "Forwarded");
}

TEST(ClientAddress, SpellsOneClientInOneWay) {
  EXPECT_EQ(client("10.0.0.1", {"::ffff:192.0.2.1"}), "192.0.2.1");
  EXPECT_EQ(client("10.0.0.1", {"2001:DB8:0::1"}), "2001:db8::1");
  for (const char* text : {"0.0.0.0", "255.255.255.255", "::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"}) {
    EXPECT_EQ(client("10.0.0.1", {text}), text);
  }
}

TEST(ClientAddress, RangesContainAnIpv4AddressInEitherSpelling) {
  const auto contains = [](const char* range, const char* text) {
    return is_trusted(address(text), std::vector{IpRange::parse(range).value()});
  };
  EXPECT_TRUE(contains("10.0.0.0/8", "10.255.0.1"));
  EXPECT_FALSE(contains("10.0.0.0/8", "11.0.0.1"));
  EXPECT_TRUE(contains("10.0.0.0/8", "::ffff:10.1.1.1"));
  EXPECT_TRUE(contains("::ffff:10.0.0.0/104", "10.1.1.1"));
  EXPECT_FALSE(contains("::ffff:10.0.0.0/104", "11.1.1.1"));
  EXPECT_TRUE(contains("0.0.0.0/0", "1.2.3.4"));
  EXPECT_FALSE(contains("0.0.0.0/0", "2001:db8::1"));
  EXPECT_TRUE(contains("::/0", "1.2.3.4"));
  EXPECT_TRUE(contains("2001:db8::1", "2001:db8::1"));
}

TEST(ClientAddress, HeadersOfAStrangerAreNotRead) {
  EXPECT_EQ(client("192.0.2.9", {"1.1.1.1"}), "192.0.2.9");
  EXPECT_EQ(by_forwarded("192.0.2.9", {"for=1.1.1.1"}), "192.0.2.9");
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
  EXPECT_EQ(by_forwarded("10.0.0.1", {"for=6.6.6.6, For=\"[2001:db8::7]:80\";proto=https;by=10.0.0.1"}), "2001:db8::7");
  EXPECT_EQ(by_forwarded("10.0.0.1", {"proto=https; for=1.1.1.1"}), "1.1.1.1");
  EXPECT_EQ(by_forwarded("10.0.0.1", {"for=\"a,b\", for=1.1.1.1"}), "1.1.1.1");
}

TEST(ClientAddress, WhatIsNoAddressIsNotBelieved) {
  EXPECT_EQ(client("10.0.0.1", {"1.1.1.1, unknown"}), "10.0.0.1");
  EXPECT_EQ(client("10.0.0.1", {"1.1.1.1, _hidden, 10.0.0.2"}), "10.0.0.2");
  EXPECT_EQ(client("10.0.0.1", {", ,"}), "10.0.0.1");
  EXPECT_EQ(client("10.0.0.1", {"[::1"}), "10.0.0.1");
  EXPECT_EQ(by_forwarded("10.0.0.1", {"for=\""}), "10.0.0.1");
  std::string long_chain = "1.1.1.1";
  for (int i = 0; i < 2000; ++i) long_chain += ",10.0.0.7";
  EXPECT_EQ(client("10.0.0.1", {long_chain}), "10.0.0.7");
}

}  // namespace
}  // namespace beckon::http
