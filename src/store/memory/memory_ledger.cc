#include "store/memory/memory_ledger.h"

#include <algorithm>
#include <ranges>

namespace beckon::store {

using ledger::Position;

Result<std::optional<ledger::StoredSnapshot>> MemoryLedger::snapshot(const Handle& handle, const SessionId& session) {
  const std::lock_guard lock(facts_.mutex);
  const auto found = facts_.snapshots.find({handle, session});
  if (found == facts_.snapshots.end()) return std::nullopt;
  return ledger::StoredSnapshot{found->second.snapshot.bytes, found->second.as_of, found->second.snapshot.began};
}

Result<std::vector<ledger::SessionSummary>> MemoryLedger::snapshots(const Handle& handle,
                                                                    const std::optional<ledger::ListCursor>& behind,
                                                                    std::size_t limit) {
  const std::lock_guard lock(facts_.mutex);
  std::vector<ledger::SessionSummary> found;
  for (auto row = facts_.snapshots.lower_bound({handle, SessionId{}});
       row != facts_.snapshots.end() && row->first.first == handle; ++row) {
    const auto& s = row->second.snapshot;
    if (ledger::is_own_record(s.session.view())) continue;
    if (!behind || std::pair(s.created, s.session.text) < std::pair(behind->created, behind->id))
      found.push_back({s.session, s.visitor, s.created, s.last_received, s.version});
  }
  std::ranges::sort(found, std::greater{}, [](const auto& s) { return std::pair(s.created, s.id.text); });
  if (found.size() > limit) found.resize(limit);
  return found;
}

Result<std::vector<SessionId>> MemoryLedger::sessions_of(const Handle& handle, const VisitorId& visitor) {
  const std::lock_guard lock(facts_.mutex);
  std::vector<SessionId> found;
  if (visitor.empty()) return found;
  for (const auto& [key, row] : facts_.snapshots)
    if (key.first == handle && row.snapshot.visitor == visitor) found.push_back(key.second);
  return found;
}

Result<std::vector<SessionId>> MemoryLedger::own_records(const Handle& handle, std::string_view prefix,
                                                         std::string_view behind, std::size_t limit) {
  const std::lock_guard lock(facts_.mutex);
  std::vector<SessionId> found;
  for (auto row = facts_.snapshots.lower_bound({handle, SessionId{std::max(prefix, behind)}});
       row != facts_.snapshots.end() && row->first.first == handle && row->first.second.view().starts_with(prefix) &&
       found.size() < limit;
       ++row)
    if (row->first.second.view() > behind) found.push_back(row->first.second);
  return found;
}

Result<std::vector<ledger::ExpiredSession>> MemoryLedger::expired(Instant by, std::size_t limit) {
  const std::lock_guard lock(facts_.mutex);
  std::vector<std::pair<Instant, ledger::ExpiredSession>> all;
  for (const auto& [key, row] : facts_.snapshots)
    if (row.snapshot.expires_at <= by)
      all.emplace_back(row.snapshot.expires_at, ledger::ExpiredSession{key.first, key.second, row.snapshot.visitor,
                                                                       row.snapshot.began, row.as_of});
  std::ranges::stable_sort(all, {}, [](const auto& one) { return one.first; });
  std::vector<ledger::ExpiredSession> found;
  for (auto& [at, one] : all)
    if (found.size() < limit) found.push_back(std::move(one));
  return found;
}

Result<std::vector<ledger::PastSession>> MemoryLedger::past_sessions_of(const Handle& handle,
                                                                        const VisitorId& visitor) {
  const std::lock_guard lock(facts_.mutex);
  std::vector<ledger::PastSession> found;
  for (const auto& [key, lives] : facts_.past_sessions) {
    EventId before;
    for (const auto& [last, whose] : lives) {
      if (key.first == handle && whose == visitor) found.push_back({key.second, last, before});
      before = last;
    }
  }
  return found;
}

Result<EventId> MemoryLedger::end_of_former_lives(const Handle& handle, const SessionId& session) {
  const std::lock_guard lock(facts_.mutex);
  return facts_.end_of_former_lives(handle, session);
}

// Does not hold the lock while `row` runs, like the other driver.
Result<void> MemoryLedger::read_journal(Position after,
                                        const std::function<bool(Position, Instant, std::string_view)>& row) {
  while (true) {
    JournalEntry entry;
    {
      const std::lock_guard lock(facts_.mutex);
      const auto next = facts_.journal.upper_bound(after);
      if (next == facts_.journal.end()) return {};
      after = next->first;
      entry = next->second;
    }
    if (!row(after, entry.at, entry.bytes)) return {};
  }
}

Result<Position> MemoryLedger::position_before(Instant at) {
  const std::lock_guard lock(facts_.mutex);
  for (const auto& [position, entry] : facts_.journal)
    if (entry.at >= at) return position - 1;
  return facts_.last_position;
}

Result<Position> MemoryLedger::checkpoint() {
  const std::lock_guard lock(facts_.mutex);
  return facts_.checkpoint;
}

Result<Position> MemoryLedger::last_position() {
  const std::lock_guard lock(facts_.mutex);
  return facts_.last_position;
}

Result<std::vector<ledger::Ledger::Denial>> MemoryLedger::denied() {
  const std::lock_guard lock(facts_.mutex);
  std::vector<Denial> found;
  for (const auto& [digest, until] : facts_.denied) found.push_back({digest, until});
  return found;
}

Result<std::vector<ledger::Ledger::Erasure>> MemoryLedger::erasures() {
  const std::lock_guard lock(facts_.mutex);
  std::vector<Erasure> found;
  for (const auto& [key, erasure] : facts_.erasures) found.push_back(erasure);
  std::ranges::stable_sort(found, {}, &Erasure::up_to);
  return found;
}

Result<std::uint64_t> MemoryLedger::erasures_waiting() {
  const std::lock_guard lock(facts_.mutex);
  return facts_.erasures.size();
}

std::uint64_t MemoryRuleStore::newest(const Handle& handle) const {
  std::uint64_t version = 0;
  for (auto row = facts_.rules.lower_bound({handle, RuleId{}}); row != facts_.rules.end() && row->first.first == handle;
       ++row)
    version = std::max(version, row->second.rbegin()->first);
  return version;
}

std::uint64_t MemoryRuleStore::oldest(const Handle& handle) const {
  const auto found = facts_.rules_kept.find(handle);
  return found == facts_.rules_kept.end() ? 0 : found->second;
}

Result<std::uint64_t> MemoryRuleStore::version_by(const Handle& handle, Instant at) {
  const std::lock_guard lock(facts_.mutex);
  std::uint64_t version = 0;
  for (auto row = facts_.rules.lower_bound({handle, RuleId{}}); row != facts_.rules.end() && row->first.first == handle;
       ++row)
    for (const auto& [of, put] : row->second)
      if (put.at <= at) version = std::max(version, of);
  return version;
}

Result<std::vector<rules::SupersededRule>> MemoryRuleStore::superseded(const Handle& handle, std::uint64_t first,
                                                                       std::size_t limit) {
  const std::lock_guard lock(facts_.mutex);
  std::vector<rules::SupersededRule> found;
  for (auto row = facts_.rules.lower_bound({handle, RuleId{}}); row != facts_.rules.end() && row->first.first == handle;
       ++row)
    for (auto text = row->second.begin(); text != row->second.end() && text->first < first; ++text) {
      const auto next = std::next(text);
      if (text->second.json.empty() || (next != row->second.end() && next->first <= first))
        found.push_back({row->first.second, text->first});
    }
  std::ranges::stable_sort(found, {}, &rules::SupersededRule::rules_version);
  if (found.size() > limit) found.resize(limit);
  return found;
}

rules::StoredRules MemoryRuleStore::read(const Handle& handle, std::uint64_t version) const {
  rules::StoredRules found{.version = version, .rules = {}};
  for (auto row = facts_.rules.lower_bound({handle, RuleId{}}); row != facts_.rules.end() && row->first.first == handle;
       ++row) {
    auto text = row->second.upper_bound(version);
    if (text == row->second.begin() || (--text)->second.json.empty()) continue;
    found.rules.push_back(
        {row->first.second, text->second.json, text->first, text->second.at, text->second.live_since});
  }
  return found;
}

Result<rules::StoredRules> MemoryRuleStore::rules(const Handle& handle) {
  const std::lock_guard lock(facts_.mutex);
  rules::StoredRules found = read(handle, newest(handle));
  if (const auto filling = facts_.filling_rules.find(handle); filling != facts_.filling_rules.end())
    for (const auto& [id, rule] : filling->second) found.filling.push_back(rule);
  return found;
}

Result<rules::StoredRules> MemoryRuleStore::rules_at(const Handle& handle, std::uint64_t version) {
  const std::lock_guard lock(facts_.mutex);
  if (version > newest(handle) || version < oldest(handle)) return unexpected(not_found("version of the rules"));
  return read(handle, version);
}

Result<std::vector<rules::RulesVersion>> MemoryRuleStore::versions(const Handle& handle, std::uint64_t before,
                                                                   std::size_t limit) {
  const std::lock_guard lock(facts_.mutex);
  std::map<std::uint64_t, rules::RulesVersion, std::greater<>> all;
  for (auto row = facts_.rules.lower_bound({handle, RuleId{}}); row != facts_.rules.end() && row->first.first == handle;
       ++row)
    for (const auto& [version, put] : row->second) {
      if (version >= before || version < oldest(handle)) continue;
      rules::RulesVersion& made = all[version];
      made.version = version;
      made.at = put.at;
      made.zone_version = put.zone_version;
      made.actor = put.actor;
      if (made.changes.size() < rules::RulesVersion::kNamed) made.changes.push_back({put.rule, put.json.empty()});
      ++made.changed;
    }
  std::vector<rules::RulesVersion> found;
  for (auto& [version, made] : all)
    if (found.size() < limit) found.push_back(std::move(made));
  return found;
}

Result<std::vector<rules::RulesVersion>> MemoryRuleStore::versions_of(const Handle& handle, const RuleId& rule,
                                                                      std::uint64_t before, std::size_t limit) {
  const std::lock_guard lock(facts_.mutex);
  std::vector<rules::RulesVersion> found;
  const auto of_rule = facts_.rules.find({handle, rule});
  if (of_rule == facts_.rules.end()) return found;
  const auto changed_by = [&](std::uint64_t version) {
    std::size_t changed = 0;
    for (auto row = facts_.rules.lower_bound({handle, RuleId{}});
         row != facts_.rules.end() && row->first.first == handle; ++row)
      changed += row->second.contains(version);
    return changed;
  };
  for (const auto& [version, put] : std::views::reverse(of_rule->second)) {
    if (version >= before || version < oldest(handle) || found.size() == limit) continue;
    found.push_back({.version = version,
                     .at = put.at,
                     .changes = {{rule, put.json.empty()}},
                     .changed = changed_by(version),
                     .zone_version = put.zone_version,
                     .actor = put.actor});
  }
  return found;
}

}  // namespace beckon::store
