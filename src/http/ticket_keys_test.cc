#include "http/ticket_keys.h"

#include <gtest/gtest.h>

namespace beckon::http {
namespace {

using std::chrono::minutes;
using Steady = std::chrono::steady_clock;

class Tickets : public testing::Test {
 protected:
  // Whether tickets with that key are accepted, and whether they are then renewed.
  enum class Found { kNo, kYes, kAndRenewed };
  Found found(const TicketKeys::Key& key, Steady::time_point at) {
    bool renew = false;
    const auto known = keys_.find(key.name.data(), at, renew);
    EXPECT_TRUE(!known || known->cipher == key.cipher);
    return !known ? Found::kNo : renew ? Found::kAndRenewed : Found::kYes;
  }

  TicketKeys keys_;
  const Steady::time_point start_ = Steady::now();
};

TEST_F(Tickets, HaveOneKeyForAnHour) {
  const auto first = keys_.current(start_);
  EXPECT_EQ(keys_.current(start_ + minutes{59}).name, first.name);
  const auto second = keys_.current(start_ + minutes{60});
  EXPECT_NE(second.name, first.name);
  EXPECT_NE(second.cipher, first.cipher);
  EXPECT_NE(second.mac, first.mac);
}

TEST_F(Tickets, AreReadForAnHourMoreAndThenReplaced) {
  const auto first = keys_.current(start_);
  EXPECT_EQ(found(first, start_ + minutes{59}), Found::kYes);
  EXPECT_EQ(found(first, start_ + minutes{61}), Found::kAndRenewed);
  keys_.current(start_ + minutes{61});
  EXPECT_EQ(found(first, start_ + minutes{119}), Found::kAndRenewed);
  EXPECT_EQ(found(first, start_ + minutes{120}), Found::kNo);
}

TEST_F(Tickets, OfAKeyThatWasReplacedTwiceAreNotRead) {
  const auto first = keys_.current(start_);
  keys_.current(start_ + minutes{60});
  keys_.current(start_ + minutes{120});
  EXPECT_EQ(found(first, start_ + minutes{61}), Found::kNo);
}

TEST_F(Tickets, OfAnotherServerAreNotRead) {
  TicketKeys other;
  keys_.current(start_);
  EXPECT_EQ(found(other.current(start_), start_), Found::kNo);
}

}  // namespace
}  // namespace beckon::http
