#include "commit/visitor_ids.h"

#include <gtest/gtest.h>

namespace beckon::commit {
namespace {

TEST(VisitorIds, WhatAPageSendsForNobodyIsBlockedWhateverItsCase) {
  const BlockedIds blocked;
  for (const char* nobody : {"", "null", "Undefined", "NONE", "NaN", "True", "false", "0", "-1", "[object Object]",
                             "Anonymous", "guest", "UNKNOWN", "00000000-0000-0000-0000-000000000000", "--", ".", ".."})
    EXPECT_TRUE(blocked.contains(VisitorId{nobody})) << nobody;
  for (const char* somebody : {"1", "10", "-2", "nancy", "guest-7", "jon@none.example", "a0", "..."})
    EXPECT_FALSE(blocked.contains(VisitorId{somebody})) << somebody;
}

TEST(VisitorIds, AHandleBlocksIdsOfItsOwn) {
  BlockedIds blocked;
  for (const char* id : {"Kiosk@shop.example", "Straße 1", "a"}) blocked.add(VisitorId{id});
  for (const char* nobody : {"kiosk@SHOP.example", "STRASSE 1", "A", "null"})
    EXPECT_TRUE(blocked.contains(VisitorId{nobody})) << nobody;
  EXPECT_FALSE(blocked.contains(VisitorId{"kiosk@shop.example.org"}));
  EXPECT_EQ(blocked.own(), (std::vector<std::string>{"Kiosk@shop.example", "Straße 1", "a"}));
}

TEST(VisitorIds, HaveUpTo256BytesAndNoControlCharacter) {
  EXPECT_EQ(parse_visitor_id(" gid://shop/Zoe\u0308 ")->view(), "gid://shop/Zo\u00eb");
  EXPECT_EQ(parse_visitor_id(std::string(256, 'x'))->text.size(), 256u);
  EXPECT_FALSE(parse_visitor_id(std::string(257, 'x')));
  EXPECT_FALSE(parse_visitor_id("jon\ndoe"));
  EXPECT_TRUE(parse_visitor_id("  ")->empty());
}

}  // namespace
}  // namespace beckon::commit
