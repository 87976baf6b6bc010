#include "oidc/bearers.h"

#include "base/check.h"
#include "oidc/said.h"

namespace beckon::oidc {

const Provider& Bearers::provider_of(const access::UnverifiedJwt& token) const {
  const Provider* provider = providers_.of_issuer(token.claims.root().text_of("iss"));
  CHECK(provider != nullptr);
  return *provider;
}

Bearers::Wait Bearers::wait_for(const access::UnverifiedJwt& token) {
  const Provider& provider = provider_of(token);
  if (provider.audience.empty() || !providers_.published_by(provider).would_wait(token.kid)) return {};
  return [this, &provider, kid = token.kid](std::move_only_function<void()> then) {
    providers_.published_by(provider).get(
        kid, [then = std::move(then)](const Result<PublishedBy::Known>&) mutable { then(); });
  };
}

Result<access::ForeignToken> Bearers::verify(access::UnverifiedJwt token) {
  const Provider& provider = provider_of(token);
  if (provider.audience.empty())
    return unexpected(access::invalid_token("tokens of " + provider.title + " are not accepted here (no audience)"));
  const auto published = providers_.published_by(provider).now();
  if (!published) return unexpected(unavailable("The keys of " + provider.title + " cannot be read."));
  const auto checked = check_access_token(std::move(token), published->keys, provider, clock_.now());
  if (!checked) return unexpected(access::to_fault(checked.error()));
  return access::ForeignToken{.provider = provider.name,
                              .title = provider.title,
                              .issuer = provider.issuer,
                              .subject = checked->subject,
                              .expires_at = checked->expires_at};
}

}  // namespace beckon::oidc
