// A store in one folder: beckon.db (SQLite, WAL), beckon.lock (held by the one server), reserve (reserve.h).
// Made for one server and, next to it, short-lived commands in other processes.
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
  bool server = false;  // takes the lock and keeps the reserve; a command does neither
  bool create = true;   // otherwise a folder without data is refused (kNotFound), and nothing is made
  std::size_t readers = 4;
  Duration busy_timeout = kPatience;        // how long a write waits for another process
  std::uint64_t reserve_bytes = 32u << 20;  // reserve.h; less on a small disk
  std::int64_t most_pages = 0;              // of schema.h, the data file's size; 0: the disk's
  bool upgrade_copy = true;                 // keeps what an older version has written (upgrade.h)
  bool ships = false;                       // holds the WAL from the beginning, for a Shipper (shipping/shipper.h)
};

class SqliteStore final : public Store {
 public:
  static constexpr std::int64_t kWalKept = 64 << 20;  // bytes of the WAL that stay allocated when it begins again

  // `folder` is created if it is missing (0700; the files 0600). Data of an older version is brought up to date, unless
  // a server is using it. The fault is a sentence for the operator: the file is damaged, foreign or newer, another
  // server runs on it, or one of an older version (kConflict).
  static Result<std::unique_ptr<SqliteStore>> open(const std::string& folder, const SqliteOptions& options);
  static bool holds_data(const std::string& folder);
  static std::string data_file(const std::string& folder);
  const std::string& data_file() const { return file_; }
  static Fault no_data(const std::string& folder);             // kNotFound: where there must be data, and is none
  static Result<void> make_folder(const std::string& folder);  // 0700, unless it is there
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
  std::expected<void, commit::CommitFault> maintain() override { return checkpoint_wal(); }
  std::expected<void, commit::CommitFault> purge() override;

  // Copies what the WAL holds into the data file, in parallel with the readers and the writer. Call it from a thread of
  // its own a few times a second: it is what keeps the committing thread from doing it. kBroken as in Commit.
  std::expected<void, commit::CommitFault> checkpoint_wal();

  // Copies all and cuts the WAL to nothing, so that no old frame keeps what was erased. Holds up the writer while it
  // runs, and while it waits for readers, at most `patience`. kBusy: somebody was in the way; try later.
  std::expected<void, commit::CommitFault> empty_wal(Duration patience = kPurgePatience);

  // For a Shipper. `rest` reads what is left to be read of the WAL, which no thread of this process writes to
  // meanwhile; false: there is more than that. Then all of the WAL is copied into the data file, so that it begins
  // again with the next commit; with `cut`, it has nothing of the former commits any more. Holds up the writer. False:
  // not now; try later.
  bool begin_wal_again(const std::function<bool()>& rest, bool cut);
  WalHold& wal_hold() { return hold_; }
  bool cut_is_asked() const { return cut_asked_; }  // of the Shipper, by purge()
  void cut_is_done();
  int wal_bound() const { return commit_.wal_bound(); }   // pages, at which the WAL is to begin again
  std::uint64_t wal_bytes() const { return wal_bytes_; }  // of commits in it, as of the last copying

  // After an upgrade from a version that kept the values of subscriptions' headers in plain text: seals them, and
  // leaves nothing of them in the file or its WAL. Does nothing where that is done. Before the server reads
  // subscriptions.
  Result<void> seal_headers(const SecretBox& secrets, Random& random);

  // For tests: the data file may have no more pages than this. Committing thread.
  void limit_pages(std::int64_t most) { commit_.limit_pages(most); }

 private:
  SqliteStore(const std::string& folder, const SqliteOptions& options, std::unique_ptr<ServerLock> lock);
  static Result<void> admit(const std::string& folder, const SqliteOptions& options);
  std::expected<void, commit::CommitFault> copy_wal(int mode, Duration patience);
  // The server's own readers are done within milliseconds; for a copy of the store, nobody waits.
  static constexpr Duration kPurgePatience{50};
  // How long what was erased may stay in the WAL because the backup folder does not take it.
  static constexpr std::chrono::seconds kCutPatience{60};

  const std::string file_;
  const std::unique_ptr<ServerLock> lock_;
  std::atomic<bool> broken_{false};
  WriteTurn turn_;
  WalHold hold_;
  Readers readers_;
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
  Connection copier_;  // under copying_
  std::atomic<std::uint64_t> wal_bytes_{0};
  std::atomic<bool> cut_asked_{false}, cut_done_{false};
  std::chrono::steady_clock::time_point cut_asked_at_;  // of the thread that calls purge()
};

}  // namespace beckon::store
