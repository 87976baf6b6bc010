#include "oidc/tokens.h"

#include "system/encoding.h"

namespace beckon::oidc {
namespace {

constexpr std::size_t kLongestId = 255;  // bytes of `sid` and `jti`, as of `sub`
constexpr std::string_view kLogoutEvent = "http://schemas.openid.net/event/backchannel-logout";

unexpected<access::JwtFault> wrong(std::string why) { return unexpected(access::JwtFault{.why = std::move(why)}); }

// A text in the claims, empty if absent; std::nullopt if it is not a text, or empty or too long.
std::optional<std::string> text_in(const json::Value& claims, std::string_view name) {
  const json::Value* value = claims.find(name);
  if (value == nullptr) return std::string();
  if (!value->is_string() || value->text().empty() || value->text().size() > kLongestId) return std::nullopt;
  return std::string(value->text());
}

Checked<access::Jwt> signed_by(const access::KeySet& keys, access::UnverifiedJwt token, const access::JwtRules& rules,
                               Instant now) {
  const access::PublicKey* key = keys.find(token.kid);
  if (key == nullptr) return wrong("it was signed by a key that the provider does not publish (kid)");
  auto jwt = access::check_jwt(std::move(token), *key, rules, now);
  return jwt;
}

}  // namespace

Checked<IdToken> check_id_token(access::UnverifiedJwt token, const access::KeySet& keys, const Provider& provider,
                                std::string_view nonce, Instant now) {
  auto jwt = signed_by(keys, std::move(token),
                       {.issuer = provider.issuer, .audience = provider.client_id, .may_share_audience = true}, now);
  if (!jwt) return unexpected(jwt.error());
  const auto named = text_in(jwt->claims.root(), "nonce");
  if (!named || !equal_in_constant_time(*named, nonce)) return wrong("it belongs to another sign-in (nonce)");
  auto session = text_in(jwt->claims.root(), "sid");
  if (!session) return wrong("its session (sid) is not a text of 1 to 255 bytes");
  return IdToken{.subject = std::move(jwt->subject), .session = *std::move(session), .claims = std::move(jwt->claims)};
}

Checked<AccessToken> check_access_token(access::UnverifiedJwt token, const access::KeySet& keys,
                                        const Provider& provider, Instant now) {
  if (token.type != "at+jwt")
    return wrong("it is an ID token, or another JWT of " + provider.title +
                 " that does not say that it is an access token (typ at+jwt)");
  auto jwt = signed_by(keys, std::move(token), {.issuer = provider.issuer, .audience = provider.audience}, now);
  if (!jwt) return unexpected(jwt.error());
  auto id = text_in(jwt->claims.root(), "jti");
  if (!id) return wrong("its id (jti) is not a text of 1 to 255 bytes");
  return AccessToken{.subject = std::move(jwt->subject),
                     .id = *std::move(id),
                     .issued_at = jwt->issued_at,
                     .expires_at = jwt->expires_at};
}

Checked<LogoutToken> check_logout_token(access::UnverifiedJwt token, const access::KeySet& keys,
                                        const Provider& provider, Instant now) {
  auto jwt = signed_by(keys, std::move(token),
                       {.issuer = provider.issuer, .audience = provider.client_id, .needs_subject = false}, now);
  if (!jwt) return unexpected(jwt.error());
  const json::Value& claims = jwt->claims.root();
  const json::Value* events = claims.find("events");
  const json::Value* event = events == nullptr ? nullptr : events->find(kLogoutEvent);
  if (event == nullptr || !event->is_object()) return wrong("it is not about signing out (events)");
  if (claims.find("nonce") != nullptr) return wrong("it has a nonce, which a logout token must not have");
  auto session = text_in(claims, "sid"), id = text_in(claims, "jti");
  if (!session) return wrong("its session (sid) is not a text of 1 to 255 bytes");
  if (!id || id->empty()) return wrong("it has no id (jti)");
  if (jwt->subject.empty() && session->empty()) return wrong("it names neither a subject nor a session (sub, sid)");
  return LogoutToken{.subject = std::move(jwt->subject),
                     .session = *std::move(session),
                     .id = *std::move(id),
                     .expires_at = jwt->expires_at};
}

}  // namespace beckon::oidc
