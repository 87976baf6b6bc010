// The loop: messages, timers, reading, starting, waiting.
#include "dispatch/dispatcher.h"

#include <algorithm>
#include <future>

#include "base/planted.h"
#include "system/log.h"

namespace beckon::dispatch {

Dispatcher::Dispatcher(Ports ports, Settings settings)
    : ports_(ports),
      settings_(std::move(settings)),
      inbox_(std::make_shared<Inbox>(ports_.sender)),
      refill_(ports_.outbox, ports_.index, sending_, queues_, settings_.limits),
      flights_(settings_.limits),
      results_(ports_.settlements, inbox_) {}

Dispatcher::~Dispatcher() { close(); }

void Dispatcher::run(std::stop_token stop) {
  static constexpr Duration kLongestStep = std::chrono::seconds{1};  // so that a clock change is noticed soon
  const std::stop_callback wake_up(stop, [this] { ports_.sender.wake(); });
  wake_all();
  while (!stop.stop_requested()) poll(kLongestStep);
  begin_drain();
  while (!drained()) poll(kLongestStep);
  close();
}

void Dispatcher::poll(Duration most) {
  Instant now = ports_.clock.now();
  adjust_to_clock(now);
  read_inbox(now);
  age(now);
  if (drain_until_ == kNever) {
    fire_timers(now);
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
  if (ports_.metrics) ports_.metrics->stands(flights_.size(), results_.unwritten(), queues_.ready(), open_.size());
}

Duration Dispatcher::wait(Instant now, Duration most) const {
  Instant next = results_.next();
  if (drain_until_ != kNever) {
    next = std::min(next, now < drain_until_ ? drain_until_ : drain_until_ + settings_.limits.drain_write);
  } else {
    if (refill_.waiting()) return Duration{0};
    next = std::min(next, queues_.next_wake());
    if (!prompt_.empty()) next = std::min(next, flights_.next_age());
  }
  return next == kNever ? most : std::clamp(next - now, Duration{0}, most);
}

// Due times computed before the clock was set back would be late by as much.
void Dispatcher::adjust_to_clock(Instant now) {
  const Instant seen = std::max(std::exchange(polled_at_, now), instant_ms(committed_at_.exchange(0)));
  if (now < seen && !planted(Planted::kIgnoreSetClock))
    for (const auto& subscription : ports_.index.all()) {
      EndpointQueue& queue = queues_.open(*subscription);
      queue.pace.clear();
      queue.circuit.probe(now);
      look(queue.id, true);
    }
}

void Dispatcher::read_inbox(Instant now) {
  Messages messages = inbox_->take();
  for (const auto& [batch, ok] : messages.written) take_written(batch, ok, now);
  if (!planted(Planted::kSendWhatWasErased))
    for (const auto& [handle, session] : messages.forgotten) queues_.forget(handle, session);
  if (messages.all)
    for (const auto& subscription : ports_.index.all()) look(subscription->id, true);
  for (const SubscriptionId& id : messages.changed) look(id, true);
  for (const SubscriptionId& id : messages.woken) look(id, false);
  for (const auto& [id, delivery] : messages.probed) let_probe(id, delivery, now);
  for (auto& passed : messages.fences) passed();
}

void Dispatcher::look(const SubscriptionId& id, bool changed) {
  const auto subscription = ports_.index.find(id);
  EndpointQueue* queue = subscription ? &queues_.open(*subscription) : queues_.find(id);
  if (!queue || (!subscription && close_if_gone(*queue))) return;
  queue->marked = true;
  if (changed) {
    queue->sure = false;
    queue->paused_until = Instant{};
    if (subscription && queue->updated_at != subscription->updated_at) close_circuit(*queue);
    if (subscription) queue->updated_at = subscription->updated_at;
  }
  offer(*queue);
}

void Dispatcher::let_probe(const SubscriptionId& id, const DeliveryId& delivery, Instant now) {
  EndpointQueue* queue = queues_.find(id);
  if (!queue || queue->circuit.is_closed()) return;
  queue->wanted = delivery;
  queues_.clear_ready(*queue);  // chosen for another probe
  queue->marked = true;
  queue->circuit.probe(now);
  open_.put(id, now);
  offer(*queue);
}

void Dispatcher::fire_timers(Instant now) {
  while (EndpointQueue* queue = queues_.take_expired(now)) {
    queue->marked = true;
    queue->sure = false;
    offer(*queue);
  }
}

void Dispatcher::refill(Instant now) {
  for (int i = 0; i < settings_.limits.refills_per_step && refill_.waiting(); ++i) {
    EndpointQueue& queue = refill_.run(now);
    if (!close_if_gone(queue)) offer(queue);
  }
}

void Dispatcher::offer(EndpointQueue& queue) {
  const Instant now = ports_.clock.now();
  if (!queue.circuit.is_closed() && now < queue.circuit.until()) return queues_.wake_by(queue, queue.circuit.until());
  refill_.ask(queue);
  const Limits& limits = settings_.limits;
  if (queue.in_turn || queue.ready.empty() ||
      queue.in_flight >= std::min(queue.window, limits.in_flight_per_subscription) ||
      queue.unwritten >= limits.unwritten_per_subscription || !queue.circuit.admits(now, queue.in_flight))
    return;
  const Instant from = std::max(queue.paused_until, queue.pace.next());
  if (from > now) return queues_.wake_by(queue, from);
  (queue.slow ? slow_ : prompt_).add(queue);
}

// A queue whose subscription is deleted is closed as soon as nothing of it is in progress.
bool Dispatcher::close_if_gone(EndpointQueue& queue) {
  if (ports_.index.find(queue.id)) return false;
  queues_.clear_ready(queue);
  queues_.set_wake(queue, kNever);
  queue.marked = false;
  open_.erase(queue.id);
  if (queue.busy() == 0 && !queue.in_turn && !queue.in_refill) queues_.close(queue);
  return true;
}

void Dispatcher::age(Instant now) {
  for (const SubscriptionId& id : flights_.age(now))
    if (EndpointQueue* queue = queues_.find(id)) queue->slow = true;
}

void Dispatcher::begin_drain() { drain_until_ = ports_.clock.now() + settings_.limits.drain; }

bool Dispatcher::drained() const {
  if (flights_.size() == 0 && results_.unwritten() == 0) return true;
  if (settings_.is_lost && settings_.is_lost()) return true;
  return drain_until_ != kNever && ports_.clock.now() >= drain_until_ + settings_.limits.drain_write;
}

void Dispatcher::fence(std::move_only_function<void()> passed) {
  if (!inbox_->put([&](Messages& messages) { messages.fences.push_back(std::move(passed)); })) passed();
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
