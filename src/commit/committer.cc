#include "commit/committer.h"

#include <algorithm>
#include <chrono>
#include <future>
#include <numeric>

#include "base/planted.h"
#include "commit/counting.h"
#include "system/log.h"

namespace beckon::commit {
namespace {

constexpr std::size_t kWorkBytes = 512;  // the cost of a work in addition to its data
constexpr Duration kLookForSpaceEvery{1000};
constexpr Duration kUnhurried{100}, kHurried{10};  // between turns for maintenance alone

class Executed final : public Work {
 public:
  Executed(std::function<std::optional<Fault>(Draft&)> plan, Trace trace)
      : plan_(std::move(plan)), trace_(std::move(trace)) {}
  std::future<std::optional<Fault>> answer() { return answer_.get_future(); }
  void plan(Draft& draft) override { refused_ = plan_(draft); }
  void finish(const std::optional<Fault>& fault) override { answer_.set_value(refused_ ? refused_ : fault); }
  const Trace* trace() const override { return &trace_; }

 private:
  std::function<std::optional<Fault>(Draft&)> plan_;
  const Trace trace_;
  std::optional<Fault> refused_;
  std::promise<std::optional<Fault>> answer_;
};

}  // namespace

Committer::Committer(Commit& commit, const Draft::Places& places, const Clock& clock, Options options, Broken broken)
    : commit_(commit), places_(places), clock_(clock), options_(options), broken_(std::move(broken)) {}

Committer::~Committer() = default;

bool Committer::submit(std::unique_ptr<Work>& work) {
  Line* const line = work->line();
  const std::size_t bytes = kWorkBytes + work->bytes();
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) return false;
    const std::int64_t writing_since = writing_since_;
    const bool is_stuck = writing_since != 0 && writing_since == stuck_since_;
    if (queue_.size() >= options_.queue || is_stuck) {
      ++counts_.refused;
      return false;
    }
    std::uint64_t turn = turn_;
    if (line) {
      if (line->works >= options_.queue_per_line || (line->works > 0 && line->bytes + bytes > options_.line_bytes)) {
        ++counts_.refused_of_line;
        return false;
      }
      ++line->works;
      line->bytes += bytes;
      turn = std::max(turn_, line->turn);
      line->turn = turn + bytes;
    }
    queue_bytes_ += bytes;
    queue_.push_back({std::move(work), line, turn, bytes});
    if (queue_.size() > 1) return true;  // the thread has been notified already
  }
  come_.notify_one();
  return true;
}

bool Committer::record_late(std::string_view record, Line& line) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) return false;
    if (late_.size() + record.size() > options_.late_bytes) {
      ++counts_.refused;
      return false;
    }
    if (std::exchange(line.late_round, late_round_) != late_round_) line.late_bytes = 0;
    if (line.late_bytes + record.size() > options_.late_bytes / 2) {
      ++counts_.refused_of_line;
      return false;
    }
    line.late_bytes += record.size();
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

// Joins a batch that is written anyway; otherwise one is made for it occasionally.
void Committer::take_asked(Draft& draft) {
  Tallies asked;
  {
    const std::lock_guard lock(mutex_);
    if (asked_.empty() || (draft.empty() && !is_due(draft.now(), counted_at_, kCountedWithin) && !stopped_)) return;
    asked.swap(asked_);
  }
  counted_at_ = draft.now();
  for (const auto& [key, counts] : asked) count_asked_only(draft, key.handle, key.trigger, counts.front());
}

void refuse_overloaded(Work& work) { work.finish(unavailable("The server is overloaded.")); }

// The works of the commit that is being written wait for it: they may be stored.
void Committer::refuse_if_stuck(Duration patience) {
  const std::int64_t since = writing_since_;
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  if (since == 0 || now - std::chrono::nanoseconds{since} < patience) return;
  Works works;
  {
    const std::lock_guard lock(mutex_);
    if (writing_since_ != since) return;
    if (stuck_since_.exchange(since) != since) log::warn("storage_does_not_answer");
    works.swap(queue_);
    leave(works);
  }
  for (const Waiting& one : works) one.work->finish(unavailable("The storage does not answer."));
}

