#include "outbox/verdict.h"

#include <algorithm>
#include <utility>

namespace beckon::outbox {

bool is_success(const Attempt& attempt) {
  return attempt.outcome == AttemptOutcome::kStatus && attempt.status >= 200 && attempt.status < 300;
}

bool is_retried(const Attempt& attempt) {
  switch (attempt.outcome) {
    case AttemptOutcome::kStatus:
      return attempt.status == 408 || attempt.status == 425 || attempt.status == 429 ||
             (attempt.status >= 500 && attempt.status < 600);
    case AttemptOutcome::kRefused: return false;
    case AttemptOutcome::kDns:
    case AttemptOutcome::kConnect:
    case AttemptOutcome::kTls:
    case AttemptOutcome::kTimeout: return true;
  }
  return false;
}

std::string reason_of(const Attempt& attempt) {
  std::string text(to_text(attempt.outcome));
  if (attempt.outcome == AttemptOutcome::kStatus) text += " " + std::to_string(attempt.status);
  return text;
}

Verdict verdict_on(const Delivery& delivery, Attempt attempt, std::optional<Duration> retry_after,
                   const RetrySchedule& schedule, Instant failing_since, Instant now, Random& random,
                   Duration disabled_after) {
  Verdict verdict;
  Settlement& settlement = verdict.settlement;
  settlement.delivery = delivery.id;
  settlement.schedule_step = delivery.schedule_step;
  if (is_success(attempt)) {
    settlement.state = DeliveryState::kDelivered;
    settlement.attempt = std::move(attempt);
    return verdict;
  }

  settlement.state = DeliveryState::kFailed;
  settlement.reason = reason_of(attempt);
  settlement.schedule_step += 1;
  if (is_retried(attempt)) {
    if (const auto wait = schedule.wait_after(settlement.schedule_step, retry_after, random)) {
      settlement.state = DeliveryState::kRetrying;
      settlement.next_attempt_at = now + *wait;
      settlement.reckoned_at = now;
      if (delivery.valid_until != Instant{})  // so that it is withdrawn when it expires, not hours later
        settlement.next_attempt_at = std::min(settlement.next_attempt_at, std::max(now, delivery.valid_until));
    }
  }
  verdict.failing_since = failing_since == Instant{} ? attempt.at : failing_since;
  if (attempt.outcome == AttemptOutcome::kStatus && attempt.status == 410)
    verdict.disable_reason = "the endpoint responded with 410 Gone";
  else if (now - verdict.failing_since >= disabled_after)
    verdict.disable_reason = "every attempt failed for " + beckon::to_text(disabled_after);
  settlement.attempt = std::move(attempt);
  return verdict;
}

}  // namespace beckon::outbox
