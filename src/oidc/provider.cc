#include "oidc/provider.h"

#include <algorithm>

#include "egress/address_table.h"

namespace beckon::oidc {

const Provider* find_by_name(const std::vector<Provider>& providers, std::string_view name) {
  const auto found = std::ranges::find(providers, name, &Provider::name);
  return found == providers.end() ? nullptr : &*found;
}

bool is_private(const egress::Url& url) {
  return url.scheme == egress::Scheme::kHttps ||
         (url.address && egress::standing_of(*url.address) == egress::Standing::kLoopback);
}

bool is_provider_name(std::string_view text) {
  return !text.empty() && text.size() <= kLongestName && text.front() != '-' &&
         std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

}  // namespace beckon::oidc
