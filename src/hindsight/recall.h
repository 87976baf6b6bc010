// A stored decision found again and judged again: from the signals that it could see, with the context, the spends and
// the rules of its moment. It must come out as it was answered. rules.md, "Time".
#pragma once
#include <functional>

#include "decision/decision_token.h"
#include "decision/envelope.h"
#include "ledger/ledger.h"

namespace beckon::hindsight {

struct Recalled {
  ledger::PastDecision decision;  // as it was recorded
  SessionId session;
  Instant recorded_at{};
  decision::Envelope again;  // judged again; without an id
  std::optional<bool> same;  // of reading, outcome, rule and variant. std::nullopt if it differs and `lacking` says why
  std::string lacking;       // what was known then and has left the store since, in words
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

  // The handle with the rules of a version and the settings of an instant. Fault kNotFound: that version is not there.
  using TenantAt = std::function<Result<commit::TenantPtr>(std::uint64_t rules_version, Instant at)>;

  // std::nullopt if no decision of that id is recorded, or its session was erased. Reads the journal from the beginning
  // of the session on, and of its visitor's where the rules ask for that: a second or more for each GiB.
  Result<std::optional<Recalled>> recall(const Handle& handle, std::string_view id, const TenantAt& tenant_at) const;

 private:
  Parts parts_;
};

// What was answered, with the explanation, and what comes out now. Adds members to an open object.
void write(json::Writer& out, const Recalled& recalled);

}  // namespace beckon::hindsight
