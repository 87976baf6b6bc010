// The rule book's port for reading. Each change makes a new version of a handle's rules; all versions are kept.
// What is written goes through decision::Commit.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/id.h"
#include "base/instant.h"
#include "base/result.h"

namespace beckon::rules {

struct StoredRule {
  RuleId id;
  std::string json;                 // as it was saved
  std::uint64_t rules_version = 0;  // the version that this text came with
  Instant at{};
  Instant live_since{};             // since when it has been live or in shadow without a break; zero: it is not
};

struct StoredRules {
  std::uint64_t version = 0;  // 0: no rule was ever saved
  std::vector<StoredRule> rules;
};

// Thread-safe.
class RuleStore {
 public:
  virtual ~RuleStore() = default;
  virtual Result<StoredRules> rules(const Handle& handle) = 0;                             // the current version
  virtual Result<StoredRules> rules_at(const Handle& handle, std::uint64_t version) = 0;   // as they were then
};

}  // namespace beckon::rules
