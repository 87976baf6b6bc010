// A store in one folder: beckon.db (SQLite, WAL), beckon.lock (held by the one server), reserve (reserve.h).
// For one server and, next to it, short-lived commands in other processes.
#pragma once
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "store/sqlite/readers.h"
#include "store/sqlite/server_lock.h"
#include "store/sqlite/sqlite_analytics.h"
#include "store/sqlite/sqlite_commit.h"
#include "store/sqlite/sqlite_delivery_log.h"
#include "store/sqlite/sqlite_directory.h"
#include "store/sqlite/sqlite_ledger.h"
#include "store/sqlite/sqlite_outbox.h"
#include "store/sqlite/sqlite_rule_store.h"
#include "store/sqlite/sqlite_timers.h"
#include "store/sqlite/sqlite_trait_store.h"
#include "store/sqlite/wal_hold.h"
#include "store/store.h"
#include "system/secret_box.h"

namespace beckon::store {

struct SqliteOptions {
  bool server = false;  // takes the lock and keeps the reserve; commands do neither
  bool create = true;   // otherwise a folder without data is refused (kNotFound), and nothing is created
  std::size_t readers = 4;
  Duration busy_timeout = kPatience;        // how long a write waits for another process
  std::uint64_t reserve_bytes = 32u << 20;  // reserve.h; less on a small disk
  std::int64_t most_pages = 0;              // maximum size of the data file, in pages of schema.h; 0: the disk's
  bool upgrade_copy = true;                 // keeps a copy of an older version's data (upgrade.h)
  outbox::OwedLimits owed;                  // a server's: of what is owed without rows
  bool ships = false;                       // holds the WAL from the start, for a Shipper (shipping/shipper.h)
};

class SqliteStore final : public Store {
 public:
  static constexpr std::int64_t kWalKept = 64 << 20;  // bytes of the WAL file that stay allocated when the WAL restarts

  // Creates `folder` if it is missing (0700; files 0600). Migrates data of an older version, unless a server is using
  // it. Fault: a sentence for the operator: the file is damaged, foreign or from a newer version, or another server is
  // using it, possibly an older version (kConflict).
  static Result<std::unique_ptr<SqliteStore>> open(const std::string& folder, const SqliteOptions& options);
  static bool holds_data(const std::string& folder);
  static std::string data_file(const std::string& folder);
  const std::string& data_file() const { return file_; }
  static Fault no_data(const std::string& folder);             // kNotFound, for where data is required
  static Result<void> make_folder(const std::string& folder);  // 0700; does nothing if it exists
  ~SqliteStore() override;  // copies the WAL into the data file, unless a sync has failed

  commit::Commit& commit() override { return commit_; }
  ledger::Ledger& ledger() override { return ledger_; }
  outbox::Outbox& outbox() override { return outbox_; }
  outbox::DeliveryLog& delivery_log() override { return delivery_log_; }
  delayed::Timers& timers() override { return timers_; }
  commit::Analytics& analytics() override { return analytics_; }
  rules::RuleStore& rules() override { return rules_; }
  rules::RuleHistory& rule_history() override { return rules_; }
  commit::TraitStore& traits() override { return traits_; }
  access::Directory& directory() override { return directory_; }
  Result<ControlChanges> control_changes(std::uint64_t version) override;
  Capabilities can() const override { return {.data_folder = true, .reserve = true, .purges = true}; }
  std::expected<void, commit::CommitFault> maintain() override { return checkpoint_wal(); }
  std::expected<void, commit::CommitFault> purge() override;

  // Copies the WAL into the data file, in parallel with readers and the writer. Call from a separate thread a few times
  // a second: it relieves the committing thread of this work. kBroken as in Commit.
  std::expected<void, commit::CommitFault> checkpoint_wal();

  // Copies everything and truncates the WAL, so that no old frame keeps erased data. Blocks the writer while it runs
  // and while it waits for readers, for at most `patience`. kBusy: someone was in the way; try later.
  std::expected<void, commit::CommitFault> empty_wal(Duration patience = kPurgePatience);

  // For a Shipper. `rest` reads the rest of the WAL, to which no thread of this process writes meanwhile; it returns
  // false if there is more than that. Then all of the WAL is copied into the data file, so that the WAL restarts with
  // the next commit; with `cut`, it no longer contains any former commits. Blocks the writer. False: not possible now;
  // try later.
  bool begin_wal_again(const std::function<bool()>& rest, bool cut);
  WalHold& wal_hold() { return hold_; }
  bool cut_is_asked() const { return cut_asked_; }  // by purge(), of the Shipper
  void cut_is_done();
  int wal_bound() const { return commit_.wal_bound(); }   // in pages: when the WAL should restart
  std::uint64_t wal_bytes() const { return wal_bytes_; }  // bytes of commits in the WAL, as of the last copy

  // After an upgrade from a version that stored header values of subscriptions in plain text: seals them, and
  // leaves no plain text in the file or its WAL. Does nothing if this is done. Call before the server reads
  // subscriptions.
  Result<void> seal_headers(const SecretBox& secrets, Random& random);

  // For tests: the maximum number of pages of the data file. Committing thread.
  void limit_pages(std::int64_t most) { commit_.limit_pages(most); }

 private:
  SqliteStore(const std::string& folder, const SqliteOptions& options, std::unique_ptr<ServerLock> lock);
  static Result<void> admit(const std::string& folder, const SqliteOptions& options);
  std::expected<void, commit::CommitFault> copy_wal(int mode, Duration patience);
  // The server's own readers finish within milliseconds; a copy of the store is not waited for.
  static constexpr Duration kPurgePatience{50};
  // How long erased data may stay in the WAL because the backup folder does not accept it.
  static constexpr std::chrono::seconds kCutPatience{60};

  const std::string file_;
  const std::unique_ptr<ServerLock> lock_;
  std::atomic<bool> broken_{false};
  WriteTurn turn_;
  WalHold hold_;
  Readers readers_;
  outbox::OwedTable owed_;  // empty in a command, which commits nothing
  SqliteCommit commit_;
  SqliteLedger ledger_;
  SqliteOutbox outbox_;
  SqliteDeliveryLog delivery_log_;
  SqliteTimers timers_;
  SqliteAnalytics analytics_;
  SqliteRuleStore rules_;
  SqliteTraitStore traits_;
  SqliteDirectory directory_;
  std::mutex copying_;
  Connection copier_;  // guarded by copying_
  std::atomic<std::uint64_t> wal_bytes_{0};
  std::atomic<bool> cut_asked_{false}, cut_done_{false};
  std::chrono::steady_clock::time_point cut_asked_at_;  // used by the thread that calls purge()
};

}  // namespace beckon::store
