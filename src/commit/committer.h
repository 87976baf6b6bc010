// The committing thread: takes what has come in, lets each work plan into one draft, writes the draft as one commit,
// publishes what it changed and answers. Group commit follows by itself: what comes in while a sync runs is the next
// batch. Serial, so that a plan never races with another.
//
// If more waits than one commit takes, handles share it equally, by bytes: each work has a turn (start-time fair
// queueing; Goyal, Vin, Cheng, 1996), and those with the earliest turns are taken. Works of one handle stay in their
// order, and what belongs to no handle comes first: it is limited by the server's own threads and attempts.
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

// Something that changes facts.
class Work {
 public:
  virtual ~Work() = default;
  // Committing thread. To refuse, remember the fault and put nothing into the draft.
  virtual void plan(Draft& draft) = 0;
  // Committing thread, after the commit. std::nullopt if it was stored, else why nothing was. Must not block.
  virtual void finish(const std::optional<Fault>& fault) = 0;
  // Whether it adds no data and may be written while the disk is full; then `plan` is called again, with a lean draft.
  virtual bool only_settles() const { return false; }
  // Any thread. The handle's line, in whose share it waits and is committed; it outlives the work. Null: the server's
  // own.
  virtual Line* line() const { return nullptr; }
  // About how many bytes it brings in, by which its line is charged.
  virtual std::size_t bytes() const { return 0; }
  // Committing thread. Of the request that it is of: its events keep it. Null: none.
  virtual const Trace* trace() const { return nullptr; }
};

// Runs where `submit` refused a work: it is answered 503 on this thread, unplanned.
void refuse_overloaded(Work& work);

// Whether `every` has passed since `last`: of what is done now and then. Also if the clock was set back behind it.
inline bool is_due(Instant now, Instant last, Duration every) { return now - last >= every || now < last; }

// What every batch does once its works are planned: what follows from all of them together, and regular maintenance in
// small steps. Committing thread.
class Maintenance {
 public:
  virtual ~Maintenance() = default;
  virtual void plan(Draft& draft) = 0;  // not called for a lean draft
  // A draft is on disk, with what its works planned; also a lean one.
  virtual void committed(Draft&, const Receipt&) {}
  virtual void failed() {}  // what was planned last is not on disk
};

class Committer {
 public:
  struct Options {
    std::size_t queue = 8192;            // works waiting; beyond it 503
    std::size_t queue_per_line = 2048;   // of these, of one handle; beyond it 503
    std::size_t line_bytes = 16u << 20;  // about what these bring in; beyond it 503
    std::size_t late_bytes = 32u << 20;  // of records that no request waits for, half for one handle; beyond it 503
    std::size_t batch = 1024;            // works in one commit
    std::size_t batch_bytes = 2u << 20;  // about what they bring in, unless it is a single work
    Duration late{50};                   // how long such a fact may wait; contract section 4 says 100 ms
  };
  using Broken = std::function<void()>;  // a write failed in a way that only a restart mends: the process must stop

  Committer(Commit& commit, const Draft::Places& places, const Clock& clock, Options options, Broken broken);
  ~Committer();

  // Thread-safe. Runs `work` in the next batch that has room for its line. False (and `work` left as it was):
  // overloaded, its line has its share of the queue, or stopped.
  bool submit(std::unique_ptr<Work>& work);

  // Thread-safe. A record (ledger/codec.h) of a decision that was answered already: it is written within
  // `Options::late`. False: overloaded, `line` has its share, or stopped.
  bool record_late(std::string_view record, Line& line);

  // Thread-safe. A decision request of which only a count is kept, which is written within kCountedWithin. `trigger`
  // as counting.h has it, so that there are no more of them than rules have triggers.
  void count_asked(const Handle& handle, std::string_view trigger);

  // Any other thread: runs `plan` in the next batch, and returns when it is on disk. A fault that `plan` returns is
  // the answer, and then it must have put nothing into the draft. `trace`: as in Work.
  std::optional<Fault> execute(std::function<std::optional<Fault>(Draft&)> plan, Trace trace = {});

  // Planned in the order of adding. They outlive the committer's work.
  void add_maintenance(Maintenance& task) { maintenance_.push_back(&task); }

  // Sees each batch once it is on disk, on the committing thread, before anyone is answered: what dispatch is woken by.
  using Observer = std::function<void(const Batch&)>;
  void set_observer(Observer observer) { observer_ = std::move(observer); }

  // The thread's body: until stop(); what was submitted before is committed first.
  void run();
  void stop();

  // One batch, without waiting. What is late rides with works, or with `with_late` goes alone. True if anything was
  // done. For tests, the simulator and run().
  bool turn(bool with_late);

  ledger::Position last_position() const { return last_position_; }
  void set_last_position(ledger::Position position) { last_position_ = position; }

  struct Counts {
    std::atomic<std::uint64_t> turns{0};  // also those without a commit: ten a second where nothing is to be done
    std::atomic<std::uint64_t> commits{0}, works{0}, failures{0};
    DurationHistogram written_in;                               // of Commit::write, also where it failed
    std::atomic<std::uint64_t> refused{0}, refused_of_line{0};  // not taken: too much waits in total, or of a line
  };
  const Counts& counts() const { return counts_; }
  std::size_t waiting() const;
  // Thread-safe. Whether the disk is full: what adds data is refused. It ends by itself when there is space.
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
  bool full_ = false;                  // the last write found no space
  std::atomic<bool> no_space_{false};  // since then nothing that adds data has been written
  Instant looked_at_{};                // for space
  Counts counts_;

  mutable std::mutex mutex_;
  std::condition_variable come_;
  Works queue_;
  std::size_t queue_bytes_ = 0;
  std::uint64_t turn_ = 0;  // the latest that was taken
  std::string late_;
  std::uint64_t late_round_ = 1;  // of what late_ holds
  Tallies asked_;                 // their hours are set when they are written
  Instant counted_at_{};
  bool stopped_ = false;
};

}  // namespace beckon::commit
