// Everything of a store, from a data folder into a database and back (store/move).
#include "store/move/move.h"

#include <set>

#include "ledger/codec.h"
#include "store/conformance/postgres_server.h"
#include "store/conformance/suite.h"
#include "store/move/postgres_side.h"
#include "store/move/sqlite_side.h"
#include "store/postgres/postgres_store.h"
#include "store/sqlite/data_check.h"
#include "store/sqlite/data_file.h"

namespace beckon::store::move {
namespace {

using Names = std::set<std::string>;

const Progressed kUnheard = [](const std::string&, std::uint64_t) { return std::nullopt; };

class MovingAStore : public testing::Test {
 protected:
  void SetUp() override {
    if (!PostgresServer::is_installed()) GTEST_SKIP() << "PostgreSQL is not installed";
    where_ = PostgresServer::shared().new_database();
  }
  // A row of every table, with every column filled, and the lowest and highest numbers; texts are `text` and the row's
  // number.
  static Row row_of(const Table& table, int number, std::string_view text) {
    Row row{.cells = {}, .handle = "acme"};
    for (const Column& column : table.columns) {
      Cell cell;
      switch (column.type) {
        case Type::kInteger: cell.integer = number; break;
        case Type::kBoolean: cell.integer = number % 2; break;
        case Type::kReal: cell.real = number + 0.1; break;
        case Type::kText: cell.bytes = std::string(text) + std::to_string(number); break;
        case Type::kBytes:
        case Type::kFreeText: cell.bytes = std::string("\0\xff", 2) + std::to_string(number);
      }
      if (column.sqlite == "handle") cell.bytes = number % 2 == 0 ? "acme" : "other";
      row.cells.push_back(std::move(cell));
    }
    if (table.name() == "handle" || table.name() == "rules_kept")
      row.cells[0].bytes = "handle" + std::to_string(number);
    if (table.name() == "allowlist") row.cells[0].integer = 1;
    if (table.name() == "attempt") row.cells[0].bytes = "delivery" + std::to_string(number);
    if (table.name() == "delivery") row.cells[0].bytes = "delivery" + std::to_string(number);
    return row;
  }
  // A folder with `rows` rows in each table.
  void fill(int rows) {
    SqliteTarget target(from_.path());
    target.begin(1);
    for (const Table& table : all_tables()) {
      std::vector<Row> all;
      if (table.kind == Table::Kind::kRows)
        for (int i = 1; i <= (table.name() == "allowlist" ? 1 : rows); ++i) all.push_back(row_of(table, i, "text"));
      target.write(table, all, 0, {});
    }
    target.finish();
  }
  void change(const char* sql) { Connection(from_.data_file(), Connection::Mode::kReadWrite, kPatience).execute(sql); }

  Result<Moved> to_database(const Progressed& progressed = kUnheard) {
    SqliteSource source(from_.data_file());
    PostgresTarget target(where_);
    return move_all(source, target, progressed);
  }
  Result<Moved> to_folder(const Progressed& progressed = kUnheard) {
    PostgresTarget source(where_);
    SqliteTarget target(to_.path());
    return move_all(source, target, progressed);
  }
  static std::map<std::string, Sum> sums(const Result<Moved>& moved) {
    std::map<std::string, Sum> found;
    if (!moved) {
      ADD_FAILURE() << moved.error().message;
      return found;
    }
    for (const Compared& one : moved->tables) {
      EXPECT_EQ(one.source, one.target) << one.table;
      found[one.table] = one.source;
    }
    return found;
  }

