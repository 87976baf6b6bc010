#include "simulator/attempts.h"

#include <algorithm>

#include "outbox/verdict.h"

namespace beckon::simulator {

using dispatch::SendResult;
using outbox::AttemptOutcome;

namespace {

bool is_retried(const SendResult& result) {
  return outbox::is_retried({.outcome = result.outcome, .status = result.status});
}

int status_of(AttemptOutcome outcome, int status) { return outcome == AttemptOutcome::kStatus ? status : 0; }

}  // namespace

int Attempts::begin_life(const outbox::RetrySchedule& schedule, outbox::Outbox& outbox) {
  schedule_ = schedule;
  outboxes_.push_back(&outbox);
  return static_cast<int>(outboxes_.size());
}

void Attempts::lost(const std::function<bool(std::size_t subscription)>& of) {
  for (auto& [name, line] : lines_) {
    if (!of(line.subscription)) continue;
    line.life = line.written = line.ends = line.waits_behind = 0;
    line.kept.clear();
    line.may_be_lost = true;
  }
}

const Attempts::Line* Attempts::find(std::size_t subscription, const std::string& event) const {
  const auto found = lines_.find(key(subscription, event));
  return found == lines_.end() ? nullptr : &found->second;
}

int Attempts::again(std::size_t subscription, const std::string& event) const {
  const auto found = retried_.find(key(subscription, event));
  return (found == retried_.end() ? 0 : found->second) + outside_.subscriptions[subscription].replays;
}

std::string Attempts::words(const Received& request) const {
  return "attempt " + std::to_string(request.attempt) + " of " + request.event + " to " +
         outside_.subscriptions[request.subscription].id.text;
}

void Attempts::begun(const Received& request) {
  stage_.counts.add(Count::kAttempts);
  if (request.attempt > 1) stage_.counts.add(Count::kRetries);
  stage_.tell([&] {
    return words(request) + " begins (" + std::string(request.type) +
           (request.signal ? ", s" + std::to_string(*request.signal) : "") + ")";
  });
  const KnownSubscription& subscription = outside_.subscriptions[request.subscription];
  Line& line = lines_[key(request.subscription, request.event)];
  is_once(request, line);
  is_allowed(request, subscription);
  is_in_time(request, line);
  if (request.attempt == 1 && line.last == 0) {
    if (subscription.ordered && request.signal) is_in_order(request, subscription);
    is_prompt(request, subscription);
  }
  if (request.anchor && again(request.subscription, request.event) == 0) message_begins(request);
  line.subscription = request.subscription;
  line.body = request.body;
  line.last = request.attempt;
  line.life = request.life;
  line.in_flight = true;
}

// P4.
void Attempts::is_once(const Received& request, const Line& line) const {
  const auto [same, fresh] = bodies_.try_emplace(request.event, request.body);
  require(same->second == request.body, [&] { return "P4: one webhook-id stands for two events: " + words(request); });
  require(line.life != request.life || !line.in_flight,
          [&] { return "P4: a delivery is sent while it is being sent: " + words(request); });
  require(request.attempt <= line.last + 1, [&] {
    return "P6: attempt numbers leave one out, " + std::to_string(line.last) + " was the last: " + words(request);
  });
  require(request.attempt > line.last || line.life != request.life,
          [&] { return "P4: a delivery is sent twice in one life of the process: " + words(request); });
  require(request.attempt > line.written,
          [&] { return "P4: a delivery is sent again although its result was written: " + words(request); });
  require(line.ends <= again(request.subscription, request.event),
          [&] { return "P4: a delivery is sent again although it had ended: " + words(request); });
  if (request.attempt == line.last) stage_.counts.add(Count::kRepeats);
}

// P5.
void Attempts::is_allowed(const Received& request, const KnownSubscription& subscription) const {
  require(subscription.deleted != Answer::kYes,
          [&] { return "P5: an attempt begins behind the answer to DELETE: " + words(request); });
  require(request.address >= subscription.least_address,
          [&] { return "P5: an attempt goes to an address that was changed: " + words(request); });
  require(!subscription.disabled || request.type == outbox::kTestEventType,
          [&] { return "P5: an attempt begins for a subscription that is disabled: " + words(request); });
  if (!request.signal) return;
  require(!outside_.signals[*request.signal].forgotten,
          [&] { return "P5: an attempt tells of what was erased: " + words(request); });
}

// P6.
void Attempts::is_in_time(const Received& request, const Line& line) const {
  if (clocks_differ || line.waits_behind == 0 || line.waits_behind != request.attempt - 1) return;
  if (line.turns != outside_.subscriptions[request.subscription].turns ||
      line.again != again(request.subscription, request.event))
    return;
  require(stage_.time.now() >= line.earliest, [&] {
    return "P6: an attempt begins " + std::to_string((line.earliest - stage_.time.now()).count()) +
           " ms before the schedule, or the receiver, allows it: " + words(request);
  });
}

void Attempts::is_in_order(const Received& request, const KnownSubscription& subscription) const {
  if (stage_.time.went_back() || clocks_differ) return;
  const KnownSession& session = outside_.sessions[outside_.signals[*request.signal].session];
  const auto all =
      outboxes_.at(static_cast<std::size_t>(request.life) - 1)->deliveries_of(session.handle, session.id, 10'000);
  const auto this_one = std::ranges::find(*all, EventId{request.event}, &outbox::Delivery::event);
  for (const outbox::Delivery& other : *all) {
    if (other.subscription != subscription.id || is_final(other.state) || other.event == EventId{request.event})
      continue;
    if (again(request.subscription, other.event.text) > 0 || this_one == all->end()) continue;
    if (const Line* line = find(request.subscription, other.event.text); line && line->may_be_lost) continue;
    require(other.id > this_one->id, [&] {
      return "Order: an event is sent before " + other.event.text + " of its session has ended: " + words(request);
    });
  }
}

// P12, P13 and P7.
void Attempts::is_prompt(const Received& request, const KnownSubscription& subscription) {
  if (clocks_differ || !subscription.always_healthy || subscription.ordered || subscription.rated ||
      subscription.turns > 0 || !request.signal)
    return;
  const KnownSignal& signal = outside_.signals[*request.signal];
  if (signal.answer != Answer::kYes) return;
  const Duration waited = stage_.time.passed() - std::max(signal.answered_at, disturbed_until_);
  stage_.counts.longest_wait_ms = std::max(stage_.counts.longest_wait_ms, waited.count());
  require(waited <= kPrompt, [&] {
    return "P12, P13: a healthy endpoint waited " + std::to_string(waited.count()) +
           " ms for its event: " + words(request);
  });
}

void Attempts::ended(const Received& request, const SendResult& result) {
  stage_.tell([&] {
    return words(request) + " ends: " + outbox::reason_of({.outcome = result.outcome, .status = result.status});
  });
  Line& line = lines_[key(request.subscription, request.event)];
  if (outbox::is_success({.outcome = result.outcome, .status = result.status})) ++line.successes;
  if (line.life != request.life) return;  // another process has sent it again
  line.in_flight = false;
  line.answers[request.attempt] = status_of(result.outcome, result.status);
  line.waits_behind = 0;
  const auto& waits = schedule_.waits();
  const int again = this->again(request.subscription, request.event);
  if (!is_retried(result) || again > 0 || request.attempt > static_cast<int>(waits.size())) return;
  const auto nominal = static_cast<double>(waits[static_cast<std::size_t>(request.attempt) - 1].count());
  const Duration least{static_cast<std::int64_t>(nominal * (1 - outbox::RetrySchedule::kJitter))};
  const Duration asked = std::min(result.retry_after.value_or(Duration{0}), outbox::RetrySchedule::kMostRetryAfter);
  line.waits_behind = request.attempt;
  line.earliest = stage_.time.now() + std::max(least, asked);
  line.turns = outside_.subscriptions[request.subscription].turns;
  line.again = again;
}

void Attempts::set_back(Duration by) {
  disturbed_until_ = std::max(disturbed_until_, stage_.time.passed()) + by;
  for (auto& [key, line] : lines_) line.earliest -= by;
}

void Attempts::written(const outbox::Settled& settled) {
  const auto subscription = outside_.find(settled.delivery.subscription);
  if (!subscription || settled.settlement.attempt.number == 0) return;
  Line& line = lines_[key(*subscription, settled.delivery.event.text)];
  const outbox::Attempt& attempt = settled.settlement.attempt;
  require(attempt.number == line.last, [&] {
    return "P6: the result of an attempt is written that was not the last: " + std::to_string(attempt.number) + " of " +
           settled.delivery.event.text;
  });
  line.written = attempt.number;
  line.kept[attempt.number] = status_of(attempt.outcome, attempt.status);
  if (settled.settlement.state != outbox::DeliveryState::kRetrying) ++line.ends;
}

}  // namespace beckon::simulator
