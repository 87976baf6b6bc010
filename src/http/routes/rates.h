// Limits of what a caller sends, before anything is stored. Contract sections 2 and 4.
#pragma once
#include <optional>

#include "commit/tenant.h"
#include "http/routes/api.h"

namespace beckon::http {

// On a public route counted by client address, of an access token by token; a role has no limit here. The fault:
// kRateLimited, and nothing was counted.
std::optional<Fault> count_signals(Api& api, const Request& request, const commit::Tenant& tenant, std::size_t amount);
std::optional<Fault> count_decision(Api& api, const Request& request, const commit::Tenant& tenant);

// Of a request of which what fits is stored: how many of `amount` signals may be, counted by the access token or, where
// `token_id` is empty, by client address. `beyond`: why no more, if fewer.
struct AllowedSignals {
  std::size_t most = 0;
  std::optional<Fault> beyond;
};
AllowedSignals take_signals(Api& api, const Request& request, const commit::Tenant& tenant, std::string_view token_id,
                            std::size_t amount);

}  // namespace beckon::http
