#include "rules/language/facts.h"

#include <algorithm>

namespace beckon::rules {

std::string zone_name_of_visitor(const Facts& facts) {
  constexpr std::string_view kName = "zone";
  if (!facts.zones) return {};
  const auto trait = ledger::trait_in(facts.traits, kName);
  if (trait && trait->json.size() > 2)
    if (std::string name = trait->json.substr(1, trait->json.size() - 2); facts.zones->find(name)) return name;
  const auto said =
      std::ranges::find(facts.context, kName, [](const auto& one) -> std::string_view { return one.first; });
  return said != facts.context.end() && facts.zones->find(said->second) ? said->second : std::string{};
}

const Zone* zone_of_visitor(const Facts& facts) {
  const std::string name = zone_name_of_visitor(facts);
  return name.empty() ? nullptr : facts.zones->find(name);
}

}  // namespace beckon::rules
