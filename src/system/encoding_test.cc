#include "system/encoding.h"

#include <gtest/gtest.h>

#include "base/id.h"

namespace beckon {
namespace {

// RFC 4231, test case 2.
TEST(Hmac, MatchesTheRfc) {
  EXPECT_EQ(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

// SipHash paper, appendix A, over the first 15 bytes.
TEST(KeyedHash, IsSipHash24) {
  std::string key, text;
  for (char c = 0; c < 16; ++c) key += c;
  text = key.substr(0, 15);
  EXPECT_EQ(KeyedHash(key)(text), 0xa129ca6149be45e5u);
}

TEST(Base64, IsStrict) {
  EXPECT_EQ(from_base64("aGk="), "hi");
  EXPECT_FALSE(from_base64("aGk"));
  EXPECT_FALSE(from_base64("aG k="));
  EXPECT_EQ(from_base64url("aGk"), "hi");
  EXPECT_FALSE(from_base64url("aGk="));
}

TEST(Ulid, SortsByTime) {
  SeededRandom random(1);
  const std::string a = make_ulid("evt_", instant_ms(1000), random), b = make_ulid("evt_", instant_ms(1001), random);
  EXPECT_EQ(a.size(), 30u);
  EXPECT_LT(a, b);
  EXPECT_LT(b, make_ulid("evt_", instant_ms(1001), random)) << "in the order of making, within a millisecond too";
}

TEST(Forms, AreThoseOfTheContract) {
  EXPECT_TRUE(is_handle("a-"));
  EXPECT_FALSE(is_handle("a"));
  EXPECT_FALSE(is_handle("A1"));
  EXPECT_TRUE(is_session_id("sig_demo_1_x"));
  EXPECT_FALSE(is_session_id(""));
  EXPECT_FALSE(is_session_id(std::string("a\0b", 3)));
  EXPECT_TRUE(is_trigger("exit_intent"));
  EXPECT_FALSE(is_trigger("Exit"));
  EXPECT_FALSE(is_signal_key("_x"));
}

}  // namespace
}  // namespace beckon
