// The backup format, and copies taken while the store is being written to.
#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "store/conformance/suite.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/restored_data.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/store_copy.h"

namespace beckon::store {
namespace {

constexpr std::size_t kPiece = 1u << 20;

BackupHeader header_for(std::size_t bytes) {
  return {.beckon = "1.2.3",
          .schema = newest_schema(),
          .taken_at = kStart,
          .position = 7,
          .key = "0123456789abcdef",
          .bytes = bytes};
}

class Backup : public testing::Test {
 protected:
  std::string file(const std::string& name) const { return folder_.path() + "/" + name; }
  void write(const std::string& name, const std::string& bytes) const {
    std::ofstream(file(name), std::ios::binary) << bytes;
  }
  std::string read(const std::string& name) const {
    std::ifstream in(file(name), std::ios::binary);
    std::stringstream all;
    all << in.rdbuf();
    return all.str();
  }

  // The bytes of a backup of `data`.
  std::string backup_of(const std::string& data, const BackupHeader& header) const {
    write("data", data);
    const FileDescriptor in(::open(file("data").c_str(), O_RDONLY));
    std::string out;
    const auto written = write_backup(header, in.number(), [&](std::string_view bytes) {
      out += bytes;
      return true;
    });
    EXPECT_EQ(written.value(), out.size());
    return out;
  }
  std::string backup_of(const std::string& data) const { return backup_of(data, header_for(data.size())); }

  // What a reader returns for these bytes: the data, or the fault's message.
  Result<std::string, std::string> read_back(const std::string& bytes) const {
    write("backup", bytes);
    auto reader = BackupReader::open(file("backup"));
    if (!reader) return unexpected(reader.error().message);
    std::string data;
    while (true) {
      const auto piece = reader->next();
      if (!piece) return unexpected(piece.error().message);
      if (piece->empty()) return data;
      data += *piece;
    }
  }

