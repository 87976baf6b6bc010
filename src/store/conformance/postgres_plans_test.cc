// A statement that was planned while its tables were empty, once they are full. tests/plans.test.mjs looks at the plan
// of every statement.
#include "store/conformance/postgres_server.h"
#include "store/conformance/suite.h"
#include "store/postgres/connection.h"

namespace beckon::store {
namespace {

class PlansInPostgres : public testing::Test {
 protected:
  void SetUp() override {
    if (!PostgresServer::is_installed()) GTEST_SKIP() << "PostgreSQL is not installed";
    where_ = PostgresServer::shared().new_database();
    execute("ALTER TABLE delivery SET (autovacuum_enabled = off)");  // which would also have it planned again
  }
  void execute(const char* sql) { postgres::Connection({.where = where_}).execute(sql); }
  void fill() {
    execute(
        "INSERT INTO delivery (shard, id, event, subscription, handle, event_type, session, state, attempts, "
        "schedule_step, created_at, next_attempt_at, ended_at, reason, last_status, rule, anchor_at, valid_until, "
        "held_at, turn, same) SELECT 3, 'dlv_' || i, 'evt_' || i, 'whs_1', 'acme', 'link.clicked', '', 4, 1, 0, i, i, "
        "i, '', 200, '', 0, 0, 0, 0, 0 FROM generate_series(1, 30000) AS i");
  }
  // How many pages of tables and indexes a delivery is found in, by a statement that the connection has prepared.
  std::int64_t pages_read(postgres::Connection& connection) {
    auto name =
        connection.query("SELECT name FROM pg_prepared_statements WHERE statement LIKE 'SELECT state FROM delivery%'");
    EXPECT_TRUE(name.next());
    const std::string sql =
        "EXPLAIN (ANALYZE, BUFFERS, TIMING off) EXECUTE " + std::string(name.text(0)) + "(3, 'dlv_29000')";
    auto line = connection.query_with(sql.c_str(), {});
    while (line.next()) {
      const std::string_view text = line.text(0);
      const std::size_t hit = text.find("Buffers: shared hit=");
      if (hit != text.npos) return std::stoll(std::string(text.substr(hit + 20)));
    }
    ADD_FAILURE() << "the plan does not say what it read";
    return 0;
  }

  static constexpr const char* kFind = "SELECT state FROM delivery WHERE shard = $1 AND id = $2";
  std::string where_;
};

TEST_F(PlansInPostgres, AreMadeAnewWhenTheTablesMayHaveGrown) {
  postgres::Connection kept({.where = where_, .plan_again = std::chrono::hours{1}});
  postgres::Connection renewed({.where = where_, .plan_again = Duration{0}});
  for (postgres::Connection* one : {&kept, &renewed}) EXPECT_FALSE(one->query(kFind, 3, "dlv_29000").next());
  fill();
  EXPECT_GT(pages_read(kept), 100) << "the plan of an empty table reads all of another index";
  EXPECT_LT(pages_read(renewed), 20);
}

TEST_F(PlansInPostgres, AreMadeAnewWithinTransactionsOfEveryKind) {
  using postgres::Transaction;
  postgres::Connection connection({.where = where_, .plan_again = Duration{0}});
  for (const auto kind : {Transaction::Kind::kRead, Transaction::Kind::kWrite, Transaction::Kind::kPipeline}) {
    {
      Transaction transaction(connection, kind);
      EXPECT_FALSE(connection.query(kFind, 3, "dlv_1").next());
      transaction.commit();
    }
    {
      const Transaction transaction(connection, kind);
      EXPECT_THROW(static_cast<void>(connection.query("SELECT 1 / ($1 - $1)", 1)), postgres::PostgresError);
    }
    EXPECT_FALSE(connection.query(kFind, 3, "dlv_1").next()) << "also behind one that has failed";
  }
}

}  // namespace
}  // namespace beckon::store
