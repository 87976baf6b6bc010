#include "system/plain_text.h"

#include <gtest/gtest.h>

namespace beckon {
namespace {

TEST(PlainText, KeepsUsualIdsOfOtherSystemsAsTheyAre) {
  for (const char* id : {"jon@company.example", "auth0|5f7c8ec7c33c6c004bbafe82", "gid://shopify/Customer/7",
                         "Zoë Müller", "顧客-42", "a b", "%2F", "👩‍🚀"})
    EXPECT_EQ(plain_text(id, 256), id);
}

TEST(PlainText, IsOneTextHoweverItsLettersWereComposed) {
  EXPECT_EQ(plain_text("Zoe\u0308", 256), "Zo\u00eb");
  EXPECT_EQ(plain_text("\u212Bngstrom", 256), "\u00c5ngstrom");
  EXPECT_NE(plain_text("Zoe", 256), plain_text("Zo\u0435", 256)) << "a Cyrillic letter is another one";
}

TEST(PlainText, LosesTheWhiteSpaceAtItsEndsOnly) {
  EXPECT_EQ(plain_text(" \t\njon  doe\u00a0\u3000\ufeff", 256), "jon  doe");
  EXPECT_EQ(plain_text("  jon  doe ", 256), "jon  doe");
  EXPECT_EQ(plain_text("", 256), "");
  EXPECT_EQ(plain_text("   ", 256), "");
  EXPECT_EQ(plain_text(" \u2003 ", 256), "");
}

TEST(PlainText, RefusesControlCharactersAndWhatIsNotUtf8) {
  for (const std::string_view bad :
       {std::string_view("a\0b", 3), std::string_view("a\nb"),
        std::string_view("a\x7f"
                         "b"),
        std::string_view("a\u0085b"), std::string_view("\xff"), std::string_view("\xc0\xaf"),
        std::string_view("\xed\xa0\x80"), std::string_view("a\xe2\x82")})
    EXPECT_EQ(plain_text(bad, 256), std::nullopt);
  EXPECT_FALSE(is_utf8("\xf4\x90\x80\x80"));
  EXPECT_TRUE(is_utf8("\xf4\x8f\xbf\xbf"));
}

TEST(PlainText, IsMeasuredInBytesOfItsForm) {
  EXPECT_TRUE(plain_text(std::string(256, 'x'), 256));
  EXPECT_FALSE(plain_text(std::string(257, 'x'), 256));
  EXPECT_TRUE(plain_text(std::string(5'000, ' ') + "x", 256));
  std::string apart;  // 128 letters of three bytes, which have two each in NFC
  for (int i = 0; i < 128; ++i) apart += "e\u0301";
  EXPECT_EQ(plain_text(apart, 256)->size(), 256u);
  apart += "e\u0301";
  EXPECT_FALSE(plain_text(apart, 256));
  std::string marks = "x";
  for (int i = 0; i < 10'000; ++i) marks += i % 2 ? "\u0301" : "\u0323";
  EXPECT_FALSE(plain_text(marks, 256));
}

TEST(PlainText, FoldsCase) {
  EXPECT_EQ(case_folded("[Object OBJECT]"), "[object object]");
  EXPECT_EQ(case_folded("STRASSE"), case_folded("straße"));
  EXPECT_EQ(case_folded("ÀÇ"), "àç");
}

}  // namespace
}  // namespace beckon