  TemporaryFolder folder_;
};

std::string random_bytes(std::size_t size) {
  std::minstd_rand dice(3);
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(dice() >> 8);
  return bytes;
}

TEST_F(Backup, ReadsBackAsItWasWritten) {
  for (const std::string& data : {std::string("x"), std::string(kPiece, 'a'), std::string(kPiece + 1, 'b'),
                                  random_bytes(3 * kPiece), random_bytes(2 * kPiece - 1)})
    EXPECT_EQ(read_back(backup_of(data)), data) << data.size();
  const auto header = BackupReader::open(file("backup"))->header();
  EXPECT_EQ(header.beckon, "1.2.3");
  EXPECT_EQ(header.schema, newest_schema());
  EXPECT_EQ(header.taken_at, kStart);
  EXPECT_EQ(header.position, 7u);
  EXPECT_EQ(header.key, "0123456789abcdef");
}

TEST_F(Backup, IsReadAgainFromItsFirstPiece) {
  write("backup", backup_of(random_bytes(kPiece + 5)));
  auto reader = BackupReader::open(file("backup")).value();
  for (int time = 0; time < 2; ++time) {
    EXPECT_EQ(reader.next()->size(), kPiece);
    EXPECT_EQ(reader.next()->size(), 5u);
    EXPECT_EQ(reader.next()->size(), 0u);
    EXPECT_EQ(reader.size(), std::filesystem::file_size(file("backup")));
    reader.rewind();
  }
}

TEST_F(Backup, IsRefusedWhereverItIsCutShort) {
  const std::string whole = backup_of("what was stored");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto found = read_back(whole.substr(0, size));
    ASSERT_FALSE(found) << size;
    EXPECT_NE(found.error().find(size < 16 ? "is not a backup" : "is truncated"), std::string::npos) << found.error();
  }
}

TEST_F(Backup, IsRefusedWhicheverBitIsFlipped) {
  const std::string whole = backup_of("what was stored");
  for (std::size_t at = 0; at < 8 * whole.size(); ++at) {
    std::string flipped = whole;
    flipped[at / 8] = static_cast<char>(flipped[at / 8] ^ (1 << at % 8));
    ASSERT_FALSE(read_back(flipped)) << at;
  }
}

TEST_F(Backup, SaysWhereItIsDamaged) {
  std::string bytes = backup_of(random_bytes(2 * kPiece));
  bytes[bytes.size() - 100] ^= 1;
  const auto found = read_back(bytes);
  ASSERT_FALSE(found);
  EXPECT_NE(found.error().find("is damaged in the block at byte 10"), std::string::npos) << found.error();
  EXPECT_NE(found.error().find("its checksum does not match. Use another backup."), std::string::npos);
}

TEST_F(Backup, IsRefusedWithItsPiecesInAnotherOrderOrOfAnotherBackup) {
  const std::string data = random_bytes(kPiece) + random_bytes(kPiece);
  BackupHeader later = header_for(data.size());
  later.taken_at = after(60);
  const std::string whole = backup_of(data), other = backup_of(data, later);
  ASSERT_EQ(whole.size(), other.size());
  constexpr std::size_t kEnd = 13;
  const std::size_t first = whole.find('p', 16 + 5 + 100);
  const std::size_t block = (whole.size() - kEnd - first) / 2;
  ASSERT_EQ(whole[first + block], 'p') << "the two pieces are of one size";
  const std::string head = whole.substr(0, first), one = whole.substr(first, block),
                    two = whole.substr(first + block, block), end = whole.substr(first + 2 * block);
  EXPECT_EQ(read_back(head + one + two + end), data);
  EXPECT_FALSE(read_back(head + two + one + end));
  EXPECT_FALSE(read_back(head + one + other.substr(first + block)));
  EXPECT_FALSE(read_back(head + one + end)) << "a piece is missing";
  EXPECT_FALSE(read_back(whole + "x"));
}

TEST_F(Backup, OfANewerVersionIsRefusedByName) {
  std::string bytes = backup_of("data");
  bytes[14] = '2';
  EXPECT_NE(read_back(bytes).error().find("was made by a newer version of Beckon, in a format that"),
            std::string::npos);
  BackupHeader newer = header_for(4);
  newer.schema = newest_schema() + 1;
  EXPECT_NE(read_back(backup_of("data", newer)).error().find("was made by a newer version of Beckon, 1.2.3 (schema"),
            std::string::npos);
}

TEST_F(Backup, IsNoOtherFile) {
  EXPECT_NE(read_back("something else entirely").error().find("is not a backup made by beckon backup"),
            std::string::npos);
  EXPECT_FALSE(is_backup(file("backup")));
  write("backup", backup_of("data"));
  EXPECT_TRUE(is_backup(file("backup")));
}

TEST_F(Backup, SaysThatItsTargetFailed) {
  write("data", random_bytes(3 * kPiece));
  const FileDescriptor in(::open(file("data").c_str(), O_RDONLY));
  std::size_t taken = 0;
  const auto written = write_backup(header_for(3 * kPiece), in.number(), [&](std::string_view bytes) {
    taken += bytes.size();
    errno = ENOSPC;
    return taken < 2 * kPiece;
  });
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().message, "The backup cannot be written: No space left on device.");
}

// A store that is written to while it is copied.
class StoreCopy : public testing::Test {
 protected:
  StoreCopy() : store_(SqliteStore::open(source_.path(), {.server = true, .reserve_bytes = 0}).value()) {}

  std::string copy_file() const { return aside_.path() + "/copy"; }
  Result<BackupHeader> copy(const CopyOptions& options = {}) {
    std::ofstream(copy_file(), std::ios::binary).flush();
    return copy_store(source_.path(), copy_file(), kStart, options);
  }
  std::string backup() {
    const auto header = copy().value();
    const FileDescriptor in(::open(copy_file().c_str(), O_RDONLY));
    std::ofstream out(aside_.path() + "/backup", std::ios::binary);
    EXPECT_TRUE(write_backup(header, in.number(), [&](std::string_view bytes) { return bool(out << bytes); }));
    return aside_.path() + "/backup";
  }
  Result<DataCheck> restore(const std::string& folder, const SecretBox* secrets = nullptr) {
    auto reader = BackupReader::open(backup()).value();
    return restore_data(reader, folder, secrets);
  }

