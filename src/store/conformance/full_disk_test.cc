// On a small file system (about 128 MiB; safety.md, P8) whose folder is in BECKON_SMALL_DISK; skipped if that is not
// set.
#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "store/conformance/suite.h"
#include "store/sqlite/reserve.h"

namespace beckon::store {
namespace {

using commit::CommitFault;
using outbox::DeliveryState;

TEST(ReserveOfAStore, IsLetGoAndMadeAgain) {
  const TemporaryFolder folder;
  const std::string file = folder.path() + "/reserve";
  Reserve reserve(file, 1 << 20);
  EXPECT_TRUE(reserve.held());
  EXPECT_EQ(std::filesystem::file_size(file), 1u << 20);
  EXPECT_TRUE(reserve.release());
  EXPECT_FALSE(reserve.release()) << "nothing more to let go";
  EXPECT_FALSE(std::filesystem::exists(file));
  EXPECT_TRUE(reserve.make());
  EXPECT_TRUE(Reserve(file, 1 << 20).held()) << "taken over by the next process";
}

TEST(ReserveOfAStore, OfNoSizeIsNeverHeld) {
  const TemporaryFolder folder;
  Reserve reserve(folder.path() + "/reserve", 0);
  EXPECT_FALSE(reserve.make());
  EXPECT_FALSE(reserve.release());
}

class FullDisk : public testing::Test {
 protected:
  void SetUp() override {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing writes the environment
    const char* disk = std::getenv("BECKON_SMALL_DISK");
    if (!disk) GTEST_SKIP() << "BECKON_SMALL_DISK names no small file system";
    folder_ = std::string(disk) + "/data";
    std::filesystem::remove_all(folder_);
    store_ = SqliteStore::open(folder_, {.server = true}).value();
  }
  void TearDown() override {
    store_.reset();
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
  }
  std::expected<commit::Receipt, CommitFault> signals() {
    return store_->commit().write({.at = kStart, .journal = std::string(64 << 10, 's')});
  }
  std::expected<commit::Receipt, CommitFault> result(int attempt) {
    auto settled = settlement("dlv_" + std::to_string(attempt % 100), attempt, DeliveryState::kRetrying);
    settled.attempt.response_body = std::string(2048, 'r');
    return store_->commit().write({.at = kStart, .changes = {settled}});
  }

  std::string folder_;
  std::unique_ptr<SqliteStore> store_;
};

TEST_F(FullDisk, RefusesSignalsKeepsResultsAndRecoversByItself) {
  // Ballast simulates another program's data on the disk, which is later deleted.
  const std::string ballast = folder_ + "/ballast";
  const int fd = ::open(ballast.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  ASSERT_EQ(::posix_fallocate(fd, 0, 60 << 20), 0);
  ::close(fd);

  commit::Batch owed{.at = kStart, .changes = {subscription(), event("evt_1")}};
  for (int i = 0; i < 100; ++i) owed.changes.emplace_back(delivery("dlv_" + std::to_string(i), "evt_1"));
  ASSERT_TRUE(store_->commit().write(owed));

  int stored = 0;
  auto last = signals();
  while (last) last = (++stored, signals());
  EXPECT_EQ(last.error(), CommitFault::kFull);
  EXPECT_EQ(store_->ledger().last_position(), static_cast<ledger::Position>(stored)) << "reads go on";

  for (int attempt = 0; attempt < 1500; ++attempt) ASSERT_TRUE(result(attempt)) << attempt;
  EXPECT_EQ(signals().error(), CommitFault::kFull);
  EXPECT_FALSE(store_->commit().has_room());
  EXPECT_EQ(store_->outbox().attempts(DeliveryId("dlv_7")).value().size(), 15u);

  std::filesystem::remove(ballast);
  EXPECT_TRUE(store_->commit().has_room());
  EXPECT_TRUE(signals()) << "room again";
  EXPECT_TRUE(std::filesystem::exists(folder_ + "/reserve"));
  store_.reset();
  store_ = SqliteStore::open(folder_, {.server = true}).value();
  EXPECT_EQ(store_->ledger().last_position(), static_cast<ledger::Position>(stored + 1));
  EXPECT_EQ(damage_in(folder_ + "/beckon.db"), std::vector<std::string>{});
}

}  // namespace
}  // namespace beckon::store
