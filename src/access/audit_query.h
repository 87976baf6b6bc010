// A query of the audit log.
#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/audit.h"

namespace beckon::access {

// Empty members match anything.
struct AuditQuery {
  std::optional<Handle> handle;  // an empty handle matches the server's own entries; std::nullopt matches all
  std::string actor = {};
  std::string action = {};  // one that ends in a dot is a prefix: "rule."
  std::string target = {};
  std::optional<Instant> since = {}, until = {};  // [since, until)
};

inline bool matches(const AuditQuery& query, const AuditEntry& entry) {
  const bool is_action = query.action.empty() || entry.action == query.action ||
                         (query.action.ends_with('.') && entry.action.starts_with(query.action));
  return is_action && (!query.handle || *query.handle == entry.handle) &&
         (query.actor.empty() || query.actor == entry.by.actor) &&
         (query.target.empty() || query.target == entry.target) && (!query.since || entry.at >= *query.since) &&
         (!query.until || entry.at < *query.until);
}

using AuditPlace = std::pair<Instant, AuditId>;

// A page may end early if many entries that do not match were read, since reading blocks others.
struct AuditPage {
  static constexpr std::size_t kMostRead = 5'000;
  std::vector<AuditEntry> entries;
  std::optional<AuditPlace> more_behind;  // the last one read; std::nullopt at the end of the log
};

}  // namespace beckon::access
