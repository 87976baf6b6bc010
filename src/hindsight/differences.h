// Where two sets of rules answer differently. Confined to one simulation.
#pragma once
#include <map>
#include <string>
#include <tuple>
#include <unordered_set>

#include "hindsight/trial.h"
#include "hindsight/what_if.h"

namespace beckon::hindsight {

class Differences {
 public:
  explicit Differences(std::size_t examples) : most_(examples) {}

  // Both were asked at one moment.
  void answered(const AskedAt& asked, const rules::Verdict& was, const rules::Verdict& would_be);
  // A delayed rule of one of the two has fired. What both fire alike for one anchor is no difference.
  void told(bool tried, const FiredAt& fired);

  void finish(WhatIf& into);

 private:
  // A message that only one of the two has sent so far.
  struct Told {
    bool tried = false;
    WhatIf::Example example;
  };
  void add(const ledger::SessionDigest& digest, WhatIf::Example example);

  const std::size_t most_;
  std::map<std::tuple<ledger::SessionDigest, std::string, std::uint64_t>, Told> told_;  // by session, rule, anchor
  std::unordered_set<ledger::SessionDigest> changed_;
  std::vector<WhatIf::Example> examples_;
};

}  // namespace beckon::hindsight
