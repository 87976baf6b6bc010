#include "egress/address_table.h"

#include <gtest/gtest.h>

#include <map>

#include "base/random.h"

namespace beckon::egress {
namespace {

IpAddress at(const char* text) {
  const auto address = IpAddress::parse(text);
  EXPECT_TRUE(address) << text;
  return *address;
}

// The address one step (`by` is 1 or -1) further; std::nullopt past the end of the address space.
std::optional<IpAddress> step(const IpAddress& from, int by) {
  auto bytes = from.bytes();
  for (int i = from.bits() / 8 - 1; i >= 0; --i) {
    auto& byte = bytes[static_cast<std::size_t>(i)];
    byte = static_cast<std::uint8_t>(byte + by);
    if (byte != (by > 0 ? 0x00 : 0xff))
      return from.is_v6() ? IpAddress::v6(bytes) : IpAddress::v4(bytes[0], bytes[1], bytes[2], bytes[3]);
  }
  return std::nullopt;
}

bool in_any(std::span<const IpRange> all, const IpAddress& address) {
  for (const auto& range : all)
    if (range.contains(address)) return true;
  return false;
}

TEST(IpAddress, ReadsOnlyPlainText) {
  for (const char* text : {"1.2.3.4", "0.0.0.0", "255.255.255.255", "::", "::1", "2001:db8::1", "1:2:3:4:5:6:7:8"})
    EXPECT_EQ(at(text).text(), text);
  for (const char* text : {"",         "1.2.3",    "1.2.3.4.5", "01.2.3.4",      "1.2.3.256",   "1.2.3.",   ".1.2.3",
                           "1.2.3.4 ", " 1.2.3.4", "1,2,3,4",   "0x1.2.3.4",     "a",           ":",        ":::",
                           "::1%lo",   "[::1]",    "::g",       "1:2:3:4:5:6:7", "::1.2.3.256", "1.2.3.4/8"})
    EXPECT_FALSE(IpAddress::parse(text)) << text;
}

TEST(IpRange, ReadsAndContains) {
  const auto range = *IpRange::parse("10.20.0.0/15");
  EXPECT_TRUE(range.contains(at("10.20.0.0")) && range.contains(at("10.21.255.255")));
  EXPECT_FALSE(range.contains(at("10.19.255.255")) || range.contains(at("10.22.0.0")) || range.contains(at("::a14:0")));
  EXPECT_EQ(range.last(), at("10.21.255.255"));
  EXPECT_EQ(IpRange::parse("fd00::/8")->last(), at("fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"));
  EXPECT_TRUE(IpRange::parse("0.0.0.0/0") && IpRange::parse("::/0") && IpRange::parse("1.2.3.4")->is_single());
  for (const char* text : {"10.20.0.1/16", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/08", "10.0.0.0/-1", "/8", "::1/64",
                           "::/129", "10.0.0.0/8/8", "10/8"})
    EXPECT_FALSE(IpRange::parse(text)) << text;
}

TEST(AddressTable, DeniesEachV4RangeToItsEdges) {
  ASSERT_EQ(denied_v4().size(), 19u);
  for (const auto& range : denied_v4()) {
    EXPECT_NE(standing_of(range.first), Standing::kPublic) << range.text();
    EXPECT_NE(standing_of(range.last()), Standing::kPublic) << range.text();
    for (const auto& outside : {step(range.first, -1), step(range.last(), 1)}) {
      if (!outside) continue;
      EXPECT_EQ(standing_of(*outside) == Standing::kPublic, !in_any(denied_v4(), *outside)) << outside->text();
    }
  }
  // The edges that no other range touches, listed by hand.
  for (const char* text : {"1.0.0.0",         "9.255.255.255",  "11.0.0.0",        "100.63.255.255",  "100.128.0.0",
                           "126.255.255.255", "128.0.0.0",      "168.63.129.15",   "168.63.129.17",   "169.253.255.255",
                           "169.255.0.0",     "172.15.255.255", "172.32.0.0",      "191.255.255.255", "192.0.1.0",
                           "192.0.1.255",     "192.0.3.0",      "192.167.255.255", "192.169.0.0",     "198.17.255.255",
                           "198.20.0.0",      "203.0.112.255",  "203.0.114.0",     "223.255.255.255", "8.8.8.8"})
    EXPECT_EQ(standing_of(at(text)), Standing::kPublic) << text;
}

TEST(AddressTable, AdmitsEachV6RangeToItsEdges) {
  ASSERT_EQ(admitted_v6().size(), 34u);
  for (const auto& range : admitted_v6()) {
    EXPECT_EQ(standing_of(range.first), Standing::kPublic) << range.text();
    EXPECT_EQ(standing_of(range.last()), Standing::kPublic) << range.text();
    for (const auto& outside : {step(range.first, -1), step(range.last(), 1)})
      EXPECT_EQ(standing_of(*outside) == Standing::kPublic, in_any(admitted_v6(), *outside)) << outside->text();
  }
  for (const auto& hole : denied_inside_admitted_v6()) {
    EXPECT_EQ(standing_of(hole.first), Standing::kSpecial);
    EXPECT_EQ(standing_of(hole.last()), Standing::kSpecial);
    EXPECT_EQ(standing_of(*step(hole.first, -1)), Standing::kPublic);
    EXPECT_EQ(standing_of(*step(hole.last(), 1)), Standing::kPublic);
  }
}

TEST(AddressTable, KnowsTheDisguises) {
  const std::map<const char*, Standing> table{{"127.0.0.1", Standing::kLoopback},
                                              {"127.255.255.255", Standing::kLoopback},
                                              {"::1", Standing::kLoopback},
                                              {"::", Standing::kNever},
                                              {"::2", Standing::kNever},
                                              {"0.0.0.0", Standing::kNever},
                                              {"0.255.255.255", Standing::kNever},
                                              {"::ffff:8.8.8.8", Standing::kNever},
                                              {"::ffff:127.0.0.1", Standing::kNever},
                                              {"::ffff:169.254.169.254", Standing::kNever},
                                              {"::8.8.8.8", Standing::kNever},
                                              {"::127.0.0.1", Standing::kNever},
                                              {"::ffff:0:8.8.8.8", Standing::kNever},
                                              {"64:ff9b::8.8.8.8", Standing::kPublic},
                                              {"64:ff9b::a9fe:a9fe", Standing::kNever},
                                              {"64:ff9b::192.168.9.9", Standing::kSpecial},
                                              {"64:ff9b::127.0.0.53", Standing::kLoopback},
                                              {"64:ff9b::100.100.100.200", Standing::kNever},
                                              {"64:ff9b::", Standing::kNever},
                                              {"64:ff9b::1:8.8.8.8", Standing::kSpecial},
                                              {"64:ff9b:1::8.8.8.8", Standing::kNever},
                                              {"64:ff9b:1::1", Standing::kNever},
                                              {"64:ff9b:1:ffff:ffff:ffff:ffff:ffff", Standing::kNever},
                                              {"64:ff9b:2::", Standing::kSpecial},
                                              {"2002:7f00:1::1", Standing::kNever},
                                              {"2002:808:808::", Standing::kNever},
                                              {"2001::1", Standing::kNever},
                                              {"2001:0:ffff:ffff:ffff:ffff:ffff:ffff", Standing::kNever},
                                              {"2001:1::1", Standing::kSpecial},
                                              {"2001:10::1", Standing::kSpecial},
                                              {"2001:20::1", Standing::kSpecial},
                                              {"2001:1ff:ffff::", Standing::kSpecial},
                                              {"2001:db8::1", Standing::kSpecial},
                                              {"fe80::1", Standing::kNever},
                                              {"febf:ffff::", Standing::kNever},
                                              {"fec0::1", Standing::kNever},
                                              {"ff02::1", Standing::kNever},
                                              {"fc00::1", Standing::kSpecial},
                                              {"fd12:3456::1", Standing::kSpecial},
                                              {"fd00:ec2::254", Standing::kNever},
                                              {"fd00:ec3::1", Standing::kSpecial},
                                              {"fd20:ce::254", Standing::kNever},
                                              {"100::1", Standing::kSpecial},
                                              {"3fff::1", Standing::kSpecial},
                                              {"5f00::1", Standing::kSpecial},
                                              {"4000::1", Standing::kSpecial},
                                              {"2600::5efe:a00:1", Standing::kNever},
                                              {"2600::200:5efe:808:808", Standing::kNever},
                                              {"2600::100:5efe:808:808", Standing::kPublic},
                                              {"2600::5eff:a00:1", Standing::kPublic},
                                              {"fd12::5efe:a00:1", Standing::kNever},
                                              {"169.254.169.254", Standing::kNever},
                                              {"169.254.0.0", Standing::kNever},
                                              {"168.63.129.16", Standing::kNever},
                                              {"100.100.100.200", Standing::kNever},
                                              {"192.0.0.192", Standing::kNever},
                                              {"224.0.0.1", Standing::kNever},
                                              {"255.255.255.255", Standing::kNever},
                                              {"10.0.0.1", Standing::kSpecial},
                                              {"192.168.1.1", Standing::kSpecial},
                                              {"100.64.0.1", Standing::kSpecial},
                                              {"192.88.99.1", Standing::kSpecial}};
  for (const auto& [text, standing] : table) EXPECT_EQ(standing_of(at(text)), standing) << text;
}

TEST(AddressTable, ListsForTheUnitWhatItDenies) {
  const auto denied = denied_ranges();
  SeededRandom random(7);
  const auto agrees = [&](const IpAddress& address) {
    return in_any(denied, address) == (standing_of(address) != Standing::kPublic);
  };
  for (int i = 0; i < 5'000; ++i) EXPECT_TRUE(agrees(IpAddress::v4(static_cast<std::uint32_t>(random.next()))));
  for (int i = 0; i < 5'000; ++i) {
    std::array<std::uint8_t, 16> bytes{};
    random.fill(std::as_writable_bytes(std::span{bytes}));
    bytes[0] = 0x20 + bytes[0] % 0x12;  // the populated part
    bytes[9] = 1;                       // no ISATAP interface id
    EXPECT_TRUE(agrees(IpAddress::v6(bytes))) << IpAddress::v6(bytes).text();
  }
  for (int i = 0; i < 5'000; ++i) {
    auto bytes = at("64:ff9b::").bytes();
    random.fill(std::as_writable_bytes(std::span{bytes}.subspan(12)));
    EXPECT_TRUE(agrees(IpAddress::v6(bytes))) << IpAddress::v6(bytes).text();
  }
  for (const auto& range : admitted_v6()) EXPECT_TRUE(agrees(range.first) && agrees(range.last()));
  EXPECT_LT(denied.size(), 400u);
  EXPECT_TRUE(ip_address_deny().starts_with("0.0.0.0/8 10.0.0.0/8 "));
}

}  // namespace
}  // namespace beckon::egress
