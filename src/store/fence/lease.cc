#include "store/fence/lease.h"

#include <algorithm>

#include "store/fence/planted.h"

namespace beckon::store {
namespace {

constexpr int kAnswersFor = 80;  // % of the lease

}  // namespace

const NodeState* Division::node(const std::string& incarnation) const {
  const auto found =
      std::ranges::find_if(nodes, [&](const NodeState& one) { return one.node.incarnation == incarnation; });
  return incarnation.empty() || found == nodes.end() ? nullptr : &*found;
}

void LeaseTerm::renewed(Duration sent, Duration answered, std::int64_t others) {
  others_ = others;
  renewed_ms_ = (planted(Planted::kRenewedAtAnswer) ? answered : sent).count();
}

Duration LeaseTerm::left(Duration now) const { return Duration{renewed_ms_} - now + kLength; }

bool LeaseTerm::may_answer(Duration now) const {
  return others_.load(std::memory_order_relaxed) == 0 || planted(Planted::kAnswerAlways) ||
         left(now) > kLength * (100 - kAnswersFor) / 100;
}

}  // namespace beckon::store
