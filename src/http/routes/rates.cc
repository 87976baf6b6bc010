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

Limit limit_of_signals(Api& api, const commit::Tenant& tenant) {
  const commit::HandleSettings& settings = tenant.settings;
  return {api.signals_by_address,
          api.signals_by_token,
          settings.address_signals_per_minute,
          settings.token_signals_per_minute,
          RateLimit::kAddressSignals,
          RateLimit::kTokenSignals,
          "signals"};
}

// `token_id`: empty to count by client address.
access::RateVerdict take(const Limit& limit, Instant now, const Request& request, const commit::Tenant& tenant,
                         std::string_view token_id, std::size_t amount) {
  const auto amount32 = static_cast<std::uint32_t>(amount);
  const std::string_view handle = tenant.handle.view();
  return token_id.empty()
             ? limit.by_address.take(handle, request.client, amount32, static_cast<std::uint32_t>(limit.of_address),
                                     now)
             : limit.by_token.take(handle, token_id, amount32, static_cast<std::uint32_t>(limit.of_token), now);
}

Fault refused(const Limit& limit, bool by_token, const RateState& state) {
  return by_token ? access::rate_limited(limit.token, "Your access token", limit.what, state)
                  : access::rate_limited(limit.address, "Your address", limit.what, state);
}

std::optional<Fault> count(const Limit& limit, const Api& api, const Request& request, const commit::Tenant& tenant,
                           std::size_t amount) {
  std::string_view token_id;
  if (request.route->access.who != Access::Who::kPublic) {
    const access::Principal& principal = principal_of(request);
    if (!principal.scopes) return std::nullopt;  // a role
    token_id = principal.token_id;
  }
  const auto taken = take(limit, api.clock.now(), request, tenant, token_id, amount);
  if (taken.allowed) return std::nullopt;
  return refused(limit, !token_id.empty(), taken.state);
}

}  // namespace

std::optional<Fault> count_signals(Api& api, const Request& request, const commit::Tenant& tenant, std::size_t amount) {
  return count(limit_of_signals(api, tenant), api, request, tenant, amount);
}

AllowedSignals take_signals(Api& api, const Request& request, const commit::Tenant& tenant, std::string_view token_id,
                            std::size_t amount) {
  const Limit limit = limit_of_signals(api, tenant);
  const Instant now = api.clock.now();
  const auto whole = take(limit, now, request, tenant, token_id, amount);
  if (whole.allowed) return {.most = amount, .beyond = std::nullopt};
  const auto fits = static_cast<std::size_t>(whole.state.remaining);
  const bool taken = fits > 0 && take(limit, now, request, tenant, token_id, fits).allowed;
  return {.most = taken ? fits : 0, .beyond = refused(limit, !token_id.empty(), whole.state)};
}

std::optional<Fault> count_decision(Api& api, const Request& request, const commit::Tenant& tenant) {
  const commit::HandleSettings& settings = tenant.settings;
  return count({api.decisions_by_address, api.decisions_by_token, settings.address_decisions_per_minute,
                settings.token_decisions_per_minute, RateLimit::kAddressDecisions, RateLimit::kTokenDecisions,
                "resolves and prefetches"},
               api, request, tenant, 1);
}

}  // namespace beckon::http
