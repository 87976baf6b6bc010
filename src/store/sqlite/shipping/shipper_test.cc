// Shipped commits and what is restored from them: each commit unchanged, whatever happened to the WAL.
#include "store/sqlite/shipping/shipper.h"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "store/conformance/suite.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/shipping/point_in_time.h"

namespace beckon::store {
namespace {

namespace fs = std::filesystem;

// The contents of the tables that these tests write.
std::string contents_of(const std::string& file) {
  Connection connection(file, Connection::Mode::kReadOnly, Duration{1000});
  std::ostringstream all;
  for (const char* sql :
       {"SELECT id, body FROM event ORDER BY handle, id", "SELECT id, next_attempt_at FROM delivery ORDER BY id",
        "SELECT email, '' FROM user ORDER BY email"}) {
    auto row = connection.query(sql);
    while (row.next()) all << row.text(0) << '=' << row.text(1) << '\n';
  }
  return all.str();
}

class Shipping : public testing::Test {
 protected:
  Shipping() { open(); }

  // A server's store whose WAL restarts every 64 pages (SqliteCommit::kWalPages with a small reserve).
  void open() {
    store_ = SqliteStore::open(source_.path(), {.server = true, .reserve_bytes = 1u << 20, .ships = true}).value();
    ship();
  }
  void ship(ShippingOptions options = {}) {
    shipper_.reset();
    options.folder = folder();
    options.every = Duration{1};
    shipper_ = Shipper::make(*store_, clock_, random_, options).value();
  }
  void close() {
    shipper_.reset();
    store_.reset();
  }
  std::string folder() const { return target_.path() + "/backups"; }

  // Runs rounds until everything is shipped and a base is complete.
  void rounds() {
    for (int i = 0; i < 10'000; ++i) {
      const auto more = shipper_->round();
      ASSERT_TRUE(more) << more.error().message;
      if (!*more && shipper_->counts().complete_ms == to_ms(clock_.now())) return;
      if (!*more) std::this_thread::yield();
    }
    FAIL() << "the shipper does not come to an end";
  }
  void shipped() {
    rounds();
    ASSERT_TRUE(shipper_->ship_all());
  }

  // Makes one commit. `size`: of its event's body.
  void commit(std::size_t size = 100) {
    const std::string id = std::to_string(1'000'000 + ++written_);
    auto happened = event("evt_" + id);
    happened.body.clear();
    while (happened.body.size() < size) happened.body += std::to_string(random_.next());
    commit::Batch batch{.at = kStart, .changes = {happened, delivery("dlv_" + id, "evt_" + id)}};
    if (written_ % 3 == 0)
      batch.changes.push_back(commit::TrimEvent{kAcme, EventId("evt_" + std::to_string(1'000'000 + written_ / 2))});
    ASSERT_TRUE(store_->commit().write(batch));
    clock_.advance(Duration{1000});
  }
  std::string contents() const { return contents_of(store_->data_file()); }

  Result<DataCheck> restore(const TemporaryFolder& into, const WantedPoint& wanted = {}) {
    const auto point = find_point(folder(), wanted);
    if (!point) return unexpected(point.error());
    return restore_point(*point, into.path() + "/data", nullptr);
  }
  std::string restored(const WantedPoint& wanted = {}) {
    TemporaryFolder into;
    const auto found = restore(into, wanted);
    if (!found) return found.error().message;
    EXPECT_EQ(found->damage, std::vector<std::string>{});
    return contents_of(SqliteStore::data_file(into.path() + "/data"));
  }
  std::vector<Series> series() const { return list_series(folder()).value(); }
  std::uint64_t last() const { return shipper_->counts().last_commit; }