std::optional<Fault> Committer::execute(std::function<std::optional<Fault>(Draft&)> plan, Trace trace) {
  auto executed = std::make_unique<Executed>(std::move(plan), std::move(trace));
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
      const bool hurries = std::ranges::any_of(maintenance_, &Maintenance::hurries);
      std::unique_lock lock(mutex_);
      const auto upkeep = std::chrono::steady_clock::now() + (hurries ? kHurried : kUnhurried);
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

// Late records join whatever is written anyway.
Committer::Works Committer::take(std::string& late, bool with_late) {
  Works works;
  const std::lock_guard lock(mutex_);
  if (queue_.size() <= options_.batch && queue_bytes_ <= options_.batch_bytes) {
    works.swap(queue_);
    queue_.reserve(options_.batch);
  } else {
    works = take_shares();
  }
  leave(works);
  if (with_late || !works.empty()) {
    late.swap(late_);
    ++late_round_;
  }
  return works;
}

// The works with the earliest turns that fit one commit. Turns of a line never decrease, so each line stays in order.
Committer::Works Committer::take_shares() {
  std::vector<std::size_t> order(queue_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (!std::ranges::is_sorted(queue_, {}, &Waiting::turn))  // already sorted if only one line waits
    std::ranges::stable_sort(order, {}, [this](std::size_t i) { return queue_[i].turn; });
  std::size_t count = 0, bytes = 0;
  while (count < std::min(order.size(), options_.batch)) {
    bytes += queue_[order[count]].bytes;
    if (count > 0 && bytes > options_.batch_bytes) break;
    ++count;
  }
  order.resize(count);
  std::ranges::sort(order);
  Works taken;
  taken.reserve(count);
  for (const std::size_t i : order) taken.push_back(std::move(queue_[i]));
  std::erase_if(queue_, [](const Waiting& one) { return !one.work; });
  return taken;
}

void Committer::leave(const Works& works) {
  for (const Waiting& one : works) {
    queue_bytes_ -= one.bytes;
    turn_ = std::max(turn_, one.turn);
    if (!one.line) continue;
    --one.line->works;
    one.line->bytes -= one.bytes;
  }
}

bool Committer::turn(bool with_late) {
  ++counts_.turns;
  std::string late;
  auto works = take(late, with_late);
  Draft draft(places_, clock_.now(), last_position_);
  draft.record_late(late);  // first: a shown or clicked signal may follow its decision at once
  plan(works, draft);
  take_asked(draft);
  if (no_space_) look_for_space();
  if (!broke_)
    for (Maintenance* task : maintenance_) task->plan(draft);
  if (planted(Planted::kAcknowledgeBeforeSync))
    for (const Waiting& one : std::exchange(works, {})) one.work->finish(std::nullopt);
  const std::optional<Fault> fault = write(draft);
  const std::optional<Fault> lean_fault = fault && full_ ? write_lean(works, draft) : fault;
  for (const Waiting& one : works) one.work->finish(one.work->only_settles() ? lean_fault : fault);
  counts_.works.fetch_add(works.size(), std::memory_order_relaxed);
  return !works.empty() || !late.empty();
}

void Committer::plan(const Works& works, Draft& draft) {
  for (const Waiting& one : works) {
    draft.set_trace(one.work->trace());
    one.work->plan(draft);
  }
  draft.set_trace(nullptr);
}

// The disk is full: results of attempts are still written, if the store has reserve space for them. A clock set back is
// written before them, because otherwise it would later move times that they computed by the current clock.
std::optional<Fault> Committer::write_lean(const Works& works, const Draft& refused) {
  Draft draft(places_, refused.now(), last_position_, true);
  if (refused.set_back()) draft.set_clock_back(*refused.set_back());
  for (const Waiting& one : works)
    if (one.work->only_settles()) one.work->plan(draft);
  return write(draft);
}

// If nobody sends anything because the server is not ready, only this notices new space.
void Committer::look_for_space() {
  const Instant now = clock_.now();
  if (!is_due(now, looked_at_, kLookForSpaceEvery)) return;
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
  writing_since_ = begin.time_since_epoch().count();
  const auto receipt = commit_.write(batch);
  writing_since_ = 0;
  const auto spent = std::chrono::steady_clock::now() - begin;
  counts_.written_in.observe(std::chrono::duration_cast<std::chrono::microseconds>(spent));
  counts_.commits.fetch_add(1, std::memory_order_relaxed);
  if (receipt) {
    last_position_ = receipt->position;
    draft.publish(receipt->position);
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
      log::warn("commit_failed").add("why", "the storage is busy or away");
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
