// What only a file can show: it outlives its process, serves two processes, runs full and gets damaged.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "store/conformance/suite.h"
#include "store/sqlite/clean_pages.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/upgrade.h"

// Undoes the steps since the one that added the audit chain.
#define BECKON_TAKE_BACK_AUDIT_CHAIN                                                    \
  "DROP TABLE sign_in; DROP TABLE invitation; ALTER TABLE user DROP COLUMN disabled;"   \
  "ALTER TABLE user DROP COLUMN created_at; ALTER TABLE user DROP COLUMN signed_in_at;" \
  "DROP TABLE audit_link; DROP INDEX audit_by_number; DROP INDEX audit_by_handle;"      \
  "ALTER TABLE audit DROP COLUMN address; ALTER TABLE audit DROP COLUMN request;"       \
  "ALTER TABLE audit DROP COLUMN before; ALTER TABLE audit DROP COLUMN number;"         \
  "ALTER TABLE audit DROP COLUMN previous; ALTER TABLE audit DROP COLUMN hash;"

// Undoes the one that counts conversions by currency and by time.
#define BECKON_TAKE_BACK_GOALS "DROP TABLE tally_revenue; DROP TABLE tally_time;"

// Undoes the one that added sign-ins through identity providers.
#define BECKON_TAKE_BACK_PROVIDERS "DROP TABLE provider_subject; ALTER TABLE role DROP COLUMN provider;"

// Undoes the one that lists the deliveries of a handle.
#define BECKON_TAKE_BACK_DELIVERY_LISTS "DROP INDEX delivery_of_handle; DROP INDEX delivery_undelivered;"

// Undoes the one that keeps what is owed in records.
#define BECKON_TAKE_BACK_OWED                                       \
  "DROP TABLE due_record; ALTER TABLE delivery DROP COLUMN record;" \
  "ALTER TABLE delivery DROP COLUMN answer_us; ALTER TABLE delivery DROP COLUMN attempt;"

// Undoes those that count visitors with two variants, name the actor of each version of the rules, and keep rules that
// wait for windows to be filled.
#define BECKON_TAKE_BACK_MIXED                                                          \
  "ALTER TABLE tally DROP COLUMN mixed; ALTER TABLE tally DROP COLUMN mixed_converted;" \
  "ALTER TABLE rule DROP COLUMN actor; DROP TABLE filling_rule;"