  TemporaryFolder source_, aside_;
  std::unique_ptr<SqliteStore> store_;
};

TEST_F(StoreCopy, IsRestoredToAStoreThatGoesOnWhereItWas) {
  ASSERT_TRUE(
      store_->commit().write({.at = kStart, .changes = {subscription(), event("evt_1"), delivery("dlv_1", "evt_1")}}));
  ASSERT_TRUE(store_->directory().named_secret(std::string(kKeyFingerprint), "0123456789abcdef"));
  TemporaryFolder into;
  const auto found = restore(into.path() + "/data");
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_TRUE(found->damage.empty());
  auto restored = SqliteStore::open(into.path() + "/data", {.server = true, .reserve_bytes = 0}).value();
  EXPECT_EQ(restored->outbox().due(kHook, kStart, 9).value().size(), 1u);
  EXPECT_EQ(restored->commit().write({.at = kStart, .journal = ""})->position, 0u);
  Connection file(SqliteStore::data_file(into.path() + "/data"), Connection::Mode::kReadOnly, Duration{100});
  auto mode = file.query("PRAGMA journal_mode");
  ASSERT_TRUE(mode.next());
  EXPECT_EQ(mode.text(0), "wal") << "readers and the writer do not wait for one another";
  EXPECT_EQ(BackupReader::open(aside_.path() + "/backup")->header().key, "0123456789abcdef");
}

TEST_F(StoreCopy, HoldsNothingThatWasDeleted) {
  ASSERT_TRUE(store_->commit().write({.at = kStart, .journal = "needle"}));
  ASSERT_TRUE(store_->commit().write({.at = kStart, .changes = {commit::JournalRewrite{1, ""}}}));
  const auto header = copy().value();
  EXPECT_EQ(header.position, 1u) << "though its row is gone";
  EXPECT_EQ(header.bytes, std::filesystem::file_size(copy_file()));
  std::ifstream in(copy_file(), std::ios::binary);
  std::stringstream all;
  all << in.rdbuf();
  EXPECT_EQ(all.str().find("needle"), std::string::npos);
}

