// Access tokens of configured providers as bearer tokens: RFC 9068, for the audience that the operator has configured.
#pragma once
#include "access/foreign_tokens.h"
#include "oidc/providers.h"

namespace beckon::oidc {

// Thread-safe. `providers` and `clock` outlive it.
class Bearers final : public access::ForeignTokens {
 public:
  Bearers(Providers& providers, const Clock& clock) : providers_(providers), clock_(clock) {}

  bool knows(std::string_view issuer) const override { return providers_.of_issuer(issuer) != nullptr; }
  Wait wait_for(const access::UnverifiedJwt& token) override;
  Result<access::ForeignToken> verify(access::UnverifiedJwt token) override;

 private:
  const Provider& provider_of(const access::UnverifiedJwt& token) const;

  Providers& providers_;
  const Clock& clock_;
};

}  // namespace beckon::oidc
