// POST …/chain-rules/simulate as it comes in:
//   {"rules":[…]|"rulesVersion":n,"since","until"?,"asks"?:[{"trigger","on":{a filter}}],"examples"?}
#pragma once
#include "hindsight/what_if.h"
#include "http/routes/api.h"

namespace beckon::http {

inline constexpr std::size_t kSimulationBytes = 4 * 1024 * 1024;  // of its body: as many rules as a handle may have
inline constexpr std::size_t kMostAsks = 20;
inline constexpr std::int64_t kMostExamples = 1'000;

// Names every fault at once. `until` is at most now.
Result<hindsight::WhatIfRequest> simulation_of(Api& api, Request& request);

}  // namespace beckon::http
