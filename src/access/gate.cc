#include "access/gate.h"

#include <algorithm>

#include "access/pats.h"
#include "system/encoding.h"

namespace beckon::access {
namespace {

Fault insufficient_role(const Handle& handle, Role needed, Role held) {
  return {.code = FaultCode::kInsufficientRole,
          .message = "This requires the role " + std::string(to_text(needed)) + " on " + handle.text +
                     ", and you have " + std::string(to_text(held)) +
                     "; use a token with that role, or ask the owner to grant it.",
          .extras = {{"requiredRole", json::quote(to_text(needed))}, {"role", json::quote(to_text(held))}}};
}

Fault feature_locked(const Handle& handle) {
  return {.code = FaultCode::kFeatureLocked,
          .message = "The handle " + handle.text +
                     " is not on the platform's allowlist; ask the platform admin to add it there."};
}

}  // namespace

std::string_view bearer_token(std::string_view authorization) {
  static constexpr std::string_view kScheme = "bearer";
  if (authorization.size() <= kScheme.size() || authorization[kScheme.size()] != ' ') return {};
  for (std::size_t i = 0; i < kScheme.size(); ++i)
    if ((authorization[i] | 0x20) != kScheme[i]) return {};
  const std::size_t begin = authorization.find_first_not_of(' ', kScheme.size());
  if (begin == std::string_view::npos) return {};
  return authorization.substr(begin, authorization.find_last_not_of(' ') + 1 - begin);
}

Result<Principal> Gate::authenticate(std::string_view authorization, std::string_view api_key) {
  const std::string_view token = bearer_token(authorization);
  if (token.starts_with(kPatPrefix) || api_key.starts_with(kPatPrefix))
    return unexpected(invalid_token("access tokens only work on /v2/public/handles/{handle}/"));
  if (token.empty()) return unexpected(missing_bearer_token());
  if (token.size() > kLargestToken) return unexpected(invalid_token("it is larger than 8 KiB"));
  auto principal = verified(token);
  if (!principal) return principal;
  if (const auto stands = still_stands(*principal); !stands) return unexpected(stands.error());
  return principal;
}

// The token, if it is a JWT of a configured provider.
std::optional<UnverifiedJwt> Gate::as_foreign(std::string_view token) const {
  if (foreign_ == nullptr) return std::nullopt;
  auto read = parse_jwt(token);
  if (!read || !foreign_->knows(read->claims.root().text_of("iss"))) return std::nullopt;
  return *std::move(read);
}

ForeignTokens::Wait Gate::wait_for(std::string_view authorization) {
  const auto read = as_foreign(bearer_token(authorization));
  return read ? foreign_->wait_for(*read) : ForeignTokens::Wait{};
}

Result<Principal> Gate::foreign(const std::string& digest, UnverifiedJwt read) {
  const auto verified = foreign_->verify(std::move(read));
  if (!verified) return unexpected(verified.error());
  const auto user = directory_.user_of_subject(verified->issuer, verified->subject);
  if (!user) return unexpected(user.error());
  if (!*user)
    return unexpected(invalid_token("its subject has not signed in here yet; sign in once through " + verified->title +
                                    " on the console, so that it is known which user it is"));
  return Principal{.subject = **user,
                   .expires_at = verified->expires_at,
                   .token_id = "oidc_" + to_base64url(digest),
                   .provider = verified->provider};
}

Result<Principal> Gate::verified(std::string_view token) {
  std::string digest = sha256(token);
  if (const auto known = remembered_.find(digest); known && issuer_.has_key(known->kid)) {
    if (!is_expired(known->principal.expires_at, clock_.now())) return known->principal;
    remembered_.forget(digest);
    return unexpected(token_expired(known->principal.expires_at));
  }
  if (auto read = as_foreign(token)) return foreign(std::move(digest), *std::move(read));
  if (foreign_ != nullptr && std::ranges::count(token, '.') != 2)
    return unexpected(
        invalid_token("it is no JWT; an opaque access token of an identity provider is not accepted, so ask the "
                      "provider for one for the audience that is configured here"));
  auto identity = issuer_.verify(token);
  if (!identity) return unexpected(identity.error());
  Principal principal = identity->principal;
  remembered_.add(std::move(digest), *std::move(identity));
  return principal;
}

Result<void> Gate::still_stands(const Principal& principal) {
  const auto standing = directory_.standing_of(principal.token_id, principal.subject);
  if (!standing) return unexpected(standing.error());
  if (standing->ended) return unexpected(invalid_token("the user has signed out, or this sign-in was ended"));
  const bool is_user = principal.subject.find('@') != std::string::npos;
  if (is_user && !standing->user_since) return unexpected(invalid_token("its user was deleted"));
  if (is_user && principal.provider.empty() &&
      principal.issued_at < std::chrono::floor<std::chrono::seconds>(*standing->user_since))
    return unexpected(invalid_token("its user was deleted, and the one of that name is another"));
  if (standing->disabled) return unexpected(invalid_token("the user is disabled"));
  if (principal.provider.empty() && standing->password_version != principal.password_version)
    return unexpected(invalid_token("the user's password has been changed since"));
  return {};
}

Result<Role> Gate::authorize(const Principal& principal, const Handle& handle, Role least) {
  const auto role = role_of(principal, handle);
  if (!role) return role;
  if (*role < least) return unexpected(insufficient_role(handle, least, *role));
  if (const auto listed = require_listed(handle); !listed) return unexpected(listed.error());
  return *role;
}

Result<Role> Gate::sees_as(const Principal& principal, const Handle& handle) {
  if (!principal.scopes) return authorize(principal, handle, Role::kCreator);
  if (principal.handle != handle) return unexpected(handle_not_found());
  return principal.scopes->allow(Scope::kVisitorsRead) ? Role::kOperator : Role::kCreator;
}

Result<Role> Gate::role_of(const Principal& principal, const Handle& handle) {
  if (principal.scopes || principal.platform_admin || !is_handle(handle.view())) return unexpected(handle_not_found());
  if (!principal.handle.empty()) {
    // Nothing is read before this response: another tenant's handle takes as long as an unknown one.
    if (principal.handle != handle) return unexpected(handle_not_found());
    if (const auto existing = require_existing(handle); !existing) return unexpected(existing.error());
    return principal.role;
  }
  const auto role = directory_.role_of(handle, principal.subject);
  if (!role) return unexpected(role.error());
  if (!role->has_value()) return unexpected(handle_not_found());
  return **role;
}

Result<void> Gate::authorize_platform_admin(const Principal& principal) const {
  if (principal.platform_admin) return {};
  return unexpected(
      Fault{.code = FaultCode::kInsufficientRole,
            .message = "This requires the platform admin; use a token from `beckon token --platform-admin`.",
            .extras = {{"requiredRole", R"("PLATFORM_ADMIN")"}}});
}

Result<void> Gate::admit(const Handle& handle) {
  if (!is_handle(handle.view())) return unexpected(handle_not_found());
  if (const auto existing = require_existing(handle); !existing) return existing;
  return require_listed(handle);
}

Result<void> Gate::require_existing(const Handle& handle) {
  const auto record = directory_.handle(handle);
  if (!record) return unexpected(record.error());
  if (!record->has_value()) return unexpected(handle_not_found());
  return {};
}

Result<void> Gate::require_listed(const Handle& handle) {
  const auto list = allowlist();
  if (!list) return unexpected(list.error());
  if (!(*list)->admits(handle)) return unexpected(feature_locked(handle));
  return {};
}

Result<std::shared_ptr<const Allowlist>> Gate::allowlist() {
  auto text = directory_.allowlist();
  if (!text) return unexpected(text.error());
  const std::lock_guard lock(mutex_);
  if (*text == allowlist_text_) return allowlist_;
  auto parsed = parse_allowlist(*text);
  if (!parsed)  // closed rather than open: it was not written by us
    return unexpected(Fault{.code = FaultCode::kInternalError,
                            .message = "The stored allowlist cannot be read; save it again as the platform admin."});
  allowlist_text_ = *std::move(text);
  allowlist_ = std::make_shared<const Allowlist>(*std::move(parsed));
  return allowlist_;
}

}  // namespace beckon::access
