#include "oidc/started.h"

#include "base/json.h"
#include "oidc/said.h"
#include "system/encoding.h"

namespace beckon::oidc {
namespace {

constexpr std::string_view kSealedAs = "oidc-sign-in";  // associated data: nothing else opens as a state

}  // namespace

Started start(std::string provider, std::string_view browser, Instant now, Random& random) {
  return {.provider = std::move(provider),
          .nonce = to_base64url(random.bytes(kSecretBytes)),
          .verifier = to_base64url(random.bytes(kSecretBytes)),
          .browser = to_base64url(sha256(browser)),
          .until = now + kStartedLife};
}

std::string code_challenge(const Started& started) { return to_base64url(sha256(started.verifier)); }

std::string to_state(const Started& started, const SecretBox& box, Random& random) {
  std::string plain;
  json::Writer(plain)
      .begin_object()
      .member("provider", started.provider)
      .member("nonce", started.nonce)
      .member("verifier", started.verifier)
      .member("browser", started.browser)
      .member("until", to_ms(started.until))
      .end_object();
  return to_base64url(box.seal(plain, kSealedAs, random));
}

Result<Started> from_state(std::string_view state, std::string_view browser, const SecretBox& box, Instant now) {
  const auto sealed = from_base64url(state);
  auto plain = sealed ? box.open(*sealed, kSealedAs) : std::nullopt;
  if (!plain) return refused("This sign-in was not started by this server (state); start again from the sign-in page.");
  const auto document = json::parse(*std::move(plain));
  if (!document) return unexpected(document.error());
  const json::Value& root = document->root();
  const json::Value* until = root.find("until");
  Started started{.provider = std::string(root.text_of("provider")),
                  .nonce = std::string(root.text_of("nonce")),
                  .verifier = std::string(root.text_of("verifier")),
                  .browser = std::string(root.text_of("browser")),
                  .until = instant_ms(until == nullptr ? 0 : until->integer().value_or(0))};
  if (!equal_in_constant_time(started.browser, to_base64url(sha256(browser))))
    return refused("This sign-in was started in another browser or tab (state); start again from the sign-in page.");
  if (now >= started.until)
    return refused("This sign-in was started more than 10 minutes ago; start again from the sign-in page.");
  return started;
}

}  // namespace beckon::oidc
