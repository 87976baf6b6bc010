// All configured providers, and sign-in through them.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "oidc/exchange.h"
#include "oidc/seen_tokens.h"

namespace beckon::oidc {

// Thread-safe. The constructor's references outlive it.
class Providers {
 public:
  template <class Value>
  using Done = std::move_only_function<void(Result<Value>)>;

  // `redirect_uri` is the page to which all providers send users back.
  Providers(std::vector<Provider> providers, std::string redirect_uri, egress::Calls& calls, const SecretBox& box,
            const Clock& clock, Random& random, const Limits& limits);

  const std::vector<Provider>& all() const { return providers_; }
  const Provider* of_issuer(std::string_view issuer) const;
  PublishedBy& published_by(const Provider& provider);  // one of all()
  SeenTokens& logouts() { return logouts_; }

  // The URL to send the browser to. kNotFound for an unknown name, kUnavailable if the provider cannot be read.
  // `browser` is a text that the page keeps until finish().
  void start(std::string_view name, std::string_view browser, Done<std::string> done);

  struct Finished {
    const Provider& provider;
    Person person;
  };
  // Faults as in from_state() and exchange(). `done` is called as there.
  void finish(std::string_view state, std::string_view browser, Callback callback, Done<Finished> done);

 private:
  const std::vector<Provider> providers_;
  const std::string redirect_uri_;
  egress::Calls& calls_;
  const SecretBox& box_;
  const Clock& clock_;
  Random& random_;
  const Limits limits_;
  std::vector<std::unique_ptr<PublishedBy>> published_;  // one for each, in order
  SeenTokens logouts_;
};

}  // namespace beckon::oidc