namespace beckon::store {
namespace {

using commit::CommitFault;
using outbox::DeliveryState;

class SqliteFile : public testing::Test {
 protected:
  std::unique_ptr<SqliteStore> open(bool server = true) {
    auto store = SqliteStore::open(folder_.path(), {.server = server, .reserve_bytes = 0});
    EXPECT_TRUE(store) << store.error().message;
    return store ? *std::move(store) : nullptr;
  }
  std::string refusal() {
    auto store = SqliteStore::open(folder_.path(), {});
    return store ? "" : store.error().message;
  }
  static std::vector<std::string> journal(Store& store) {
    std::vector<std::string> rows;
    EXPECT_TRUE(store.ledger().read_journal(0, [&](ledger::Position, Instant, std::string_view bytes) {
      rows.emplace_back(bytes);
      return true;
    }));
    return rows;
  }
  std::string bytes_of(const std::string& name) const {
    std::ifstream in(folder_.path() + "/" + name, std::ios::binary);
    std::stringstream all;
    all << in.rdbuf();
    return all.str();
  }
  // Copies everything out of the WAL, closes the store and changes the bytes.
  void overwrite(std::size_t offset, std::string_view bytes) {
    std::fstream out(folder_.data_file(), std::ios::in | std::ios::out | std::ios::binary);
    out.seekp(static_cast<std::streamoff>(offset));
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }
  // The data file as the version with so many steps of the schema makes it.
  void make_data_of(std::int64_t steps) {
    const int made = ::open(folder_.data_file().c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    ::close(made);
    Connection connection(folder_.data_file(), Connection::Mode::kReadWrite, Duration{1000});
    connection.execute("PRAGMA page_size = 8192");
    migrate(connection, steps);
    connection.execute("PRAGMA journal_mode = WAL");
  }
  void execute(const std::string& sql) {
    Connection(folder_.data_file(), Connection::Mode::kReadWrite, Duration{1000}).execute(sql.c_str());
  }

  // The file as left by the version before the newest steps, each of which is undone here.
  void take_back_the_newest_steps() {
    execute(BECKON_TAKE_BACK_OWED BECKON_TAKE_BACK_MIXED BECKON_TAKE_BACK_DELIVERY_LISTS
            "ALTER TABLE attempt DROP COLUMN url; ALTER TABLE attempt DROP COLUMN response_headers;"
            "ALTER TABLE attempt DROP COLUMN response_headers_cut;"
            "DROP TABLE plain_headers; DELETE FROM meta WHERE name = 'headers_to_seal';"
            "ALTER TABLE subscription RENAME COLUMN sealed_headers TO headers;"
            "ALTER TABLE rule DROP COLUMN zone_version; ALTER TABLE delivery DROP COLUMN same;"
            "DROP TABLE rules_kept; DROP INDEX audit_by_time; DROP INDEX audit_of_what_holds;" BECKON_TAKE_BACK_GOALS
                BECKON_TAKE_BACK_PROVIDERS BECKON_TAKE_BACK_AUDIT_CHAIN
            "DROP TABLE access_token; DROP TABLE counter; DROP TABLE identity_key; DROP TABLE trait; DROP TABLE "
            "past_session; DROP INDEX "
            "denied_by_end;"
            "DELETE FROM meta WHERE name = 'expiry_unwritten';"
            "ALTER TABLE tally DROP COLUMN held_hours; ALTER TABLE tally DROP COLUMN held_limit;"
            "ALTER TABLE tally DROP COLUMN held_render;"
            "ALTER TABLE session DROP COLUMN began; ALTER TABLE erasure DROP COLUMN since;"
            "PRAGMA user_version = 12");
  }
  // Those whose names an older step also uses, and the newest steps.
  void take_back_audit_indexes() {
    execute(
        BECKON_TAKE_BACK_OWED BECKON_TAKE_BACK_MIXED BECKON_TAKE_BACK_DELIVERY_LISTS
        "ALTER TABLE subscription DROP COLUMN format;"
        "DROP INDEX audit_by_time; DROP INDEX audit_of_what_holds;" BECKON_TAKE_BACK_GOALS BECKON_TAKE_BACK_PROVIDERS
            BECKON_TAKE_BACK_AUDIT_CHAIN
        "CREATE INDEX audit_by_time ON audit (at); CREATE INDEX audit_of_settings ON audit (handle, at, id)");
  }

  TemporaryFolder folder_;
};

TEST_F(SqliteFile, KeepsEverythingWhenItIsOpenedAgain) {
  {
    auto store = open();
    ASSERT_TRUE(store->commit().write(
        {.at = kStart,
         .journal = "one",
         .changes = {snapshot("s1", 0, "snap"), commit::Checkpoint{1}, subscription(), event("evt_1"),
                     delivery("dlv_1", "evt_1"), commit::RulePut{kAcme, RuleId("a"), 1, "{}", kStart}}}));
    ASSERT_TRUE(store->directory().add_handle(kAcme, "o@a", audit_entry("aud_1")));
  }
  auto store = open();
  EXPECT_EQ(journal(*store), std::vector<std::string>{"one"});
  EXPECT_EQ(store->ledger().snapshot(kAcme, SessionId("s1")).value()->bytes, "snap");
  EXPECT_EQ(store->ledger().checkpoint(), 1u);
  EXPECT_EQ(store->outbox().due(kHook, kStart, 9).value().size(), 1u);
  EXPECT_EQ(store->rules().rules(kAcme).value().rules.size(), 1u);
  EXPECT_EQ(store->directory().handles().value().size(), 1u);
  EXPECT_EQ(store->commit().write({.at = kStart, .journal = "two"})->position, 2u);
}

TEST_F(SqliteFile, DoesNotUseAPositionTwiceThoughAllRowsAreGone) {
  {
    auto store = open();
    ASSERT_TRUE(store->commit().write({.at = kStart, .journal = "one"}));
    ASSERT_TRUE(store->commit().write({.at = kStart, .changes = {commit::SweepJournal{after(1)}}}));
  }
  auto store = open();
  EXPECT_TRUE(journal(*store).empty());
  EXPECT_EQ(store->commit().write({.at = kStart, .journal = "two"})->position, 2u);
}

TEST_F(SqliteFile, ServesOneServerAndCommandsBesideIt) {
  auto server = open();
  const auto second = SqliteStore::open(folder_.path(), {.server = true});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, FaultCode::kConflict);

  auto command = open(false);
  const auto before = server->control_changes(0).value().version;
  ASSERT_TRUE(command->directory().add_handle(kAcme, "o@a", audit_entry("aud_1")));
  EXPECT_EQ(server->control_changes(before).value().handles, std::vector{kAcme});
  EXPECT_EQ(server->directory().handles().value().size(), 1u);
  ASSERT_TRUE(server->commit().write({.at = kStart, .journal = "one"}));
  EXPECT_EQ(journal(*command), std::vector<std::string>{"one"});

