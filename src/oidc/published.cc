#include "oidc/published.h"

#include <algorithm>

#include "system/log.h"

namespace beckon::oidc {

bool PublishedBy::is_within(Instant since, Duration span) const {
  const Instant now = clock_.now();
  return since != Instant{} && now >= since && now < since + span;
}

std::shared_ptr<const Published> PublishedBy::now() const {
  const std::lock_guard lock(mutex_);
  return is_within(read_at_, limits_.stale) ? known_ : nullptr;
}

bool PublishedBy::would_wait(std::string_view kid) const {
  const std::lock_guard lock(mutex_);
  const bool is_known = is_within(read_at_, limits_.stale) && known_->keys.find(kid) != nullptr;
  const bool is_old = !is_within(read_at_, limits_.fresh);  // then get() starts a read, for which nobody waits
  return (!is_known || is_old) && (reading_ || !is_within(tried_at_, limits_.keys_every));
}

void PublishedBy::get(std::string_view kid, Done done) {
  std::unique_lock lock(mutex_);
  const auto usable = is_within(read_at_, limits_.stale) ? known_ : nullptr;
  const bool is_enough = usable && (kid.empty() || usable->keys.find(kid) != nullptr);
  const bool may_read = !reading_ && !is_within(tried_at_, limits_.keys_every);
  const bool begins = may_read && (!is_enough || !is_within(read_at_, limits_.fresh));
  if (begins) {
    reading_ = true;
    tried_at_ = clock_.now();
  }
  const bool waits = !is_enough && reading_ && waiting_.size() < kMostWaiting;
  if (waits) waiting_.push_back(std::move(done));
  const std::string why = why_not_;
  lock.unlock();
  if (!waits && usable) done(usable);
  if (!waits && !usable)
    done(unexpected(
        unavailable(provider_.title + " cannot be reached: its " + (why.empty() ? "keys are being read." : why))));
  if (begins) read();
}

void PublishedBy::read() {
  std::unique_lock lock(mutex_);
  if (known_ && is_within(metadata_read_at_, limits_.fresh)) {
    Metadata metadata = known_->metadata;
    lock.unlock();
    return read_keys(std::move(metadata));
  }
  lock.unlock();
  ask(metadata_url(provider_), "metadata", [this](Result<std::string, std::string> text) {
    if (!text) return end(unexpected(std::move(text.error())));
    auto metadata = parse_metadata(*std::move(text), provider_);
    if (!metadata) return end(unexpected("metadata " + metadata.error() + "."));
    {
      const std::lock_guard held(mutex_);
      metadata_read_at_ = clock_.now();
    }
    read_keys(*std::move(metadata));
  });
}

void PublishedBy::read_keys(Metadata metadata) {
  const std::string url = metadata.jwks_uri;
  ask(url, "keys", [this, metadata = std::move(metadata)](Result<std::string, std::string> text) mutable {
    if (!text) return end(unexpected(std::move(text.error())));
    auto keys = access::parse_jwks(*std::move(text), metadata.rsa_algorithm);
    if (!keys) return end(unexpected("keys cannot be used. " + keys.error().message));
    end(std::make_shared<const Published>(Published{std::move(metadata), *std::move(keys)}));
  });
}

// The body of a complete response with status 200.
void PublishedBy::ask(const std::string& url, std::string what,
                      std::move_only_function<void(Result<std::string, std::string>)> then) {
  egress::Order order{.method = egress::Method::kGet,
                      .url = url,
                      .headers = {{"accept", "application/json"}},
                      .policy = provider_.policy};
  const Duration left = tried_at_ + limits_.deadline - clock_.now();
  order.limits.whole = std::clamp<Duration>(left, Duration{1}, limits_.deadline);
  order.limits.body_bytes = order.limits.kept_bytes = limits_.body_bytes;
  calls_.start(provider_.name, std::move(order),
               [what = std::move(what), then = std::move(then)](Result<egress::Answer> answer) mutable {
                 if (!answer) return then(unexpected(what + " were not asked for. " + answer.error().message));
                 if (!answer->is_whole()) return then(unexpected(what + " cannot be read. " + answer->explanation()));
                 if (answer->status != 200)
                   return then(unexpected(what + " came with the status " + std::to_string(answer->status) + "."));
                 if (answer->body_cut) return then(unexpected(what + " are larger than 64 KiB."));
                 then(std::move(answer->body));
               });
}

void PublishedBy::end(Result<Known, std::string> outcome) {
  std::vector<Done> waiting;
  std::shared_ptr<const Published> usable;
  {
    const std::lock_guard lock(mutex_);
    reading_ = false;
    waiting.swap(waiting_);
    why_not_ = outcome ? "" : outcome.error();
    if (outcome) {
      known_ = *outcome;
      read_at_ = clock_.now();
    }
    usable = is_within(read_at_, limits_.stale) ? known_ : nullptr;
  }
  if (!outcome)
    log::warn("oidc_provider_not_read").add("provider", provider_.name).add("reason", "its " + outcome.error());
  for (Done& done : waiting)
    usable ? done(usable)
           : done(unexpected(unavailable(provider_.title + " cannot be reached: its " + outcome.error())));
}

}  // namespace beckon::oidc
