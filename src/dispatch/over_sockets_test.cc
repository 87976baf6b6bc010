// Everything over real sockets, in real time, with the dispatcher on its own thread.
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "dispatch/egress_sender.h"
#include "dispatch/testing/world.h"
#include "egress/network.h"
#include "egress/testing/scripted_receiver.h"
#include "system/clock.h"
#include "system/encoding.h"
#include "system/random.h"

namespace beckon::dispatch {
namespace {

using namespace testing;
using egress::testing::ScriptedReceiver;

// The table behind a lock, and a way to wait for writes.
class SharedStore final : public UnaskedOutbox, public outbox::Settlements {
 public:
  SharedStore(outbox::SubscriptionIndex& index, const Clock& clock) : table(index, clock) {}
  TableStore table;
  std::mutex mutex;
  std::condition_variable written;

  void settle(outbox::SettledBatch batch, Completion done) override {
    const std::lock_guard lock(mutex);
    table.settle(std::move(batch), std::move(done));
    written.notify_all();
  }
  outbox::Delivery wait_for(const DeliveryId& id, DeliveryState state) {
    std::unique_lock lock(mutex);
    written.wait(lock, [&] { return table.rows.at(id).delivery.state == state; });
    return table.rows.at(id).delivery;
  }
  outbox::Attempt first_attempt(const DeliveryId& id) {
    const std::lock_guard lock(mutex);
    return table.rows.at(id).attempts.at(0);
  }
  Result<std::vector<outbox::Due>> due(const SubscriptionId& id, Instant now, std::size_t limit,
                                       const InHand& in_hand) override {
    const std::lock_guard lock(mutex);
    return table.due(id, now, limit, in_hand);
  }
  Result<std::optional<Instant>> next_due(const SubscriptionId& id) override {
    const std::lock_guard lock(mutex);
    return table.next_due(id);
  }
};

struct Live {
  SystemClock clock;
  SystemRandom random;
  SecretBox secrets{std::string(32, 'k')};
  std::string secret = outbox::make_secret(random);
  outbox::SubscriptionIndex index;
  SharedStore store{index, clock};
  egress::NetworkSettings network_settings;
  egress::Network network{clock, network_settings};
  egress::Policy policy{.admit_http = true, .admit_loopback = true};
  EgressSender sender{network.egress(), [this] { return std::make_shared<const egress::Policy>(policy); }};
  prometheus::Registry registry;
  DispatchMetrics metrics{registry};
  Dispatcher dispatcher{{.outbox = store,
                         .index = index,
                         .sender = sender,
                         .settlements = store,
                         .secrets = secrets,
                         .clock = clock,
                         .random = random,
                         .metrics = &metrics},
                        {.schedule = *outbox::RetrySchedule::parse("50ms,50ms,50ms"), .log_attempts = false}};
  std::jthread thread;
  int made = 0;

