// The deliveries of a handle in one list, and the results of an endpoint's deliveries.
#include <sqlite3.h>

#include <atomic>

#include "store/conformance/suite.h"
#include "store/sqlite/connection.h"

namespace beckon::store {
namespace {

using outbox::DeliveryPlace;
using outbox::DeliverySearch;
using outbox::DeliveryState;
using outbox::FoundDeliveries;

const SubscriptionId kSecond{"whs_2"};

class DeliveriesOfAHandle : public Conformance {
 protected:
  // "dlv_3", created at second 3, to `to`.
  static outbox::Delivery made(int second, const SubscriptionId& to = kHook, const Handle& handle = kAcme) {
    auto one = delivery("dlv_" + std::to_string(10'000'000 + second), "evt_1");
    one.created_at = after(second);
    one.subscription = to;
    one.handle = handle;
    return one;
  }
  static std::string id_of(int second) { return made(second).id.text; }
  void owe_all(const std::vector<outbox::Delivery>& all) {
    commit::Batch batch{.at = kStart, .changes = {subscription(), subscription(kSecond), event("evt_1")}};
    for (const auto& one : all) batch.changes.emplace_back(one);
    write(batch);
  }
  FoundDeliveries search(const DeliverySearch& asked, const std::optional<DeliveryPlace>& behind = std::nullopt,
                         std::size_t limit = 50) {
    return store().delivery_log().search(kAcme, asked, behind, limit).value();
  }
  // The seconds at which the deliveries found were created.
  static std::vector<int> seconds(const FoundDeliveries& found) {
    std::vector<int> all;
    for (const auto& one : found.deliveries) all.push_back(static_cast<int>((one.created_at - kStart).count() / 1000));
    return all;
  }
};
BECKON_ON_EVERY_DRIVER(DeliveriesOfAHandle);
using Seconds = std::vector<int>;

TEST_P(DeliveriesOfAHandle, ComeNewestFirstByPages) {
  owe_all({made(1), made(2, kSecond), made(3, SubscriptionId("whs_3"), kOther), made(4), made(5, kSecond)});
  const auto first = search({}, std::nullopt, 2);
  EXPECT_EQ(seconds(first), (Seconds{5, 4}));
  ASSERT_TRUE(first.more_behind);
  const auto second = search({}, first.more_behind, 2);
  EXPECT_EQ(seconds(second), (Seconds{2, 1}));
  EXPECT_FALSE(second.more_behind) << "it was the last";
  EXPECT_EQ(seconds(search({})), (Seconds{5, 4, 2, 1}));
}

TEST_P(DeliveriesOfAHandle, AreThoseOfOneEndpointOrOfATime) {
  owe_all({made(1), made(2, kSecond), made(3), made(4, kSecond), made(5)});
  EXPECT_EQ(seconds(search({.subscription = kHook})), (Seconds{5, 3, 1}));
  EXPECT_EQ(seconds(search({.since = after(2), .until = after(4)})), (Seconds{3, 2}));
  EXPECT_EQ(seconds(search({.subscription = kSecond, .since = after(3)})), (Seconds{4}));
  EXPECT_EQ(seconds(search({.until = after(4)}, DeliveryPlace{after(9), DeliveryId("dlv")})), (Seconds{3, 2, 1}));
  EXPECT_EQ(seconds(search({.until = after(4)}, DeliveryPlace{after(3), DeliveryId(id_of(3))})), (Seconds{2, 1}));
  EXPECT_EQ(seconds(search({.subscription = SubscriptionId("whs_none")})), Seconds{});
}

TEST_P(DeliveriesOfAHandle, OfAnotherHandleAreNotThereByTheirEndpointEither) {
  owe_all({made(1, SubscriptionId("whs_3"), kOther)});
  EXPECT_EQ(seconds(search({.subscription = SubscriptionId("whs_3")})), Seconds{});
}

TEST_P(DeliveriesOfAHandle, AreLookedThroughWithoutThoseThatWereDelivered) {
  owe_all({made(1), made(2), made(3), made(4, kSecond), made(5)});
  settle(settlement(id_of(2), 1, DeliveryState::kDelivered));
  settle(settlement(id_of(3), 1, DeliveryState::kFailed));
  settle(settlement(id_of(5), 1, DeliveryState::kDelivered));
  EXPECT_EQ(seconds(search({.delivered = false})), (Seconds{4, 3, 1}));
  EXPECT_EQ(seconds(search({.subscription = kHook, .delivered = false})), (Seconds{3, 1}));
  EXPECT_EQ(
      seconds(search({.delivered = false, .fits = [](const auto& d) { return d.state == DeliveryState::kFailed; }})),
      Seconds{3});
  write({.at = after(9), .changes = {commit::Requeue{DeliveryId(id_of(5)), after(9)}}});
  EXPECT_EQ(seconds(search({.delivered = false})), (Seconds{5, 4, 3, 1})) << "it is sent again";
}

TEST_P(DeliveriesOfAHandle, AreReadABoundedNumberAtATime) {
  constexpr auto kMost = static_cast<int>(FoundDeliveries::kMostRead);
  std::vector<outbox::Delivery> many;
  for (int i = 0; i < kMost + 10; ++i) many.push_back(made(i));
  owe_all(many);
  std::size_t asked = 0;
  const DeliverySearch oldest{.fits = [&](const outbox::Delivery& one) {
    ++asked;
    return one.created_at < after(2);
  }};
  const auto first = search(oldest);
  EXPECT_EQ(seconds(first), Seconds{});
  EXPECT_EQ(asked, FoundDeliveries::kMostRead);
  ASSERT_TRUE(first.more_behind);
  EXPECT_EQ(first.more_behind->created_at, after(10));
  const auto second = search(oldest, first.more_behind);
  EXPECT_EQ(seconds(second), (Seconds{1, 0}));
  EXPECT_FALSE(second.more_behind);
}

class LogOfAnEndpoint : public DeliveriesOfAHandle {
 protected:
  outbox::EndpointLog log(Instant since = kStart, std::size_t limit = 50) {
    return store().delivery_log().log_of(kHook, since, limit).value();
  }
};
BECKON_ON_EVERY_DRIVER(LogOfAnEndpoint);

TEST_P(LogOfAnEndpoint, SaysWhatBecameOfTheNewestAndHowLongTheLastAnswerTook) {
  owe_all({made(1), made(2), made(3), made(4, kSecond), made(5)});
  settle(settlement(id_of(2), 1, DeliveryState::kRetrying, after(50)));
  auto last = settlement(id_of(2), 2, DeliveryState::kDelivered);
  last.attempt.total_us = 77;
  settle(last);
  auto unanswered = settlement(id_of(3), 1, DeliveryState::kFailed);
  unanswered.attempt.outcome = outbox::AttemptOutcome::kTimeout;
  settle(unanswered);
  const auto found = log();
  ASSERT_EQ(found.entries.size(), 4u);
  EXPECT_FALSE(found.more);
  EXPECT_EQ(found.entries[0].created_at, after(5));
  EXPECT_EQ(found.entries[0].state, DeliveryState::kQueued);
  EXPECT_EQ(found.entries[0].answer_us, 0);
  EXPECT_EQ(found.entries[1].state, DeliveryState::kFailed);
  EXPECT_EQ(found.entries[1].answer_us, 0) << "no answer came";
  EXPECT_EQ(found.entries[2].state, DeliveryState::kDelivered);
  EXPECT_EQ(found.entries[2].attempts, 2);
  EXPECT_EQ(found.entries[2].answer_us, 77);
  EXPECT_EQ(log(after(3)).entries.size(), 2u);
  EXPECT_TRUE(log(kStart, 3).more);
  EXPECT_EQ(log(kStart, 3).entries.size(), 3u);
  EXPECT_FALSE(log(kStart, 4).more);
}

TEST_P(LogOfAnEndpoint, SaysHowManyWaitAndSinceWhen) {
  EXPECT_EQ(log().waiting, 0u);
  EXPECT_FALSE(log().waiting_since);
  auto first = made(2);
  first.next_attempt_at = after(900);
  owe_all({first, made(3), made(4), made(1, kSecond)});
  EXPECT_EQ(log().waiting, 3u);
  EXPECT_EQ(log().waiting_since, after(2)) << "the oldest, though others are due before it";
  settle(settlement(id_of(2), 1, DeliveryState::kDelivered));
  EXPECT_EQ(log().waiting_since, after(3));
  write({.at = after(5), .changes = {commit::HoldSubscription{kHook, true, "disabled"}}});
  EXPECT_EQ(log().waiting, 2u);
  EXPECT_EQ(log().waiting_since, after(3));
  settle(settlement(id_of(3), 1, DeliveryState::kFailed));
  write({.at = after(6), .changes = {made(6)}});
  EXPECT_EQ(log(after(100)).waiting, 2u) << "whenever they were created";
  EXPECT_EQ(log(after(100)).waiting_since, after(4)) << "held or not";
}

// With 100,000 deliveries, by SQLite's own statistics, regardless of the machine.
TEST(DeliveriesInSqlite, AreReadByAnIndexThatHasTheirOrder) {
  const TemporaryFolder folder;
  ASSERT_TRUE(SqliteStore::open(folder.path(), {.server = true, .reserve_bytes = 0}));
  Connection connection(folder.data_file(), Connection::Mode::kReadWrite, Duration{1000});
  connection.execute(
      "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99999) "
      "INSERT INTO delivery (id, event, subscription, handle, event_type, session, state, attempts, schedule_step, "
      "created_at, next_attempt_at, ended_at, reason, last_status) SELECT printf('dlv_%08d', i), 'evt', 'whs_1', "
      "'acme', "
      "'link.clicked', '', CASE WHEN i % 1000 = 7 THEN 5 WHEN i % 1000 = 8 THEN 2 WHEN i % 1000 = 9 THEN 0 ELSE 4 END, "
      "1, 0, i, i, i, '', 0 FROM n");
  const auto check = [&](const char* sql, const char* of, bool is_walk, std::size_t rows) {
    sqlite3_stmt* statement = nullptr;
    ASSERT_EQ(sqlite3_prepare_v2(connection.raw(), sql, -1, &statement, nullptr), SQLITE_OK) << sql;
    sqlite3_bind_text(statement, 1, of, -1, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 2, is_walk ? 0 : 50);
    if (sqlite3_bind_parameter_count(statement) >= 3) sqlite3_bind_int64(statement, 3, is_walk ? 50'000 : 50);
    if (is_walk) sqlite3_bind_text(statement, 4, "", -1, SQLITE_STATIC);
    std::size_t read = 0;
    while (read < 50 && sqlite3_step(statement) == SQLITE_ROW) ++read;
    EXPECT_EQ(read, rows) << sql;
    EXPECT_LT(sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_VM_STEP, 0), 4'000) << sql;
    EXPECT_EQ(sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_SORT, 0), 0) << sql;
    EXPECT_EQ(sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_AUTOINDEX, 0), 0) << sql;
    sqlite3_finalize(statement);
  };
  check(SqliteDeliveryLog::kOfHandle, "acme", true, 50);
  check(SqliteDeliveryLog::kOfEndpoint, "whs_1", true, 50);
  check(SqliteDeliveryLog::kUndelivered, "acme", true, 50);
  check(SqliteDeliveryLog::kOfHandle, "other", true, 0);
  check(SqliteDeliveryLog::kLog, "whs_1", false, 50);
  check(SqliteDeliveryLog::kDue, "whs_1", false, 1);
  check(SqliteDeliveryLog::kHeld, "whs_1", false, 1);
}

std::atomic<long> steps;  // of SQLite's machine, over all connections

// With 30,000 deliveries, by the steps of SQLite's machine, regardless of the machine.
TEST(DeliveriesInSqlite, OfAnEventAreFoundHoweverManyTheHandleHas) {
  const TemporaryFolder folder;
  ASSERT_TRUE(SqliteStore::open(folder.path(), {.server = true, .reserve_bytes = 0}));
  {
    Connection connection(folder.data_file(), Connection::Mode::kReadWrite, Duration{1000});
    connection.execute(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000) "
        "INSERT INTO delivery (id, event, subscription, handle, event_type, session, state, attempts, schedule_step, "
        "created_at, next_attempt_at, ended_at, reason, last_status) SELECT printf('dlv_%08d', i), 'evt_' || i, "
        "'whs_1', 'acme', 'link.clicked', 's' || i, 4, 1, 0, i, i, i, '', 200 FROM n");
    connection.execute(
        "INSERT INTO event (handle, id, type, occurred_at, session, cause, body) "
        "SELECT handle, event, event_type, created_at, session, '{}', '{}' FROM delivery");
  }
  constexpr int kEvery = 100;
  const auto counting = reinterpret_cast<void (*)()>(+[](sqlite3* connection, const char**, const void*) {
    const auto count = [](void*) {
      steps += kEvery;
      return 0;
    };
    sqlite3_progress_handler(connection, kEvery, count, nullptr);
    return SQLITE_OK;
  });
  ASSERT_EQ(sqlite3_auto_extension(counting), SQLITE_OK);
  const auto store = SqliteStore::open(folder.path(), {.server = true, .reserve_bytes = 0}).value();
  const auto takes_few = [&](const char* what, const auto& act) {
    steps = 0;
    act();
    EXPECT_LT(steps, 4'000) << what;
  };
  const auto write = [&](const auto& change) {
    EXPECT_TRUE(store->commit().write({.at = kStart, .changes = {change}}));
  };
  takes_few("by event", [&] { EXPECT_EQ(store->outbox().deliveries_of(kAcme, EventId("evt_5000"))->size(), 1u); });
  takes_few("by session", [&] { EXPECT_EQ(store->outbox().deliveries_of(kAcme, SessionId("s5000"), 9)->size(), 1u); });
  takes_few("reduced", [&] { write(commit::Reduce{kAcme, SessionId("s5000"), digest_of("s5000")}); });
  takes_few("erased", [&] { write(erasure("s5000")); });
  takes_few("trimmed", [&] { write(commit::TrimDelivery{DeliveryId("dlv_00006000")}); });
  EXPECT_FALSE(store->outbox().event(kAcme, EventId("evt_6000"))->has_value()) << "with its last delivery";
  sqlite3_cancel_auto_extension(counting);
}

}  // namespace
}  // namespace beckon::store
