#include "access/pats.h"

#include <mutex>
#include <span>

#include "access/gate.h"
#include "system/encoding.h"

namespace beckon::access {
namespace {

constexpr std::size_t kLongestPat = 256;  // bytes; ours have less than half of it

Fault missing_token() {
  return {.code = FaultCode::kMissingBearerToken,
          .message =
              "Send an access token in the header `Authorization: Bearer patv1_…` or `x-api-key: patv1_…`; an "
              "OPERATOR creates one with POST /v2/handles/{handle}/tokens."};
}

Fault refused_token(std::string_view why) {
  return {.code = FaultCode::kInvalidToken,
          .message = "The access token is invalid: " + std::string(why) +
                     ". An OPERATOR creates one with POST /v2/handles/{handle}/tokens."};
}

std::string_view id_of(std::string_view token) {
  token.remove_prefix(kPatPrefix.size());
  return token.substr(0, token.find('.'));
}

}  // namespace

MadePat make_pat(std::string_view id, Random& random) {
  std::string bytes(32, '\0');
  random.fill(std::as_writable_bytes(std::span{bytes.data(), bytes.size()}));
  MadePat made;
  made.token = std::string(kPatPrefix).append(id).append(".").append(to_base64url(bytes));
  made.hash = sha256(made.token);
  return made;
}

Fault too_many_pats() {
  return {.code = FaultCode::kConflict,
          .message = "The handle has reached the limit of " + std::to_string(kPatsOfHandle) +
                     " access tokens. Delete one that is no longer used."};
}

bool Pat::has_hash(std::string_view hash, Instant now) const {
  const bool is_present = equal_in_constant_time(record_.hash, hash);
  const bool is_previous = equal_in_constant_time(record_.previous_hash, hash);
  return is_present || (is_previous && now < record_.previous_until);
}

Result<PatPtr> Pats::authenticate(std::string_view authorization, std::string_view api_key, Instant now) const {
  const std::string_view token = api_key.empty() ? bearer_token(authorization) : api_key;
  if (token.empty()) return unexpected(missing_token());
  if (!token.starts_with(kPatPrefix))
    return unexpected(
        refused_token("only access tokens (patv1_…) work on /v2/public/handles/{handle}/; a sign-in's token works on "
                      "/v2/handles/{handle}/"));
  PatPtr pat = token.size() <= kLongestPat ? find(id_of(token)) : nullptr;
  if (!pat || !pat->has_hash(sha256(token), now))
    return unexpected(refused_token("there is none like it, or it was deleted or rotated"));
  const Instant end = pat->record().expires_at;
  if (end != Instant{} && now >= end)
    return unexpected(Fault{.code = FaultCode::kTokenExpired,
                            .message = "The access token expired at " + to_rfc3339(end) +
                                       ". An OPERATOR creates one with POST /v2/handles/{handle}/tokens."});
  pat->use().note(now);
  return pat;
}

PatPtr Pats::find(std::string_view id) const {
  const std::shared_lock lock(mutex_);
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

std::vector<PatPtr> Pats::all() const {
  const std::shared_lock lock(mutex_);
  std::vector<PatPtr> all;
  all.reserve(by_id_.size());
  for (const auto& [id, pat] : by_id_) all.push_back(pat);
  return all;
}

void Pats::put(const Handle& handle, const std::vector<PatRecord>& records) {
  const std::lock_guard lock(mutex_);
  std::vector<PatPtr> next;
  for (const PatRecord& record : records) {
    const auto known = by_id_.find(record.id);
    next.push_back(std::make_shared<const Pat>(
        handle, record, known == by_id_.end() ? std::make_shared<LastUse>(record.used_at) : known->second->use_));
  }
  for (const std::string& id : ids_of_handle_[handle.text]) by_id_.erase(id);
  ids_of_handle_.erase(handle.text);
  for (PatPtr& pat : next) {
    ids_of_handle_[handle.text].push_back(pat->record().id);
    by_id_.insert_or_assign(pat->record().id, std::move(pat));
  }
}

Result<void> authorize(const Scopes& held, const Handle& own, const Handle& handle, std::optional<Scope> wanted) {
  if (own != handle) return unexpected(handle_not_found());
  if (wanted && !held.allow(*wanted)) return unexpected(insufficient_scope(*wanted, held));
  return {};
}

Fault insufficient_scope(Scope wanted, const Scopes& held) {
  const std::string scope(to_text(wanted));
  return {.code = FaultCode::kInsufficientScope,
          .message = "This requires the scope " + scope + ", which the access token does not have; use one that has.",
          .extras = {{"requiredScope", json::quote(scope)}, {"scopes", to_json(held)}}};
}

}  // namespace beckon::access
