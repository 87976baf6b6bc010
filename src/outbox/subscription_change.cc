#include "outbox/subscription_change.h"

namespace beckon::outbox {

Changed change_by_operator(const Subscription& before, Subscription& next, Instant at) {
  const Changed changed{.turned = next.enabled != before.enabled, .moved = next.endpoint_url != before.endpoint_url};
  next.updated_at = at;
  if (changed.turned) next.disabled_reason = next.enabled ? std::string_view{} : kDisabledByOperator;
  if (changed.turned || changed.moved) next.failing_since = Instant{};
  return changed;
}

bool is_noted(const Subscription& subscription, Instant failing_since, Instant now) {
  const bool fails = failing_since != Instant{};
  const bool known = subscription.failing_since != Instant{};
  return fails != known && !(fails && now - failing_since < kNotedAfter);
}

std::optional<Subscription> change_by_attempts(const Subscription& before, const SubscriptionChange& report,
                                               Instant at) {
  const bool disables = !report.disable_reason.empty() && before.enabled;
  if (!disables && before.failing_since == report.failing_since) return std::nullopt;
  Subscription next = before;
  next.failing_since = disables ? Instant{} : report.failing_since;
  if (disables) {
    next.enabled = false;
    next.disabled_reason = report.disable_reason;
    next.updated_at = at;
  }
  return next;
}

}  // namespace beckon::outbox
