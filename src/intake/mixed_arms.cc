#include "intake/mixed_arms.h"

#include <map>
#include <set>

#include "commit/counting.h"

namespace beckon::intake {

void fold_mixed(const commit::Tenant& tenant, std::span<const ledger::SessionPtr> records, std::int64_t times,
                commit::Tallies& to) {
  std::map<commit::TallyKey, std::set<std::uint64_t>> given;
  for (const ledger::SessionPtr& record : records)
    for (const ledger::Spend& spend : record->spends)
      if (const auto arm = tenant.rules->arm_of(spend.key); arm && arm->of_visitor)
        given[commit::tally_key(tenant.handle.view(), commit::counted_trigger(&tenant, arm->trigger), arm->rule, "",
                                "act", arm->shadow)]
            .insert(spend.key);
  for (const auto& [key, arms] : given)
    if (arms.size() > 1) to[key][static_cast<std::size_t>(commit::Metric::kAsked)] += times;
}

}  // namespace beckon::intake
