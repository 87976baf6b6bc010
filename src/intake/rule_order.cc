#include "intake/rule_order.h"

#include <algorithm>
#include <optional>

#include "base/json.h"
#include "rules/language/rule.h"
#include "rules/live_since.h"

namespace beckon::intake {
namespace {

using rules::StoredRule;
using rules::StoredRules;
using rules::limits::kPriority;

constexpr std::int64_t kStep = 10;  // between new priorities above and below all others, so that rules fit between

struct Placed {
  const StoredRule* rule = nullptr;
  std::int64_t was = 0, priority = 0;  // as stored, and as planned
  bool named = false;
};

std::vector<Placed> placed(const StoredRules& rules) {
  std::vector<Placed> all;
  for (const StoredRule& rule : rules.rules) {
    const std::int64_t priority = priority_of(rule);
    all.push_back({&rule, priority, priority});
  }
  std::ranges::sort(all, [](const Placed& a, const Placed& b) {
    return a.priority != b.priority ? a.priority > b.priority : a.rule->id < b.rule->id;
  });
  return all;
}

// Whether the rules at `first` and `second` can both keep their priorities with the rules between them in between.
bool leave_room(const std::vector<Placed>& all, std::size_t first, std::size_t second) {
  const std::int64_t room = all[first].priority - all[second].priority;
  if (room == 0 && second == first + 1) return all[first].rule->id < all[second].rule->id;
  return room >= static_cast<std::int64_t>(second - first);
}

// The places of the rules that keep their priorities: as many as possible, unnamed rules first. Of equal choices the
// later one, so that rules are raised rather than lowered.
std::vector<std::size_t> kept_in(const std::vector<Placed>& all) {
  const auto count = static_cast<std::int64_t>(all.size());
  struct Best {
    std::int64_t worth = 0;  // 0: cannot be kept
    std::optional<std::size_t> before;
  };
  std::vector<Best> best(all.size());
  std::optional<std::size_t> last;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto place = static_cast<std::int64_t>(i);
    const std::int64_t own = all[i].named ? 1 : count + 1;
    if (all[i].priority + place <= kPriority) best[i].worth = own;
    for (std::size_t j = 0; j < i; ++j)
      if (best[j].worth > 0 && best[j].worth + own >= best[i].worth && leave_room(all, j, i))
        best[i] = {best[j].worth + own, j};
    const bool fits = all[i].priority - (count - 1 - place) >= -kPriority;
    if (fits && best[i].worth > 0 && best[i].worth >= (last ? best[*last].worth : 0)) last = i;
  }
  std::vector<std::size_t> kept;
  for (auto i = last; i; i = best[*i].before) kept.push_back(*i);
  std::ranges::reverse(kept);
  return kept;
}

// New priorities for the run, between those of the kept rules before and after it, if any.
void fill(std::span<Placed> run, std::optional<std::int64_t> above, std::optional<std::int64_t> below) {
  const auto count = static_cast<std::int64_t>(run.size());
  if (count == 0) return;
  if (above && below) {
    for (std::int64_t i = 0; i < count; ++i)
      run[static_cast<std::size_t>(i)].priority = *above - (*above - *below) * (i + 1) / (count + 1);
    return;
  }
  const std::int64_t room = above ? *above + kPriority : kPriority - below.value_or(0);
  const std::int64_t step = std::min(kStep, room / count);
  for (std::int64_t i = 0; i < count; ++i)
    run[static_cast<std::size_t>(i)].priority =
        above ? *above - step * (i + 1) : below.value_or(0) + step * (count - i);
}

std::string with_priority(const std::string& json, std::int64_t priority) {
  const auto document = json::parse(json);
  std::string text;
  json::Writer writer(text);
  writer.begin_object();
  for (const json::Member& member : document->root().members())
    if (member.key != "priority") writer.member_raw(member.key, json::to_text(member.value));
  writer.member("priority", priority).end_object();
  return text;
}

}  // namespace

std::int64_t priority_of(const StoredRule& rule) {
  const auto document = json::parse(rule.json);
  const json::Value* said = document ? document->root().find("priority") : nullptr;
  return said ? said->integer().value_or(0) : 0;
}

std::vector<const StoredRule*> evaluation_order(const StoredRules& rules) {
  std::vector<const StoredRule*> all;
  for (const Placed& one : placed(rules)) all.push_back(one.rule);
  return all;
}

StoredRules in_order(const StoredRules& now, std::span<const RuleId> named, Instant at) {
  std::vector<Placed> all = placed(now);
  std::vector<Placed*> places;
  for (Placed& one : all) {
    one.named = std::ranges::find(named, one.rule->id) != named.end();
    if (one.named) places.push_back(&one);
  }
  std::vector<Placed> wanted;
  for (const RuleId& id : named)
    wanted.push_back(**std::ranges::find(places, id, [](const Placed* one) { return one->rule->id; }));
  bool same = true;
  for (std::size_t i = 0; i < places.size(); ++i) {
    same = same && places[i]->rule == wanted[i].rule;
    *places[i] = wanted[i];
  }
  if (same) return now;

  std::optional<std::int64_t> above;
  std::size_t from = 0;
  for (const std::size_t kept : kept_in(all)) {
    fill(std::span(all).subspan(from, kept - from), above, all[kept].priority);
    above = all[kept].priority;
    from = kept + 1;
  }
  fill(std::span(all).subspan(from), above, std::nullopt);

  StoredRules next = now;
  ++next.version;
  for (const Placed& one : all) {
    if (one.priority == one.was) continue;
    StoredRule& rule = *std::ranges::find(next.rules, one.rule->id, &StoredRule::id);
    rule.json = with_priority(rule.json, one.priority);
    rule.live_since = rules::live_since(one.rule, rule.json, at);
    rule.rules_version = next.version;
    rule.at = at;
  }
  return next;
}

}  // namespace beckon::intake
