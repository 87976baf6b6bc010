// Finds a stored decision and re-evaluates it: from the signals it could see, with the context, exposures and rules of
// its moment. The result must be the same. rules.md, "Time".
#pragma once
#include <functional>

#include "decision/decision_token.h"
#include "decision/envelope.h"
#include "ledger/ledger.h"

namespace beckon::hindsight {

struct Recalled {
  ledger::PastDecision decision;  // as recorded
  SessionId session;
  Instant recorded_at{};
  decision::Envelope again;  // re-evaluated; without an id
  std::optional<bool> same;  // fingerprint, outcome, rule, variant. std::nullopt if they differ and `lacking` says why
  std::string lacking;       // what was known then and has left the store since, as text
};

// Thread-safe.
class Recall {
 public:
  struct Parts {
    ledger::Ledger& ledger;
    commit::Sessions& sessions;
    const decision::DecisionTokens& tokens;
  };
  explicit Recall(Parts parts) : parts_(parts) {}

  // The handle with the rules of a version and the settings of an instant. Fault kNotFound if there is no such version.
  using TenantAt = std::function<Result<commit::TenantPtr>(std::uint64_t rules_version, Instant at)>;

  // std::nullopt if no decision with this id is recorded, or its session was erased. Reads the journal from the
  // beginning of the session, or of its visitor's if the rules need that: a second or more for each GiB.
  Result<std::optional<Recalled>> recall(const Handle& handle, std::string_view id, const TenantAt& tenant_at) const;

 private:
  Parts parts_;
};

// Adds to an open object: the original decision with its explanation, and the current result.
void write(json::Writer& out, const Recalled& recalled);

}  // namespace beckon::hindsight
