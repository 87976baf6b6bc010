// Where two sets of rules decide differently. Confined to one simulation.
#pragma once
#include <map>
#include <string>
#include <tuple>
#include <unordered_set>

#include "hindsight/trial.h"
#include "hindsight/what_if.h"

namespace beckon::hindsight {

// A point of the journal's order. The sessions of a simulation are not played in that order, but the first differences
// are shown by it.
struct PlayedAt {
  std::uint64_t step = 0;  // Stretch::Entry::step
  enum class Phase : std::uint8_t { kSettles, kTriedFires, kLiveFires, kTakes } phase = Phase::kSettles;
  Instant at{};                  // of what fires, by time
  ledger::SessionDigest digest;  // and session
  friend auto operator<=>(const PlayedAt&, const PlayedAt&) = default;
};

class Differences {
 public:
  explicit Differences(std::size_t examples) : most_(examples) {}

  // Both were evaluated for one request.
  void answered(const PlayedAt& when, const AskedAt& asked, const rules::Verdict& was, const rules::Verdict& would_be);
  // A delayed rule of one set has fired. If both fire the same for one anchor, that is not a difference.
  void told(const PlayedAt& when, bool tried, const FiredAt& fired);

  // The other one takes over what it knows of the session, except examples.
  void give(const ledger::SessionDigest& digest, Differences& to);
  void add(Differences more);
  void finish(WhatIf& into);

 private:
  // A message that only one of the two has sent so far.
  struct Told {
    bool tried = false;
    WhatIf::Example example;
  };
  void keep(const PlayedAt& when, WhatIf::Example example);

  const std::size_t most_;
  std::map<std::tuple<ledger::SessionDigest, std::string, std::uint64_t>, Told> told_;  // by session, rule, anchor
  std::unordered_set<ledger::SessionDigest> changed_;
  std::multimap<PlayedAt, WhatIf::Example> examples_;  // the first
};

}  // namespace beckon::hindsight
