// One attempt of the dispatcher, from its turn to its result.
#include <algorithm>

#include "base/check.h"
#include "base/log.h"
#include "base/planted.h"
#include "dispatch/attempt_request.h"
#include "dispatch/dispatcher.h"

namespace beckon::dispatch {

// By the clock of each turn: a lane comes back into the queue by it, and what is too early by an older one would come
// back for ever.
void Dispatcher::start(bool slow) {
  Turns& turns = slow ? slow_ : prompt_;
  while (flights_.has_room(slow) && results_.unwritten() < static_cast<std::size_t>(settings_.limits.unwritten)) {
    Lane* lane = turns.next();
    if (!lane) return;
    if (lane->slow == slow) start_next(*lane, ports_.clock.now());
    if (!close_if_gone(*lane)) offer(*lane);  // also where it changed its account while it waited
  }
}

void Dispatcher::start_next(Lane& lane, Instant now) {
  if (!lane.circuit.admits(now, lane.in_flight) || lane.pace.next() > now)
    return;  // as of while it waited for its turn
  const auto subscription = ports_.index.find(lane.id);
  while (subscription && !lane.ready.empty()) {
    outbox::Due due = lanes_.take_ready(lane);
    // It was held meanwhile; when the subscription is enabled again, `changed` brings it back.
    if (!outbox::may_send(*subscription, due.delivery.event_type) && !planted(Planted::kDeliverWhileDisabled)) continue;
    if (!due.delivery.rule.empty() && !is_still_owed(lane, due.delivery, now)) {
      lane.marked = lane.marked || due.delivery.ordered;  // the next of its session is due in its place
      continue;
    }
    if (outbox::is_over(due.delivery, now)) {
      withdraw(lane, std::move(due.delivery));
      continue;
    }
    return begin(lane, *subscription, std::move(due), now);
  }
}

// What is born of a delayed rule may have lost its reason since it was read: asked once more, at the last moment.
bool Dispatcher::is_still_owed(Lane& lane, const outbox::Delivery& delivery, Instant now) {
  const auto current = ports_.outbox.delivery(delivery.handle, delivery.id);
  if (!current) {
    lane.sure = false;
    lanes_.set_wake(lane, now + settings_.limits.again_after_fault);
  }
  return current && *current && !is_final((*current)->state);
}

void Dispatcher::withdraw(Lane& lane, outbox::Delivery delivery) {
  CHECK(sending_.insert(delivery.id));
  ++lane.unwritten;
  outbox::Settlement over{.delivery = delivery.id,
                          .state = outbox::DeliveryState::kWithdrawn,
                          .schedule_step = delivery.schedule_step,
                          .reason = std::string(outbox::kTimeOver)};
  if (settings_.log_attempts)
    log::info("withdrawn")
        .add("handle", delivery.handle.view())
        .add("delivery", delivery.id.view())
        .add("why", over.reason);
  results_.add({.settlement = std::move(over), .delivery = std::move(delivery)});
}

void Dispatcher::begin(Lane& lane, const outbox::Subscription& subscription, outbox::Due due, Instant now) {
  const Limits& limits = settings_.limits;
  auto made = attempt_headers(subscription, due, now, ports_.secrets);
  if (!made) {
    log::error("secret_unreadable").add("handle", lane.handle.view()).add("subscription", lane.id.view());
    lane.paused_until = now + limits.again_after_secret;
    lanes_.clear_ready(lane);
    lane.marked = lane.sure = false;
    lanes_.set_wake(lane, lane.paused_until);
    return;
  }
  CHECK(sending_.insert(due.delivery.id) || planted(Planted::kClaimTwice));
  if (ports_.metrics) ports_.metrics->begun(std::max(Duration{0}, now - due.delivery.next_attempt_at));
  ++lane.in_flight;
  if (subscription.rate_per_second) lane.pace.begun(now, *subscription.rate_per_second);
  const std::uint64_t flight = flights_.begin({.delivery = std::move(due.delivery),
                                               .started = now,
                                               .request_headers = std::move(made->record),
                                               .slow = lane.slow});
  ports_.sender.send({.url = subscription.endpoint_url,
                      .headers = std::move(made->headers),
                      .body = std::move(due.body),
                      .connect = limits.connect,
                      .whole = limits.whole,
                      .response_kept = limits.response_kept},
                     [this, flight](SendResult result) { ended(flight, std::move(result)); });
}

void Dispatcher::ended(std::uint64_t number, SendResult result) {
  const Instant now = ports_.clock.now();
  Flight flight = flights_.end(number);
  Lane* lane = lanes_.find(flight.delivery.subscription);
  CHECK(lane != nullptr && lane->in_flight > 0);
  --lane->in_flight;
  ++lane->unwritten;

  if (result.body.size() > settings_.limits.response_kept) result.body.resize(settings_.limits.response_kept);
  outbox::Attempt attempt{.number = flight.delivery.attempts + (planted(Planted::kCountAttemptTwice) ? 2 : 1),
                          .at = flight.started,
                          .outcome = result.outcome,
                          .status = result.status,
                          .error = std::move(result.error),
                          .dns_us = result.dns_us,
                          .connect_us = result.connect_us,
                          .tls_us = result.tls_us,
                          .first_byte_us = result.first_byte_us,
                          .total_us = result.total_us,
                          .request_headers = std::move(flight.request_headers),
                          .response_body = std::move(result.body)};
  judge(*lane, attempt);
  judge_circuit(*lane, attempt, result.retry_after, now);
  if (ports_.metrics) ports_.metrics->ended(attempt);
  const Instant from = planted(Planted::kReadSystemClock) ? SystemClock().now() : now;
  auto verdict = outbox::verdict_on(flight.delivery, std::move(attempt), result.retry_after, settings_.schedule,
                                    lane->failing_since, from, ports_.random, settings_.disable_after);
  if (settings_.log_attempts) log_attempt(flight.delivery, verdict.settlement);
  auto change = change_of(*lane, verdict, now);
  results_.add({.settlement = std::move(verdict.settlement),
                .delivery = std::move(flight.delivery),
                .change = std::move(change)});
  offer(*lane);
}

// Any answer, also a 500, shows a receiver that takes requests; how long it took says which account it belongs to.
void Dispatcher::judge(Lane& lane, const outbox::Attempt& attempt) {
  lane.slow = std::chrono::microseconds{attempt.total_us} > settings_.limits.slow_after;
  if (attempt.outcome == outbox::AttemptOutcome::kStatus)
    lane.window = std::min(lane.window + 1, settings_.limits.in_flight_per_subscription);
  else
    lane.window = std::max(lane.window / 2, 1);
}

void Dispatcher::judge_circuit(Lane& lane, const outbox::Attempt& attempt, std::optional<Duration> retry_after,
                               Instant now) {
  if (!outbox::is_retried(attempt)) return close_circuit(lane);
  lane.circuit.failed(now, retry_after, settings_.limits.circuit, ports_.random);
  if (lane.circuit.is_closed()) return;
  // What was read ahead would keep its memory for as long as the circuit is open.
  lanes_.clear_ready(lane);
  lane.marked = true;
  lane.sure = false;
  lane.window = 2;
  open_.put(lane.id, lane.circuit.until());
}

void Dispatcher::close_circuit(Lane& lane) {
  if (!lane.circuit.is_closed()) open_.erase(lane.id);
  lane.circuit.answered();
}

std::optional<outbox::SubscriptionChange> Dispatcher::change_of(Lane& lane, const outbox::Verdict& verdict,
                                                                Instant now) {
  const auto subscription = ports_.index.find(lane.id);
  if (!subscription) return std::nullopt;
  if (!verdict.disable_reason.empty() && subscription->enabled) {
    lane.failing_since = Instant{};
    return outbox::SubscriptionChange{lane.id, lane.handle, Instant{}, verdict.disable_reason};
  }
  lane.failing_since = verdict.failing_since;
  if (!outbox::is_noted(*subscription, lane.failing_since, now)) return std::nullopt;
  if (lane.told == lane.failing_since) return std::nullopt;  // it is on its way
  lane.told = lane.failing_since;
  return outbox::SubscriptionChange{lane.id, lane.handle, lane.failing_since, ""};
}

void Dispatcher::take_written(const outbox::SettledBatch& batch, bool ok, Instant now) {
  if (!results_.written(batch, ok, now)) return;
  for (const outbox::Settled& one : *batch) {
    sending_.erase(one.delivery.id);
    Lane* lane = lanes_.find(one.delivery.subscription);
    CHECK(lane != nullptr && lane->unwritten > 0);
    --lane->unwritten;
    if (close_if_gone(*lane)) continue;
    if (one.settlement.state == outbox::DeliveryState::kRetrying)
      lanes_.wake_by(*lane, one.settlement.next_attempt_at);
    else if (one.delivery.ordered)
      lane->marked = true;  // the next of its session is due now
    offer(*lane);
  }
}

void Dispatcher::log_attempt(const outbox::Delivery& delivery, const outbox::Settlement& settlement) const {
  const outbox::Attempt& attempt = settlement.attempt;
  log::info("attempt")
      .add("handle", delivery.handle.view())
      .add("subscription", delivery.subscription.view())
      .add("delivery", delivery.id.view())
      .add("webhookId", delivery.event.view())
      .add("eventType", delivery.event_type)
      .add("attempt", attempt.number)
      .add("outcome", outbox::to_text(attempt.outcome))
      .add("status", attempt.status)
      .add("durationUs", attempt.total_us)
      .add("state", outbox::to_text(settlement.state));
}

}  // namespace beckon::dispatch
