// What is owed without rows: what is stored of it, and what a restart makes of that.
#include "store/conformance/postgres_server.h"
#include "store/conformance/suite.h"
#include "store/postgres/postgres_store.h"
#include "store/sqlite/data_check.h"

namespace beckon::store {
namespace {

using outbox::DeliveryState;
using Ids = std::vector<std::string>;

class OwedInAStore : public testing::TestWithParam<Driver> {
 protected:
  void SetUp() override {
    if (is_postgres()) where_ = PostgresServer::shared().new_database();
  }
  static bool is_postgres() { return GetParam() == Driver::kPostgres; }
  void open(const outbox::OwedLimits& limits = {}) {
    store_.reset();
    if (is_postgres())
      store_ = PostgresStore::open(where_, {.server = true, .owed = limits}).value();
    else
      store_ = SqliteStore::open(folder_.path(), {.server = true, .reserve_bytes = 0, .owed = limits}).value();
  }
  outbox::Outbox& outbox() { return store_->outbox(); }
  void write(const commit::Batch& batch) { ASSERT_TRUE(store_->commit().write(batch)); }
  // In one commit, each of its own event of session s1.
  void owe(const Ids& ids, Instant at = kStart) {
    commit::Batch batch{.at = at};
    for (const std::string& id : ids) {
      batch.changes.emplace_back(event("evt_" + id));
      batch.changes.emplace_back(owed(id, at));
    }
    write(batch);
  }
  static outbox::Delivery owed(const std::string& id, Instant at = kStart) {
    auto one = delivery(id, "evt_" + id, at);
    one.created_at = at;
    return one;
  }
  void settle(const outbox::Settlement& what, Instant at = after(1)) { write({.at = at, .changes = {what}}); }
  Ids due(std::size_t limit = 99) {
    Ids found;
    const auto all = outbox().due(kHook, after(1'000), limit).value();
    for (const auto& one : all) found.push_back(one.delivery.id.text);
    return found;
  }
  std::int64_t number(const char* sql) const {
    const auto first = [](auto row) { return row.next() ? row.integer(0) : -1; };
    if (is_postgres()) return first(postgres::Connection({.where = where_}).query(sql));
    Connection connection(folder_.data_file(), Connection::Mode::kReadOnly, Duration{1000});
    return first(connection.query(sql));
  }
  std::int64_t rows() const { return number("SELECT count(*) FROM delivery"); }
  std::int64_t records() const { return number("SELECT count(*) FROM due_record"); }
  DeliveryState state(const std::string& id) { return outbox().delivery(kAcme, DeliveryId(id)).value().value().state; }

  TemporaryFolder folder_;
  std::string where_;
  std::unique_ptr<Store> store_;
};
INSTANTIATE_TEST_SUITE_P(Every, OwedInAStore, testing::ValuesIn([] {
                           auto all = drivers();
                           std::erase_if(all,
                                         [](Driver one) { return one != Driver::kSqlite && one != Driver::kPostgres; });
                           return all;
                         }()),
                         driver_name);

TEST_P(OwedInAStore, HasOneRowWhenItHasEnded) {
  open();
  owe({"a", "b"});
  EXPECT_EQ(rows(), 0);
  EXPECT_EQ(records(), 1);
  settle(settlement("a", 1, DeliveryState::kDelivered));
  EXPECT_EQ(rows(), 1);
  EXPECT_EQ(records(), 1);
  settle(settlement("b", 1, DeliveryState::kFailed));
  EXPECT_EQ(rows(), 2);
  EXPECT_EQ(records(), 0);
  EXPECT_EQ(number("SELECT count(*) FROM attempt"), 0);
  EXPECT_EQ(state("a"), DeliveryState::kDelivered);
  const auto attempts = outbox().attempts(DeliveryId("a")).value();
  ASSERT_EQ(attempts.size(), 1u);
  EXPECT_EQ(attempts[0].status, settlement("a", 1, DeliveryState::kDelivered).attempt.status);
  EXPECT_EQ(attempts[0].response_body, settlement("a", 1, DeliveryState::kDelivered).attempt.response_body);
}

TEST_P(OwedInAStore, IsThereAgainWhenTheFileIsOpenedAgain) {
  open();
  owe({"a", "b"}, kStart);
  owe({"c", "d"}, after(1));
  owe({"e"}, after(2));
  settle(settlement("b", 1, DeliveryState::kDelivered));
  settle(settlement("c", 1, DeliveryState::kRetrying, after(9)));
  settle(settlement("e", 1, DeliveryState::kDelivered));
  open();
  EXPECT_EQ(due(), (Ids{"a", "d", "c"}));
  const auto first = outbox().due(kHook, after(1), 1).value();
  EXPECT_EQ(*first.at(0).body, event("evt_a").body);
  EXPECT_EQ(first[0].occurred_at, kStart);
  EXPECT_EQ(first[0].delivery.session.text, "s1");
  EXPECT_EQ(first[0].delivery.event_type, "link.clicked");
  EXPECT_EQ(outbox().backlog()->queued, 2u);
  EXPECT_EQ(outbox().backlog()->retrying, 1u);
  EXPECT_EQ(outbox().deliveries(kAcme, kHook, 9)->size(), 5u);
  settle(settlement("a", 1, DeliveryState::kDelivered));
  settle(settlement("d", 1, DeliveryState::kDelivered));
  owe({"f"}, after(3));
  open();
  EXPECT_EQ(due(), (Ids{"f", "c"}));
  EXPECT_EQ(records(), 1);
}

TEST_P(OwedInAStore, KeepsItsAttemptInOrderWithLaterOnes) {
  open();
  owe({"a"});
  auto failed = settlement("a", 1, DeliveryState::kFailed);
  failed.attempt.total_us = 7;
  settle(failed);
  const auto answer = [&] { return store_->delivery_log().log_of(kHook, kStart, 9)->entries.at(0).answer_us; };
  EXPECT_EQ(answer(), 7);
  write({.at = after(2), .changes = {subscription(), commit::Requeue{DeliveryId("a"), after(2)}}});
  EXPECT_EQ(due(), Ids{"a"});
  auto delivered = settlement("a", 2, DeliveryState::kDelivered);
  delivered.attempt.total_us = 9;
  settle(delivered);
  settle(settlement("a", 1, DeliveryState::kFailed));
  const auto attempts = outbox().attempts(DeliveryId("a")).value();
  ASSERT_EQ(attempts.size(), 2u);
  EXPECT_EQ(attempts[0].number, 1);
  EXPECT_EQ(attempts[0].total_us, 7);
  EXPECT_EQ(attempts[1].number, 2);
  EXPECT_EQ(answer(), 9);
}

TEST_P(OwedInAStore, DoesNotComeBackOnceItIsTrimmed) {
  open();
  auto second = owed("b");
  second.event = EventId("evt_a");
  write({.at = kStart, .changes = {event("evt_a"), owed("a"), second}});
  settle(settlement("a", 1, DeliveryState::kDelivered));
  write({.at = after(2), .changes = {commit::TrimDelivery{DeliveryId("a")}}});
  EXPECT_EQ(due(), Ids{"b"});
  open();
  EXPECT_EQ(outbox().delivery(kAcme, DeliveryId("a")).value(), std::nullopt);
  EXPECT_EQ(due(), Ids{"b"});
  EXPECT_EQ(*outbox().due(kHook, after(9), 1)->at(0).body, event("evt_a").body);
}

TEST_P(OwedInAStore, KeepsItsEventThoughAnotherDeliveryOfThatIsTrimmed) {
  open();
  auto with_row = owed("b");
  with_row.event = EventId("evt_a");
  with_row.ordered = true;
  write({.at = kStart, .changes = {event("evt_a"), owed("a"), with_row}});
  settle(settlement("b", 1, DeliveryState::kDelivered));
  write({.at = after(2), .changes = {commit::TrimDelivery{DeliveryId("b")}}});
  open();
  EXPECT_EQ(due(), Ids{"a"});
}

TEST_P(OwedInAStore, OfASessionThatIsErasedIsWithdrawnAfterARestartToo) {
  open();
  owe({"a", "b"});
  write({.at = after(1),
         .changes = {event("evt_c", "s2"),
                     [] {
                       auto other = delivery("c", "evt_c");
                       other.session = SessionId("s2");
                       return other;
                     }(),
                     erasure("s1")}});
  EXPECT_EQ(due(), Ids{"c"});
  EXPECT_TRUE(outbox().deliveries_of(kAcme, SessionId("s1"), 9)->empty());
  open();
  EXPECT_EQ(due(), Ids{"c"});
  EXPECT_EQ(state("a"), DeliveryState::kWithdrawn);
  EXPECT_EQ(outbox().delivery(kAcme, DeliveryId("a")).value()->session.text, "");
}

TEST_P(OwedInAStore, LosesTheTextsOfItsAttemptWithItsSession) {
  open();
  owe({"a"});
  auto delivered = settlement("a", 1, DeliveryState::kDelivered);
  delivered.attempt.response_body = "needle";
  settle(delivered);
  write({.at = after(2), .changes = {erasure("s1")}});
  const auto attempts = outbox().attempts(DeliveryId("a")).value();
  ASSERT_EQ(attempts.size(), 1u);
  EXPECT_EQ(attempts[0].response_body + attempts[0].response_headers, "");
  EXPECT_EQ(attempts[0].request_headers, "{}");
  EXPECT_EQ(attempts[0].status, delivered.attempt.status);
}

TEST_P(OwedInAStore, HasRowsBeyondItsLimitAndIsDueInOrderAllTheSame) {
  open({.most = 2});
  owe({"b"}, after(2));
  owe({"d", "e"}, after(4));
  owe({"a"}, after(1));
  EXPECT_EQ(rows(), 2);
  EXPECT_EQ(due(), (Ids{"a", "b", "d", "e"}));
  EXPECT_EQ(due(3), (Ids{"a", "b", "d"}));
  EXPECT_EQ(outbox().next_due(kHook).value(), after(1));
  Ids listed;
  const auto all = store_->delivery_log().search(kAcme, {}, std::nullopt, 9).value();
  for (const auto& one : all.deliveries) listed.push_back(one.id.text);
  EXPECT_EQ(listed, (Ids{"e", "d", "b", "a"}));
  const auto log = store_->delivery_log().log_of(kHook, kStart, 3).value();
  EXPECT_EQ(log.entries.size(), 3u);
  EXPECT_TRUE(log.more);
  EXPECT_EQ(log.waiting, 4u);
  EXPECT_EQ(log.waiting_since, after(1));
}

TEST_P(OwedInAStore, HasARowOnceItsRecordIsTheOldestOfTooMany) {
  open({.most_recorded = 4});
  owe({"a", "b", "c"}, after(1));
  settle(settlement("a", 1, DeliveryState::kDelivered));
  EXPECT_EQ(rows(), 1);
  owe({"d", "e"}, after(2));
  EXPECT_EQ(rows(), 3);
  EXPECT_EQ(records(), 1);
  EXPECT_EQ(due(), (Ids{"b", "c", "d", "e"}));
  open();
  EXPECT_EQ(due(), (Ids{"b", "c", "d", "e"}));
}

TEST_P(OwedInAStore, IsSentWithTheBodyOfItsEventIfBodiesTakeTooMuchMemory) {
  open({.body_bytes = 0});
  owe({"a"});
  EXPECT_EQ(*outbox().due(kHook, after(1), 9)->at(0).body, event("evt_a").body);
}

TEST_P(OwedInAStore, FailsAtFirstWithARowOfItsOwnAndItsAttemptInAnother) {
  open();
  write({.at = kStart, .changes = {subscription()}});
  owe({"a", "b"});
  settle(settlement("a", 1, DeliveryState::kRetrying, after(9)));
  EXPECT_EQ(rows(), 1);
  EXPECT_EQ(number("SELECT count(*) FROM attempt"), 1);
  settle(settlement("a", 2, DeliveryState::kDelivered), after(9));
  EXPECT_EQ(number("SELECT count(*) FROM attempt"), 2);
  EXPECT_EQ(outbox().attempts(DeliveryId("a"))->size(), 2u);
  open();
  EXPECT_EQ(due(), Ids{"b"});
}

TEST_P(OwedInAStore, IsSettledTwiceInOneCommitInOrder) {
  open();
  write({.at = kStart, .changes = {subscription()}});
  owe({"a", "b"});
  write({.at = after(9),
         .changes = {settlement("a", 1, DeliveryState::kRetrying, after(5)),
                     settlement("b", 1, DeliveryState::kDelivered), settlement("a", 2, DeliveryState::kDelivered),
                     settlement("b", 1, DeliveryState::kFailed)}});
  EXPECT_EQ(state("a"), DeliveryState::kDelivered);
  EXPECT_EQ(state("b"), DeliveryState::kDelivered);
  EXPECT_EQ(outbox().attempts(DeliveryId("a"))->size(), 2u);
  EXPECT_EQ(outbox().attempts(DeliveryId("b"))->size(), 1u);
  EXPECT_EQ(records(), 0);
}

TEST_P(OwedInAStore, IsCreatedSettledAndErasedInOneCommit) {
  open();
  write({.at = kStart, .changes = {subscription()}});
  write({.at = after(1),
         .changes = {event("evt_a"), owed("a"), event("evt_b"), owed("b"),
                     settlement("a", 1, DeliveryState::kDelivered), erasure("s1"), event("evt_c"), owed("c")}});
  EXPECT_EQ(due(), Ids{"c"});
  EXPECT_EQ(state("a"), DeliveryState::kDelivered);
  EXPECT_EQ(state("b"), DeliveryState::kWithdrawn);
  EXPECT_EQ(outbox().attempts(DeliveryId("a"))->at(0).response_body, "");
  EXPECT_EQ(outbox().event(kAcme, EventId("evt_b")).value()->body, "{}");
  EXPECT_EQ(outbox().event(kAcme, EventId("evt_c")).value()->body, event("evt_c").body);
  open();
  EXPECT_EQ(due(), Ids{"c"});
}

TEST_P(OwedInAStore, OfAnEventThatIsWrittenAgainChangesNothing) {
  open();
  owe({"a"});
  settle(settlement("a", 1, DeliveryState::kDelivered));
  owe({"a"});
  EXPECT_TRUE(due().empty());
  EXPECT_EQ(state("a"), DeliveryState::kDelivered);
  open();
  EXPECT_TRUE(due().empty());
}

TEST_P(OwedInAStore, IsWithdrawnAtOnceWhereItsSubscriptionWasDeletedOrChangesInTheSameCommit) {
  open();
  write({.at = kStart, .changes = {subscription()}});
  owe({"a"});
  write({.at = after(1),
         .changes = {event("evt_b"), owed("b"), commit::RemoveSubscription{kHook}, event("evt_c"), owed("c")}});
  for (const char* id : {"a", "b", "c"}) EXPECT_EQ(state(id), DeliveryState::kWithdrawn) << id;
  owe({"d"}, after(2));
  EXPECT_EQ(state("d"), DeliveryState::kWithdrawn);
  EXPECT_TRUE(due().empty());
}

TEST_P(OwedInAStore, IsPassedOverWhereItsRecordIsDamaged) {
  open();
  owe({"a"}, after(1));
  owe({"b"}, after(2));
  store_.reset();
  if (is_postgres()) {
    postgres::Connection({.where = where_}).execute("UPDATE due_record SET bytes = '\\x0101' WHERE record = 2");
  } else {
    Connection(folder_.data_file(), Connection::Mode::kReadWrite, Duration{1000})
        .execute("UPDATE due_record SET bytes = x'0101' WHERE record = 2");
    EXPECT_EQ(damage_in(folder_.data_file()), Ids{"record 2 of due deliveries: checksum"});
  }
  open();
  EXPECT_EQ(due(), Ids{"a"});
  owe({"c"}, after(3));
  open();
  EXPECT_EQ(due(), (Ids{"a", "c"}));
}

class OwedInSqlite : public testing::Test {
 protected:
  OwedInSqlite() { open(); }
  void open() {
    store_.reset();
    store_ = SqliteStore::open(folder_.path(), {.server = true, .reserve_bytes = 0}).value();
  }
  void write(const commit::Batch& batch) { ASSERT_TRUE(store_->commit().write(batch)); }
  static outbox::Delivery owed(const std::string& id) { return delivery(id, "evt_" + id); }
  void owe(const Ids& ids) {
    commit::Batch batch{.at = kStart};
    for (const std::string& id : ids) {
      batch.changes.emplace_back(event("evt_" + id));
      batch.changes.emplace_back(owed(id));
    }
    write(batch);
  }
  void settle(const outbox::Settlement& what) { write({.at = after(1), .changes = {what}}); }
  Ids due() {
    Ids found;
    const auto all = store_->outbox().due(kHook, after(1'000), 99).value();
    for (const auto& one : all) found.push_back(one.delivery.id.text);
    return found;
  }
  std::int64_t pages() const {
    Connection connection(folder_.data_file(), Connection::Mode::kReadOnly, Duration{1000});
    auto row = connection.query("PRAGMA page_count");
    return row.next() ? row.integer(0) : -1;
  }

  TemporaryFolder folder_;
  std::unique_ptr<SqliteStore> store_;
};

TEST_F(OwedInSqlite, StaysAsItIsWhenACommitFindsNoSpace) {
  owe({"a"});
  store_->limit_pages(pages());
  commit::Batch large{.at = after(1), .changes = {settlement("a", 1, DeliveryState::kDelivered)}};
  for (int i = 0; i < 50; ++i) {
    auto told = event("evt_x" + std::to_string(i));
    told.body = std::string(100'000, 'x');
    large.changes.emplace_back(told);
    large.changes.emplace_back(owed("x" + std::to_string(i)));
  }
  EXPECT_EQ(store_->commit().write(large).error(), commit::CommitFault::kFull);
  EXPECT_EQ(due(), Ids{"a"});
  store_->limit_pages(1 << 30);
  settle(settlement("a", 1, DeliveryState::kDelivered));
  EXPECT_TRUE(due().empty());
  owe({"b"});
  open();
  EXPECT_EQ(due(), Ids{"b"});
}

TEST_F(OwedInSqlite, IsCheckedAndCounted) {
  owe({"a"});
  owe({"b", "c"});
  settle(settlement("b", 1, DeliveryState::kDelivered));
  const auto counted = [&](std::string_view what) {
    const auto check = check_data(folder_.data_file(), {.contents = false}).value();
    for (const auto& [name, count] : check.counts)
      if (name == what) return count;
    return std::uint64_t{99};
  };
  EXPECT_EQ(counted("deliveries"), 3u);
  EXPECT_EQ(counted("pending deliveries"), 2u);
  EXPECT_TRUE(damage_in(folder_.data_file()).empty());
}

// Its rows are in the shards of their handles.
class OwedInPostgres : public testing::Test {
 protected:
  void SetUp() override {
    if (!PostgresServer::is_installed()) GTEST_SKIP() << "PostgreSQL is not installed";
    where_ = PostgresServer::shared().new_database();
  }
  std::unique_ptr<PostgresStore> open() { return PostgresStore::open(where_, {.server = true}).value(); }
  std::unique_ptr<PostgresStore> open_lane(const Handle& handle) {
    auto lease = std::make_shared<postgres::Lease>(
        postgres::ConnectionOptions{.where = where_},
        postgres::NodeIdentity{.name = "n1", .incarnation = "one", .address = "127.0.0.1:1"});
    EXPECT_TRUE(lease->join());
    auto lane =
        std::make_shared<postgres::Ownership>(postgres::ConnectionOptions{.where = where_}, std::move(lease),
                                              postgres::shards_of(postgres::lane_of(postgres::first_shard(handle))));
    EXPECT_TRUE(lane->try_to_take().value());
    auto opened = PostgresStore::open(where_, {.server = true, .ownership = std::move(lane)}).value();
    EXPECT_TRUE(opened->begin());
    return opened;
  }
  static void owe(Store& store, const std::vector<Handle>& handles, const std::string& id) {
    commit::Batch batch{.at = kStart};
    for (const Handle& handle : handles) {
      outbox::Event of = event("evt_" + id + handle.text);
      outbox::Delivery one = delivery(id + handle.text, of.id.view());
      of.handle = one.handle = handle;
      batch.changes.insert(batch.changes.end(), {of, one});
    }
    ASSERT_TRUE(store.commit().write(batch));
  }
  static Ids due(Store& store) {
    Ids found;
    const auto all = store.outbox().due(kHook, after(1'000), 99).value();
    for (const auto& one : all) found.push_back(one.delivery.id.text);
    return found;
  }
  static void settle(Store& store, const std::string& id) {
    ASSERT_TRUE(store.commit().write({.at = after(1), .changes = {settlement(id, 1, DeliveryState::kDelivered)}}));
  }
  std::int64_t number(const char* sql) const {
    postgres::Connection connection({.where = where_});
    auto row = connection.query_with(sql, {});
    return row.next() ? row.integer(0) : -1;
  }
  std::int64_t records() const { return number("SELECT count(*) FROM due_record"); }

  std::string where_;
};

TEST_F(OwedInPostgres, HasItsRecordInEveryShardOfTheCommitUntilAllHaveEnded) {
  ASSERT_NE(postgres::first_shard(kAcme), postgres::first_shard(kOther));
  auto store = open();
  owe(*store, {kAcme, kOther}, "a-");
  owe(*store, {kAcme}, "b-");
  EXPECT_EQ(records(), 3);
  settle(*store, "a-acme");
  EXPECT_EQ(records(), 3);
  store = nullptr;
  store = open();
  EXPECT_EQ(due(*store), (Ids{"a-other", "b-acme"}));
  settle(*store, "a-other");
  EXPECT_EQ(records(), 1);
  settle(*store, "b-acme");
  EXPECT_EQ(records(), 0);
}

TEST_F(OwedInPostgres, OfSeveralLanesIsThereForAServerAloneThoughTheirRecordsHaveTheSameNumbers) {
  ASSERT_NE(postgres::lane_of(postgres::first_shard(kAcme)), postgres::lane_of(postgres::first_shard(kOther)));
  for (const Handle& handle : {kAcme, kOther}) {
    auto lane = open_lane(handle);
    owe(*lane, {handle}, "a-");
    owe(*lane, {handle}, "b-");
    settle(*lane, "a-" + handle.text);
  }
  EXPECT_EQ(records(), 2);
  EXPECT_EQ(number("SELECT count(DISTINCT record) FROM due_record"), 1);
  postgres::Lease({.where = where_}, {.name = "n1", .incarnation = "one", .address = {}}).leave();
  auto store = open();
  EXPECT_EQ(due(*store), (Ids{"b-acme", "b-other"}));
  settle(*store, "b-acme");
  EXPECT_EQ(records(), 2) << "they are one record now";
  settle(*store, "b-other");
  EXPECT_EQ(records(), 0);
  owe(*store, {kAcme}, "c-");
  store = nullptr;
  auto lane = open_lane(kAcme);
  EXPECT_EQ(due(*lane), Ids{"c-acme"});
}

TEST_F(OwedInPostgres, HasARowWhileANodeLivesThatDoesNotKnowRecords) {
  const auto set_until = [&](const char* until) {
    postgres::Connection({.where = where_})
        .execute((std::string("INSERT INTO node (name, incarnation, until, schema_version) VALUES ('old', 'old', ") +
                  until + ", 4) ON CONFLICT (name) DO UPDATE SET until = excluded.until")
                     .c_str());
  };
  set_until("clock_timestamp() + interval '1 hour'");
  auto store = open();
  EXPECT_EQ(number("SELECT value FROM meta WHERE name = 'oldest_reader'"), 4);
  owe(*store, {kAcme}, "a-");
  EXPECT_EQ(records(), 0);
  EXPECT_EQ(number("SELECT count(*) FROM delivery"), 1);
  set_until("clock_timestamp()");
  ASSERT_TRUE(store->maintain());
  EXPECT_EQ(number("SELECT value FROM meta WHERE name = 'oldest_reader'"), 5);
  owe(*store, {kAcme}, "b-");
  EXPECT_EQ(records(), 1);
  store = nullptr;
  store = open();
  owe(*store, {kAcme}, "c-");
  EXPECT_EQ(records(), 2);
  EXPECT_EQ(due(*store), (Ids{"a-acme", "b-acme", "c-acme"}));
}

}  // namespace
}  // namespace beckon::store
