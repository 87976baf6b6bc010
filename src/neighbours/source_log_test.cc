#include "neighbours/source_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace beckon::neighbours {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;
using testing::SizeIs;

const Handle kShop{"shop"}, kOther{"other"};

News news_of(std::int64_t at, const std::string& refused = {}) {
  News news{.at = instant_ms(at), .counts = {.accepted = 2, .cut = 1}, .arrivals = {}, .refusals = {}};
  if (!refused.empty()) news.refusals.push_back({.at = instant_ms(at), .message = refused});
  return news;
}

TEST(SourceLog, CountsWhatAKeySentAndKeepsItFromOtherHandles) {
  SourceLog log{Instant{}};
  log.add(kShop, "shop", news_of(1));
  log.add(kShop, "shop", news_of(2));
  log.add(kShop, "tok_1", news_of(3));
  log.add(kOther, "other", news_of(4));
  const auto sources = log.of(kShop);
  ASSERT_THAT(sources, ElementsAre(Field(&Source::key, "shop"), Field(&Source::key, "tok_1")));
  EXPECT_EQ(sources[0].counts.accepted, 4u);
  EXPECT_EQ(sources[0].counts.cut, 2u);
  EXPECT_EQ(sources[0].last, instant_ms(2));
  EXPECT_THAT(log.of(Handle{"sho"}), IsEmpty());
  EXPECT_EQ(log.counts().accepted, 8u);
}

TEST(SourceLog, TheOldestRefusalAndTheOldestArrivalMakeRoom) {
  SourceLog log{Instant{}};
  for (std::size_t i = 0; i <= kRefusalsKept; ++i) log.add(kShop, "shop", news_of(1, "m" + std::to_string(i)));
  News news = news_of(2);
  for (std::size_t i = 0; i <= kArrivalsKept; ++i) news.arrivals.push_back({.at = news.at, .type = std::to_string(i)});
  log.add(kShop, "shop", std::move(news));
  const auto sources = log.of(kShop);
  ASSERT_THAT(sources, SizeIs(1));
  ASSERT_THAT(sources[0].refusals, SizeIs(kRefusalsKept));
  EXPECT_EQ(sources[0].refusals.front().message, "m1");
  EXPECT_EQ(sources[0].refusals.back().message, "m200");
  ASSERT_THAT(sources[0].arrivals, SizeIs(kArrivalsKept));
  EXPECT_EQ(sources[0].arrivals.front().type, "1");
}

TEST(SourceLog, TheKeyThatWasUsedLeastRecentlyMakesRoomForAnotherOfItsHandle) {
  SourceLog log{Instant{}};
  log.add(kOther, "other", news_of(0));
  for (std::size_t i = 0; i < kKeysOfHandle; ++i) log.add(kShop, "tok_" + std::to_string(i), news_of(10));
  log.add(kShop, "tok_5", news_of(11));
  for (std::size_t i = 0; i < kKeysOfHandle; ++i)
    if (i != 7) log.add(kShop, "tok_" + std::to_string(i), news_of(12));
  log.add(kShop, "one more", news_of(13));
  const auto sources = log.of(kShop);
  EXPECT_THAT(sources, SizeIs(kKeysOfHandle));
  EXPECT_THAT(sources, testing::Not(testing::Contains(Field(&Source::key, "tok_7"))));
  EXPECT_THAT(log.of(kOther), SizeIs(1));
}

TEST(SourceLog, NoMoreKeysAreKeptThanTheServerHasRoomFor) {
  SourceLog log{Instant{}};
  for (std::size_t i = 0; i <= kKeysOfServer; ++i)
    log.add(Handle{"h" + std::to_string(i)}, "key", news_of(static_cast<std::int64_t>(i)));
  EXPECT_THAT(log.of(Handle{"h0"}), IsEmpty());
  EXPECT_THAT(log.of(Handle{"h1"}), SizeIs(1));
  EXPECT_THAT(log.of(Handle{"h1024"}), SizeIs(1));
  EXPECT_EQ(log.counts().accepted, 2 * (kKeysOfServer + 1));
}

}  // namespace
}  // namespace beckon::neighbours