  void run() {
    thread = std::jthread([this](std::stop_token stop) { dispatcher.run(stop); });
  }
  void subscribe(std::string_view id, std::string_view url) {
    outbox::Subscription one;
    one.id = SubscriptionId{id};
    one.handle = Handle{"acme"};
    one.endpoint_url = url;
    one.sealed_secret = secrets.seal(secret, "acme/" + std::string(id), random);
    index.put(std::make_shared<const outbox::Subscription>(one));
    dispatcher.changed(one.id);
  }
  DeliveryId owe(std::string_view subscription) {
    const std::string number = std::to_string(1000 + ++made);
    outbox::Delivery delivery;
    delivery.id = DeliveryId{"dlv_" + number};
    delivery.event = EventId{"evt_" + number};
    delivery.subscription = SubscriptionId{subscription};
    delivery.handle = Handle{"acme"};
    delivery.event_type = "link.clicked";
    delivery.created_at = delivery.next_attempt_at = clock.now();
    auto body = std::make_shared<const std::string>(
        outbox::event_body(delivery.event, "link.clicked", delivery.handle, clock.now(), R"({"a":1})"));
    {
      const std::lock_guard lock(store.mutex);
      store.table.put({.delivery = delivery, .body = body, .attempts = {}});
    }
    dispatcher.wake(delivery.subscription);
    return delivery.id;
  }
};

constexpr const char* kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

std::string header_of(const std::string& request, const std::string& name) {
  const std::size_t at = request.find("\r\n" + name + ": ");
  if (at == std::string::npos) return "absent";
  const std::size_t from = at + name.size() + 4;
  return request.substr(from, request.find("\r\n", from) - from);
}

TEST(OverSockets, ASignedDeliveryArrivesAfterARetry) {
  std::atomic<int> answered{0};
  ScriptedReceiver receiver([&](ScriptedReceiver::Connection& connection) {
    while (connection.read_request())
      if (!connection.write(++answered == 1 ? "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n" : kOk)) return;
  });
  Live live;
  live.subscribe("whs_1", receiver.url());
  live.run();
  const DeliveryId id = live.owe("whs_1");
  EXPECT_EQ(live.store.wait_for(id, DeliveryState::kDelivered).attempts, 2);
  const std::string request = receiver.requests().at(1);
  const std::string body = request.substr(request.find("\r\n\r\n") + 4);
  EXPECT_TRUE(request.starts_with("POST /hook HTTP/1.1\r\n"));
  EXPECT_EQ(header_of(request, "webhook-id"), "evt_1001");
  EXPECT_EQ(header_of(request, "x-arjun-attempt"), "2");
  EXPECT_EQ(header_of(request, "x-arjun-signature"), outbox::platform_signature(live.secret, body));
  EXPECT_EQ(
      header_of(request, "webhook-signature"),
      outbox::standard_signature(live.secret, "evt_1001", std::stoll(header_of(request, "webhook-timestamp")), body));
  EXPECT_EQ(live.store.first_attempt(id).status, 503);
  EXPECT_GT(live.store.first_attempt(id).total_us, 0);
}

TEST(OverSockets, AStatusWhoseBodyBreaksOffCountsAndTheLogSaysSo) {
  const auto cut = [](const char* status) {
    return [text = "HTTP/1.1 " + std::string(status) +
                   "\r\nContent-Length: 40\r\n\r\npart"](ScriptedReceiver::Connection& connection) {
      if (connection.read_request()) connection.write(text);
    };
  };
  ScriptedReceiver created(cut("201 Created")), gone(cut("410 Gone")), refused(cut("422 No"));
  Live live;
  live.subscribe("created", created.url());
  live.subscribe("gone", gone.url());
  live.subscribe("refused", refused.url());
  live.run();
  const auto delivered = live.owe("created");
  EXPECT_EQ(live.store.wait_for(delivered, DeliveryState::kDelivered).attempts, 1);
  EXPECT_EQ(live.store.first_attempt(delivered).status, 201);
  EXPECT_EQ(live.store.first_attempt(delivered).response_body, "part");
  EXPECT_NE(live.store.first_attempt(delivered).error.find("body broke off"), std::string::npos);
  EXPECT_EQ(live.store.wait_for(live.owe("gone"), DeliveryState::kFailed).reason, "status 410");
  EXPECT_EQ(live.store.wait_for(live.owe("refused"), DeliveryState::kFailed).reason, "status 422");
  const std::lock_guard lock(live.store.mutex);
  std::vector<SubscriptionId> disabled;
  for (const auto& change : live.store.table.changes)
    if (!change.disable_reason.empty()) disabled.push_back(change.subscription);
  EXPECT_EQ(disabled, std::vector{SubscriptionId{"gone"}});
}

TEST(OverSockets, RedirectsPrivateAddressesAndSpellingsEndWithTheirReason) {
  ScriptedReceiver receiver(
      ScriptedReceiver::answering("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n"));
  Live live;
  live.subscribe("redirects", receiver.url());
  live.subscribe("private", "http://10.0.0.1:8080/");
  live.subscribe("spelled", "http://0x7f000001:8080/");
  live.run();
  EXPECT_EQ(live.store.wait_for(live.owe("redirects"), DeliveryState::kFailed).reason, "status 302");
  for (const char* name : {"private", "spelled"}) {
    const DeliveryId id = live.owe(name);
    EXPECT_EQ(live.store.wait_for(id, DeliveryState::kFailed).reason, "refused by policy");
    EXPECT_NE(live.store.first_attempt(id).error, "");
  }
  EXPECT_EQ(receiver.requests().size(), 1u);
}

TEST(OverSockets, NothingBeginsBehindAFenceAndAStopFinishesWhatIsUnderWay) {
  ScriptedReceiver receiver(ScriptedReceiver::answering(kOk));
  Live live;
  live.subscribe("whs_1", receiver.url());
  live.subscribe("whs_2", receiver.url());
  for (int i = 0; i < 2000; ++i) live.owe("whs_1");
  live.run();
  receiver.wait_for_requests(20);
  live.index.remove(SubscriptionId{"whs_1"});
  live.dispatcher.fence();
  const DeliveryId last = live.owe("whs_2");
  live.store.wait_for(last, DeliveryState::kDelivered);
  live.thread.request_stop();
  live.thread.join();
  EXPECT_FALSE(live.dispatcher.is_sending(last));
  std::size_t attempts = 0;
  for (const auto& [id, row] : live.store.table.rows) attempts += row.attempts.size();
  EXPECT_EQ(attempts, receiver.requests().size());
  EXPECT_LT(attempts, 2001u);
}

}  // namespace
}  // namespace beckon::dispatch
