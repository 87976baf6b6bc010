#include "app/master_key_rotation.h"

#include "system/log.h"

namespace beckon::app {

using namespace std::chrono_literals;

MasterKeyRotation::MasterKeyRotation(const Settings& settings, store::Store& store, commit::Committer& committer,
                                     const outbox::SubscriptionIndex& subscriptions, SecretBox& secrets,
                                     const Clock& clock, Random& random, bool is_first)
    : settings_(settings),
      store_(store),
      committer_(committer),
      subscriptions_(subscriptions),
      secrets_(secrets),
      clock_(clock),
      random_(random),
      is_first_(is_first),
      watch_({master_key_file(settings.data, settings.master_key_file)}, 1s) {}

bool MasterKeyRotation::look() {
  due_ = watch_.changed() || due_;
  if (!due_) return false;
  const auto keys = master_keys(settings_.data, settings_.master_key_file, MissingKey::kRefuse, random_);
  const auto kept = keys ? keep_fingerprint(store_.directory(), *keys) : unexpected(keys.error());
  if (!kept) {
    // The server's current keys stay in use. The file is read again when it changes.
    log::error("master_key_refused").add("why", kept.error().message);
    due_ = false;
    return false;
  }
  secrets_.use(*keys);
  const bool replaced = *kept != key_fingerprint(keys->front());
  const auto sealed = seal_subscriptions();
  if (!sealed) {
    log::error("master_key_not_replaced").add("why", sealed.error().message);
    return false;
  }
  if (replaced && is_first_) {
    if (!*sealed) return false;  // until the others have done so
    if (const auto done = seal_others(*keys); !done) {
      log::error("master_key_not_replaced").add("why", done.error().message);
      return false;
    }
  }
  due_ = false;
  return replaced && is_first_;
}

bool MasterKeyRotation::is_current(std::string_view sealed, const std::string& place) const {
  return !secrets_.resealed(sealed, place, random_);
}

Result<bool> MasterKeyRotation::seal_subscriptions() {
  for (const outbox::SubscriptionPtr& one : subscriptions_.all()) {
    const std::string place = one->handle.text + "/" + one->id.text;
    if (is_current(one->sealed_secret, place) && is_current(one->sealed_previous_secret, place)) continue;
    if (auto fault = seal_subscription(one->id)) return unexpected(*std::move(fault));
  }
  return store_.others_are_sealed(
      [this](std::string_view sealed, const std::string& place) { return is_current(sealed, place); });
}

Result<void> MasterKeyRotation::seal_others(const MasterKeys& keys) {
  const auto replaced = store_.directory().seal_again(
      [&](const std::string& sealed, const std::string& place) { return secrets_.resealed(sealed, place, random_); });
  if (!replaced) return unexpected(replaced.error());
  const std::string fingerprint = key_fingerprint(keys.front());
  std::string detail;
  json::Writer(detail).begin_object().member("fingerprint", fingerprint).end_object();
  const auto put = store_.directory().put_named_secret(
      std::string(store::kKeyFingerprint), fingerprint,
      audit_entry(clock_.now(), random_, {}, {"server"}, "master-key.replace", "master-key", std::move(detail)));
  if (!put) return put;
  log::info("master_key_replaced").add("fingerprint", fingerprint);
  return {};
}

// Committed like any change of a subscription, so that no other change is overwritten.
std::optional<Fault> MasterKeyRotation::seal_subscription(const SubscriptionId& id) {
  return committer_.execute([&](commit::Draft& draft) -> std::optional<Fault> {
    const auto now = draft.find_subscription(id);
    if (!now) return std::nullopt;
    outbox::Subscription next = *now;
    const std::string place = next.handle.text + "/" + next.id.text;
    if (auto sealed = secrets_.resealed(next.sealed_secret, place, random_)) next.sealed_secret = *std::move(sealed);
    if (auto sealed = secrets_.resealed(next.sealed_previous_secret, place, random_))
      next.sealed_previous_secret = *std::move(sealed);
    for (outbox::OwnHeader& header : next.headers)
      if (const auto value = outbox::open_header(next.handle, next.id, header.name, header.sealed, secrets_))
        header.sealed = outbox::seal_header(next.handle, next.id, header.name, *value, secrets_, random_);
    draft.put_subscription(std::move(next));
    return std::nullopt;
  });
}

}  // namespace beckon::app
