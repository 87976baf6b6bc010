// The committing thread: takes the queued works, lets each plan into one draft, writes the draft as one commit,
// publishes the changes and answers the requests. This gives group commit: works that arrive during a sync form the
// next batch. Single-threaded, so that no plan races with another.
//
// If more works wait than fit into one commit, handles share it equally by bytes (start-time fair queueing; Goyal, Vin,
// Cheng, 1996): each work has a virtual start time (its turn), and the earliest are taken. Works of one handle stay in
// order; works of no handle come first: the server's own threads and attempts limit them.
#pragma once
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "base/duration_histogram.h"
#include "base/instant.h"
#include "base/trace.h"
#include "commit/draft.h"
#include "commit/line.h"

namespace beckon::commit {

// A unit of work that changes facts.
class Work {
 public:
  virtual ~Work() = default;
  // Committing thread. To refuse, it stores the fault and adds nothing to the draft.
  virtual void plan(Draft& draft) = 0;
  // Committing thread, after the commit. std::nullopt if it was stored, otherwise the error. Must not block.
  virtual void finish(const std::optional<Fault>& fault) = 0;
  // Whether it adds no data, so that it may be written on a full disk: `plan` is called again, with a lean draft.
  virtual bool only_settles() const { return false; }
  // Any thread. The line of the handle whose share it uses; it outlives the work. Null if it is the server's
  // own.
  virtual Line* line() const { return nullptr; }
  // Approximate size of the data it adds, in bytes; charged to its line.
  virtual std::size_t bytes() const { return 0; }
  // Committing thread. The trace of its request, stored with its events; null if it has none.
  virtual const Trace* trace() const { return nullptr; }
};

// Call if `submit` refused a work: finishes it with 503 on this thread, unplanned.
void refuse_overloaded(Work& work);

// For periodic work: whether `every` has passed since `last`, or the clock was set back to before `last`.
inline bool is_due(Instant now, Instant last, Duration every) { return now - last >= every || now < last; }

// Runs in every batch after its works are planned: follow-up changes, and regular maintenance in small steps.
// Committing thread.
class Maintenance {
 public:
  virtual ~Maintenance() = default;
  virtual void plan(Draft& draft) = 0;  // not called for a lean draft
  // A draft, also a lean one, is on disk with everything planned in it.
  virtual void committed(Draft&, const Receipt&) {}
  virtual void failed() {}  // the last plan was not written
  // Whether it has work that should be done soon: then it is planned every 10 ms even if nothing else happens.
  // Otherwise it is every 100 ms. Committing thread.
  virtual bool hurries() const { return false; }
};

class Committer {
 public:
  struct Options {
    std::size_t queue = 8192;            // works waiting; beyond it, 503
    std::size_t queue_per_line = 2048;   // of them, for one handle; beyond it, 503
    std::size_t line_bytes = 16u << 20;  // approximate bytes of one handle's waiting works; beyond it, 503
    std::size_t late_bytes = 32u << 20;  // records that no request waits for, half for one handle; beyond it, 503
    std::size_t batch = 1024;            // works in one commit
    std::size_t batch_bytes = 2u << 20;  // approximate bytes in one commit, unless it is a single work
    Duration late{50};                   // how long a late record may wait; contract section 4 says 100 ms
  };
  using Broken = std::function<void()>;  // a write failed so that only a restart can recover: the process must stop

  Committer(Commit& commit, const Draft::Places& places, const Clock& clock, Options options, Broken broken);
  ~Committer();

  // Thread-safe. Queues `work` for the next batch with room for its line. False (`work` is unchanged) if the server is
  // overloaded, the line has used up its share of the queue, or the committer has stopped.
  bool submit(std::unique_ptr<Work>& work);

  // Thread-safe. Queues the record (ledger/codec.h) of a decision that was already returned: it is written within
  // `Options::late`. False if overloaded, `line` has used up its share, or stopped.
  bool record_late(std::string_view record, Line& line);

