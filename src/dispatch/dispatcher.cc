// The loop: letters, timers, reading, starting, waiting.
#include "dispatch/dispatcher.h"

#include <algorithm>
#include <future>

#include "base/log.h"
#include "base/planted.h"

namespace beckon::dispatch {

Dispatcher::Dispatcher(Ports ports, Settings settings)
    : ports_(ports),
      settings_(std::move(settings)),
      inbox_(std::make_shared<Inbox>(ports_.sender)),
      refill_(ports_.outbox, ports_.index, sending_, lanes_, settings_.limits),
      flights_(settings_.limits),
      results_(ports_.settlements, inbox_) {}

Dispatcher::~Dispatcher() { close(); }

void Dispatcher::run(std::stop_token stop) {
  static constexpr Duration kLongestStep = std::chrono::seconds{1};  // so that a clock that was set is soon heeded
  const std::stop_callback wake_up(stop, [this] { ports_.sender.wake(); });
  wake_all();
  while (!stop.stop_requested()) poll(kLongestStep);
  begin_drain();
  while (!drained()) poll(kLongestStep);
  close();
}

void Dispatcher::poll(Duration most) {
  Instant now = ports_.clock.now();
  heed_set_clock(now);
  read_inbox(now);
  age(now);
  if (drain_until_ == kNever) {
    ring(now);
    refill(now);
    start(false);
    start(true);
  } else if (now >= drain_until_) {
    ports_.sender.abandon();
    for (const Flight& flight : flights_.abandon()) sending_.erase(flight.delivery.id);
  }
  results_.hand_over(now);
  if (drain_until_ != kNever && drained()) return;
  ports_.sender.poll(wait(now, most));
  now = ports_.clock.now();
  results_.hand_over(now);
  if (ports_.metrics) ports_.metrics->stands(flights_.size(), results_.unwritten(), lanes_.ready(), open_.size());
}

Duration Dispatcher::wait(Instant now, Duration most) const {
  Instant next = results_.next();
  if (drain_until_ != kNever) {
    next = std::min(next, now < drain_until_ ? drain_until_ : drain_until_ + settings_.limits.drain_write);
  } else {
    if (refill_.waiting()) return Duration{0};
    next = std::min(next, lanes_.next_wake());
    if (!prompt_.empty()) next = std::min(next, flights_.next_age());
  }
  return next == kNever ? most : std::clamp(next - now, Duration{0}, most);
}

// What was reckoned from the clock before it was set back would stand for as long as it was set back.
void Dispatcher::heed_set_clock(Instant now) {
  const Instant seen = std::max(std::exchange(polled_at_, now), instant_ms(committed_at_.exchange(0)));
  if (now < seen && !planted(Planted::kIgnoreSetClock))
    for (const auto& subscription : ports_.index.all()) {
      Lane& lane = lanes_.open(*subscription);
      lane.pace.clear();
      lane.circuit.probe(now);
      look(lane.id, true);
    }
}

void Dispatcher::read_inbox(Instant now) {
  Letters letters = inbox_->take();
  for (const auto& [batch, ok] : letters.written) take_written(batch, ok, now);
  if (!planted(Planted::kSendWhatWasErased))
    for (const auto& [handle, session] : letters.forgotten) lanes_.forget(handle, session);
  if (letters.all)
    for (const auto& subscription : ports_.index.all()) look(subscription->id, true);
  for (const SubscriptionId& id : letters.changed) look(id, true);
  for (const SubscriptionId& id : letters.woken) look(id, false);
  for (const SubscriptionId& id : letters.probed) let_probe(id, now);
  for (auto& passed : letters.fences) passed();
}

void Dispatcher::look(const SubscriptionId& id, bool changed) {
  const auto subscription = ports_.index.find(id);
  Lane* lane = subscription ? &lanes_.open(*subscription) : lanes_.find(id);
  if (!lane || (!subscription && close_if_gone(*lane))) return;
  lane->marked = true;
  if (changed) {
    lane->sure = false;
    lane->paused_until = Instant{};
    if (subscription && lane->updated_at != subscription->updated_at) close_circuit(*lane);
    if (subscription) lane->updated_at = subscription->updated_at;
  }
  offer(*lane);
}

void Dispatcher::let_probe(const SubscriptionId& id, Instant now) {
  Lane* lane = lanes_.find(id);
  if (!lane || lane->circuit.is_closed()) return;
  lane->circuit.probe(now);
  open_.put(id, now);
  offer(*lane);
}

void Dispatcher::ring(Instant now) {
  while (Lane* lane = lanes_.rung(now)) {
    lane->marked = true;
    lane->sure = false;
    offer(*lane);
  }
}

void Dispatcher::refill(Instant now) {
  for (int i = 0; i < settings_.limits.refills_per_step && refill_.waiting(); ++i) {
    Lane& lane = refill_.run(now);
    if (!close_if_gone(lane)) offer(lane);
  }
}

void Dispatcher::offer(Lane& lane) {
  const Instant now = ports_.clock.now();
  if (!lane.circuit.is_closed() && now < lane.circuit.until()) return lanes_.wake_by(lane, lane.circuit.until());
  refill_.ask(lane);
  const Limits& limits = settings_.limits;
  if (lane.in_turn || lane.ready.empty() ||
      lane.in_flight >= std::min(lane.window, limits.in_flight_per_subscription) ||
      lane.unwritten >= limits.unwritten_per_subscription || !lane.circuit.admits(now, lane.in_flight))
    return;
  const Instant from = std::max(lane.paused_until, lane.pace.next());
  if (from > now) return lanes_.wake_by(lane, from);
  (lane.slow ? slow_ : prompt_).add(lane);
}

// A lane whose subscription is deleted goes as soon as nothing of it is under way.
bool Dispatcher::close_if_gone(Lane& lane) {
  if (ports_.index.find(lane.id)) return false;
  lanes_.clear_ready(lane);
  lanes_.set_wake(lane, kNever);
  lane.marked = false;
  open_.erase(lane.id);
  if (lane.busy() == 0 && !lane.in_turn && !lane.in_refill) lanes_.close(lane);
  return true;
}

void Dispatcher::age(Instant now) {
  for (const SubscriptionId& id : flights_.age(now))
    if (Lane* lane = lanes_.find(id)) lane->slow = true;
}

void Dispatcher::begin_drain() { drain_until_ = ports_.clock.now() + settings_.limits.drain; }

bool Dispatcher::drained() const {
  if (flights_.size() == 0 && results_.unwritten() == 0) return true;
  return drain_until_ != kNever && ports_.clock.now() >= drain_until_ + settings_.limits.drain_write;
}

void Dispatcher::fence(std::move_only_function<void()> passed) {
  if (!inbox_->put([&](Letters& letters) { letters.fences.push_back(std::move(passed)); })) passed();
}

void Dispatcher::fence() {
  std::promise<void> passed;
  fence([&passed] { passed.set_value(); });
  passed.get_future().wait();
}

void Dispatcher::close() {
  if (std::exchange(closed_, true)) return;
  ports_.sender.abandon();
  flights_.abandon();
  for (auto& passed : inbox_->close().fences) passed();
  if (results_.unwritten() > 0)
    log::warn("results_lost").add("results", static_cast<std::int64_t>(results_.unwritten()));
}

}  // namespace beckon::dispatch
