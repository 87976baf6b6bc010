#include "commit/committer.h"

#include <chrono>
#include <future>
#include <iterator>

#include "base/planted.h"
#include "commit/counting.h"
#include "system/log.h"

namespace beckon::commit {
namespace {

constexpr Duration kLookForSpaceEvery{1000};

class Executed final : public Work {
 public:
  explicit Executed(std::function<std::optional<Fault>(Draft&)> plan) : plan_(std::move(plan)) {}
  std::future<std::optional<Fault>> answer() { return answer_.get_future(); }
  void plan(Draft& draft) override { refused_ = plan_(draft); }
  void finish(const std::optional<Fault>& fault) override { answer_.set_value(refused_ ? refused_ : fault); }

 private:
  std::function<std::optional<Fault>(Draft&)> plan_;
  std::optional<Fault> refused_;
  std::promise<std::optional<Fault>> answer_;
};

}  // namespace

Committer::Committer(Commit& commit, const Draft::Places& places, const Clock& clock, Options options, Broken broken)
    : commit_(commit), places_(places), clock_(clock), options_(options), broken_(std::move(broken)) {}

Committer::~Committer() = default;

bool Committer::submit(std::unique_ptr<Work>& work) {
  {
    const std::lock_guard lock(mutex_);
    if (stopped_ || queue_.size() >= options_.queue) return false;
    queue_.push_back(std::move(work));
    if (queue_.size() > 1) return true;  // the thread knows already
  }
  come_.notify_one();
  return true;
}

bool Committer::record_late(std::string_view record) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    if (stopped_ || late_.size() + record.size() > options_.late_bytes) return false;
    first = late_.empty();
    late_ += record;
  }
  if (first) come_.notify_one();
  return true;
}

void Committer::count_asked(const Handle& handle, std::string_view trigger) {
  const std::lock_guard lock(mutex_);
  ++asked_[{.handle = handle, .trigger = std::string(trigger)}][static_cast<std::size_t>(Metric::kAsked)];
}

// Rides in a batch that is written anyway; else one is made for it now and then.
void Committer::take_asked(Draft& draft) {
  Tallies asked;
  {
    const std::lock_guard lock(mutex_);
    if (asked_.empty() ||
        (draft.empty() && draft.now() - counted_at_ < kCountedWithin && draft.now() >= counted_at_ && !stopped_))
      return;
    asked.swap(asked_);
  }
  counted_at_ = draft.now();
  for (const auto& [key, counts] : asked) count_asked_only(draft, key.handle, key.trigger, counts.front());
}

void refuse_overloaded(Work& work) { work.finish(unavailable("The server is overloaded.")); }

std::optional<Fault> Committer::execute(std::function<std::optional<Fault>(Draft&)> plan) {
  auto executed = std::make_unique<Executed>(std::move(plan));
  auto answer = executed->answer();
  std::unique_ptr<Work> work = std::move(executed);
  if (!submit(work)) return unavailable("The server is overloaded.");
  return answer.get();
}

void Committer::run() {
  auto late_until = std::chrono::steady_clock::time_point::max();
  for (;;) {
    bool with_late = false;
    {
      std::unique_lock lock(mutex_);
      const auto upkeep = std::chrono::steady_clock::now() + Duration{100};
      come_.wait_until(lock, std::min(late_until, upkeep), [&] {
        return stopped_ || !queue_.empty() || (!late_.empty() && late_until == late_until.max());
      });
      const auto now = std::chrono::steady_clock::now();
      if (!late_.empty() && late_until == late_until.max()) late_until = now + options_.late;
      with_late = stopped_ || now >= late_until || late_.size() > options_.late_bytes / 4;
      if (stopped_ && queue_.empty() && late_.empty() && asked_.empty()) return;
      if (queue_.empty() && !with_late && now < upkeep) continue;
    }
    if (with_late) late_until = late_until.max();
    turn(with_late);
  }
}

void Committer::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  come_.notify_one();
}

