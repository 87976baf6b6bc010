#include "oidc/exchange.h"

#include <algorithm>

#include "oidc/requests.h"
#include "oidc/said.h"

namespace beckon::oidc {
namespace {

// An error code of RFC 6749, section 5.2, safe to display; empty if the body has none.
std::string error_in(const std::string& body) {
  constexpr std::size_t kLongest = 64;
  const auto document = json::parse(body);
  std::string code(document ? document->root().text_of("error") : "");
  const bool is_plain = std::ranges::all_of(code, [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
  return is_plain && code.size() <= kLongest ? code : "";
}

// One sign-in in progress: each step calls the next, or ends it.
class Exchange : public std::enable_shared_from_this<Exchange> {
 public:
  using Done = std::move_only_function<void(Result<Person>)>;
  Exchange(const ExchangeParts& parts, Started started, Callback callback, Done done)
      : parts_(parts),
        provider_(parts.provider),
        started_(std::move(started)),
        callback_(std::move(callback)),
        done_(std::move(done)),
        until_(parts.clock.now() + parts.limits.deadline) {}

  void begin() {
    parts_.published.get("", [self = shared_from_this()](const Result<PublishedBy::Known>& known) {
      if (!known) return self->done_(unexpected(known.error()));
      self->redeem((*known)->metadata);
    });
  }

 private:
  void redeem(const Metadata& metadata) {
    const bool is_absent = callback_.issuer.empty();
    if (is_absent ? metadata.sends_issuer : callback_.issuer != provider_.issuer)
      return done_(refused("The sign-in came back from another issuer than " + provider_.title +
                           " (iss); start again from the sign-in page."));
    metadata_ = metadata;
    send(token_request(provider_, metadata_, started_, callback_.code, parts_.redirect_uri), &Exchange::redeemed);
  }

  void redeemed(egress::Answer answer) {
    if (answer.status != 200) {
      const std::string error = error_in(answer.body);
      return done_(refused(provider_.title + " refused the code of this sign-in (" +
                           (error.empty() ? answer.reason() : error) + "); start again from the sign-in page."));
    }
    const auto document = json::parse(std::move(answer.body));
    if (!document) return done_(refused(provider_.title + " sent tokens that are not JSON."));
    access_token_ = document->root().text_of("access_token");
    if (access_token_.empty()) return done_(refused(provider_.title + " sent no access token."));
    auto token = access::parse_jwt(document->root().text_of("id_token"), kIdTypes);
    if (!token) return done_(refused(invalid_id_token(token.error().why)));
    const std::string kid = token->kid;
    parts_.published.get(
        kid, [self = shared_from_this(), token = std::move(token)](const Result<PublishedBy::Known>& known) mutable {
          if (!known) return self->done_(unexpected(known.error()));
          self->identify((*known)->keys, *std::move(token));
        });
  }

  void identify(const access::KeySet& keys, access::UnverifiedJwt token) {
    auto checked = check_id_token(std::move(token), keys, provider_, started_.nonce, parts_.clock.now());
    if (!checked) return done_(refused(invalid_id_token(checked.error().why)));
    id_token_.emplace(*std::move(checked));
    send(userinfo_request(provider_, metadata_, access_token_), &Exchange::described);
  }

  void described(egress::Answer answer) {
    if (answer.status != 200)
      return done_(refused(provider_.title + " refused to describe the user (userinfo: " + answer.reason() + ")."));
    const auto document = json::parse(std::move(answer.body));
    if (!document || !document->root().is_object())
      return done_(refused(provider_.title + " describes the user in another form than a JSON object (userinfo)."));
    done_(person_of(provider_, *id_token_, document->root()));
  }

  // Sends a step's request; an incomplete response ends the sign-in.
  void send(egress::Order order, void (Exchange::*then)(egress::Answer)) {
    const Duration left = until_ - parts_.clock.now();
    order.limits.whole = std::clamp<Duration>(left, Duration{1}, parts_.limits.deadline);
    order.limits.body_bytes = order.limits.kept_bytes = parts_.limits.body_bytes;
    parts_.calls.start(
        provider_.name, std::move(order), [self = shared_from_this(), then](Result<egress::Answer> answer) {
          if (!answer) return self->done_(unexpected(answer.error()));
          if (!answer->is_whole() || answer->body_cut)
            return self->done_(unexpected(
                unavailable(self->provider_.title + " did not respond as it should: " +
                            (answer->body_cut ? "its response is larger than 64 KiB." : answer->explanation()))));
          (*self.*then)(*std::move(answer));
        });
  }

  std::string invalid_id_token(const std::string& why) const {
    return "The ID token of " + provider_.title + " is invalid: " + why + ". Start again from the sign-in page.";
  }

  const ExchangeParts parts_;
  const Provider& provider_;
  const Started started_;
  const Callback callback_;
  Done done_;
  const Instant until_;
  Metadata metadata_;
  std::string access_token_;
  std::optional<IdToken> id_token_;
};

}  // namespace

void exchange(const ExchangeParts& parts, Started started, Callback callback,
              std::move_only_function<void(Result<Person>)> done) {
  std::make_shared<Exchange>(parts, std::move(started), std::move(callback), std::move(done))->begin();
}

}  // namespace beckon::oidc
