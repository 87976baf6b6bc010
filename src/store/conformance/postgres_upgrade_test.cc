// Upgrades of a database while nodes of the version before go on with it.
#include <gmock/gmock.h>

#include <thread>

#include "ledger/codec.h"
#include "store/conformance/postgres_server.h"
#include "store/conformance/suite.h"
#include "store/postgres/postgres_store.h"
#include "store/postgres/schema.h"

namespace beckon::store {
namespace {

class UpgradeInPostgres : public testing::Test {
 protected:
  void SetUp() override {
    if (!PostgresServer::is_installed()) GTEST_SKIP() << "PostgreSQL is not installed";
    where_ = PostgresServer::shared().new_database();
  }
  postgres::Connection connect() const { return postgres::Connection({.where = where_}); }
  std::int64_t number(const char* sql) const {
    postgres::Connection connection = connect();
    auto row = connection.query_with(sql, {});
    return row.next() ? row.integer(0) : -1;
  }
  // The steps of this program, and one of the next.
  static std::vector<postgres::Step> and_then(const char* sql, std::int64_t oldest_reader) {
    std::vector<postgres::Step> all(postgres::steps().begin(), postgres::steps().end());
    all.push_back({sql, oldest_reader});
    return all;
  }
  static std::int64_t unchanged() { return postgres::steps().back().oldest_reader; }
  static constexpr const char* kAdds = "ALTER TABLE journal ADD COLUMN note word";

  std::string where_;
};

TEST_F(UpgradeInPostgres, AStepThatAddsLeavesProgramsOfTheVersionBeforeAtWork) {
  auto store = PostgresStore::open(where_, {.server = true}).value();
  const auto steps = and_then(kAdds, unchanged());
  postgres::Connection next = connect();
  ASSERT_TRUE(postgres::migrate(next, steps));
  EXPECT_EQ(postgres::schema_of(next), postgres::newest_schema() + 1);
  EXPECT_TRUE(store->commit().write({.at = kStart, .journal = std::string(8, 'x')})) << "one that was running";
  store.reset();
  auto again = PostgresStore::open(where_, {.server = true});
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_TRUE((*again)->commit().write({.at = kStart, .journal = std::string(8, 'y')})) << "one that starts";
  EXPECT_EQ(number("SELECT count(*) FROM journal WHERE bytes <> ''"), 2);
  EXPECT_TRUE(PostgresStore::look_in(where_, [](postgres::Connection&) { return Result<void>{}; }));
  EXPECT_TRUE(postgres::migrate(next, steps)) << "nothing is left to do";
}

TEST_F(UpgradeInPostgres, AProgramThatCannotReadWhatANewerOneWritesIsRefused) {
  postgres::Connection next = connect();
  ASSERT_TRUE(postgres::migrate(next, and_then(kAdds, postgres::newest_schema() + 1)));
  const auto refused = PostgresStore::open(where_, {.server = true});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, FaultCode::kConflict);
  EXPECT_THAT(refused.error().message, testing::HasSubstr("of a newer version"));
  EXPECT_FALSE(PostgresStore::look_in(where_, [](postgres::Connection&) { return Result<void>{}; }));
}

TEST_F(UpgradeInPostgres, AStepThatANodeCannotFollowIsRefusedWhileItLives) {
  postgres::Lease node({.where = where_}, {.name = "n1", .incarnation = "one", .address = "127.0.0.1:1"});
  ASSERT_TRUE(node.join());
  postgres::Connection next = connect();
  const auto steps = and_then("ALTER TABLE journal DROP COLUMN turn", postgres::newest_schema() + 1);
  const auto refused = postgres::migrate(next, steps);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, FaultCode::kConflict);
  EXPECT_THAT(refused.error().message, testing::HasSubstr("Node n1 runs a version"));
  EXPECT_EQ(postgres::schema_of(next), postgres::newest_schema()) << "nothing was changed";
  EXPECT_EQ(number("SELECT count(*) FROM information_schema.columns WHERE table_name = 'journal' "
                   "AND column_name = 'turn'"),
            1);
  node.leave();
  postgres::Connection later = connect();
  EXPECT_TRUE(postgres::migrate(later, steps));
}

TEST_F(UpgradeInPostgres, ATableThatIsHeldIsTriedAgainWithoutStoppingCommitsForLong) {
  auto store = PostgresStore::open(where_, {.server = true}).value();
  postgres::Connection reader = connect();
  reader.execute("BEGIN; SELECT count(*) FROM journal");
  postgres::Connection next = connect();
  const auto steps = and_then(kAdds, unchanged());
  const auto refused = postgres::migrate(next, steps, {.lock = Duration{20}, .pause = Duration{1}, .tries = 3});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, FaultCode::kUnavailable);
  EXPECT_THAT(refused.error().message, testing::HasSubstr("held one of them for too long"));
  EXPECT_EQ(postgres::schema_of(next), postgres::newest_schema());

  std::jthread migrating([&] {
    postgres::Connection other = connect();
    EXPECT_TRUE(postgres::migrate(other, steps, {.lock = Duration{20}, .pause = Duration{1}, .tries = 1'000'000}));
  });
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(store->commit().write({.at = kStart, .journal = std::string(8, 'x')}));
  EXPECT_EQ(number("SELECT value FROM meta WHERE name = 'schema'"), postgres::newest_schema());
  reader.execute("COMMIT");
  migrating.join();
  EXPECT_EQ(number("SELECT value FROM meta WHERE name = 'schema'"), postgres::newest_schema() + 1);
}

}  // namespace
}  // namespace beckon::store
