// The compiled rules of one handle, and their pure judgement. No clock, no I/O: the instant is an argument.
// (rules, window, context, instant) → the same verdict, always.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "base/instant.h"
#include "base/json.h"
#include "base/result.h"
#include "ledger/session.h"
#include "rules/rule_store.h"

namespace beckon::rules {

enum class Outcome : std::uint8_t { kAct, kNone, kSuppressed, kHoldout };
std::string_view to_text(Outcome outcome);

// What a judgement reads. The references outlive the call.
struct Facts {
  const ledger::Window& window;
  const ledger::Context& context;  // the session's with the call's laid over it; sorted by key
  Instant now{};
  Duration retention{};            // older signals are not seen
};

struct Verdict {
  Outcome outcome = Outcome::kNone;
  std::string_view rule;         // ruleId; empty: none. Lives as long as the rule set
  std::string_view variant;      // empty: none
  std::string_view action_json;  // {"type":…,"payload":…}; empty: none
  Instant expires_at{};          // the earliest instant at which what was read can change by time alone, capped by ttl
  std::uint64_t reading = 0;     // digest of what was read and found; the same unless something that matters changed
};

// Immutable; thread-safe.
class RuleSet {
 public:
  // A set without rules, version 0.
  RuleSet();
  ~RuleSet();
  RuleSet(RuleSet&&) noexcept;
  RuleSet& operator=(RuleSet&&) noexcept;

  // Fault: validation_error that names the rule and the path of each fault (a stored rule is always acceptable, so
  // the caller treats a fault here as damage).
  static Result<RuleSet> compile(const StoredRules& stored);

  std::uint64_t version() const;

  // About a microsecond for a hundred rules. Allocates nothing on the common path.
  Verdict judge(std::string_view trigger, const Facts& facts) const;

  // The "explanation" member of an envelope: for each rule of the trigger, in order, matched, or the first condition
  // that failed with what was wanted and what was seen. Appends one JSON array.
  void explain(std::string_view trigger, const Facts& facts, json::Writer& out) const;

  std::vector<std::string> triggers() const;  // that some live rule answers, sorted

 private:
  struct Compiled;
  std::unique_ptr<const Compiled> compiled_;
};

// Checks one rule as it comes in at PUT, and names every fault at its path ("when.all[0].within"). `id` is the one of
// the path; a ruleId in the body must agree. Returns the rule's text as it is kept: what was given, ruleId filled in.
Result<std::string> check_rule(const RuleId& id, const json::Value& rule);

bool is_rule_id(std::string_view text);  // ^[a-z0-9][a-z0-9_-]{0,63}$

}  // namespace beckon::rules
