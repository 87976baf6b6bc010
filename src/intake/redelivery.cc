#include "intake/redelivery.h"

#include <algorithm>

#include "base/planted.h"

namespace beckon::intake {
namespace {

using outbox::Replay;
using outbox::ReplayState;

void end(Replay& replay, ReplayState state, Instant at) {
  replay.state = state;
  replay.ended_at = at;
}

// As of this draft; std::nullopt if the draft does not change it.
std::optional<Replay> staged(const commit::Draft& draft, const ReplayId& id) {
  std::optional<Replay> found;
  for (const Replay& replay : commit::changes_of<Replay>(draft.batch()))
    if (replay.id == id) found = replay;
  return found;
}

}  // namespace

Result<void> Redeliveries::load() {
  auto found = outbox_.running_replays();
  if (!found) return unexpected(found.error());
  for (const Replay& replay : *found) running_[replay.id] = {.replay = replay};
  return {};
}

std::optional<Fault> Redeliveries::start(commit::Draft& draft, Replay replay) {
  const auto same = [&](const Replay& one) {
    return one.subscription == replay.subscription && one.state == ReplayState::kRunning;
  };
  if (std::ranges::any_of(running_, [&](const auto& entry) { return same(entry.second.replay); }) ||
      std::ranges::any_of(commit::changes_of<Replay>(draft.batch()), same))
    return Fault{
        .code = FaultCode::kConflict,
        .message =
            "Deliveries of this subscription are already being resent; wait until the job has finished, or cancel it."};
  draft.put_replay(std::move(replay));
  return std::nullopt;
}

std::optional<Replay> Redeliveries::cancel(commit::Draft& draft, const Handle& handle, const ReplayId& id) {
  const auto found = running_.find(id);
  if (found == running_.end() || found->second.replay.handle != handle) return std::nullopt;
  if (auto known = staged(draft, id)) return known;
  Replay replay = found->second.replay;
  end(replay, ReplayState::kCancelled, draft.now());
  draft.put_replay(replay);
  return replay;
}

void Redeliveries::plan(commit::Draft& draft) {
  std::size_t left = options_.per_batch;
  for (auto& [id, running] : running_) {
    if (staged(draft, id)) continue;
    const std::size_t most = std::min(left, allowance(running, draft.now()));
    if (most == 0) continue;
    left -= most;
    step(draft, running, most);
  }
}

// The number that its rate allows since its last step, at most a second's worth.
std::size_t Redeliveries::allowance(Running& running, Instant now) const {
  if (now < running.stepped_at) running.stepped_at = now;
  const auto passed = std::min<std::int64_t>((now - running.stepped_at).count(), 1000);
  return static_cast<std::size_t>(passed) * options_.per_second / 1000;
}

void Redeliveries::step(commit::Draft& draft, Running& running, std::size_t most) {
  running.stepped_at = draft.now();
  Replay next = running.replay;
  if (!draft.places().subscriptions.find(next.subscription)) {
    end(next, ReplayState::kCancelled, draft.now());
    return draft.put_replay(std::move(next));
  }
  const auto found = outbox_.replayable(next.subscription, next.range, next.place, most);
  if (!found) return;
  for (const outbox::Delivery& delivery : *found) {
    if (!planted(Planted::kReplayAgain)) next.place = {delivery.created_at, delivery.id};
    if (is_over(delivery, draft.now())) continue;  // no longer worth sending: it stays ended
    draft.requeue(delivery);
    ++next.queued;
  }
  if (found->size() < most || (planted(Planted::kReplayAgain) && next.queued > 2 * next.total))
    end(next, ReplayState::kDone, draft.now());
  draft.put_replay(std::move(next));
}

void Redeliveries::committed(commit::Draft& draft, const commit::Receipt&) {
  for (const Replay& replay : commit::changes_of<Replay>(draft.batch())) {
    if (replay.state == ReplayState::kRunning)
      running_[replay.id].replay = replay;
    else
      running_.erase(replay.id);
  }
}

}  // namespace beckon::intake
