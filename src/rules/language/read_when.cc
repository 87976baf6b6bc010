// "when": conditions and groups of them, normalized as far as their meaning allows: what must be true, what must not,
// and alternatives.
#include <algorithm>
#include <array>
#include <utility>

#include "rules/language/planted.h"
#include "rules/language/read_rule.h"

namespace beckon::rules {

namespace {

enum class Kind : std::uint8_t { kCondition, kAll, kAny, kNone };
constexpr std::array<std::pair<std::string_view, Kind>, 3> kGroups{
    {{"all", Kind::kAll}, {"any", Kind::kAny}, {"none", Kind::kNone}}};

// A condition, or a group as written.
struct Entry {
  Kind kind = Kind::kCondition;
  Condition condition;
  std::vector<Entry> entries;
};

// Confined to parsing one rule.
class WhenReader {
 public:
  WhenReader(const Zones& zones, Issues& issues) : zones_(zones), issues_(issues) {}

  // The entries of one list. `depth`: of the enclosing group, from 1.
  std::vector<Entry> read(Members& of, std::string_view name, int depth) {
    std::vector<Entry> entries;
    const json::Value* list = of.find(name);
    if (list == nullptr) return entries;
    if (!list->is_array()) {
      of.issue(name, "must be a list of conditions");
      return entries;
    }
    for (std::size_t i = 0; i < list->items().size(); ++i)
      entries.push_back(read_entry(list->items()[i], path_of(of.path(name), i), depth));
    return entries;
  }
  std::size_t conditions() const { return conditions_; }

 private:
  Entry read_entry(const json::Value& value, const std::string& path, int depth) {
    const bool is_group = std::ranges::any_of(kGroups, [&](const auto& group) { return value.find(group.first); });
    if (is_group) return read_group(value, path, depth + 1);
    ++conditions_;
    return {.kind = Kind::kCondition, .condition = read_condition(value, path, zones_, issues_), .entries = {}};
  }

  Entry read_group(const json::Value& value, const std::string& path, int depth) {
    Entry group;
    if (depth > limits::kGroupDepth) {
      issues_.add(path, "must be a condition: groups can be at most " + std::to_string(limits::kGroupDepth) + " deep");
      return group;
    }
    Members members(value, path, issues_);
    int named = 0;
    for (const auto& [name, kind] : kGroups) {
      if (!members.has(name)) continue;
      ++named;
      group.kind = kind;
      group.entries = read(members, name, depth);
      if (group.entries.empty()) members.issue(name, "must have at least one condition");
    }
    if (named > 1) issues_.add(path, "must be one group: all, any or none; put each in a group of its own");
    members.finish();
    return group;
  }

  const Zones& zones_;
  Issues& issues_;
  std::size_t conditions_ = 0;
};

// Adds the entry, or its negation, to the branch.
void add(Branch& to, Entry& entry, bool negated) {
  if (entry.kind == Kind::kCondition) return void(to.literals.push_back({std::move(entry.condition), negated}));
  // Not all of them means that one is not; not one of them, or none, means that all are not.
  const bool contrary = negated != (entry.kind == Kind::kNone);
  const bool one_of = entry.kind == Kind::kAll ? negated : !contrary;
  Branch branch{.any = one_of, .literals = {}, .branches = {}};
  const bool joins = branch.any == to.any || entry.entries.size() == 1;
  for (Entry& one : entry.entries) add(joins ? to : branch, one, contrary);
  if (!joins) to.branches.push_back(std::move(branch));
}

void put_negated_last(Branch& branch) {
  std::ranges::stable_partition(branch.literals, [](const Literal& one) { return !one.negated; });
  for (Branch& inner : branch.branches) put_negated_last(inner);
}

// Alternatives that are only conditions go into `any`, as rules have always had them.
void add_alternatives(Rule& rule, Branch branch) {
  put_negated_last(branch);
  const bool plain = branch.branches.empty() && std::ranges::none_of(branch.literals, &Literal::negated);
  if (!plain || !rule.any.empty()) return void(rule.more.push_back(std::move(branch)));
  for (Literal& one : branch.literals) rule.any.push_back(std::move(one.condition));
}

}  // namespace

void read_when(Members& members, const Zones& zones, Rule& rule) {
  const json::Value* value = members.need("when", "the conditions; {} always matches");
  if (value == nullptr) return;
  if (!value->is_object()) {
    members.issue("when", "must be an object with all, any or none; {} always matches");
    return;
  }
  Members when(*value, members.path("when"), members.issues());
  WhenReader reader(zones, members.issues());
  Entry all{Kind::kAll, {}, reader.read(when, "all", 1)}, any{Kind::kAny, {}, reader.read(when, "any", 1)},
      none{Kind::kNone, {}, reader.read(when, "none", 1)};
  if (reader.conditions() > limits::kConditions)
    members.issue("when", "must have at most " + std::to_string(limits::kConditions) + " conditions");
  when.finish();
  Branch together{.any = false, .literals = {}, .branches = {}}, alternatives;
  for (Entry& one : all.entries) add(together, one, false);
  for (Entry& one : none.entries) add(together, one, true);
  for (Entry& one : any.entries) add(alternatives, one, false);
  for (Literal& one : together.literals) (one.negated ? rule.none : rule.all).push_back(std::move(one.condition));
  if (!any.entries.empty()) add_alternatives(rule, std::move(alternatives));
  for (Branch& one : together.branches) add_alternatives(rule, std::move(one));
}

}  // namespace beckon::rules
