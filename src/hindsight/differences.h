// Where two sets of rules decide differently. Confined to one simulation.
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

  // Both were evaluated for one request.
  void answered(const AskedAt& asked, const rules::Verdict& was, const rules::Verdict& would_be);
  // A delayed rule of one set has fired. If both fire the same for one anchor, that is not a difference.
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
