// Limits the history kept in addition to facts: audit events, and old versions of the rules.
#pragma once
#include <deque>

#include "commit/committer.h"
#include "rules/rule_store.h"

namespace beckon::commit {

class HistoryMaintenance final : public Maintenance {
 public:
  struct Options {
    // Newest versions kept for each handle. Older ones stay as long as a decision made by them can be requested: as
    // long as the journal reaches back, which is the longest retention of all handles.
    std::size_t rule_versions = 1'000;
    Duration audit = std::chrono::hours{24} * 400;  // after they were written
    Duration sweep_every = std::chrono::minutes{1};
    Instant swept_at{};  // counts as the last sweep before the start
    // With a sweep: for old versions, replaced settings and replaced counters.
    Duration look_every = std::chrono::hours{1};
  };

  // Both outlive it.
  HistoryMaintenance(rules::RuleStore& rules, const Tenants& tenants, Options options)
      : rules_(rules), tenants_(tenants), options_(options) {}

  void plan(Draft& draft) override;
  void failed() override { handles_.clear(); }

 private:
  void look(Draft& draft);
  bool forget_rules(Draft& draft, const Handle& handle);  // whether there are more

  rules::RuleStore& rules_;
  const Tenants& tenants_;
  const Options options_;
  Instant swept_at_{options_.swept_at}, looked_at_{};
  std::deque<Handle> handles_;  // whose versions are still to be checked
};

}  // namespace beckon::commit
