#include "oidc/providers.h"

#include <algorithm>

#include "access/jwt.h"
#include "oidc/requests.h"

namespace beckon::oidc {

Providers::Providers(std::vector<Provider> providers, std::string redirect_uri, egress::Calls& calls,
                     const SecretBox& box, const Clock& clock, Random& random, const Limits& limits)
    : providers_(std::move(providers)),
      redirect_uri_(std::move(redirect_uri)),
      calls_(calls),
      box_(box),
      clock_(clock),
      random_(random),
      limits_(limits) {
  for (const Provider& provider : providers_)
    published_.push_back(std::make_unique<PublishedBy>(provider, calls_, clock_, limits_));
}

const Provider* Providers::of_issuer(std::string_view issuer) const {
  const auto found = std::ranges::find(providers_, issuer, &Provider::issuer);
  return found == providers_.end() ? nullptr : &*found;
}

PublishedBy& Providers::published_by(const Provider& provider) {
  return *published_[static_cast<std::size_t>(&provider - providers_.data())];
}

void Providers::start(std::string_view name, std::string_view browser, Done<std::string> done) {
  const Provider* provider = find_by_name(providers_, name);
  if (provider == nullptr) return done(unexpected(not_found("identity provider")));
  Started started = oidc::start(provider->name, browser, clock_.now(), random_);
  published_by(*provider).get("", [this, provider, started = std::move(started),
                                   done = std::move(done)](const Result<PublishedBy::Known>& known) mutable {
    if (!known) return done(unexpected(known.error()));
    done(authorize_url(*provider, (*known)->metadata, started, to_state(started, box_, random_), redirect_uri_));
  });
}

void Providers::finish(std::string_view state, std::string_view browser, Callback callback, Done<Finished> done) {
  auto started = from_state(state, browser, box_, clock_.now());
  if (!started) return done(unexpected(started.error()));
  const Provider* provider = find_by_name(providers_, started->provider);
  if (provider == nullptr)  // it was removed from the file meanwhile
    return done(unexpected(
        access::invalid_credentials("The provider of this sign-in is no longer configured; use another way.")));
  exchange({.provider = *provider,
            .published = published_by(*provider),
            .calls = calls_,
            .clock = clock_,
            .limits = limits_,
            .redirect_uri = redirect_uri_},
           *std::move(started), std::move(callback), [provider, done = std::move(done)](Result<Person> person) mutable {
             if (!person) return done(unexpected(person.error()));
             done(Finished{*provider, *std::move(person)});
           });
}

}  // namespace beckon::oidc