  TemporaryFolder from_, to_;
  std::string where_;
};

TEST_F(MovingAStore, KeepsEveryValueOfEveryTableThereAndBack) {
  fill(250);  // more than a page
  change(
      "UPDATE subscription SET rate_per_second = NULL WHERE id = 'text3'; UPDATE rule SET json = NULL WHERE rule = "
      "'text4'; UPDATE tally_revenue SET squares = NULL WHERE rule = 'text5'; UPDATE replay SET status = NULL; "
      "UPDATE delivery SET next_attempt_at = 9223372036854775807, same = -9223372036854775808 WHERE id = 'delivery6'; "
      "UPDATE audit SET number = 0 WHERE number <= 3");
  const auto there = sums(to_database());
  for (const auto& [name, sum] : there)
    EXPECT_EQ(sum.rows, name == "allowlist" ? 1u : name == "journal" || name == "meta" ? sum.rows : 250u) << name;
  EXPECT_EQ(sums(to_folder()), there);
  EXPECT_TRUE(PostgresStore::open(where_, {}));
}

TEST_F(MovingAStore, KeepsJournalPositionsSnapshotsAndErasures) {
  ledger::Position last = 0;
  std::string rewritten;
  {
    const auto store = SqliteStore::open(from_.path(), {.server = true, .reserve_bytes = 0}).value();
    const auto write = [&](const commit::Batch& batch) { last = store->commit().write(batch)->position; };
    const auto record = [](const Handle& handle, std::string_view session) {
      std::string bytes;
      ledger::append_record(
          bytes, digest_of(session),
          ledger::MarkRecord{.handle = handle.view(), .session = session, .mark = {.key = 7, .at = kStart}});
      return bytes;
    };
    const auto forget = [](std::string_view session) {
      std::string bytes;
      ledger::append_record(bytes, ledger::ForgetRecord{digest_of(session)});
      return bytes;
    };
    write({.at = kStart, .journal = record(kOther, "o1") + record(kAcme, "s1") + record(kOther, "o2")});
    // Behind a record of another handle, in another shard.
    write({.at = after(1),
           .journal = record(kOther, "o1") + forget("s1"),
           .changes = {snapshot("s2", 1), erasure("s1", after(1'000)), commit::Checkpoint{1}}});
    write({.at = after(2), .journal = record(kAcme, "s2")});
    write({.at = after(3), .changes = {commit::JournalRewrite{3, rewritten}}});
  }
  const auto there = sums(to_database());
  EXPECT_EQ(there.at("journal").rows, 2u);
  {
    const auto store = PostgresStore::open(where_, {.server = true}).value();
    EXPECT_EQ(store->ledger().last_position().value(), last);
    EXPECT_EQ(store->ledger().checkpoint().value(), 1u);
    EXPECT_EQ(store->ledger().snapshot(kAcme, SessionId("s2")).value()->bytes, "bytes");
    EXPECT_EQ(store->ledger().erasures().value().size(), 1u);
    postgres::Connection connection({.where = where_});
    auto row =
        connection.query("SELECT count(*) FROM erasure e JOIN denied d USING (shard, high, low) WHERE e.shard = $1",
                         postgres::first_shard(kAcme));
    row.next();
    EXPECT_EQ(row.integer(0), 1) << "both are in the shard of the session's handle";
    auto forgotten =
        connection.query("SELECT bytes FROM journal WHERE shard = $1 AND position = 2", postgres::first_shard(kAcme));
    ASSERT_TRUE(forgotten.next());
    std::string bytes;
    ledger::append_record(bytes, ledger::ForgetRecord{digest_of("s1")});
    EXPECT_EQ(forgotten.text(0), bytes) << "as is its record of having been forgotten";
  }
  EXPECT_EQ(sums(to_folder()), there);
  const auto store = SqliteStore::open(to_.path(), {.server = true, .reserve_bytes = 0}).value();
  EXPECT_EQ(store->commit().write({.at = after(9), .journal = "x"})->position, last + 1) << "none is used again";
  EXPECT_EQ(damage_in(to_.data_file()), std::vector<std::string>{});
}

TEST_F(MovingAStore, KeepsWhatIsOwedWithoutRowsAndAttemptsInRows) {
  {
    const auto store = SqliteStore::open(from_.path(), {.server = true, .reserve_bytes = 0}).value();
    const auto write = [&](const commit::Batch& batch) { ASSERT_TRUE(store->commit().write(batch)); };
    auto hook = subscription();
    hook.ordering = outbox::Ordering::kNone;
    write({.at = kStart, .changes = {hook}});
    for (const char* id : {"a", "b", "c"}) {
      auto one = delivery(id, "evt_" + std::string(id));
      one.created_at = kStart;
      write({.at = kStart, .changes = {event("evt_" + std::string(id)), one}});
    }
    write({.at = after(1), .changes = {settlement("a", 1, outbox::DeliveryState::kDelivered)}});
    write({.at = after(1), .changes = {settlement("b", 1, outbox::DeliveryState::kRetrying, after(60))}});
  }
  const auto there = sums(to_database());
  EXPECT_EQ(there.at("delivery").rows, 3u);
  EXPECT_EQ(there.at("attempt").rows, 2u);
  {
    const auto store = PostgresStore::open(where_, {.server = true}).value();
    const auto due = store->outbox().due(kHook, after(30), 9, nullptr).value();
    ASSERT_EQ(due.size(), 1u);
    EXPECT_EQ(due[0].delivery.id.text, "c");
    EXPECT_EQ(store->outbox().attempts(DeliveryId("a")).value().size(), 1u);
    for (const char* id : {"d", "e"}) {
      auto one = delivery(id, "evt_" + std::string(id), after(31));
      one.created_at = after(31);
      ASSERT_TRUE(store->commit().write({.at = after(31), .changes = {event("evt_" + std::string(id)), one}}));
    }
    ASSERT_TRUE(
        store->commit().write({.at = after(32), .changes = {settlement("d", 1, outbox::DeliveryState::kDelivered)}}));
  }
  postgres::Connection connection({.where = where_});
  auto without =
      connection.query("SELECT count(*) FROM delivery WHERE shard = $1 AND (id = 'e' OR attempt IS NOT NULL)",
                       postgres::first_shard(kAcme));
  ASSERT_TRUE(without.next());
  EXPECT_EQ(without.integer(0), 1) << "one is owed without a row, another has its attempt in it";
  const auto back = sums(to_folder());
  EXPECT_EQ(back.at("delivery").rows, 5u);
  EXPECT_EQ(back.at("attempt").rows, 3u);
  const auto store = SqliteStore::open(to_.path(), {.server = true, .reserve_bytes = 0}).value();
  const auto due = store->outbox().due(kHook, after(40), 9, nullptr).value();
  ASSERT_EQ(due.size(), 2u);
  EXPECT_EQ(due[1].delivery.id.text, "e");
  EXPECT_EQ(*due[1].body, event("evt_e").body);
  EXPECT_EQ(store->outbox().attempts(DeliveryId("d")).value().size(), 1u);
}

TEST_F(MovingAStore, GoesOnWhereItWasInterruptedAndIsNoStoreUntilItHasEnded) {
  fill(50);
  for (int stops = 0; const char* at : {"session", "delivery", "audit", "meta"}) {
    const auto stopped = to_database([&](const std::string& table, std::uint64_t) -> std::optional<std::string> {
      return table == at ? std::optional("stopped") : std::nullopt;
    });
    if (std::string_view(at) == "meta") {
      EXPECT_TRUE(stopped) << "there are no numbers";
      break;
    }
    ASSERT_FALSE(stopped) << ++stops;
    EXPECT_EQ(PostgresStore::open(where_, {}).error().code, FaultCode::kConflict);
  }
  EXPECT_TRUE(PostgresStore::open(where_, {}));
  for (const char* at : {"session", "audit"}) {
    EXPECT_FALSE(to_folder([&](const std::string& table, std::uint64_t) -> std::optional<std::string> {
      return table == at ? std::optional("stopped") : std::nullopt;
    }));
    EXPECT_FALSE(SqliteStore::open(to_.path(), {.server = true}));
    EXPECT_FALSE(SqliteStore::holds_data(to_.path()));
  }
  const auto moved = to_folder();
  ASSERT_TRUE(moved) << moved.error().message;
  EXPECT_TRUE(moved->resumed);
  EXPECT_TRUE(SqliteStore::open(to_.path(), {}));
}

TEST_F(MovingAStore, BeginsAnewWhereTheSourceWasChangedMeanwhile) {
  fill(5);
  const auto stop = [](const std::string& table, std::uint64_t) -> std::optional<std::string> {
    return table == "delivery" ? std::optional("stopped") : std::nullopt;
  };
  EXPECT_FALSE(to_database(stop));
  change("INSERT INTO meta (name, value) VALUES ('control_version', 9); DELETE FROM session WHERE session = 'text1'");
  auto moved = to_database();
  ASSERT_TRUE(moved) << moved.error().message;
  EXPECT_FALSE(moved->resumed);
}

TEST_F(MovingAStore, ThatWasChangedWithoutBeingNoticedIsFoundByTheComparison) {
  fill(5);
  const auto stop = [](const std::string& table, std::uint64_t) -> std::optional<std::string> {
    return table == "delivery" ? std::optional("stopped") : std::nullopt;
  };
  EXPECT_FALSE(to_database(stop));
  change("UPDATE session SET version = 99 WHERE session = 'text1'");
  const auto moved = to_database();
  ASSERT_FALSE(moved);
  EXPECT_EQ(moved.error().code, FaultCode::kConflict);
  EXPECT_NE(moved.error().message.find("session"), std::string::npos) << moved.error().message;
  EXPECT_FALSE(PostgresStore::open(where_, {})) << "nothing starts on it";
  const auto again = to_database();
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_FALSE(again->resumed);
}

TEST_F(MovingAStore, DoesNotMoveIntoADatabaseThatHasData) {
  fill(1);
  {
    const auto store = PostgresStore::open(where_, {.server = true}).value();
    EXPECT_TRUE(store->directory().add_audit(audit_entry("aud_1")));
  }
  EXPECT_EQ(to_database().error().code, FaultCode::kConflict);
}

// A column or table that is added to one of the schemas must be added here, to the other, or to the exceptions.
TEST_F(MovingAStore, KnowsEveryColumnOfBothSchemas) {
  fill(1);
  Connection sqlite(from_.data_file(), Connection::Mode::kReadOnly, kPatience);
  postgres::Connection postgres({.where = where_});
  Names of_sqlite, of_postgres, known_in_sqlite, known_in_postgres;
  auto row = sqlite.query(
      "SELECT t.name || '.' || c.name FROM sqlite_schema t, pragma_table_info(t.name) c "
      "WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%'");
  while (row.next()) of_sqlite.emplace(row.text(0));
  auto column = postgres.query(
      "SELECT (table_name || '.' || column_name)::text FROM information_schema.columns WHERE table_schema = 'public'");
  while (column.next()) of_postgres.emplace(column.text(0));
  for (const Table& table : all_tables())
    for (const Column& one : table.columns) {
      known_in_sqlite.insert(table.sqlite + "." + one.sqlite);
      known_in_postgres.insert(table.postgres + "." + one.postgres);
    }
  // What the same is kept in otherwise: deliveries without rows and attempts in rows, checksums, plain texts that every
  // start seals.
  for (const char* name : {"delivery.record", "delivery.answer_us", "delivery.attempt", "due_record.record",
                           "due_record.sum", "due_record.bytes"})
    known_in_sqlite.emplace(name), known_in_postgres.emplace(name);
  for (const char* name : {"journal.sum", "plain_headers.handle", "plain_headers.id", "plain_headers.headers"})
    known_in_sqlite.emplace(name);
  // Who owns a shard, and where the rows are.
  for (const std::string& name : of_postgres)
    if (name.ends_with(".shard") || name.starts_with("node.") || name.starts_with("shard.") ||
        name.starts_with("journal_end."))
      known_in_postgres.insert(name);
  for (const char* name : {"journal.turn", "journal.epoch", "journal.id", "journal.sum"})
    known_in_postgres.emplace(name);
  EXPECT_EQ(of_sqlite, known_in_sqlite);
  EXPECT_EQ(of_postgres, known_in_postgres);
}

}  // namespace
}  // namespace beckon::store::move
