#include "access/sign_in.h"

#include "base/json.h"

namespace beckon::access {
namespace {

Fault too_many_failures(std::uint32_t allowed, std::chrono::seconds wait) {
  return {.code = FaultCode::kRateLimited,
          .message = "Too many failed sign-ins for this account; retry after " + std::to_string(wait.count()) + " s.",
          .rate = RateState{.limit = static_cast<int>(allowed), .remaining = 0, .reset = wait}};
}

Fault too_many_tries(const RateState& state) {
  return {.code = FaultCode::kRateLimited,
          .message = "Your address may try to sign in " + std::to_string(state.limit) +
                     " times per minute; retry after " + std::to_string(state.reset.count()) + " s.",
          .rate = state};
}

// A place among those who are being hashed now, from 0.
struct Turn {
  explicit Turn(std::atomic<int>& hashing) : count(hashing), place(hashing.fetch_add(1)) {}
  ~Turn() { count.fetch_sub(1); }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  std::atomic<int>& count;
  const int place;
};

}  // namespace

SignIn::SignIn(Directory& directory, Issuer& issuer, const Clock& clock, Random& random, SignInSettings settings)
    : directory_(directory),
      issuer_(issuer),
      clock_(clock),
      random_(random),
      settings_(settings),
      nobody_(hash_of_nobody(settings.cost, random)),
      by_address_(random, {.most_clients = 16 * 1024}),
      by_account_(random, settings.account) {}

Result<void> SignIn::admit(const IpAddress& from) {
  const RateVerdict verdict = by_address_.take(from, 1, settings_.per_address, clock_.now());
  if (verdict.allowed) return {};
  return unexpected(too_many_tries(verdict.state));
}

Result<SignedIn> SignIn::with_password(const std::string& email, std::string_view password, const IpAddress& from) {
  if (const auto admitted = admit(from); !admitted) return unexpected(admitted.error());
  const Turn turn(hashing_);
  if (turn.place >= settings_.at_once) return unexpected(unavailable("Too many sign-ins are in progress."));
  if (const auto wait = by_account_.begin(email, clock_.now()))
    return unexpected(too_many_failures(settings_.account.failures, *wait));
  const auto user = directory_.user(email);
  if (!user) return unexpected(user.error());
  if (!matches(*user, password)) return unexpected(invalid_credentials("The e-mail address or the password is wrong."));
  by_account_.succeeded(email);
  return signed_in(**user, "password");
}

// The same work whoever it is.
bool SignIn::matches(const std::optional<UserRecord>& user, std::string_view password) const {
  const bool has_password = user && !user->password_hash.empty();
  const bool is_right = is_password(password, has_password ? user->password_hash : nobody_);
  return is_right && has_password;
}

Result<SignedIn> SignIn::with_code(std::string_view code, const IpAddress& from) {
  if (const auto admitted = admit(from); !admitted) return unexpected(admitted.error());
  const auto email = codes_.take(code, clock_.now());
  if (!email) return unexpected(email.error());
  const auto user = directory_.user(*email);
  if (!user) return unexpected(user.error());
  if (!*user) return unexpected(invalid_credentials("The user of this sign-in link no longer exists."));
  return signed_in(**user, "link");
}

Result<SignedIn> SignIn::signed_in(const UserRecord& user, std::string_view way) {
  auto token = issuer_.issue(UserToken{.email = user.email, .password_version = user.password_version}, settings_.life);
  if (!token) return unexpected(token.error());
  std::string detail;
  json::Writer(detail).begin_object().member("by", way).end_object();
  if (const auto noted = directory_.add_audit(audit(user.email, "auth.login", std::move(detail))); !noted)
    return unexpected(noted.error());
  return SignedIn{
      .token = *std::move(token), .user = user.email, .life = std::chrono::floor<std::chrono::seconds>(settings_.life)};
}

Result<void> SignIn::out(const Principal& principal) {
  return directory_.end_token(principal.token_id, principal.expires_at + kLeeway,
                              audit(principal.subject, "auth.logout", "{}"));
}

AuditEntry SignIn::audit(const std::string& user, std::string action, std::string detail) const {
  const Instant now = clock_.now();
  return {.id = AuditId(make_ulid("aud_", now, random_)),
          .handle = {},
          .at = now,
          .actor = user,
          .action = std::move(action),
          .target = user,
          .detail = std::move(detail)};
}

}  // namespace beckon::access