// Late records ride with what is written anyway.
std::vector<std::unique_ptr<Work>> Committer::take(std::string& late, bool with_late) {
  std::vector<std::unique_ptr<Work>> works;
  const std::lock_guard lock(mutex_);
  if (queue_.size() <= options_.batch) {
    works.swap(queue_);
    queue_.reserve(options_.batch);
  } else {
    const auto end = queue_.begin() + static_cast<std::ptrdiff_t>(options_.batch);
    works.assign(std::move_iterator(queue_.begin()), std::move_iterator(end));
    queue_.erase(queue_.begin(), end);
  }
  if (with_late || !works.empty()) late.swap(late_);
  return works;
}

bool Committer::turn(bool with_late) {
  std::string late;
  auto works = take(late, with_late);
  Draft draft(places_, clock_.now(), last_position_);
  draft.record_late(late);  // first: what is shown or clicked may follow its decision at once
  for (const auto& work : works) work->plan(draft);
  take_asked(draft);
  if (no_space_) look_for_space();
  if (!broke_)
    for (Maintenance* task : maintenance_) task->plan(draft);
  if (planted(Planted::kAcknowledgeBeforeSync))
    for (const auto& work : std::exchange(works, {})) work->finish(std::nullopt);
  const std::optional<Fault> fault = write(draft);
  const std::optional<Fault> lean_fault = fault && full_ ? write_lean(works) : fault;
  for (const auto& work : works) work->finish(work->only_settles() ? lean_fault : fault);
  counts_.works.fetch_add(works.size(), std::memory_order_relaxed);
  return !works.empty() || !late.empty();
}

// The disk is full: results of attempts are still written, if the store has kept space for them.
std::optional<Fault> Committer::write_lean(const std::vector<std::unique_ptr<Work>>& works) {
  Draft draft(places_, clock_.now(), last_position_, true);
  for (const auto& work : works)
    if (work->only_settles()) work->plan(draft);
  return write(draft);
}

// Where nobody sends anything because the server is not ready, nothing else would find out.
void Committer::look_for_space() {
  const Instant now = clock_.now();
  if (now >= looked_at_ && now - looked_at_ < kLookForSpaceEvery) return;
  looked_at_ = now;
  if (!commit_.has_room()) return;
  no_space_ = false;
  log::info("storage_has_space");
}

std::optional<Fault> Committer::write(Draft& draft) {
  full_ = false;
  const Batch& batch = draft.seal();
  if (batch.empty()) {
    draft.publish(last_position_);
    return std::nullopt;
  }
  if (broke_) return unavailable("The storage has failed and the server is stopping.");
  const auto begin = std::chrono::steady_clock::now();
  const auto receipt = commit_.write(batch);
  const auto spent = std::chrono::steady_clock::now() - begin;
  counts_.commit_us.fetch_add(static_cast<std::uint64_t>(spent / std::chrono::microseconds{1}),
                              std::memory_order_relaxed);
  counts_.commits.fetch_add(1, std::memory_order_relaxed);
  if (receipt) {
    last_position_ = receipt->position;
    draft.publish(receipt->position);
    if (!draft.lean())
      for (Maintenance* task : maintenance_) task->committed(draft, *receipt);
    if (observer_) observer_(batch);
    if (no_space_ && batch.brings_something_in()) no_space_ = false;
    return std::nullopt;
  }
  counts_.failures.fetch_add(1, std::memory_order_relaxed);
  if (planted(Planted::kPublishWhatIsRefused)) draft.publish(last_position_);
  if (!draft.lean())
    for (Maintenance* task : maintenance_) task->failed();
  switch (receipt.error()) {
    case CommitFault::kFull:
      full_ = true;
      no_space_ = true;
      log::error("commit_failed").add("why", "no space left on the disk");
      return unavailable("The storage is full.");
    case CommitFault::kBusy:
      log::warn("commit_failed").add("why", "another process locked the data file for too long");
      return unavailable("The storage is busy.");
    case CommitFault::kBroken: break;
  }
  log::error("commit_failed").add("why", "a write or sync failed; stopping, the next start will recover");
  broke_ = true;
  broken_();
  return unavailable("The storage has failed.");
}

std::size_t Committer::waiting() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

}  // namespace beckon::commit