TEST_F(StoreCopy, IsOfOneMomentThoughTheStoreIsWrittenToMeanwhile) {
  constexpr int kBefore = 200;
  for (int i = 0; i < kBefore; ++i)
    ASSERT_TRUE(
        store_->commit().write({.at = kStart, .journal = std::string(20'000, 'x'), .changes = {snapshot("s1", i)}}));
  int meanwhile = 0;
  const auto header = copy({.progressed = [&] {
    ASSERT_TRUE(store_->commit().write({.at = kStart, .journal = "meanwhile", .changes = {snapshot("s2", 0)}}))
        << "the writer does not wait";
    ASSERT_TRUE(store_->checkpoint_wal());
    ++meanwhile;
  }});
  ASSERT_TRUE(header) << header.error().message;
  EXPECT_GT(meanwhile, 0);
  EXPECT_EQ(header->position, static_cast<std::uint64_t>(kBefore));
  EXPECT_EQ(store_->ledger().last_position(), static_cast<ledger::Position>(kBefore + meanwhile));
  EXPECT_EQ(damage_in(copy_file()), std::vector<std::string>{});
}

TEST_F(StoreCopy, IsGivenUpWhereTheWalHasBecomeTooLong) {
  for (int i = 0; i < 100; ++i)
    ASSERT_TRUE(store_->commit().write({.at = kStart, .journal = std::string(20'000, 'x')}));
  const auto header = copy({.longest_wal = 1000});
  ASSERT_FALSE(header);
  EXPECT_NE(header.error().message.find("has become longer than --longest-wal"), std::string::npos)
      << header.error().message;
}

TEST_F(StoreCopy, DoesNotHoldUpTheWriterWhereErasedDataIsToGo) {
  for (int i = 0; i < 100; ++i)
    ASSERT_TRUE(store_->commit().write({.at = kStart, .journal = std::string(20'000, 'x')}));
  int purges = 0;
  const auto began = std::chrono::steady_clock::now();
  ASSERT_TRUE(copy({.progressed = [&] {
    ASSERT_TRUE(store_->commit().write({.at = kStart, .journal = "more"}));
    if (++purges > 3) return;
    EXPECT_EQ(store_->purge().error(), commit::CommitFault::kBusy) << "it gives up, and is tried again later";
  }}));
  EXPECT_GE(purges, 1);
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds{4}) << "less than the wait for one process";
  EXPECT_TRUE(store_->purge());
}

TEST_F(StoreCopy, IsNotRestoredOverDataOrIntoAFolderInUse) {
  const auto over = restore(source_.path());
  ASSERT_FALSE(over);
  EXPECT_EQ(over.error().code, FaultCode::kConflict);
  EXPECT_NE(over.error().message.find("already holds data"), std::string::npos);
  TemporaryFolder with_log;
  std::ofstream(SqliteStore::data_file(with_log.path()) + "-wal") << "of a file that is gone";
  const auto beside = restore(with_log.path());
  ASSERT_FALSE(beside) << "it would be played into the restored file";
  EXPECT_EQ(beside.error().code, FaultCode::kConflict);
  TemporaryFolder into;
  const auto lock = ServerLock::take(into.path() + "/beckon.lock");
  EXPECT_EQ(restore(into.path()).error().code, FaultCode::kConflict);
  EXPECT_FALSE(SqliteStore::holds_data(into.path()));
}

TEST_F(StoreCopy, OfDamagedDataIsNotRestored) {
  ASSERT_TRUE(store_->commit().write({.at = kStart, .journal = "means nothing"}));
  TemporaryFolder into;
  const auto found = restore(into.path());
  ASSERT_TRUE(found);
  EXPECT_EQ(found->damage, std::vector<std::string>{"journal row 1: its records cannot be decoded"});
  EXPECT_FALSE(SqliteStore::holds_data(into.path()));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(into.path()), {}), 1) << "the lock, and nothing else";
}

TEST_F(StoreCopy, IsMadeOfAnOlderVersionsDataWhichIsNotChanged) {
  store_.reset();
  {
    Connection file(SqliteStore::data_file(source_.path()), Connection::Mode::kReadWrite, Duration{1000});
    file.execute(("PRAGMA user_version = " + std::to_string(newest_schema() - 1)).c_str());
  }
  const auto header = copy();
  ASSERT_TRUE(header) << header.error().message;
  EXPECT_EQ(header->schema, newest_schema() - 1);
  const auto looked = check_data(SqliteStore::data_file(source_.path()), {});
  ASSERT_FALSE(looked);
  EXPECT_NE(looked.error().message.find("is of an older version"), std::string::npos);
}

TEST_F(StoreCopy, NamesWhatDoesNotOpenWithTheKey) {
  const SecretBox right(std::string(32, 'r')), wrong(std::string(32, 'w'));
  SeededRandom random(1);
  auto hook = subscription();
  hook.sealed_secret = right.seal("s", "acme/whs_1", random);
  hook.headers = {{"x-door", outbox::seal_header(kAcme, kHook, "x-door", "v", right, random)}};
  ASSERT_TRUE(store_->commit().write({.at = kStart, .changes = {hook}}));
  ASSERT_TRUE(store_->directory().named_secret("hash-key", right.seal("h", "secret/hash-key", random)));
  ASSERT_TRUE(store_->directory().add_signing_key({"k1", right.seal("j", "signing-key/k1", random), kStart},
                                                  audit_entry("aud_k1")));
  const std::string file = SqliteStore::data_file(source_.path());
  EXPECT_EQ(check_data(file, {.secrets = &right})->damage, std::vector<std::string>{});
  EXPECT_EQ(check_data(file, {.secrets = &wrong})->damage,
            (std::vector<std::string>{"the server's secret hash-key does not open with this master key",
                                      "the signing key k1 does not open with this master key",
                                      "the secret of endpoint whs_1 does not open with this master key",
                                      "a header of endpoint whs_1 does not open with this master key"}));
}

}  // namespace
}  // namespace beckon::store
