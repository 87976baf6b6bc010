#include "access/sign_in.h"

#include "base/json.h"

namespace beckon::access {
namespace {

Fault too_many_failures(std::uint32_t allowed, std::chrono::seconds wait) {
  return {.code = FaultCode::kRateLimited,
          .message = "Too many failed sign-ins for this account; retry after " + std::to_string(wait.count()) + " s.",
          .rate = RateState{.limit = static_cast<int>(allowed), .remaining = 0, .reset = wait},
          .limit = RateLimit::kAccountSignIns};
}

Fault too_many_tries(const RateState& state) {
  return {.code = FaultCode::kRateLimited,
          .message = "Your address may try to sign in " + std::to_string(state.limit) +
                     " times per minute; retry after " + std::to_string(state.reset.count()) + " s.",
          .rate = state,
          .limit = RateLimit::kAddressSignIns};
}

// The key of an account and an address. No e-mail address contains a line break.
std::string seen_from(const std::string& email, const IpAddress& from) { return email + "\n" + from.client().text(); }

unexpected<Fault> disabled() {
  return unexpected(invalid_credentials("This account is disabled; ask an administrator."));
}

LoginThrottle::Settings for_all(LoginThrottle::Settings account, std::uint32_t failures) {
  account.failures = failures;
  return account;
}

}  // namespace

// Waits until fewer than SignInSettings::at_once passwords are being hashed; refused if too many wait already.
class SignIn::Turn {
 public:
  explicit Turn(SignIn& signs) : signs_(signs) {
    std::unique_lock lock(signs_.turns_mutex_);
    if (signs_.hashing_ >= signs_.settings_.at_once) {
      if (signs_.waiting_ >= signs_.settings_.waiting) return;
      ++signs_.waiting_;
      signs_.turns_changed_.wait(lock, [&] { return signs_.hashing_ < signs_.settings_.at_once; });
      --signs_.waiting_;
    }
    ++signs_.hashing_;
    taken_ = true;
  }
  ~Turn() {
    if (!taken_) return;
    const std::lock_guard lock(signs_.turns_mutex_);
    --signs_.hashing_;
    signs_.turns_changed_.notify_one();
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  bool taken() const { return taken_; }

 private:
  SignIn& signs_;
  bool taken_ = false;
};

SignIn::SignIn(Directory& directory, Issuer& issuer, const Clock& clock, Random& random, SignInSettings settings)
    : directory_(directory),
      issuer_(issuer),
      clock_(clock),
      random_(random),
      settings_(settings),
      nobody_(hash_of_nobody(settings.cost, random)),
      by_address_(random, {.most_clients = 16 * 1024}),
      by_account_and_address_(random, settings.account),
      by_account_(random, for_all(settings.account, settings.failures_anywhere)) {}

Result<void> SignIn::admit(const IpAddress& from) {
  const RateVerdict verdict = by_address_.take("", from, 1, settings_.per_address, clock_.now());
  if (verdict.allowed) return {};
  return unexpected(too_many_tries(verdict.state));
}

Result<SignedIn> SignIn::with_password(const std::string& email, std::string_view password, const Visit& visit) {
  const auto user = proven(email, password, visit);
  if (!user) return unexpected(user.error());
  return signed_in(*user, {.name = "password"}, visit);
}

Result<UserRecord> SignIn::proven(const std::string& email, std::string_view password, const Visit& visit) {
  if (const auto admitted = admit(visit.from); !admitted) return unexpected(admitted.error());
  const Turn turn(*this);
  if (!turn.taken()) return unexpected(unavailable("Too many sign-ins are in progress."));
  const std::string pair = seen_from(email, visit.from);
  if (const auto wait = by_account_and_address_.begin(pair, clock_.now()))
    return unexpected(too_many_failures(settings_.account.failures, *wait));
  if (const auto wait = by_account_.begin(email, clock_.now()))
    return unexpected(too_many_failures(settings_.failures_anywhere, *wait));
  const auto user = directory_.user(email);
  if (!user) return unexpected(user.error());
  if (!matches(*user, password)) {
    // Without a name if the account does not exist: the input may be anything.
    if (const auto noted = note_failure(*user ? (*user)->email : "", "password", visit); !noted)
      return unexpected(noted.error());
    return unexpected(invalid_credentials("The e-mail address or the password is wrong."));
  }
  by_account_and_address_.succeeded(pair);
  by_account_.succeeded(email);
  return **user;
}

Result<SignedIn> SignIn::change_password(const Principal& principal, std::string_view current, std::string_view next,
                                         const Visit& visit) {
  const auto user = proven(principal.subject, current, visit);
  if (!user) return unexpected(user.error());
  Issues issues;
  if (auto issue = issue_of_password(next, user->email)) issues.add("newPassword", *std::move(issue));
  if (!issues.empty()) return unexpected(issues.fault());
  {
    const Turn turn(*this);
    if (!turn.taken()) return unexpected(unavailable("Too many sign-ins are in progress."));
    const auto hash = hash_password(next, settings_.cost);
    if (!hash) return unexpected(hash.error());
    if (const auto put = directory_.put_password(user->email, *hash, audit(user->email, "password.put", "{}", visit));
        !put)
      return unexpected(put.error());
  }
  return as(user->email, {.name = "password"}, visit);
}

Result<void> SignIn::note_failure(const std::string& user, std::string_view way, const Visit& visit) {
  {
    const std::lock_guard lock(failures_mutex_);
    failures_.advance(clock_.now());
    if (failures_.total() >= kAuditedFailures) return {};
    failures_.add(1);
  }
  std::string detail;
  json::Writer(detail).begin_object().member("by", way).end_object();
  return directory_.add_audit(audit(user, "auth.login_failed", std::move(detail), visit));
}

// The same work for every user.
bool SignIn::matches(const std::optional<UserRecord>& user, std::string_view password) const {
  const bool has_password = user && !user->password_hash.empty();
  const bool is_right = is_password(password, has_password ? user->password_hash : nobody_);
  return is_right && has_password;
}

Result<SignedIn> SignIn::with_code(std::string_view code, const Visit& visit) {
  if (const auto admitted = admit(visit.from); !admitted) return unexpected(admitted.error());
  const auto email = codes_.take(code, clock_.now());
  if (!email) return unexpected(email.error());
  return as(*email, {.name = "link"}, visit);
}

Result<SignedIn> SignIn::with_provider(const ProviderUser& user, std::string_view session, const Visit& visit) {
  const auto record = directory_.user(user.email);
  if (!record) return unexpected(record.error());
  if (*record && (*record)->disabled) return disabled();
  const Caller by = visit.by(user.email);
  const auto admitted = directory_.admit(user, [&](const Handle& handle, std::string_view action,
                                                   std::string_view target, std::string detail, std::string before) {
    return audit_entry(clock_.now(), random_, handle, by, action, target, std::move(detail), std::move(before));
  });
  if (!admitted && admitted.error().code == FaultCode::kNotFound)
    return unexpected(invalid_credentials(user.email +
                                          " is no user of this server, and no group gives a role here; ask the owner "
                                          "of a handle to add you."));
  if (!admitted) return unexpected(admitted.error());
  return as(user.email,
            {.name = "oidc", .provider = user.provider, .subject = user.subject, .provider_session = session}, visit);
}

Result<void> SignIn::note_refusal(const Visit& visit) { return note_failure("", "oidc", visit); }

Result<SignedIn> SignIn::as(const std::string& email, const Way& way, const Visit& visit) {
  const auto user = directory_.user(email);
  if (!user) return unexpected(user.error());
  if (!*user) return unexpected(invalid_credentials("There is no user " + email + " any more."));
  return signed_in(**user, way, visit);
}

Result<SignedIn> SignIn::signed_in(const UserRecord& user, const Way& way, const Visit& visit) {
  if (user.disabled) {
    if (const auto noted = note_failure(user.email, way.name, visit); !noted) return unexpected(noted.error());
    return disabled();
  }
  auto issued =
      issuer_.issued(UserToken{.email = user.email, .password_version = user.password_version}, settings_.life);
  if (!issued) return unexpected(issued.error());
  std::string detail;
  json::Writer writer(detail);
  writer.begin_object().member("by", way.name);
  if (!way.provider.empty()) writer.member("provider", way.provider).member("subject", way.subject);
  writer.end_object();
  const SignInRecord record{.token = issued->id,
                            .user = user.email,
                            .at = clock_.now(),
                            .until = issued->until,
                            .way = std::string(way.name),
                            .address = visit.from.text(),
                            .agent = visit.agent.substr(0, kLongestAgent),
                            .provider = std::string(way.provider),
                            .subject = std::string(way.subject),
                            .provider_session = std::string(way.provider_session)};
  if (const auto kept = directory_.add_sign_in(record, audit(user.email, "auth.login", std::move(detail), visit));
      !kept) {
    if (kept.error().code == FaultCode::kNotFound) return disabled();  // since it was checked
    return unexpected(kept.error());
  }
  return SignedIn{.token = std::move(issued->token),
                  .user = user.email,
                  .life = std::chrono::floor<std::chrono::seconds>(settings_.life)};
}

Result<void> SignIn::out(const Principal& principal, const Visit& visit) {
  return directory_.end_token(principal.token_id, principal.expires_at + kLeeway,
                              audit(principal.subject, "auth.logout", "{}", visit));
}

AuditEntry SignIn::audit(const std::string& user, std::string_view action, std::string detail,
                         const Visit& visit) const {
  return audit_entry(clock_.now(), random_, {}, visit.by(user), action, user, std::move(detail));
}

}  // namespace beckon::access
