// Changes to the rules of a handle: a rule saved or deleted, or a rollback. Each change creates one new version in one
// commit, with its effects on timers and pending messages.
#pragma once
#include <array>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "commit/committer.h"
#include "rules/language/declared.h"
#include "rules/rule_store.h"

namespace beckon::intake {

struct RuleChange {
  Handle handle;
  Caller by;           // for the audit entry, like the next members
  std::string action;  // "rule.put" …
  std::string target;
  RuleId rule = {};                  // the one that changes; empty if there may be several
  std::vector<RuleId> ordered = {};  // the rules whose order changes
  Instant at{};
};

// null if there is no such rule.
const rules::StoredRule* find_rule(const rules::StoredRules& rules, const RuleId& id);

// The rules with this one, or without it if `json` is empty. Ordered by id.
rules::StoredRules with_change(rules::StoredRules rules, const RuleId& id, const std::string& json, Instant at);

// The rules of `then` as a new version: rules that differ from the current ones get it, others keep the version of
// their last change. The version is unchanged if nothing differs.
rules::StoredRules rolled_back(const rules::StoredRules& now, const rules::StoredRules& then, Instant at);

// Fault with an issue for every rule that needs something undeclared: a score, the handle's time zone, or a counter.
// `counters`: null skips counters.
std::optional<Fault> undeclared(const rules::StoredRules& rules, const rules::Declared& declared,
                                const rules::Counters* counters = nullptr);

// Committing thread. Plans the change from `before` to `next`, compiled as `compiled`: the rules that differ (by
// rulesVersion), the effects on timers and pending messages, and the audit entry.
void plan_change(commit::Draft& draft, const RuleChange& change, const rules::StoredRules& before,
                 const rules::StoredRules& next, const rules::RuleSet& compiled);

// Thread-safe. Everything passed to it outlives it.
class RuleBook {
 public:
  // `reload`: reads the handle again from the store. Blocks for a commit.
  RuleBook(const commit::Tenants& tenants, commit::Committer& committer, std::function<void(const Handle&)> reload)
      : tenants_(tenants), committer_(committer), reload_(std::move(reload)) {}

  // Serializes changes of a handle's rules and of the settings that they need, so that reading and compiling is done
  // on the caller's thread and does not block the committing thread. Held from reading the rules to the end of the
  // change. Handles share a few locks by hash.
  [[nodiscard]] std::unique_lock<std::mutex> turn(const Handle& handle);

  rules::Declared declared(const Handle& handle) const;  // what rules can use now
  rules::Counters counters(const Handle& handle) const;  // likewise

  // The caller holds the turn. Makes `next` the handle's rules, effective for the next decision; `before` are the
  // current ones. Blocks for a commit. Fault: `next` cannot be compiled, or could not be stored.
  std::optional<Fault> commit(const RuleChange& change, const rules::StoredRules& before,
                              const rules::StoredRules& next);

 private:
  const commit::Tenants& tenants_;
  commit::Committer& committer_;
  const std::function<void(const Handle&)> reload_;
  std::array<std::mutex, 16> turns_;
};

}  // namespace beckon::intake
