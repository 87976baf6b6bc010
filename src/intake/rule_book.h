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
  bool replaces_all = false;  // also the rules that are filling
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

// The rules as they were saved: those that are filling in place of their former texts.
rules::StoredRules as_saved(rules::StoredRules rules);

// Committing thread. Plans the change from `before` to `next`, compiled as `compiled`: the rules that differ (by
// rulesVersion), the effects on timers and pending messages, and the audit entry.
void plan_change(commit::Draft& draft, const RuleChange& change, const rules::StoredRules& before,
                 const rules::StoredRules& next, const rules::RuleSet& compiled);

// A change of a handle's rules. A rule that reads keys which no rule read before waits until windows are filled
// (commit/window_filling.h); its former text stays in force, if it had one.
class PlannedChange {
 public:
  using RuleSetPtr = std::shared_ptr<const rules::RuleSet>;

  // Any thread. Compiles the rules. `before`: those in force. `next`: with the new texts under a new version, and the
  // others as in force or as saved. `is_filled`: nothing waits. `now`: `before` compiled with these settings, if the
  // caller has it. Fault: `next` cannot be compiled.
  static Result<PlannedChange> make(RuleChange change, rules::StoredRules before, rules::StoredRules next,
                                    const rules::Declared& declared, bool is_filled = false, RuleSetPtr now = nullptr);

  static constexpr std::size_t kReadAtOnce = 512u << 10;  // bytes of the journal: about a millisecond

  // Committing thread. If about `bytes` of the journal are all, nothing waits.
  void plan(commit::Draft& draft, ledger::Ledger& ledger, std::size_t bytes = kReadAtOnce);

  // After plan(): what is in force with the commit, and what is filling.
  const rules::StoredRules& rules() const { return next_; }
  const RuleSetPtr& compiled() const { return compiled_; }

 private:
  std::vector<rules::FillingRule> plan_filling(commit::Draft& draft, ledger::Position filled_to);

  RuleChange change_;
  rules::StoredRules before_, next_;
  RuleSetPtr now_, compiled_;    // of `before_` and `next_`
  std::vector<RuleId> changed_;  // saved or deleted
  // If some of them read new keys: the rules without them, and these.
  rules::StoredRules without_;
  RuleSetPtr compiled_without_;
  std::vector<rules::FillingRule> waiting_;
};

// Committing thread, after the commit. False if the handle is so new that it is not in memory yet, or the settings that
// the rules were compiled with have changed meanwhile.
bool publish(commit::Tenants& tenants, const Handle& handle, const rules::Declared& declared,
             const PlannedChange& change);

// Thread-safe. Everything passed to it outlives it.
class RuleBook {
 public:
  // `reload`: reads the handle again from the store. Blocks for a commit.
  RuleBook(const commit::Tenants& tenants, commit::Committer& committer, ledger::Ledger& ledger,
           std::function<void(const Handle&)> reload)
      : tenants_(tenants), committer_(committer), ledger_(ledger), reload_(std::move(reload)) {}

  // Serializes changes of a handle's rules and of the settings that they need, so that reading and compiling is done
  // on the caller's thread and does not block the committing thread. Held from reading the rules to the end of the
  // change. Handles share a few locks by hash.
  [[nodiscard]] std::unique_lock<std::mutex> turn(const Handle& handle);
  [[nodiscard]] std::unique_lock<std::mutex> try_turn(const Handle& handle);  // without a lock if somebody has it

  rules::Declared declared(const Handle& handle) const;  // what rules can use now
  rules::Counters counters(const Handle& handle) const;  // likewise

  // The caller holds the turn. Makes `next` the handle's rules, effective for the next decision, except those that must
  // be filled first; `before` are the current ones. Blocks for a commit. Returns what is in force then, and what is
  // filling. Fault: `next` cannot be compiled, or could not be stored.
  Result<rules::StoredRules> commit(const RuleChange& change, const rules::StoredRules& before,
                                    const rules::StoredRules& next);

 private:
  const commit::Tenants& tenants_;
  commit::Committer& committer_;
  ledger::Ledger& ledger_;
  const std::function<void(const Handle&)> reload_;
  std::array<std::mutex, 16> turns_;
};

}  // namespace beckon::intake
