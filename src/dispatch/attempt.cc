// One attempt of the dispatcher, from its turn to its result.
#include <algorithm>

#include "base/check.h"
#include "base/planted.h"
#include "dispatch/attempt_request.h"
#include "dispatch/dispatcher.h"
#include "system/clock.h"
#include "system/log.h"

namespace beckon::dispatch {

// Reads the clock for each queue: queues are scheduled by it, and with an older reading one that is too early would be
// rescheduled endlessly.
void Dispatcher::start(bool slow) {
  if (settings_.may_begin && !settings_.may_begin()) return;
  Turns& turns = slow ? slow_ : prompt_;
  while (flights_.has_room(slow) && results_.unwritten() < static_cast<std::size_t>(settings_.limits.unwritten)) {
    EndpointQueue* queue = turns.next();
    if (!queue) return;
    if (queue->slow == slow) start_next(*queue, ports_.clock.now());
    if (!close_if_gone(*queue)) offer(*queue);  // also if it changed its account while waiting
  }
}

void Dispatcher::start_next(EndpointQueue& queue, Instant now) {
  if (!queue.circuit.admits(now, queue.in_flight) || queue.pace.next() > now)
    return;  // according to its state while it waited
  const auto subscription = ports_.index.find(queue.id);
  while (subscription && !queue.ready.empty()) {
    outbox::Due due = queues_.take_ready(queue);
    // It was held meanwhile; when the subscription is enabled again, `changed` brings it back.
    if (!outbox::may_send(*subscription, due.delivery.event_type) && !planted(Planted::kDeliverWhileDisabled)) continue;
    if (!due.delivery.rule.empty() && !is_still_due(queue, due.delivery, now)) {
      queue.marked = queue.marked || due.delivery.ordered;  // the next delivery of its session is due instead
      continue;
    }
    if (outbox::is_over(due.delivery, now)) {
      withdraw(queue, std::move(due.delivery));
      continue;
    }
    return begin(queue, *subscription, std::move(due), now);
  }
}

// A delayed rule's message may have lost its reason since it was read: checked again at the last moment.
bool Dispatcher::is_still_due(EndpointQueue& queue, const outbox::Delivery& delivery, Instant now) {
  const auto current = ports_.outbox.delivery(delivery.handle, delivery.id);
  if (!current) {
    queue.sure = false;
    queues_.set_wake(queue, now + settings_.limits.again_after_fault);
  }
  return current && *current && !is_final((*current)->state);
}

void Dispatcher::withdraw(EndpointQueue& queue, outbox::Delivery delivery) {
  CHECK(sending_.insert(delivery.id));
  ++queue.unwritten;
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

void Dispatcher::begin(EndpointQueue& queue, const outbox::Subscription& subscription, outbox::Due due, Instant now) {
  const Limits& limits = settings_.limits;
  auto made = attempt_request(subscription, due, now, ports_.secrets, ports_.random);
  if (!made) {
    log::error("secret_unreadable").add("handle", queue.handle.view()).add("subscription", queue.id.view());
    queue.paused_until = now + limits.again_after_secret;
    queues_.clear_ready(queue);
    queue.marked = queue.sure = false;
    queues_.set_wake(queue, queue.paused_until);
    return;
  }
  CHECK(sending_.insert(due.delivery.id) || planted(Planted::kClaimTwice));
  if (ports_.metrics) ports_.metrics->begun(std::max(Duration{0}, now - due.delivery.next_attempt_at));
  ++queue.in_flight;
  if (queue.wanted == due.delivery.id) queue.wanted.reset();
  if (subscription.rate_per_second) queue.pace.begun(now, *subscription.rate_per_second);
  const std::uint64_t flight = flights_.begin({.delivery = std::move(due.delivery),
                                               .started = now,
                                               .url = subscription.endpoint_url,
                                               .request_headers = std::move(made->record),
                                               .traceparent = std::move(made->traceparent),
                                               .slow = queue.slow});
  ports_.sender.send({.url = subscription.endpoint_url,
                      .headers = std::move(made->headers),
                      .body = std::move(made->body),
                      .connect = limits.connect,
                      .whole = limits.whole,
                      .response_kept = limits.response_kept},
                     [this, flight](SendResult result) { ended(flight, std::move(result)); });
}

void Dispatcher::ended(std::uint64_t number, SendResult result) {
  const Instant now = ports_.clock.now();
  Flight flight = flights_.end(number);
  EndpointQueue* queue = queues_.find(flight.delivery.subscription);
  CHECK(queue != nullptr && queue->in_flight > 0);
  --queue->in_flight;
  ++queue->unwritten;

  if (result.body.size() > settings_.limits.response_kept) result.body.resize(settings_.limits.response_kept);
  outbox::Attempt attempt{.number = flight.delivery.attempts + (planted(Planted::kCountAttemptTwice) ? 2 : 1),
                          .at = flight.started,
                          .url = std::move(flight.url),
                          .outcome = result.outcome,
                          .status = result.status,
                          .error = std::move(result.error),
                          .dns_us = result.dns_us,
                          .connect_us = result.connect_us,
                          .tls_us = result.tls_us,
                          .first_byte_us = result.first_byte_us,
                          .total_us = result.total_us,
                          .request_headers = std::move(flight.request_headers),
                          .response_headers = std::move(result.headers),
                          .response_body = std::move(result.body),
                          .response_headers_cut = result.headers_cut};
  judge(*queue, attempt);
  judge_circuit(*queue, attempt, flight.delivery.event_type, result.retry_after, now);
  if (ports_.metrics) ports_.metrics->ended(attempt);
  const Instant from = planted(Planted::kReadSystemClock) ? SystemClock().now() : now;
  auto verdict = outbox::verdict_on(flight.delivery, std::move(attempt), result.retry_after, settings_.schedule,
                                    queue->failing_since, from, ports_.random, settings_.disable_after);
  if (settings_.log_attempts) log_attempt(flight, verdict.settlement);
  auto change = change_of(*queue, verdict, now);
  results_.add({.settlement = std::move(verdict.settlement),
                .delivery = std::move(flight.delivery),
                .change = std::move(change)});
  offer(*queue);
}

// Any response, even a 500, shows that the receiver accepts requests; its duration decides the account.
void Dispatcher::judge(EndpointQueue& queue, const outbox::Attempt& attempt) {
  queue.slow = std::chrono::microseconds{attempt.total_us} > settings_.limits.slow_after;
  if (attempt.outcome == outbox::AttemptOutcome::kStatus)
    queue.window = std::min(queue.window + 1, settings_.limits.in_flight_per_subscription);
  else
    queue.window = std::max(queue.window / 2, 1);
}

void Dispatcher::judge_circuit(EndpointQueue& queue, const outbox::Attempt& attempt, const std::string& event_type,
                               std::optional<Duration> retry_after, Instant now) {
  if (!outbox::is_retried(attempt)) return close_circuit(queue);
  queue.note_failure(event_type);
  queue.circuit.failed(now, retry_after, settings_.limits.circuit, ports_.random);
  if (queue.circuit.is_closed()) return;
  // Deliveries read ahead would use memory as long as the circuit is open.
  queues_.clear_ready(queue);
  queue.marked = true;
  queue.sure = false;
  queue.window = 2;
  if (queue.wanted) queue.circuit.probe(now);  // requested while another probe was in flight
  open_.put(queue.id, queue.circuit.until());
}

void Dispatcher::close_circuit(EndpointQueue& queue) {
  if (!queue.circuit.is_closed()) open_.erase(queue.id);
  queue.circuit.answered();
  queue.failed_types.clear();
  queue.wanted.reset();
}

std::optional<outbox::SubscriptionChange> Dispatcher::change_of(EndpointQueue& queue, const outbox::Verdict& verdict,
                                                                Instant now) {
  const auto subscription = ports_.index.find(queue.id);
  if (!subscription) return std::nullopt;
  if (!verdict.disable_reason.empty() && subscription->enabled) {
    queue.failing_since = Instant{};
    return outbox::SubscriptionChange{queue.id, queue.handle, Instant{}, verdict.disable_reason};
  }
  queue.failing_since = verdict.failing_since;
  if (!outbox::is_noted(*subscription, queue.failing_since, now)) return std::nullopt;
  if (queue.reported == queue.failing_since) return std::nullopt;  // it is already being written
  queue.reported = queue.failing_since;
  return outbox::SubscriptionChange{queue.id, queue.handle, queue.failing_since, ""};
}

void Dispatcher::take_written(const outbox::SettledBatch& batch, bool ok, Instant now) {
  if (!results_.written(batch, ok, now)) return;
  for (const outbox::Settled& one : *batch) {
    sending_.erase(one.delivery.id);
    EndpointQueue* queue = queues_.find(one.delivery.subscription);
    CHECK(queue != nullptr && queue->unwritten > 0);
    --queue->unwritten;
    if (close_if_gone(*queue)) continue;
    if (one.settlement.state == outbox::DeliveryState::kRetrying)
      queues_.wake_by(*queue, one.settlement.next_attempt_at);
    else if (one.delivery.ordered)
      queue->marked = true;  // the next of its session is due now
    offer(*queue);
  }
}

void Dispatcher::log_attempt(const Flight& flight, const outbox::Settlement& settlement) const {
  const outbox::Delivery& delivery = flight.delivery;
  const outbox::Attempt& attempt = settlement.attempt;
  auto line = log::info("attempt");
  line.add("handle", delivery.handle.view())
      .add("subscription", delivery.subscription.view())
      .add("delivery", delivery.id.view())
      .add("webhookId", delivery.event.view())
      .add("eventType", delivery.event_type)
      .add("attempt", attempt.number)
      .add("outcome", outbox::to_text(attempt.outcome))
      .add("status", attempt.status)
      .add("durationUs", attempt.total_us)
      .add("state", outbox::to_text(settlement.state));
  if (!flight.traceparent.empty())
    line.add("trace", trace_id(flight.traceparent)).add("span", parent_id(flight.traceparent));
  if (!attempt.error.empty()) line.add("error", attempt.error);
}

}  // namespace beckon::dispatch
