// Durable deliveries: creating and settling them, with random sessions, in group commits of the given size.
//
//   store_deliveries [FOLDER [DELIVERIES [BATCH [BODY_BYTES]]]]
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <thread>

#include "base/check.h"
#include "base/random.h"
#include "store/sqlite/sqlite_store.h"
#include "system/log.h"

namespace {

using namespace beckon;

constexpr int kSubscriptions = 20;
constexpr Instant kStart = instant_ms(1'700'000'000'000);

SubscriptionId subscription_id(std::uint64_t n) { return SubscriptionId("whs_" + std::to_string(n % kSubscriptions)); }

void subscribe(store::SqliteStore& store) {
  commit::Batch batch{.at = kStart};
  for (std::uint64_t i = 0; i < kSubscriptions; ++i) {
    outbox::Subscription s;
    s.id = subscription_id(i);
    s.handle = Handle("acme");
    s.endpoint_url = "https://hooks.example.com/";
    batch.changes.emplace_back(s);
  }
  CHECK(store.commit().write(batch));
}

void owe(commit::Batch& batch, Instant at, std::size_t body, Random& random) {
  outbox::Event e;
  e.id = EventId(make_ulid("evt_", at, random));
  e.handle = Handle("acme");
  e.type = "link.clicked";
  e.occurred_at = at;
  e.session = SessionId("sig_acme_1700000000000_" + std::to_string(random.next() % 1'000'000));
  e.cause = R"({"signal":{"sessionId":"sig_acme_1700000000000_000000","version":1}})";
  e.body = std::string(body, 'b');
  outbox::Delivery d;
  d.id = DeliveryId(make_ulid("dlv_", at, random));
  d.event = e.id;
  d.subscription = subscription_id(random.next());
  d.handle = e.handle;
  d.event_type = e.type;
  d.session = e.session;
  d.created_at = d.next_attempt_at = at;
  batch.changes.emplace_back(std::move(e));
  batch.changes.emplace_back(std::move(d));
}

void settle(commit::Batch& batch, const DeliveryId& id, Instant at) {
  outbox::Settlement s;
  s.delivery = id;
  s.attempt.number = 1;
  s.attempt.at = at;
  s.attempt.outcome = outbox::AttemptOutcome::kStatus;
  s.attempt.status = 200;
  s.attempt.total_us = 2000;
  s.attempt.url = "https://hooks.example.com/";
  s.attempt.request_headers = std::string(200, 'h');
  s.attempt.response_headers = std::string(200, 'h');
  s.attempt.response_body = R"({"ok":true})";
  s.state = outbox::DeliveryState::kDelivered;
  batch.changes.emplace_back(std::move(s));
}

}  // namespace

int main(int argc, char** argv) {
  log::set_level(log::Level::kError);
  const std::string folder = std::string(argc > 1 ? argv[1] : ".") + "/store_deliveries." + std::to_string(::getpid());
  const long wanted = argc > 2 ? std::atol(argv[2]) : 100'000;
  const std::size_t size = argc > 3 ? static_cast<std::size_t>(std::atol(argv[3])) : 128;
  const std::size_t body = argc > 4 ? static_cast<std::size_t>(std::atol(argv[4])) : 400;
  SeededRandom random(1);
  {
    auto opened = store::SqliteStore::open(folder, {.server = true});
    CHECK(opened);
    store::SqliteStore& store = **opened;
    subscribe(store);
    std::jthread housekeeping([&](const std::stop_token& stop) {
      while (!stop.stop_requested()) {
        CHECK(store.checkpoint_wal());
        std::this_thread::sleep_for(std::chrono::milliseconds{200});
      }
    });
    const auto begin = std::chrono::steady_clock::now();
    commit::Batch last;
    Instant at = kStart;
    for (long done = 0; done < wanted; done += static_cast<long>(size)) {
      commit::Batch batch{.at = ++at};
      for (std::size_t i = 0; i < size; ++i) owe(batch, at, body, random);
      for (const auto& delivery : commit::changes_of<outbox::Delivery>(last)) settle(batch, delivery.id, at);
      CHECK(store.commit().write(batch));
      last = std::move(batch);
    }
    const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    std::printf("%ld deliveries owed and settled, %zu a commit, bodies of %zu bytes: %.0f a second\n", wanted, size,
                body, static_cast<double>(wanted) / took);
  }
  std::printf("%.0f bytes of file each\n",
              static_cast<double>(std::filesystem::file_size(folder + "/beckon.db")) / static_cast<double>(wanted));
  std::filesystem::remove_all(folder);
}