  TemporaryFolder source_, target_;
  ManualClock clock_{kStart};
  SeededRandom random_{7};
  std::unique_ptr<SqliteStore> store_;
  std::unique_ptr<Shipper> shipper_;
  int written_ = 0;
};

TEST_F(Shipping, RestoresEachCommitAsItWasThoughTheLogBeganAgainManyTimes) {
  shipped();
  const std::uint64_t before = last();
  std::vector<std::string> states;
  std::vector<Instant> times;
  constexpr std::size_t kCommits = 300;
  while (states.size() < kCommits) {
    commit(states.size() % 50 == 0 ? 200'000 : random_.next() % 20'000);
    states.push_back(contents());
    times.push_back(clock_.now());
    if (random_.next() % 3 == 0) rounds();
    if (random_.next() % 4 == 0) {
      ASSERT_TRUE(store_->checkpoint_wal());
    }
  }
  shipped();
  ASSERT_EQ(last(), before + kCommits);
  EXPECT_EQ(series().size(), 1u);
  EXPECT_EQ(shipper_->counts().bases, 1u);
  EXPECT_LT(store_->wal_bytes(), 4u << 20) << "the log began again";
  for (std::size_t i = 0; i < kCommits; i += 1 + random_.next() % 20)
    ASSERT_EQ(restored({.commit = before + 1 + i}), states[i]) << i;
  EXPECT_EQ(restored(), states.back());
  EXPECT_EQ(damage_in_backups(folder()).value(), std::vector<std::string>{});
}

TEST_F(Shipping, RestoresTheNewestCommitUpToATime) {
  shipped();
  commit();
  shipped();
  const Instant then = clock_.now();
  const std::string state = contents();
  clock_.advance(Duration{5000});
  commit();
  shipped();
  EXPECT_EQ(restored({.at = then}), state);
  EXPECT_EQ(restored({.at = then + Duration{3000}}), state);
  EXPECT_EQ(restored({.at = clock_.now()}), contents());
  EXPECT_NE(restored({.at = kStart - Duration{1}}).find("There is no commit of 2023-11-14T22:13:19.999Z or before in "),
            std::string::npos);
  EXPECT_NE(restored({.commit = 999}).find("There is commit "), std::string::npos) << "it names what there is";
}

TEST_F(Shipping, HasWhatOtherProcessesWrite) {
  shipped();
  {
    const auto command = SqliteStore::open(source_.path(), {}).value();
    ASSERT_TRUE(command->directory().add_user("ada@example.com", audit_entry("aud_1")));
  }
  shipped();
  EXPECT_NE(restored().find("ada@example.com"), std::string::npos);
}

TEST_F(Shipping, HasNothingOfACommitThatAProcessWasKilledIn) {
  commit();
  shipped();
  const std::uint64_t before = last();
  const std::string log = store_->data_file() + "-wal";
  const auto size = fs::file_size(log);
  {
    // The same WAL continues in another folder; what is added there is appended to this one.
    TemporaryFolder other;
    for (const char* end : {"", "-wal"}) fs::copy_file(store_->data_file() + end, other.data_file() + end);
    ASSERT_TRUE(SqliteStore::open(other.path(), {})
                    .value()
                    ->directory()
                    .add_user("never@example.com", audit_entry("aud_never")));
    std::ifstream in(other.data_file() + "-wal", std::ios::binary);
    std::fstream out(log, std::ios::in | std::ios::out | std::ios::binary);
    in.seekg(static_cast<std::streamoff>(size));
    out.seekp(static_cast<std::streamoff>(size));
    out << in.rdbuf();
  }
  ASSERT_GT(fs::file_size(log), size);
  shipped();
  EXPECT_EQ(last(), before);
  commit();
  shipped();
  EXPECT_EQ(last(), before + 1);
  EXPECT_EQ(restored(), contents());
  EXPECT_EQ(restored().find("never@example.com"), std::string::npos);
}

TEST_F(Shipping, CopiesABaseWhileCommitsGoOn) {
  for (int i = 0; i < 40; ++i) commit(500'000);
  bool more = true;
  for (int i = 0; more && i < 1000; ++i) {
    commit(30'000);
    if (i % 3 == 0) {
      ASSERT_TRUE(store_->checkpoint_wal());
    }
    more = shipper_->round().value();
  }
  ASSERT_FALSE(more);
  EXPECT_EQ(shipper_->counts().bases, 1u);
  const auto base = series().front().bases.front();
  EXPECT_GT(base.end.from, 40u);
  for (int i = 0; i < 5; ++i) commit();
  shipped();
  EXPECT_EQ(restored(), contents());
  TemporaryFolder into;
  EXPECT_TRUE(restore(into, {.commit = base.end.from}));
  EXPECT_FALSE(restore(into, {.commit = base.end.from - 1})) << "what the base was copied during is not a moment";
}

TEST_F(Shipping, MissesNoCommitWhileOthersWriteCopyAndCutAtTheSameTime) {
  shipped();
  const std::uint64_t before = last();
  constexpr int kUsers = 60;
  std::atomic<bool> over{false};
  std::jthread copier([&] {
    while (!over) {
      EXPECT_TRUE(store_->checkpoint_wal());
      std::this_thread::yield();
    }
  });
  std::jthread cutter([&] {
    while (!over) {
      static_cast<void>(store_->purge());
      std::this_thread::sleep_for(Duration{5});
    }
  });
  std::jthread process([&] {
    const auto command = SqliteStore::open(source_.path(), {}).value();
    for (int i = 0; i < kUsers; ++i)
      EXPECT_TRUE(
          command->directory().add_user(std::to_string(i) + "@example.com", audit_entry("aud_" + std::to_string(i))));
  });
  std::jthread shipping([&] {
    while (!over) EXPECT_TRUE(shipper_->round());
  });
  constexpr int kCommits = 400;
  for (int i = 0; i < kCommits; ++i) {
    auto one = event("evt_" + std::to_string(i));
    one.body.assign(100 + static_cast<std::size_t>(i) * 97 % 9'000, 'x');
    ASSERT_TRUE(store_->commit().write({.at = kStart, .changes = {one}}));
  }
  process.join();
  over = true;
  for (std::jthread* one : {&copier, &cutter, &shipping}) one->join();
  shipped();
  EXPECT_EQ(last(), before + kCommits + kUsers) << "each commit was shipped once";
  EXPECT_EQ(series().size(), 1u);
  EXPECT_EQ(restored(), contents());
}

TEST_F(Shipping, BeginsANewSeriesWhereCommitsWereMissed) {
  shipped();
  commit();
  shipped();
  const std::uint64_t before = last();
  const std::string state = contents();
  store_->wal_hold().let_go("a test");
  for (int i = 0; i < 30; ++i) {
    commit(20'000);
    ASSERT_TRUE(store_->checkpoint_wal());
  }
  shipped();
  EXPECT_EQ(series().size(), 2u);
  EXPECT_EQ(shipper_->counts().series, 2u);
  EXPECT_EQ(restored(), contents());
  EXPECT_GT(series().back().bases.front().end.from, before) << "commits are numbered on";
  EXPECT_EQ(restored({.commit = before}), state) << "what was shipped before can still be restored";
}

TEST_F(Shipping, LetsTheLogGoWhereItHasBecomeTooLong) {
  ship({.longest_wal = 1u << 20});
  shipped();
  for (int i = 0; i < 30; ++i) commit(100'000);
  ASSERT_TRUE(store_->checkpoint_wal());
  EXPECT_TRUE(store_->wal_hold().held());
  shipper_->watch();
  EXPECT_FALSE(store_->wal_hold().held());
  shipped();
  EXPECT_EQ(restored(), contents());
  EXPECT_EQ(series().size(), 2u);
}

TEST_F(Shipping, KeepsTheLogThatIsLongForAnotherReader) {
  ship({.longest_wal = 1u << 20});
  shipped();
  Connection reader(store_->data_file(), Connection::Mode::kReadOnly, Duration{1000});
  const Transaction long_read(reader, Transaction::Kind::kRead);
  reader.run("SELECT 1 FROM event LIMIT 1");
  for (int i = 0; i < 30; ++i) {
    commit(100'000);
    shipped();
  }
  ASSERT_TRUE(store_->checkpoint_wal());
  EXPECT_GT(store_->wal_bytes(), 2u << 20);
  shipper_->watch();
  EXPECT_TRUE(store_->wal_hold().held());
  EXPECT_EQ(restored(), contents());
}

TEST_F(Shipping, LetsTheLogGoForTheResultsOfAFullDisk) {
  shipped();
  commit();
  store_->limit_pages(1);  // SQLite uses the current size instead
  auto big = event("evt_big");
  big.body.assign(1u << 20, 'x');
  EXPECT_EQ(store_->commit().write({.at = kStart, .changes = {big}}).error(), commit::CommitFault::kFull);
  EXPECT_TRUE(store_->wal_hold().held()) << "what brings something in is refused";
  const auto settled = settlement("dlv_1000001", 1, outbox::DeliveryState::kDelivered);
  EXPECT_EQ(store_->commit().write({.at = kStart, .changes = {settled, big}}).error(), commit::CommitFault::kFull);
  EXPECT_FALSE(store_->wal_hold().held()) << "results may need the space";
  store_->limit_pages(1 << 20);
  shipped();
  EXPECT_EQ(series().size(), 2u);
  EXPECT_EQ(restored(), contents());
}

TEST_F(Shipping, GoesOnAfterARestart) {
  shipped();
  for (int i = 0; i < 10; ++i) commit();
  shipped();
  const std::uint64_t before = last();
  close();
  open();
  for (int i = 0; i < 10; ++i) commit();
  shipped();
  EXPECT_EQ(series().size(), 1u) << "with the same base";
  EXPECT_EQ(shipper_->counts().bases, 0u);
  EXPECT_EQ(last(), before + 10);
  EXPECT_EQ(restored(), contents());
}

TEST_F(Shipping, GoesOnAfterARestartWithCommitsThatWereNotShipped) {
  commit();
  shipped();
  for (int i = 0; i < 10; ++i) commit();
  close();  // as when it is killed: the WAL has the commits
  {
    const auto command = SqliteStore::open(source_.path(), {}).value();
    ASSERT_TRUE(command->directory().add_user("ada@example.com", audit_entry("aud_1")));
  }
  open();
  shipped();
  EXPECT_EQ(series().size(), 1u);
  EXPECT_EQ(restored(), contents());
}

TEST_F(Shipping, BeginsANewSeriesAfterAServerThatDidNotShip) {
  shipped();
  commit();
  shipped();
  close();
  store_ = SqliteStore::open(source_.path(), {.server = true, .reserve_bytes = 0}).value();
  for (int i = 0; i < 10; ++i) {
    commit(50'000);
    ASSERT_TRUE(store_->checkpoint_wal());
  }
  close();
  open();
  shipped();
  EXPECT_EQ(series().size(), 2u);
  EXPECT_EQ(restored(), contents());
}

TEST_F(Shipping, CutsTheLogAfterAnErasureAndGoesOn) {
  shipped();
  commit();
  EXPECT_EQ(store_->purge().error(), commit::CommitFault::kBusy) << "it is asked for";
  rounds();
  EXPECT_TRUE(store_->purge());
  EXPECT_EQ(fs::file_size(store_->data_file() + "-wal"), 0u);
  EXPECT_EQ(store_->purge().error(), commit::CommitFault::kBusy) << "the next one is another one";
  for (int i = 0; i < 3; ++i) commit();
  shipped();
  EXPECT_EQ(series().size(), 1u);
  EXPECT_EQ(restored(), contents());
}

TEST_F(Shipping, HasABaseInItsTimeAndRemovesWhatIsNotNeededAnyMore) {
  ship({.base_every = std::chrono::hours{1}, .keep = std::chrono::hours{3}});
  std::vector<std::pair<Instant, std::string>> states;
  for (int hour = 0; hour < 8; ++hour) {
    for (int i = 0; i < 20; ++i) commit(10'000);
    shipped();
    states.emplace_back(clock_.now(), contents());
    clock_.advance(std::chrono::hours{1});
  }
  ASSERT_EQ(series().size(), 1u);
  const Series now = series().front();
  EXPECT_LT(now.bases.size(), 6u);
  EXPECT_GE(now.bases.size(), 3u);
  EXPECT_GT(now.segments.front(), 1u);
  EXPECT_LE(now.bases.front().end.from_at, clock_.now() - std::chrono::hours{4});
  for (const auto& [at, state] : states)
    if (at >= clock_.now() - std::chrono::hours{4}) {
      EXPECT_EQ(restored({.at = at}), state) << to_rfc3339(at);
    }
  EXPECT_EQ(damage_in_backups(folder()).value(), std::vector<std::string>{});
}

TEST_F(Shipping, RemovesASeriesThatEndedTooLongAgo) {
  ship({.keep = std::chrono::hours{1}});
  shipped();
  commit();
  shipped();
  clock_.advance(std::chrono::hours{2});
  store_->wal_hold().let_go("a test");
  shipped();
  ASSERT_EQ(series().size(), 1u);
  EXPECT_EQ(series().front().number, 2u);
  EXPECT_EQ(restored(), contents());
}

TEST_F(Shipping, RefusesAFolderThatAnotherServerShipsTo) {
  shipped();
  TemporaryFolder elsewhere;
  const auto other = SqliteStore::open(elsewhere.path(), {.server = true, .reserve_bytes = 0, .ships = true}).value();
  ShippingOptions options;
  options.folder = folder();
  const auto second = Shipper::make(*other, clock_, random_, options).value();
  EXPECT_NE(second->round().error().message.find("is in use by another server"), std::string::npos);
}

TEST_F(Shipping, LeavesNoSeriesBehindWhoseBaseFails) {
  std::ofstream(folder()) << "no folder";
  EXPECT_FALSE(shipper_->round());
  fs::remove(folder());
  shipped();
  EXPECT_EQ(restored(), contents());
}

// Changes to the folder are detected, by verify and by a restore that needs the file.
class DamagedBackups : public Shipping {
 protected:
  DamagedBackups() {
    shipped();
    for (int i = 0; i < 4; ++i) {
      commit(5'000);
      shipped();
    }
    close();
    const Series all = series().front();
    base_ = all.file_of(all.bases.front());
    segment_ = all.file_of(all.segments[all.segments.size() - 2]);
  }
  static std::string read(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    std::stringstream all;
    all << in.rdbuf();
    return all.str();
  }
  static void write(const std::string& file, const std::string& bytes) {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
  }
  // The message with which a restore of the newest commit fails; the check names the same file.
  std::string refusal(const std::string& named) {
    const auto damage = damage_in_backups(folder()).value();
    EXPECT_FALSE(damage.empty());
    for (const std::string& one : damage) EXPECT_NE(one.find(named), std::string::npos) << one;
    TemporaryFolder into;
    const auto found = restore(into);
    EXPECT_FALSE(found);
    EXPECT_FALSE(SqliteStore::holds_data(into.path() + "/data")) << "nothing was written";
    return found ? "" : found.error().message;
  }

  std::string base_, segment_;
};

TEST_F(DamagedBackups, AreRefusedWhicheverByteIsChanged) {
  for (const std::string& file : {base_, segment_}) {
    const std::string whole = read(file);
    for (std::size_t at = 0; at < whole.size(); at += 1 + whole.size() / 200) {
      std::string changed = whole;
      changed[at] = static_cast<char>(changed[at] ^ 4);
      write(file, changed);
      ASSERT_NE(refusal(file), "") << file << " at " << at;
    }
    write(file, whole);
  }
  EXPECT_EQ(damage_in_backups(folder()).value(), std::vector<std::string>{});
}

TEST_F(DamagedBackups, AreRefusedCutShortAndMissing) {
  const std::string whole = read(segment_);
  write(segment_, whole.substr(0, whole.size() - 5));
  EXPECT_NE(refusal(segment_).find("is truncated: it ends in the block"), std::string::npos);
  write(segment_, whole.substr(0, 30));
  EXPECT_NE(
      refusal(segment_).find("is truncated: it ends in the block that begins at byte 17. Use another backup. What "
                             "is before it can be restored: --commit "),
      std::string::npos);
  fs::remove(segment_);
  EXPECT_NE(refusal(segment_).find("is missing."), std::string::npos);
}

TEST_F(DamagedBackups, AreRefusedWhereAFileIsAnotherOne) {
  const Series all = series().front();
  fs::copy_file(all.file_of(all.segments.front()), segment_, fs::copy_options::overwrite_existing);
  EXPECT_NE(refusal(segment_).find("is not the one that belongs there"), std::string::npos);
}

TEST_F(DamagedBackups, OfANewerVersionAreRefusedByName) {
  std::string newer = read(segment_);
  newer[std::string_view("beckon segment ").size()] = '2';
  write(segment_, newer);
  EXPECT_NE(refusal(segment_).find("was made by a newer version of Beckon, in a format that this one"),
            std::string::npos);
}

}  // namespace
}  // namespace beckon::store
