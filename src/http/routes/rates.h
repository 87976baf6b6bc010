// Rate limits on signals and decisions, checked before anything is stored. Contract sections 2 and 4.
#pragma once
#include <optional>

#include "commit/tenant.h"
#include "http/routes/api.h"

namespace beckon::http {

// Counted by client address on a public route, and by token for an access token; roles have no limit here. The fault is
// kRateLimited, and then nothing was counted.
std::optional<Fault> count_signals(Api& api, const Request& request, const commit::Tenant& tenant, std::size_t amount);
std::optional<Fault> count_decision(Api& api, const Request& request, const commit::Tenant& tenant);

// For a request that is stored as far as the limit allows: how many of `amount` signals may be stored, counted by
// access token, or by client address if `token_id` is empty. `beyond` is the fault for the rest, if any.
struct AllowedSignals {
  std::size_t most = 0;
  std::optional<Fault> beyond;
};
AllowedSignals take_signals(Api& api, const Request& request, const commit::Tenant& tenant, std::string_view token_id,
                            std::size_t amount);

}  // namespace beckon::http
