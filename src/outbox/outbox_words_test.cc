#include <gtest/gtest.h>

#include "base/json.h"
#include "outbox/delivery.h"
#include "outbox/event_body.h"
#include "outbox/subscription.h"
#include "outbox/subscription_index.h"

namespace beckon::outbox {
namespace {

TEST(DeliveryState, ReadsWhatItWrites) {
  for (const char* text : {"queued", "retrying", "held", "sending", "delivered", "failed", "withdrawn"}) {
    const auto state = parse_delivery_state(text);
    ASSERT_TRUE(state) << text;
    EXPECT_EQ(to_text(*state), text);
  }
  for (const char* text : {"", "Queued", "done"}) EXPECT_FALSE(parse_delivery_state(text)) << text;
}

TEST(Wants, ExactPrefixAndAll) {
  Subscription one;
  one.event_types = {"link.clicked", "signal.*"};
  EXPECT_TRUE(wants(one, "link.clicked"));
  EXPECT_TRUE(wants(one, "signal.view"));
  EXPECT_TRUE(wants(one, "signal.cart.added"));
  for (const char* type : {"link.clicked2", "link", "signal", "signal.", "signals.view", "chain.message.due", ""})
    EXPECT_FALSE(wants(one, type)) << type;
  one.event_types = {"*"};
  EXPECT_TRUE(wants(one, "chain.message.due"));
}

TEST(Wants, NeverTakesATestEvent) {
  Subscription one;
  one.event_types = {"*", "webhook.*", "webhook.test"};
  EXPECT_FALSE(wants(one, "webhook.test"));
  EXPECT_TRUE(wants(one, "webhook.delivery.failed"));
}

TEST(EventBody, IsTheContractsObject) {
  const std::string body = event_body(EventId{"evt_1"}, "link.clicked", Handle{"acme"},
                                      *parse_rfc3339("2026-02-25T12:00:00Z"), R"({"a":[1.50]})");
  EXPECT_EQ(body, R"({"id":"evt_1","type":"link.clicked","handle":"acme","occurredAt":"2026-02-25T12:00:00Z",)"
                  R"("payload":{"a":[1.50]}})");
  EXPECT_TRUE(json::parse(body));
}

SubscriptionPtr subscription(std::string_view handle, std::string_view id, std::string_view url) {
  Subscription one;
  one.id = SubscriptionId{id};
  one.handle = Handle{handle};
  one.endpoint_url = url;
  return std::make_shared<const Subscription>(one);
}

TEST(SubscriptionIndex, FindsByIdAndByHandle) {
  SubscriptionIndex index;
  EXPECT_EQ(index.find(SubscriptionId{"whs_1"}), nullptr);
  EXPECT_TRUE(index.of(Handle{"acme"})->empty());
  index.put(subscription("acme", "whs_1", "https://a"));
  index.put(subscription("acme", "whs_2", "https://b"));
  index.put(subscription("other", "whs_3", "https://c"));
  EXPECT_EQ(index.of(Handle{"acme"})->size(), 2u);
  EXPECT_EQ(index.find(SubscriptionId{"whs_3"})->endpoint_url, "https://c");
  EXPECT_EQ(index.all().size(), 3u);
}

TEST(SubscriptionIndex, ReplacesAndRemovesWhileReadersKeepTheirs) {
  SubscriptionIndex index;
  index.put(subscription("acme", "whs_1", "https://a"));
  index.put(subscription("acme", "whs_2", "https://b"));
  const auto before = index.of(Handle{"acme"});
  index.put(subscription("acme", "whs_1", "https://new"));
  index.remove(SubscriptionId{"whs_2"});
  index.remove(SubscriptionId{"whs_9"});
  ASSERT_EQ(index.of(Handle{"acme"})->size(), 1u);
  EXPECT_EQ(index.of(Handle{"acme"})->front()->endpoint_url, "https://new");
  EXPECT_EQ(before->size(), 2u);
  EXPECT_EQ(before->front()->endpoint_url, "https://a");
  index.remove(SubscriptionId{"whs_1"});
  EXPECT_EQ(index.size(), 0u);
  EXPECT_TRUE(index.of(Handle{"acme"})->empty());
}

}  // namespace
}  // namespace beckon::outbox
