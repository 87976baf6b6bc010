// Ships the commits of a running server's store to a backup folder (backup_folder.h), within `every`: all tables, and
// what other processes commit. A base of all data is made at the beginning and every `base_every`; what is older than
// `keep` is removed.
//
// It has a thread of its own, which alone waits for the folder, as long as that takes. Commits go on meanwhile, and the
// log keeps what was not shipped (wal_hold.h) until it is longer than `longest_wal`, its disk is full, or erased data
// must leave it. Then the log is let go: commits are missing, so that a new series begins with a new base, once the
// folder takes one.
//
// After a restart the series goes on where the log is the one that was shipped; else a new one begins.
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

// Since the server started. Each may be read at any time; `last_at_ms` changes after `last_commit`.
struct ShippingCounts {
  std::atomic<std::uint64_t> last_commit{0};  // the newest one that was shipped; 0: none yet
  std::atomic<std::int64_t> last_at_ms{0};    // when it was read from the log
  std::atomic<std::int64_t> complete_ms{0};   // all commits made by then can be restored; 0: not yet
  std::atomic<std::int64_t> base_at_ms{0};    // of the newest base; 0: none yet
  std::atomic<std::uint64_t> bytes{0}, segments{0}, bases{0}, failures{0}, series{0};
  std::atomic<bool> failing{false};  // the last attempt failed, or has not ended for `stalled_after`
};

class Shipper {
 public:
  // The store was opened with `ships`, and outlives it. The fault: its data file cannot be read.
  static Result<std::unique_ptr<Shipper>> make(SqliteStore& store, const Clock& clock, Random& random,
                                               ShippingOptions options);

  // Until it is stopped; then what is left is shipped, if the folder takes it. Logs all faults.
  void run(std::stop_token stop);
  // From another thread, a few times a second: lets the log go where it has become too long, and logs a folder that
  // does not answer.
  void watch();

  // From any thread: a base is made as soon as may be, and not only when it is due. For what older bases do not say,
  // such as another master key.
  void base_now() { base_asked_ = true; }

  const ShippingCounts& counts() const { return counts_; }

  // One round of run(); true: there is more to be done at once.
  Result<bool> round();
  // Ships what there is, as at the end of run().
  Result<void> ship_all();

 private:
  using Steady = std::chrono::steady_clock;
  static constexpr Duration kTick{100};              // how exact the times of commits are
  static constexpr std::size_t kSegment = 8u << 20;  // bytes of entries, at which a segment is shipped early
  static constexpr Duration kRetry{10'000};          // after a failure, unless `every` is shorter
  static constexpr Duration kAgain{60'000};          // between two lines about one failure

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

  std::optional<Series> series_;  // that is being written; its files are not kept in it
  std::uint64_t series_id_ = 0;
  bool has_base_ = false;
  std::uint64_t segment_ = 1;    // the number of the next one
  std::uint64_t commit_ = 1;     // that of the first commit in `pending_`, or of the next one
  std::uint64_t wal_began_ = 1;  // SegmentHeader
  std::string pending_;          // entries that were read and not shipped
  std::uint64_t pending_commits_ = 0;
  Instant first_at_{}, last_at_{};
  Instant complete_at_{};  // all commits made by then are in `pending_`, or were shipped
  WalPlace place_;         // behind the last commit in `pending_`, or that was shipped
  bool more_ = false;      // the log has commits that did not find room in `pending_`
  bool reached_ = false;   // all commits were read that were there when the hold moved last
  Steady::time_point due_{};
  int wal_limit_ = 0;  // frames

  std::unique_ptr<BaseCopy> base_;
  Instant base_at_{};            // the newest one's commit,
  std::uint64_t base_from_ = 0;  // and its number
  Steady::time_point base_began_{};
  std::atomic<bool> base_asked_{false};

  ShippingCounts counts_;
  std::string failure_;  // the newest; empty: none
  Steady::time_point retry_{}, logged_{};
  std::atomic<std::uint64_t> shipped_bytes_{0};  // of the pages of the log
  std::atomic<std::int64_t> busy_since_{0};      // of the steady clock, in ms; 0: nothing is under way
  bool stall_logged_ = false;                    // of the thread that calls watch()
};

}  // namespace beckon::store
