#include "http/routes/rates.h"

namespace beckon::http {
namespace {

struct Limit {
  access::RateLimiter& by_address;
  access::RateLimiter& by_token;
  int of_address, of_token;  // in a rolling minute
  RateLimit address, token;
  std::string_view what;
};

std::optional<Fault> count(const Limit& limit, const Api& api, const Request& request, const commit::Tenant& tenant,
                           std::size_t amount) {
  const auto amount32 = static_cast<std::uint32_t>(amount);
  const Instant now = api.clock.now();
  if (request.route->access.who == Access::Who::kPublic) {
    const auto taken = limit.by_address.take(tenant.handle.text, request.client, amount32,
                                             static_cast<std::uint32_t>(limit.of_address), now);
    if (!taken.allowed) return access::rate_limited(limit.address, "Your address", limit.what, taken.state);
  } else if (const access::Principal& principal = principal_of(request); principal.scopes) {
    const auto taken = limit.by_token.take(tenant.handle.text, principal.token_id, amount32,
                                           static_cast<std::uint32_t>(limit.of_token), now);
    if (!taken.allowed) return access::rate_limited(limit.token, "Your access token", limit.what, taken.state);
  }
  return std::nullopt;
}

}  // namespace

std::optional<Fault> count_signals(Api& api, const Request& request, const commit::Tenant& tenant, std::size_t amount) {
  const commit::HandleSettings& settings = tenant.settings;
  return count({api.signals_by_address, api.signals_by_token, settings.address_signals_per_minute,
                settings.token_signals_per_minute, RateLimit::kAddressSignals, RateLimit::kTokenSignals, "signals"},
               api, request, tenant, amount);
}

std::optional<Fault> count_decision(Api& api, const Request& request, const commit::Tenant& tenant) {
  const commit::HandleSettings& settings = tenant.settings;
  return count({api.decisions_by_address, api.decisions_by_token, settings.address_decisions_per_minute,
                settings.token_decisions_per_minute, RateLimit::kAddressDecisions, RateLimit::kTokenDecisions,
                "resolves and prefetches"},
               api, request, tenant, 1);
}

}  // namespace beckon::http
