// Members that requests to append, resolve and prefetch have in common: contract section 4. Each reader adds its faults
// to `issues`. Thread-safe.
#pragma once
#include <optional>
#include <string_view>

#include "base/fault.h"
#include "base/id.h"
#include "base/json.h"
#include "ledger/session.h"

namespace beckon::decision {

inline constexpr std::size_t kContextKeys = 32;  // not a setting of a handle

std::size_t characters(std::string_view utf8);  // code points

// `in_path`: the handle as the route gives it; std::nullopt: the body must name it.
std::string_view read_handle(const json::Value& root, std::optional<std::string_view> in_path, Issues& issues);
SessionId read_session(const json::Value& root, Issues& issues);
VisitorId read_visitor(const json::Value& root, Issues& issues);        // empty: not said
ledger::Context read_context(const json::Value& root, Issues& issues);  // sorted by key

}  // namespace beckon::decision
