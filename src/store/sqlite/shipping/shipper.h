// Ships the commits of a running server's store to a backup folder (backup_folder.h) within `every`: all tables,
// including commits of other processes. A base of all data is made at the start and every `base_every`; what is older
// than `keep` is deleted.
//
// Only the shipper's own thread waits for the folder, however long that takes. Commits continue meanwhile, and the WAL
// keeps what was not shipped (wal_hold.h) until it is longer than `longest_wal`, its disk is full, or erased data must
// leave it. Then the WAL is released: commits are missing, so a new series begins with a new base as soon as the folder
// accepts one.
//
// After a restart the series continues if the WAL is still the one that was shipped; otherwise a new series begins.
#pragma once
#include <atomic>
#include <chrono>
#include <optional>
#include <stop_token>

#include "store/sqlite/schema.h"
#include "store/sqlite/shipping/base_copy.h"
#include "store/sqlite/shipping/shipping_options.h"
#include "store/sqlite/sqlite_store.h"

namespace beckon::store {

// Since the server started. All are safe to read at any time; `last_at_ms` changes after `last_commit`.
struct ShippingCounts {
  std::atomic<std::uint64_t> last_commit{0};  // the newest one that was shipped; 0 if none
  std::atomic<std::int64_t> last_at_ms{0};    // when it was read from the WAL
  std::atomic<std::int64_t> complete_ms{0};   // all commits made by then can be restored; 0 if none yet
  std::atomic<std::int64_t> base_at_ms{0};    // of the newest base; 0 if none
  std::atomic<std::uint64_t> bytes{0}, segments{0}, bases{0}, failures{0}, series{0};
  std::atomic<bool> failing{false};  // the last attempt failed, or has been running for `stalled_after`
};

class Shipper {
 public:
  // The store was opened with `ships` and outlives this. Fault: its data file cannot be read.
  static Result<std::unique_ptr<Shipper>> make(SqliteStore& store, const Clock& clock, Random& random,
                                               ShippingOptions options);

  // Runs until stopped; then ships the rest if the folder accepts it. Logs all faults.
  void run(std::stop_token stop);
  // Call from another thread a few times a second. Releases the WAL if it has become too long, and logs a folder that
  // does not respond.
  void watch();

  // From any thread: requests a base as soon as possible, before it is due, for a change that older bases do not have,
  // such as another master key.
  void base_now() { base_asked_ = true; }

  const ShippingCounts& counts() const { return counts_; }

  // One iteration of run(). Returns true if there is more to do immediately.
  Result<bool> round();
  // Ships everything, as at the end of run().
  Result<void> ship_all();

 private:
  using Steady = std::chrono::steady_clock;
  static constexpr Duration kTick{100};              // precision of the times of commits
  static constexpr std::size_t kSegment = 8u << 20;  // bytes of entries at which a segment is shipped early
  static constexpr Duration kRetry{10'000};          // after a failure, unless `every` is shorter
  static constexpr Duration kAgain{60'000};          // between two log lines about the same failure

  Shipper(SqliteStore& store, const Clock& clock, Random& random, ShippingOptions options);
  Result<void> open();
  Result<bool> resume(const Series& newest);
  Result<void> begin_series(std::uint64_t number, std::uint64_t commit);
  void end_series();
  void collect();
  Result<void> ship();
  Result<void> begin_wal_again();
  Result<bool> copy_base();
  Result<bool> copy_some_of_base();
  bool base_is_due() const;
  Result<void> begin_base();
  Result<void> finish_base();
  void failed(const Fault& fault);
  void worked();
  void note_complete();
  template <class Header>
  Header header() const {
    Header made;
    made.beckon = BECKON_VERSION;
    made.schema = newest_schema();
    made.series = series_id_;
    made.page_size = page_size_;
    return made;
  }

  SqliteStore& store_;
  const Clock& clock_;
  Random& random_;
  const ShippingOptions options_;
  Connection connection_;
  const std::size_t page_size_;
  WalTail tail_;
  std::unique_ptr<ServerLock> lock_;
  bool tried_to_resume_ = false;

  std::optional<Series> series_;  // the one being written; without the list of its files
  std::uint64_t series_id_ = 0;
  bool has_base_ = false;
  std::uint64_t segment_ = 1;    // the number of the next one
  std::uint64_t commit_ = 1;     // the number of the first commit in `pending_`, or of the next one
  std::uint64_t wal_began_ = 1;  // as in SegmentHeader
  std::string pending_;          // entries that were read but not shipped yet
  std::uint64_t pending_commits_ = 0;
  Instant first_at_{}, last_at_{};
  Instant complete_at_{};  // all commits made by then are in `pending_` or were shipped
  WalPlace place_;         // after the last commit that is in `pending_` or was shipped
  bool more_ = false;      // the WAL has commits that did not fit into `pending_`
  bool reached_ = false;   // all commits that existed at the last move of the hold were read
  Steady::time_point due_{};
  int wal_limit_ = 0;  // in frames

  std::unique_ptr<BaseCopy> base_;
  Instant base_at_{};            // of the newest base's commit,
  std::uint64_t base_from_ = 0;  // and the number of that commit
  Steady::time_point base_began_{};
  std::atomic<bool> base_asked_{false};

  ShippingCounts counts_;
  std::string failure_;  // the latest one; empty if none
  Steady::time_point retry_{}, logged_{};
  std::atomic<std::uint64_t> shipped_bytes_{0};  // of the WAL's pages
  std::atomic<std::int64_t> busy_since_{0};      // steady clock, in ms; 0 if nothing is running
  bool stall_logged_ = false;                    // used by the thread that calls watch()
};

}  // namespace beckon::store
