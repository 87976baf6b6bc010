// The request of POST …/chain-rules/simulate:
//   {"rules":[…]|"rulesVersion":n,"since","until"?,"asks"?:[{"trigger","on":{a filter}}],"examples"?}
#pragma once
#include "hindsight/what_if.h"
#include "http/routes/api.h"

namespace beckon::http {

inline constexpr std::size_t kSimulationBytes = 4 * 1024 * 1024;  // of its body: enough for a handle's maximum of rules
inline constexpr std::size_t kMostAsks = 20;
inline constexpr std::int64_t kMostExamples = 1'000;

// Reports all errors at once. `until` is at most now.
Result<hindsight::WhatIfRequest> simulation_of(Api& api, Request& request);

}  // namespace beckon::http
