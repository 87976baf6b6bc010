#include "rules/live_since.h"

#include "base/json.h"

namespace beckon::rules {
namespace {

// A rule without a status is live.
std::string status_of(std::string_view json) {
  const auto rule = json::parse(std::string(json));
  const json::Value* status = rule ? rule->root().find("status") : nullptr;
  return status && status->is_string() ? std::string(status->text()) : "live";
}

}  // namespace

Instant live_since(const StoredRule* before, std::string_view json, Instant at) {
  const std::string status = status_of(json);
  if (status != "live" && status != "shadow") return Instant{};
  if (!before || before->live_since == Instant{} || status_of(before->json) != status) return at;
  return before->live_since;
}

}  // namespace beckon::rules
