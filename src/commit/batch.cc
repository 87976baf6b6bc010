#include <type_traits>

#include "commit/commit.h"

namespace beckon::commit {

static_assert(std::is_nothrow_move_constructible_v<Change>, "a growing batch moves its changes, and copies none");

bool Batch::brings_something_in() const {
  if (!journal.empty()) return true;
  bool lasting = false, brings = false, settles = false;
  for (const Change& change : changes)
    std::visit(
        Cases{[&](const SnapshotWrite&) { lasting = true; }, [&](const RulePut&) { lasting = true; },
              [&](const FillingPut& one) { lasting = lasting || !one.rule.json.empty(); },
              [&](const TraitPut&) { lasting = true; }, [&](const CounterPut&) { lasting = true; },
              [&](const outbox::Settlement&) { settles = true; }, [&](const outbox::Subscription&) { brings = true; },
              [&](const outbox::Event&) { brings = true; }, [&](const outbox::Delivery&) { brings = true; },
              [&](const Tallies&) { brings = true; }, [&](const GoalTallies&) { brings = true; }, [](const auto&) {}},
        change);
  return lasting || (brings && !settles);
}

}  // namespace beckon::commit
