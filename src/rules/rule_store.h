// The read port of rules. Each change creates a new version of a handle's rules. Old versions are
// deleted (commit/history_maintenance.h): reading one gives kNotFound. Writes go through
// commit::Commit.
#pragma once
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/id.h"
#include "base/instant.h"
#include "base/result.h"

namespace beckon::rules {

struct StoredRule {
  RuleId id;
  std::string json;                 // as saved
  std::uint64_t rules_version = 0;  // the version that introduced this text
  Instant at{};
  Instant live_since{};  // since when it has been live or in shadow without interruption; otherwise zero
  std::optional<double> filling = std::nullopt;  // FillingRule::share, if the text is not in force yet
};

// A rule that was saved and waits for windows to be filled with signals of the keys that only it reads. Until then the
// rule's former text is in force, if there is one.
struct FillingRule {
  RuleId id;
  std::string json;              // as saved
  Instant at{};                  // when it was saved
  std::string actor;             // who saved it (Caller::actor)
  std::uint64_t filled_to = 0;   // the journal row up to which windows have been filled
  std::uint64_t fill_until = 0;  // the row up to which they must be: later signals are stored as read
  friend bool operator==(const FillingRule&, const FillingRule&) = default;

  double share() const {  // that has been done, below 1
    return fill_until == 0 ? 0 : std::min(0.99, static_cast<double>(filled_to) / static_cast<double>(fill_until));
  }
};

struct StoredRules {
  std::uint64_t version = 0;  // 0 if no rule was ever saved
  std::vector<StoredRule> rules;
  std::vector<FillingRule> filling = {};  // by id; in the current version only
};

// The changes of one version.
struct RulesVersion {
  static constexpr std::size_t kNamed = 20;

  std::uint64_t version = 0;
  Instant at{};
  struct Change {
    RuleId rule;
    bool deleted = false;
  };
  std::vector<Change> changes;  // by rule id, at most kNamed
  std::size_t changed = 0;      // the total number
  std::string zone_version;     // of the time zones it was saved with, such as "2025b"; empty if unknown
  std::string actor;            // who made it (Caller::actor); empty if unknown
};

// A rule's text that one version introduced and a later one replaced.
struct SupersededRule {
  RuleId rule;
  std::uint64_t rules_version = 0;
  friend bool operator==(const SupersededRule&, const SupersededRule&) = default;
};

// Thread-safe.
class RuleStore {
 public:
  virtual ~RuleStore() = default;
  virtual Result<StoredRules> rules(const Handle& handle) = 0;                            // the current version
  virtual Result<StoredRules> rules_at(const Handle& handle, std::uint64_t version) = 0;  // as of that version
  // The versions of a handle before `before`, newest first, at most `limit`.
  virtual Result<std::vector<RulesVersion>> versions(const Handle& handle, std::uint64_t before, std::size_t limit) = 0;
  // The version that was current at an instant; 0 if none was.
  virtual Result<std::uint64_t> version_by(const Handle& handle, Instant at) = 0;
  // Texts that no version from `first` on needs, those of the oldest versions first, at most `limit`.
  virtual Result<std::vector<SupersededRule>> superseded(const Handle& handle, std::uint64_t first,
                                                         std::size_t limit) = 0;
};

}  // namespace beckon::rules
