// Fills windows for rules that were saved and read new keys (rules::FillingRule), a bounded step in each commit, and
// then puts the rules in force.
#pragma once
#include "intake/rule_book.h"

namespace beckon::intake {

class RuleFilling final : public commit::Maintenance {
 public:
  // Bytes of the journal read in one step: at least so many, more the more the same commit writes, and at most so many,
  // as in one that writes nothing. While others commit too, a step is followed by commits without one, until `rest`
  // times as long has passed as it took to plan: so filling takes a small share of the committing thread's time, and
  // is over later (docs/performance.md). 0: each commit has one, as in virtual time.
  struct Options {
    std::size_t least = 64u << 10, most = 512u << 10;
    int rest = 16;
  };

  // Everything passed to it outlives it.
  RuleFilling(ledger::Ledger& ledger, rules::RuleStore& store, commit::Tenants& tenants, RuleBook& book)
      : RuleFilling(ledger, store, tenants, book, Options{}) {}
  RuleFilling(ledger::Ledger& ledger, rules::RuleStore& store, commit::Tenants& tenants, RuleBook& book,
              Options options)
      : ledger_(ledger), store_(store), tenants_(tenants), book_(book), options_(options) {}

  void plan(commit::Draft& draft) override;
  void committed(commit::Draft&, const commit::Receipt&) override { turn_ = {}; }
  void failed() override { turn_ = {}, failed_ = true; }
  bool hurries() const override { return tenants_.is_filling_rules(); }

 private:
  void fill(commit::Draft& draft, const commit::Tenant& tenant);
  void put_in_force(commit::Draft& draft, const commit::Tenant& tenant, const rules::FillingRule& rule);

  ledger::Ledger& ledger_;
  rules::RuleStore& store_;
  commit::Tenants& tenants_;
  RuleBook& book_;
  const Options options_;
  std::unique_lock<std::mutex> turn_;  // of the handle whose rules this commit changes
  bool failed_ = false;                // the last commit failed: wait before the next attempt
  Instant tried_at_{};
  std::chrono::steady_clock::time_point rests_until_{};
};

}  // namespace beckon::intake