  // Thread-safe. Counts a decision request that is not recorded otherwise; written within kCountedWithin. `trigger` is
  // as in counting.h, which bounds the number of keys to the triggers that rules name.
  void count_asked(const Handle& handle, std::string_view trigger);

  // Any other thread: runs `plan` in the next batch and returns when it is on disk. A fault that `plan` returns is the
  // result; `plan` must then have added nothing to the draft. `trace`: as in Work.
  std::optional<Fault> execute(std::function<std::optional<Fault>(Draft&)> plan, Trace trace = {});

  // Any other thread, a few times a second. If a write has not returned for `patience` (the database of a store does
  // not answer), finishes the works that wait with 503; `submit` refuses further ones until it has returned.
  void refuse_if_stuck(Duration patience);

  // Planned in the order added. Tasks outlive the committer's thread.
  void add_maintenance(Maintenance& task) { maintenance_.push_back(&task); }

  // Called with each batch once it is on disk, on the committing thread, before requests are answered; wakes dispatch.
  using Observer = std::function<void(const Batch&)>;
  void set_observer(Observer observer) { observer_ = std::move(observer); }

  // The thread's body: runs until stop(), then commits what was submitted before.
  void run();
  void stop();

  // One batch, without waiting. Late records are written with works, or, if `with_late`, alone. True if anything was
  // done. For tests, the simulator and run().
  bool turn(bool with_late);

  ledger::Position last_position() const { return last_position_; }
  void set_last_position(ledger::Position position) { last_position_ = position; }

  struct Counts {
    std::atomic<std::uint64_t> turns{0};  // including those without a commit: ten a second when idle
    std::atomic<std::uint64_t> commits{0}, works{0}, failures{0};
    DurationHistogram written_in;                               // duration of Commit::write, including failures
    std::atomic<std::uint64_t> refused{0}, refused_of_line{0};  // too much waits in total, or on a line
  };
  const Counts& counts() const { return counts_; }
  std::size_t waiting() const;
  // Thread-safe. Whether the disk is full: added data is refused. Ends by itself once there is space again.
  bool full() const { return no_space_; }

 private:
  struct Waiting {
    std::unique_ptr<Work> work;
    Line* line;
    std::uint64_t turn;
    std::size_t bytes;
  };
  using Works = std::vector<Waiting>;
  static constexpr Duration kCountedWithin{1000};

  Works take(std::string& late, bool with_late);
  Works take_shares();
  void leave(const Works& works);
  static void plan(const Works& works, Draft& draft);
  void look_for_space();
  void take_asked(Draft& draft);
  std::optional<Fault> write(Draft& draft);
  std::optional<Fault> write_lean(const Works& works, const Draft& refused);

  Commit& commit_;
  const Draft::Places places_;
  const Clock& clock_;
  const Options options_;
  Broken broken_;
  std::vector<Maintenance*> maintenance_;
  Observer observer_;
  ledger::Position last_position_ = 0;
  bool broke_ = false;
  bool full_ = false;                           // the last write found no space
  std::atomic<bool> no_space_{false};           // until a batch that adds data is written again
  Instant looked_at_{};                         // last check for space
  std::atomic<std::int64_t> writing_since_{0};  // of the steady clock, in nanoseconds; 0 while nothing is written
  std::atomic<std::int64_t> stuck_since_{0};    // writing_since_ of the last write that was found stuck
  Counts counts_;

  mutable std::mutex mutex_;
  std::condition_variable come_;
  Works queue_;
  std::size_t queue_bytes_ = 0;
  std::uint64_t turn_ = 0;  // the latest turn taken
  std::string late_;
  std::uint64_t late_round_ = 1;  // identifies the current contents of late_
  Tallies asked_;                 // their hours are set when they are written
  Instant counted_at_{};
  bool stopped_ = false;
};

}  // namespace beckon::commit
