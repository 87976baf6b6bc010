#include "node/handover.h"

#include <gtest/gtest.h>

namespace beckon::node {
namespace {

TEST(Handover, WhatNamesTheFormerOwnerIsReadAsItWasWritten) {
  const auto read = FormerOwner::read(FormerOwner{.incarnation = "9a56d04deeb54162", .epoch = 12}.text());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->incarnation, "9a56d04deeb54162");
  EXPECT_EQ(read->epoch, 12);
}

TEST(Handover, AnythingElseNamesNobody) {
  for (const char* text : {"", "a", "a ", "a b", "a 1b", "a 1 2", "a 99999999999999999999"})
    EXPECT_FALSE(FormerOwner::read(text)) << text;
}

}  // namespace
}  // namespace beckon::node
