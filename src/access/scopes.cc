#include "access/scopes.h"

#include <algorithm>

#include "base/json.h"

namespace beckon::access {

std::optional<Scope> parse_scope(std::string_view text) {
  const auto found = std::ranges::find(kScopes, text);
  if (found == kScopes.end()) return std::nullopt;
  return static_cast<Scope>(found - kScopes.begin());
}

bool Scopes::allow(Scope wanted) const {
  const bool is_of_webhooks = wanted == Scope::kDeliveriesRead || wanted == Scope::kDeliveriesRetry;
  return has(wanted) || (is_of_webhooks && has(Scope::kWebhooks));
}

std::string to_text(const Scopes& scopes) {
  std::string text;
  for (std::size_t i = 0; i < kScopes.size(); ++i) {
    if (!scopes.has(static_cast<Scope>(i))) continue;
    if (!text.empty()) text += ' ';
    text += kScopes[i];
  }
  return text;
}

Scopes parse_scopes(std::string_view text) {
  Scopes scopes;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (const auto scope = parse_scope(text.substr(0, end))) scopes.add(*scope);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return scopes;
}

std::string to_json(const Scopes& scopes) {
  std::string text;
  json::Writer writer(text);
  writer.begin_array();
  for (std::size_t i = 0; i < kScopes.size(); ++i)
    if (scopes.has(static_cast<Scope>(i))) writer.string(kScopes[i]);
  writer.end_array();
  return text;
}

}  // namespace beckon::access