  server.reset();
  EXPECT_TRUE(open()) << "the lock goes with its server";
}

TEST_F(SqliteFile, SaysBusyWhenAnotherProcessHoldsItTooLong) {
  auto store =
      SqliteStore::open(folder_.path(), {.server = true, .busy_timeout = Duration{20}, .reserve_bytes = 0}).value();
  {
    Connection other(folder_.data_file(), Connection::Mode::kReadWrite, Duration{20});
    const Transaction held(other, Transaction::Kind::kWrite);
    EXPECT_EQ(store->commit().write({.at = kStart, .journal = "one"}).error(), CommitFault::kBusy);
    EXPECT_EQ(store->directory().add_user("u", audit_entry("a")).error().code, FaultCode::kUnavailable);
  }
  EXPECT_TRUE(store->commit().write({.at = kStart, .journal = "one"}));
}

TEST_F(SqliteFile, WritesNothingOfABatchThatDoesNotFit) {
  auto store = open();
  ASSERT_TRUE(store->commit().write({.at = kStart, .journal = "one"}));
  store->limit_pages(1);  // SQLite uses the current size instead
  commit::Batch large{.at = kStart, .journal = "two", .changes = {event("evt_1"), audit_entry("aud_1")}};
  large.changes.emplace_back(snapshot("s1", 0, std::string(1 << 20, 'x')));
  EXPECT_EQ(store->commit().write(large).error(), CommitFault::kFull);
  EXPECT_EQ(journal(*store), std::vector<std::string>{"one"});
  EXPECT_EQ(store->outbox().event(kAcme, EventId("evt_1")).value(), std::nullopt);
  EXPECT_TRUE(store->directory().audit({kAcme}, std::nullopt, 9).value().entries.empty());
  EXPECT_EQ(store->ledger().last_position(), 1u);

  store->limit_pages(1 << 20);
  EXPECT_EQ(store->commit().write(large)->position, 2u);
}

TEST_F(SqliteFile, BoundsItsWalWhileCommitsGoOn) {
  auto store = open();
  for (int i = 0; i < 400; ++i)
    ASSERT_TRUE(store->commit().write({.at = kStart, .journal = std::string(100'000, 'x')}));
  EXPECT_LT(std::filesystem::file_size(folder_.data_file() + "-wal"),
            2u * SqliteCommit::kWalPages * static_cast<unsigned>(kPageSize));
}

TEST_F(SqliteFile, GivesBackWhatItsWalGrewToDuringALongRead) {
  auto store = open();
  const auto write = [&] {
    ASSERT_TRUE(store->commit().write({.at = kStart, .journal = std::string(1'000'000, 'x')}));
  };
  const auto wal = [&] { return std::filesystem::file_size(folder_.data_file() + "-wal"); };
  {
    Connection other(folder_.data_file(), Connection::Mode::kReadOnly, Duration{1000});
    const Transaction reading(other, Transaction::Kind::kRead);
    other.run("SELECT count(*) FROM meta");
    for (int i = 0; i < 100; ++i) write();
    ASSERT_GT(wal(), 90'000'000u);
  }
  ASSERT_TRUE(store->checkpoint_wal());
  write();
  EXPECT_LE(wal(), static_cast<std::uint64_t>(SqliteStore::kWalKept));
}

TEST_F(SqliteFile, KeepsNothingOfWhatWasErased) {
  auto store = open();
  auto told = event("evt_1", "needle-session");
  told.body = "needle-body" + std::string(9000, '.');
  auto owed = delivery("dlv_1", "evt_1");
  owed.session = SessionId("needle-session");
  ASSERT_TRUE(store->commit().write({.at = kStart,
                                     .journal = "needle-journal",
                                     .changes = {snapshot("s1", 0, "needle-snapshot"), subscription(), told, owed}}));
  auto settled = settlement("dlv_1", 1, DeliveryState::kRetrying);
  settled.attempt.response_body = "needle-response";
  settled.attempt.response_headers = "x-for: needle-header\r\n";
  ASSERT_TRUE(store->commit().write({.at = kStart, .changes = {settled}}));
  ASSERT_TRUE(store->empty_wal());
  EXPECT_NE(bytes_of("beckon.db").find("needle"), std::string::npos);

  auto erase_both = erasure("s1"), other = erasure("needle-session");
  ASSERT_TRUE(store->commit().write({.at = kStart, .changes = {erase_both, other, commit::JournalRewrite{1, ""}}}));
  ASSERT_TRUE(store->empty_wal());
  EXPECT_EQ(bytes_of("beckon.db").find("needle"), std::string::npos);
  EXPECT_EQ(bytes_of("beckon.db-wal"), "");
}

TEST_F(SqliteFile, NamesAndPassesOverAJournalRowWithAFlippedBit) {
  {
    auto store = open();
    for (const char* text : {"first row", "marked row", "third row"})
      ASSERT_TRUE(store->commit().write({.at = kStart, .journal = text}));
    ASSERT_TRUE(store->empty_wal());
  }
  const auto place = bytes_of("beckon.db").find("marked row");
  ASSERT_NE(place, std::string::npos);
  overwrite(place, "Marked row");
  auto store = open();
  EXPECT_EQ(journal(*store), (std::vector<std::string>{"first row", "third row"}));
  EXPECT_EQ(damage_in(folder_.data_file()), std::vector<std::string>{"journal row 2: checksum"});
  EXPECT_EQ(store->commit().write({.at = kStart, .journal = "fourth"})->position, 4u);
}

TEST_F(SqliteFile, PassesOverAJournalRowWhosePagesAreLost) {
  {
    auto store = open();
    for (char mark : {'a', 'b', 'c'})
      ASSERT_TRUE(store->commit().write({.at = kStart, .journal = std::string(50'000, mark)}));
    ASSERT_TRUE(store->empty_wal());
  }
  const auto place = bytes_of("beckon.db").find(std::string(kPageSize - 4, 'b'), 0);
  ASSERT_NE(place, std::string::npos);
  const std::size_t page = (place + kPageSize - 1) / kPageSize * kPageSize;
  overwrite(page, std::string("\xff\xff\xff\xff", 4));  // a broken chain of pages
  auto store = open();
  EXPECT_EQ(journal(*store), (std::vector<std::string>{std::string(50'000, 'a'), std::string(50'000, 'c')}));
  EXPECT_FALSE(damage_in(folder_.data_file()).empty());
}

TEST_F(SqliteFile, TakesADamagedSnapshotForNone) {
  {
    auto store = open();
    ASSERT_TRUE(store->commit().write({.at = kStart, .changes = {snapshot("s1", 0, "marked"), snapshot("s2", 0)}}));
    ASSERT_TRUE(store->empty_wal());
  }
  overwrite(bytes_of("beckon.db").find("marked"), "Marked");
  auto store = open();
  EXPECT_EQ(store->ledger().snapshot(kAcme, SessionId("s1")).value(), std::nullopt);
  EXPECT_EQ(store->ledger().snapshot(kAcme, SessionId("s2")).value()->bytes, "bytes");
}

TEST_F(SqliteFile, IsRefusedWhenCutShort) {
  {
    auto store = open();
    ASSERT_TRUE(store->commit().write({.at = kStart, .journal = std::string(200'000, 'x')}));
    ASSERT_TRUE(store->empty_wal());
  }
  const auto whole = std::filesystem::file_size(folder_.data_file());
  std::filesystem::resize_file(folder_.data_file(), whole / 2);
  EXPECT_NE(refusal().find("damaged or truncated"), std::string::npos) << refusal();
  std::filesystem::resize_file(folder_.data_file(), 0);
  EXPECT_NE(refusal().find("damaged or truncated"), std::string::npos) << refusal();
}

TEST_F(SqliteFile, IsRefusedWhenItIsSomethingElse) {
  std::ofstream(folder_.data_file()) << std::string(9000, '?');
  EXPECT_NE(refusal().find("is not a Beckon data file"), std::string::npos) << refusal();
}

TEST_F(SqliteFile, IsRefusedWhenItBelongsToAnotherProgram) {
  std::ofstream(folder_.data_file()).flush();
  execute("PRAGMA application_id = 7; CREATE TABLE t (a)");
  EXPECT_NE(refusal().find("belongs to another program"), std::string::npos) << refusal();
}

TEST_F(SqliteFile, IsRefusedWhenANewerVersionWroteIt) {
  open().reset();
  execute("PRAGMA user_version = 999");
  EXPECT_NE(refusal().find("newer version (schema 999"), std::string::npos) << refusal();
}

TEST_F(SqliteFile, OfAnOlderVersionIsBroughtUpToDateAndGoesOnWhereItWas) {
  auto first = delivery("dlv_1", "evt_1"), second = delivery("dlv_2", "evt_1");
  first.ordered = second.ordered = true;
  auto store = open();
  ASSERT_TRUE(store->commit().write({.at = kStart, .changes = {subscription(), event("evt_1"), first, second}}));
  ASSERT_TRUE(store->commit().write({.at = kStart, .changes = {commit::RulePut{kAcme, RuleId("a"), 1, "{}", kStart}}}));
  store.reset();
  take_back_the_newest_steps();
  execute(
      "CREATE TRIGGER delivery_next_turn AFTER UPDATE OF state ON delivery BEGIN SELECT raise(ABORT, 'old'); END;"
      "ALTER TABLE session DROP COLUMN as_of; PRAGMA user_version = 10");
  store = open();
  ASSERT_TRUE(store);
  ASSERT_TRUE(store->commit().write({.at = after(1), .changes = {settlement("dlv_1", 1, DeliveryState::kDelivered)}}));
  const auto due = store->outbox().due(kHook, after(1), 9).value();
  ASSERT_EQ(due.size(), 1u);
  EXPECT_EQ(due[0].delivery.id, second.id);
  const auto versions = store->rules().versions(kAcme, 9, 9).value();
  ASSERT_EQ(versions.size(), 1u);
  EXPECT_EQ(versions[0].zone_version + versions[0].actor, "") << "not known of what was saved before";
}

// A data folder as made by the version before the newest step, with a secret in it.
class OlderData : public SqliteFile {
 protected:
  OlderData() {
    make_data_of(newest_schema() - 1);
    execute("INSERT INTO secret (name, sealed) VALUES ('kept', x'01')");
  }
  static std::int64_t number(const std::string& file, const char* sql) {
    Connection connection(file, Connection::Mode::kReadOnly, Duration{1000});
    auto row = connection.query(sql);
    return row.next() ? row.integer(0) : -1;
  }
  std::string copy() const { return folder_.data_file() + ".before-schema-" + std::to_string(newest_schema()); }
};

TEST_F(OlderData, IsCopiedBeforeItIsUpgradedAndOneCopyStays) {
  std::ofstream(folder_.data_file() + ".before-schema-7") << "of an earlier upgrade";
  ASSERT_TRUE(open());
  EXPECT_EQ(number(folder_.data_file(), "PRAGMA user_version"), newest_schema());
  EXPECT_EQ(number(copy(), "PRAGMA user_version"), newest_schema() - 1);
  EXPECT_EQ(number(copy(), "SELECT count(*) FROM secret WHERE name = 'kept'"), 1);
  EXPECT_FALSE(std::filesystem::exists(folder_.data_file() + ".before-schema-7"));
  const auto former = former_data(folder_.path());
  ASSERT_TRUE(former);
  EXPECT_EQ(former->file, copy());
  EXPECT_EQ(former->bytes, std::filesystem::file_size(copy()));
  EXPECT_EQ(std::filesystem::status(copy()).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  ASSERT_TRUE(open());
  EXPECT_EQ(number(copy(), "PRAGMA user_version"), newest_schema() - 1) << "and it stays";
}

TEST_F(OlderData, IsCopiedAgainAfterGoingBackAndNotByAnUpgradeThatWasInterrupted) {
  ASSERT_TRUE(open());
  for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(folder_.data_file() + end);
  std::filesystem::copy_file(copy(), folder_.data_file());
  execute("INSERT INTO secret (name, sealed) VALUES ('later', x'02')");
  ASSERT_TRUE(open());
  EXPECT_EQ(number(copy(), "SELECT count(*) FROM secret WHERE name = 'later'"), 1);
  {
    Connection older(copy(), Connection::Mode::kReadWrite, Duration{1000});
    older.execute("PRAGMA user_version = 3");
    older.execute("PRAGMA wal_checkpoint(TRUNCATE)");
  }
  ASSERT_TRUE(copy_before_upgrade(folder_.path(), newest_schema() - 1));
  EXPECT_EQ(number(copy(), "PRAGMA user_version"), 3) << "what the older version has written, not what was half done";
}

TEST_F(OlderData, IsNotCopiedIfThatIsNotWanted) {
  ASSERT_TRUE(SqliteStore::open(folder_.path(), {.server = true, .reserve_bytes = 0, .upgrade_copy = false}));
  EXPECT_FALSE(former_data(folder_.path()));
}

TEST_F(OlderData, IsNotTouchedByACommandWhileItsServerRuns) {
  const auto server = ServerLock::take(folder_.path() + "/beckon.lock");
  const std::string refused = refusal();
  EXPECT_NE(refused.find("A server of an older version is using " + folder_.path()), std::string::npos) << refused;
  EXPECT_EQ(number(folder_.data_file(), "PRAGMA user_version"), newest_schema() - 1);
  EXPECT_FALSE(former_data(folder_.path()));
}

TEST_F(OlderData, IsUpgradedByACommandWhereNoServerRuns) {
  ASSERT_TRUE(open(false));
  EXPECT_EQ(number(folder_.data_file(), "PRAGMA user_version"), newest_schema());
  EXPECT_TRUE(former_data(folder_.path()));
  EXPECT_TRUE(open()) << "the lock is free again";
}

TEST_F(SqliteFile, OfAVersionThatKnewNoCurrenciesHasItsValuesInNoneAndWithoutSquares) {
  make_data_of(30);
  execute(
      "INSERT INTO handle (handle, owner, created_at, settings) VALUES ('acme', 'o@a', 0, '');"
      "INSERT INTO tally (handle, hour, trigger, rule, variant, shadow, holdout, asked, acted, suppressed, held_out, "
      "shown, clicked, dismissed, converted, value) VALUES "
      "('acme', 3600000, 't', 'r', 'a', 0, 0, 0, 5, 0, 0, 0, 0, 0, 2, 12500000), "
      "('acme', 3600000, 't', 'r', 'b', 0, 0, 0, 5, 0, 0, 0, 0, 0, 2, 0)");
  const auto store = open();
  ASSERT_TRUE(store);
  const commit::TallyKey a{
      .handle = kAcme, .hour = instant_ms(3'600'000), .trigger = "t", .rule = RuleId("r"), .variant = "a"};
  const auto earned = [&] {
    return store->analytics().revenue({.handle = kAcme, .since = Instant{}, .until = kStart}, 9).value();
  };
  ASSERT_EQ(earned().size(), 1u);
  EXPECT_EQ(earned()[0].key, a);
  EXPECT_EQ(earned()[0].currency, "");
  EXPECT_EQ(earned()[0].conversions, 2);
  EXPECT_EQ(earned()[0].value, 12'500'000);
  EXPECT_EQ(earned()[0].squares, std::nullopt);
  ASSERT_TRUE(store->commit().write(
      {.at = kStart, .changes = {commit::GoalTallies{{a, {.revenue = {{"", {1, 1'000'000, 1}}}, .times = {}}}}}}));
  EXPECT_EQ(earned()[0].value, 13'500'000);
  EXPECT_EQ(earned()[0].squares, std::nullopt) << "of some of them they would say nothing";
}

TEST_F(SqliteFile, OfAVersionThatKeptPositionsInTheBytesOfSnapshotsStillHasThem) {
  auto store = open();
  ASSERT_TRUE(store->commit().write({.at = kStart, .changes = {snapshot("s1", 0), snapshot("s2", 0)}}));
  store.reset();
  take_back_the_newest_steps();
  execute("ALTER TABLE session DROP COLUMN as_of; PRAGMA user_version = 11");
  store = open();
  ASSERT_TRUE(store);
  EXPECT_EQ(store->ledger().snapshot(kAcme, SessionId("s1")).value()->bytes, "bytes");
  EXPECT_EQ(store->ledger().snapshot(kAcme, SessionId("s1")).value()->as_of, 0u);
  ASSERT_TRUE(store->commit().write({.at = kStart, .journal = "one", .changes = {snapshot("s2", 0)}}));
  EXPECT_EQ(store->ledger().snapshot(kAcme, SessionId("s2")).value()->as_of, 1u);
}

TEST_F(SqliteFile, OfAVersionThatKeptHeadersInPlainTextKeepsThemSealed) {
  auto first = subscription(), second = subscription(SubscriptionId("whs_2")),
       gone = subscription(SubscriptionId("whs_3"));
  {
    auto store = open();
    ASSERT_TRUE(store->commit().write({.at = kStart, .changes = {first, second, gone}}));
    ASSERT_TRUE(store->commit().write({.at = kStart, .changes = {commit::RemoveSubscription{gone.id}}}));
  }
  take_back_the_newest_steps();
  const std::string more = std::string(6000, '.');  // on overflow pages
  execute("UPDATE subscription SET headers = '[[\"X-Door\",\"needle-1\"],[\"x-b\",\"needle-2" + more +
          "\"]]' WHERE id = 'whs_1'; UPDATE subscription SET headers = '[]' WHERE id <> 'whs_1'");
  execute("PRAGMA wal_checkpoint(TRUNCATE)");
  ASSERT_NE(bytes_of("beckon.db").find("needle"), std::string::npos);

  const SecretBox secrets(std::string(32, 'k'));
  SeededRandom random(1);
  for (int start = 0; start < 2; ++start) {
    auto store = open();
    ASSERT_TRUE(store->seal_headers(secrets, random));
    EXPECT_EQ(bytes_of("beckon.db").find("needle"), std::string::npos);
    EXPECT_EQ(bytes_of("beckon.db-wal").find("needle"), std::string::npos);
    const auto all = store->outbox().subscriptions().value();
    ASSERT_EQ(all.size(), 2u);
    ASSERT_EQ(all[0].headers.size(), 2u);
    const auto value = [&](std::size_t n) {
      const auto& [name, sealed] = all[0].headers[n];
      return outbox::open_header(kAcme, kHook, name, sealed, secrets);
    };
    EXPECT_EQ(all[0].headers[0].name, "X-Door");
    EXPECT_EQ(value(0), "needle-1");
    EXPECT_EQ(value(1), "needle-2" + more);
    EXPECT_TRUE(all[1].headers.empty());
    EXPECT_EQ(all[1].endpoint_url, second.endpoint_url);
    EXPECT_EQ(all[1].sealed_secret, second.sealed_secret);
    EXPECT_TRUE(store->outbox().was_known(kAcme, gone.id).value());
  }
}

// As if a command had opened the file first, or the server had ended between the steps and the sealing.
TEST_F(SqliteFile, SealsHeadersThatAreLeftInPlainTextThoughTheStepsAreDone) {
  open()->commit().write({.at = kStart, .changes = {subscription()}}).value();
  take_back_the_newest_steps();
  execute("UPDATE subscription SET headers = '[[\"x-door\",\"needle\"]]'");
  open(false).reset();
  open(false).reset();
  const SecretBox secrets(std::string(32, 'k'));
  SeededRandom random(1);
  auto store = open();
  ASSERT_TRUE(store->seal_headers(secrets, random));
  EXPECT_EQ(bytes_of("beckon.db").find("needle"), std::string::npos);
  EXPECT_EQ(bytes_of("beckon.db-wal").find("needle"), std::string::npos);
  EXPECT_EQ(store->outbox().subscriptions().value().at(0).headers.size(), 1u);
}

TEST_F(SqliteFile, NoticesASnapshotWhosePositionIsDamaged) {
  auto store = open();
  ASSERT_TRUE(store->commit().write({.at = kStart, .journal = "one", .changes = {snapshot("s1", 0)}}));
  execute("UPDATE session SET as_of = 2");
  EXPECT_EQ(store->ledger().snapshot(kAcme, SessionId("s1")).value(), std::nullopt);
}

TEST_F(SqliteFile, IsForItsOwnerAlone) {
  open().reset();
  EXPECT_EQ(std::filesystem::status(folder_.data_file()).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

// Sessions that are created, grow and move within the file, as in a running server.
TEST_F(SqliteFile, HoldsNoByteOfASessionThatWasErased) {
  constexpr int kSessions = 4000;
  auto store = open();
  std::minstd_rand dice(7);
  const auto name = [](int i) {
    return (i % 40 == 7 ? "forget-me-" : "s-") + std::to_string(static_cast<unsigned>(i) * 2654435761u);
  };
  const auto written = [&](int i) {
    auto row = snapshot(name(i), i, name(i) + std::string(100 + dice() % 1500, 'x'));
    row.visitor = VisitorId("v-" + name(i));
    return row;
  };
  ASSERT_TRUE(store->commit().write({.at = kStart, .changes = {subscription()}}));
  for (int i = 0; i < kSessions;) {
    commit::Batch batch{.at = kStart};
    for (int n = 0; n < 100; ++n, ++i) {
      batch.journal += name(i) + std::string(dice() % 400, 'j');
      batch.changes.emplace_back(written(i));
      batch.changes.emplace_back(written(static_cast<int>(dice()) % (i + 1)));
      auto told = event("evt_" + std::to_string(dice()), name(i));
      told.body = name(i) + std::string(50 + dice() % 1500, 'y');
      batch.changes.emplace_back(told);
      if (i % 3 == 0) batch.changes.emplace_back(expiry(name(static_cast<int>(dice()) % (i + 1) / 40 * 40)));
    }
    ASSERT_TRUE(store->commit().write(batch));
    if (i % 500 == 0) {
      ASSERT_TRUE(store->checkpoint_wal());
    }
  }
  ASSERT_TRUE(store->purge());
  EXPECT_NE(bytes_of("beckon.db").find("forget-me-"), std::string::npos);
  for (int i = 7; i < kSessions; i += 40)
    ASSERT_TRUE(store->commit().write({.at = kStart, .changes = {erasure(name(i))}}));
  for (ledger::Position row = 1; row <= kSessions / 100; ++row)
    ASSERT_TRUE(store->commit().write({.at = kStart, .changes = {commit::JournalRewrite{row, row % 2 ? "" : "kept"}}}));
  ASSERT_TRUE(store->purge());
  EXPECT_EQ(bytes_of("beckon.db").find("forget-me-"), std::string::npos);
  EXPECT_EQ(bytes_of("beckon.db-wal").find("forget-me-"), std::string::npos);
  EXPECT_TRUE(damage_in(folder_.data_file()).empty());
}

TEST(CleanPage, BlanksWhatLiesBetweenPointersAndCellsOfAPageAndNothingElse) {
  std::vector<unsigned char> page(512, 0xee);
  const unsigned char head[] = {13, 0, 0, 0, 2, 0x01, 0xf0, 0, 0x01, 0xf8, 0x01, 0xf0};  // a leaf; cells at 504, 496
  std::ranges::copy(head, page.begin());
  auto cleaned = page;
  EXPECT_TRUE(clean_page(cleaned, false));
  for (std::size_t i = 0; i < page.size(); ++i) EXPECT_EQ(cleaned[i], i >= 12 && i < 496 ? 0 : page[i]) << i;
  EXPECT_FALSE(clean_page(cleaned, false)) << "nothing is left";
  EXPECT_FALSE(clean_page(std::span(page), true)) << "the first page has its head elsewhere";
  for (const auto& [at, byte] : {std::pair{0, 0}, {0, 1}, {3, 2}, {5, 3}, {8, 0}, {8, 2}}) {
    auto other = page;
    other[static_cast<std::size_t>(at)] = static_cast<unsigned char>(byte);
    const auto before = other;
    EXPECT_FALSE(clean_page(other, false)) << at << " " << byte;
    EXPECT_EQ(other, before);
  }
}

TEST_F(SqliteFile, OfAVersionThatForgotExpiredSessionsFindsTheVisitorsInTheirEvents) {
  auto store = open();
  commit::Batch batch{.at = kStart, .journal = "one", .changes = {snapshot("alive", 0)}};
  for (const auto& [id, session, visitor] :
       std::vector<std::array<std::string, 3>>{{"evt_1", "gone", R"(,"visitorId":"v1")"},
                                               {"evt_2", "gone", R"(,"visitorId":"v1")"},
                                               {"evt_3", "alive", R"(,"visitorId":"v1")"},
                                               {"evt_4", "nobodys", ""},
                                               {"evt_5", "", R"(,"visitorId":"v1")"}}) {
    auto told = event(id, session);
    told.body = "{\"payload\":{\"sessionId\":\"" + session + "\"" + visitor + "}}";
    batch.changes.emplace_back(told);
  }
  auto damaged = event("evt_6", "gone");
  damaged.body = "no json";
  batch.changes.emplace_back(damaged);
  ASSERT_TRUE(store->commit().write(batch));
  store.reset();
  take_back_the_newest_steps();
  store = open();
  ASSERT_TRUE(store);
  EXPECT_EQ(store->ledger().past_sessions_of(kAcme, VisitorId("v1")).value(),
            std::vector({ledger::PastSession{SessionId("gone"), EventId("evt_2")}}));
  auto late = erasure("s1");
  late.since = 1;
  ASSERT_TRUE(store->commit().write({.at = kStart, .changes = {late}}));
  EXPECT_EQ(store->ledger().erasures()->at(0).since, 0u);
}

TEST_F(SqliteFile, TakesALifeThatTwoVisitorsWereSaidToEndForThatOfTheOneWhomItsEventNames) {
  auto store = open();
  auto told = event("evt_1", "gone");
  told.body = R"({"payload":{"visitorId":"v2"}})";
  ASSERT_TRUE(store->commit().write({.at = kStart, .changes = {told}}));
  store.reset();
  take_back_audit_indexes();
  execute(
      "DROP TABLE past_session; CREATE TABLE past_session (handle TEXT NOT NULL, session TEXT NOT NULL, visitor TEXT "
      "NOT NULL, last_event TEXT NOT NULL, PRIMARY KEY (handle, session, visitor)) WITHOUT ROWID;"
      "CREATE INDEX past_session_by_visitor ON past_session (handle, visitor, session);"
      "INSERT INTO past_session VALUES ('acme', 'gone', 'v1', 'evt_1'), ('acme', 'gone', 'v2', 'evt_1'), "
      "('acme', 'gone', 'v3', 'evt_0');"
      "ALTER TABLE tally DROP COLUMN held_hours; ALTER TABLE tally DROP COLUMN held_limit;"
      "ALTER TABLE tally DROP COLUMN held_render;"
      "DROP TABLE access_token; DROP TABLE counter; DROP TABLE identity_key; DROP TABLE trait; ALTER TABLE delivery "
      "DROP COLUMN same;"
      "PRAGMA user_version = 17");
  store = open();
  ASSERT_TRUE(store);
  EXPECT_TRUE(store->ledger().past_sessions_of(kAcme, VisitorId("v1"))->empty());
  EXPECT_EQ(store->ledger().past_sessions_of(kAcme, VisitorId("v2")).value(),
            std::vector({ledger::PastSession{SessionId("gone"), EventId("evt_1"), EventId("evt_0")}}));
  EXPECT_EQ(store->ledger().past_sessions_of(kAcme, VisitorId("v3"))->size(), 1u);
}

TEST_F(SqliteFile, OfAVersionThatHadOneTimerForEachRuleStillHasItAndItsMessages) {
  auto store = open();
  const auto one = [](std::string_view session, int due, std::uint64_t same) {
    return commit::TimerChange{kAcme, SessionId(session), RuleId("rescue"), after(due), 4, same};
  };
  auto owed = delivery("dlv_1", "evt_1");
  owed.ordered = true;  // so that it has a row, which every version knows
  ASSERT_TRUE(store->commit().write({.at = kStart, .changes = {subscription(), event("evt_1"), owed}}));
  store.reset();
  take_back_audit_indexes();
  execute(
      "DROP TABLE timer; CREATE TABLE timer (handle TEXT NOT NULL, session TEXT NOT NULL, rule TEXT NOT NULL, due_at "
      "INTEGER NOT NULL, anchor INTEGER NOT NULL, PRIMARY KEY (handle, session, rule)) WITHOUT ROWID;"
      "CREATE INDEX timer_due ON timer (due_at); CREATE INDEX timer_by_rule ON timer (handle, rule);"
      "INSERT INTO timer VALUES ('acme', 's1', 'rescue', 10, 4), ('acme', 's2', 'rescue', 20, 5);"
      "ALTER TABLE tally DROP COLUMN held_hours; ALTER TABLE tally DROP COLUMN held_limit;"
      "ALTER TABLE tally DROP COLUMN held_render;"
      "DROP TABLE access_token; DROP TABLE counter; ALTER TABLE delivery DROP COLUMN same; PRAGMA user_version = 21");
  store = open();
  ASSERT_TRUE(store);
  const auto due = store->timers().due(kStart, 9).value();
  ASSERT_EQ(due.size(), 2u);
  EXPECT_EQ(due[0].session.text + " " + std::to_string(due[0].anchor) + " " + std::to_string(due[0].same), "s1 4 0");
  EXPECT_EQ(due[1].session.text + " " + std::to_string(due[1].anchor) + " " + std::to_string(due[1].same), "s2 5 0");
  ASSERT_TRUE(store->commit().write({.at = kStart, .changes = {one("s1", 1, 7), one("s1", 2, 8)}}));
  EXPECT_EQ(store->timers().timers_of(kAcme, SessionId("s1"))->size(), 3u);
  EXPECT_EQ(store->outbox().due(kHook, after(1), 9).value().at(0).delivery.same, 0u);
}

// A file of a version that left expired sessions in the journal.
TEST_F(SqliteFile, ErasesFromTheFirstRowWhileTheJournalMayHoldEarlierLives) {
  auto store = open();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(store->commit().write({.at = after(i), .journal = "row"}));
  execute("UPDATE meta SET value = 2 WHERE name = 'expiry_unwritten'");
  const auto since = [&] {
    auto late = erasure("s1");
    late.since = 4;
    EXPECT_TRUE(store->commit().write({.at = kStart, .changes = {late}}));
    const auto owed = *store->ledger().erasures();
    EXPECT_TRUE(store->commit().write({.at = kStart, .changes = {commit::ErasuresDone{owed}}}));
    return owed.at(0).since;
  };
  EXPECT_EQ(since(), 0u);
  ASSERT_TRUE(store->commit().write({.at = kStart, .changes = {commit::SweepJournal{after(2)}}}));
  EXPECT_EQ(since(), 4u);
}

}  // namespace
}  // namespace beckon::store
