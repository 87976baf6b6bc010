#include "access/issuer.h"

#include <openssl/crypto.h>

#include <algorithm>

#include "access/email.h"
#include "base/check.h"

namespace beckon::access {
namespace {

void add_claims(json::Writer& writer, const TokenKind& kind) {
  if (const auto* command_line = std::get_if<CommandLineToken>(&kind)) {
    writer.member("sub", Issuer::kCommandLine).member("handle", command_line->handle.view());
    writer.member("role", to_text(command_line->role));
  } else if (const auto* user = std::get_if<UserToken>(&kind)) {
    CHECK(is_email(user->email));
    writer.member("sub", user->email).member("passwordVersion", user->password_version);
  } else {
    CHECK(std::holds_alternative<PlatformAdminToken>(kind));
    writer.member("sub", Issuer::kCommandLine).member_boolean("platformAdmin", true);
  }
}

// Which of the three kinds a token is; it must be exactly one of them.
Result<Principal> principal_of(const Jwt& jwt) {
  const json::Value& claims = jwt.claims.root();
  const json::Value *handle = claims.find("handle"), *role = claims.find("role"), *admin = claims.find("platformAdmin");
  Principal principal{.subject = jwt.subject, .issued_at = jwt.issued_at, .expires_at = jwt.expires_at};
  if (const json::Value* id = claims.find("jti"); id != nullptr && id->is_string()) principal.token_id = id->text();
  if (principal.token_id.empty()) return unexpected(invalid_token("it has no id (jti)"));
  if (const json::Value* version = claims.find("passwordVersion"))
    principal.password_version = version->integer().value_or(-1);
  const bool from_command_line = jwt.subject == Issuer::kCommandLine;
  if (admin != nullptr && admin->is_boolean() && admin->boolean() && handle == nullptr && role == nullptr &&
      from_command_line) {
    principal.platform_admin = true;
    return principal;
  }
  if (handle != nullptr && role != nullptr && admin == nullptr && from_command_line) {
    const auto parsed = role->is_string() ? parse_role(role->text()) : std::nullopt;
    if (handle->is_string() && is_handle(handle->text()) && parsed) {
      principal.handle = Handle(handle->text());
      principal.role = *parsed;
      return principal;
    }
  }
  if (handle == nullptr && role == nullptr && admin == nullptr && is_email(jwt.subject)) return principal;
  return unexpected(invalid_token("its claims name neither a user, nor a handle with a role, nor the platform admin"));
}

}  // namespace

Issuer::Issuer(Directory& directory, const SecretBox& box, const Clock& clock, Random& random, JwtRules rules)
    : directory_(directory), box_(box), clock_(clock), random_(random), rules_(std::move(rules)) {}

std::shared_ptr<const Issuer::Keys> Issuer::keys() const {
  const std::lock_guard lock(mutex_);
  return keys_;
}

Result<void> Issuer::read_keys() {
  read_at_ = clock_.now();  // even on failure: unknown tokens must not overload a failing store
  const auto rows = directory_.signing_keys();
  if (!rows) return unexpected(rows.error());
  auto fresh = std::make_shared<Keys>();
  std::vector<PublicKey> all;
  for (const SigningKey& row : *rows) {  // newest first
    auto jwk = box_.open(row.sealed_jwk, signing_key_place(row.kid));
    const auto key = jwk ? Es256Key::from_private_jwk(*jwk) : std::nullopt;
    if (jwk) OPENSSL_cleanse(jwk->data(), jwk->size());
    if (!key || key->kid() != row.kid)
      return unexpected(Fault{.code = FaultCode::kInternalError,
                              .message =
                                  "A signing key cannot be decrypted with this master key; start the server with the "
                                  "key file it was first started with."});
    fresh->pairs.emplace_back(*key, row.created_at);
    all.push_back(key->public_key());
  }
  fresh->all = KeySet(std::move(all));
  const std::lock_guard lock(mutex_);
  keys_ = std::move(fresh);
  return {};
}

std::size_t Issuer::Keys::signer(Instant now) const {
  const auto listed = [&](const auto& pair) { return pair.second + kAhead <= now; };
  const auto found = std::ranges::find_if(pairs, listed);
  return static_cast<std::size_t>((found == pairs.end() ? std::prev(found) : found) - pairs.begin());
}

Result<void> Issuer::add_key(const Caller& by) {
  const Es256Key key = Es256Key::make();
  std::string jwk = key.private_jwk();
  // Later than any other, even if the clock went back or two are created in one millisecond: the newest key
  // signs.
  const SigningKey row{.kid = key.kid(),
                       .sealed_jwk = box_.seal(jwk, signing_key_place(key.kid()), random_),
                       .created_at = std::max(clock_.now(), keys()->newest_at() + Duration{1})};
  OPENSSL_cleanse(jwk.data(), jwk.size());
  const auto added =
      directory_.add_signing_key(row, audit_entry(clock_.now(), random_, {}, by, "signing-key.create", row.kid));
  if (!added) return added;
  return read_keys();
}

Result<void> Issuer::remove_key(const std::string& kid, const Caller& by) {
  const auto removed =
      directory_.remove_signing_key(kid, audit_entry(clock_.now(), random_, {}, by, "signing-key.delete", kid));
  if (!removed && removed.error().code == FaultCode::kNotFound) return {};  // another process was faster
  return removed;
}

Result<void> Issuer::prepare() {
  const std::lock_guard lock(reading_);
  if (const auto read = read_keys(); !read) return read;
  return keys()->pairs.empty() ? add_key({"server"}) : Result<void>{};
}

Result<void> Issuer::rotate(const Caller& by, bool at_once) {
  const std::lock_guard lock(reading_);
  if (const auto read = read_keys(); !read) return read;
  const auto before = keys();
  if (const auto added = add_key(by); !added || !at_once) return added;
  for (const auto& [key, created_at] : before->pairs)
    if (const auto removed = remove_key(key.kid(), by); !removed) return removed;
  return read_keys();
}

Result<void> Issuer::keep_up(Duration life) {
  const std::lock_guard lock(reading_);
  const Instant now = clock_.now();
  if (const auto known = keys(); !known->pairs.empty() && known->newest_at() + life <= now) {
    if (const auto read = read_keys(); !read) return read;  // another process may have replaced them
    if (keys()->newest_at() + life <= now)
      if (const auto added = add_key({"server"}); !added) return added;
  }
  const auto known = keys();
  bool removed = false;
  for (std::size_t i = known->pairs.empty() ? 0 : known->signer(now) + 1; i < known->pairs.size(); ++i) {
    const Instant signed_last = known->pairs[i - 1].second + kAhead;  // from then on the newer one signs
    if (signed_last + kLongestLife + kLeeway >= now) continue;
    if (const auto gone = remove_key(known->pairs[i].first.kid(), {"server"}); !gone) return gone;
    removed = true;
  }
  return removed ? read_keys() : Result<void>{};
}

Result<void> Issuer::reread() {
  const std::lock_guard lock(reading_);
  return read_keys();
}

Result<std::vector<Issuer::Known>> Issuer::known() {
  const auto ready = ready_keys();
  if (!ready) return unexpected(ready.error());
  const std::size_t signer = (*ready)->signer(clock_.now());
  std::vector<Known> found;
  for (const auto& [key, created_at] : (*ready)->pairs)
    found.push_back({.kid = key.kid(), .created_at = created_at, .signs = found.size() == signer});
  return found;
}

Result<std::shared_ptr<const Issuer::Keys>> Issuer::ready_keys() {
  if (auto known = keys(); !known->pairs.empty()) return known;
  if (const auto prepared = prepare(); !prepared) return unexpected(prepared.error());
  return keys();
}

Result<std::shared_ptr<const Issuer::Keys>> Issuer::keys_with(std::string_view kid) {
  if (auto known = keys(); known->all.find(kid) != nullptr) return known;
  const std::lock_guard lock(reading_);
  // A thread that waited for another's read finds the key already.
  if (auto known = keys(); known->all.find(kid) != nullptr) return known;
  const Instant now = clock_.now();
  if (now >= read_at_ && now < read_at_ + kRefreshInterval) return keys();
  if (const auto read = read_keys(); !read) return unexpected(read.error());
  return keys();
}

Result<std::string> Issuer::issue(const TokenKind& kind, Duration life) {
  auto made = issued(kind, life);
  if (!made) return unexpected(made.error());
  return std::move(made->token);
}

Result<Issuer::Issued> Issuer::issued(const TokenKind& kind, Duration life) {
  if (life < std::chrono::seconds{1} || life > kLongestLife) {
    Issues issues;
    issues.add("ttl", "must be from 1s to 24h");
    return unexpected(issues.fault());
  }
  const auto known = ready_keys();
  if (!known) return unexpected(known.error());
  const Instant now = clock_.now();
  const auto issued_at = std::chrono::floor<std::chrono::seconds>(now);
  std::string payload;
  json::Writer writer(payload);
  writer.begin_object().member("iss", rules_.issuer).member("aud", rules_.audience);
  add_claims(writer, kind);
  writer.member("iat", issued_at.time_since_epoch().count());
  const auto until = std::chrono::floor<std::chrono::seconds>(issued_at + life);
  std::string id = make_ulid("tok_", now, random_);
  writer.member("exp", until.time_since_epoch().count()).member("jti", id).end_object();
  return Issued{
      .token = (*known)->pairs[(*known)->signer(now)].first.sign(payload), .id = std::move(id), .until = until};
}

Result<Identity> Issuer::verify(std::string_view compact) {
  auto token = read_jwt(compact);
  if (!token) return unexpected(token.error());
  const auto known = keys_with(token->kid);
  if (!known) return unexpected(known.error());
  const PublicKey* key = (*known)->all.find(token->kid);
  if (key == nullptr) return unexpected(invalid_token("it was signed by an unknown key"));
  const auto jwt = verify_jwt(*std::move(token), *key, rules_, clock_.now());
  if (!jwt) return unexpected(jwt.error());
  auto principal = principal_of(*jwt);
  if (!principal) return unexpected(principal.error());
  return Identity{.principal = *std::move(principal), .kid = jwt->kid};
}

bool Issuer::has_key(std::string_view kid) const { return keys()->all.find(kid) != nullptr; }

Result<std::string> Issuer::jwks() {
  const auto known = ready_keys();
  if (!known) return unexpected(known.error());
  return (*known)->all.jwks();
}

}  // namespace beckon::access
