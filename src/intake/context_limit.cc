#include "intake/context_limit.h"

namespace beckon::intake {

void check_context(const ledger::Context& before, const ledger::Context& said, const std::string& field,
                   Issues& issues) {
  if (said.empty()) return;
  // Usually both together fit, and nothing is copied on the committing thread.
  const std::size_t had = ledger::bytes_of(before);
  if (before.size() + said.size() <= ledger::kContextKeys && had + ledger::bytes_of(said) <= ledger::kContextBytes)
    return;
  const ledger::Context merged = ledger::merge(before, said);
  if (merged.size() > ledger::kContextKeys && merged.size() > before.size())
    issues.add(field, "would give the session " + std::to_string(merged.size()) + " keys; it may have " +
                          std::to_string(ledger::kContextKeys) + "; remove some by sending them as null");
  if (const std::size_t bytes = ledger::bytes_of(merged); bytes > ledger::kContextBytes && bytes > had)
    issues.add(field, "would give the session " + std::to_string(bytes) + " bytes of context; it may have " +
                          std::to_string(ledger::kContextBytes));
}

}  // namespace beckon::intake
