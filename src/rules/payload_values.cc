#include "rules/payload_values.h"

#include <algorithm>

#include "rules/language/calendar.h"
#include "rules/language/counter.h"
#include "rules/language/decimal.h"
#include "rules/language/measure_definition.h"
#include "rules/language/same.h"

namespace beckon::rules {
namespace {

std::optional<std::string_view> text(std::string_view value, std::string& room) { return room = json::quote(value); }

std::optional<std::string_view> part_of(const std::optional<ledger::Signal>& signal, const PayloadPath& path,
                                        std::string& room) {
  if (!signal) return std::nullopt;
  if (const std::string_view field = path.metadata_field(); !field.empty())
    return value_of_field(signal->metadata, field, room);
  if (path.rest == "key") return text(signal->key, room);
  if (path.rest == "at") return text(to_rfc3339(signal->at), room);
  if (path.rest == "value" && signal->has_value) return text(signal->value, room);
  return std::nullopt;
}

bool has_same(const ledger::Signal& signal, const std::string& same, std::string_view value) {
  std::string room;
  return same.empty() || same_in(signal, same, room) == value;
}

}  // namespace

bool names_visitor(const Arm& arm) {
  return arm.payload && std::ranges::any_of(arm.payload->paths(), [](const PayloadPath& path) {
           return path.root == PayloadRoot::kTrait || path.root == PayloadRoot::kVisitorZone ||
                  path.root == PayloadRoot::kVisitorId || path.root == PayloadRoot::kSame ||
                  path.root == PayloadRoot::kEver;
         });
}

// The newest signal that started the wait: nothing that ends it came after, or the rule would not be evaluated.
std::optional<ledger::Signal> JudgedValues::anchor() const {
  const auto absent =
      std::ranges::find(rule_.all, MeasureKind::kAbsent, [](const Condition& c) { return c.measure.kind; });
  if (absent == rule_.all.end()) return std::nullopt;
  const bool is_of_visitor = absent->measure.scope == Scope::kVisitor && facts_.visitor;
  const ledger::Window& window = is_of_visitor ? *facts_.visitor : facts_.window;
  for (std::size_t i = window.size(); i-- > 0;)
    if (const ledger::Signal signal = window[i]; signal.at <= facts_.now && absent->measure.after.fits(signal) &&
                                                 has_same(signal, absent->measure.same, facts_.same))
      return signal;
  return std::nullopt;
}

std::optional<ledger::Signal> JudgedValues::newest() const {
  for (std::size_t i = facts_.window.size(); i-- > 0;)
    if (facts_.window.at(i) <= facts_.now) return facts_.window[i];
  return std::nullopt;
}

// For a message, the value it is about; otherwise the best one of the first condition that has any.
std::optional<std::string> JudgedValues::same() const {
  if (!facts_.same.empty()) return std::string(facts_.same);
  const auto found = std::ranges::find_if(rule_.all, [](const Condition& one) { return !one.measure.same.empty(); });
  if (found == rule_.all.end()) return std::nullopt;
  const Measure& of = found->measure;
  const bool is_of_visitor = of.scope == Scope::kVisitor && facts_.visitor;
  if (is_of_visitor && !facts_.tells_sessions) return std::nullopt;
  const ReadyMeasure ready{.source = &of,
                           .stream = {.filter = &of.filter, .key_alone = of.filter.key_alone()},
                           .after = {.filter = &of.after, .key_alone = of.after.key_alone()}};
  static const KeyTable kNoKeys;
  SceneRoom room;
  Scene scene(is_of_visitor ? *facts_.visitor : facts_.window, facts_, kNoKeys, room);
  return definition_of(of.kind).best(ready, scene);
}

std::optional<std::string_view> JudgedValues::of_counter(const PayloadPath& path, std::string& room) const {
  const std::string_view what = path.part_of_counter();
  const Counter* found = facts_.tells_counters ? counter_with_value(facts_, path.counter()) : nullptr;
  if (!found) return std::nullopt;
  const Counter& counter = *found;
  const ledger::Subtotal sum = ledger::total_of(facts_.counted, counter.id, facts_.now, counter.keep).sum;
  if (what == "count") return room = std::to_string(sum.count);
  if (what == "days")
    return room = std::to_string(sum.days.behind(local_day(*counter.zone, facts_.now) - ledger::Days::kSpan));
  if (what == "sum" && sum.amounts > 0) return room = decimal_text(AmountSum(sum.units, sum.rest).millionths());
  if (what == "first" && sum.count > 0) return text(to_rfc3339(sum.first), room);
  if (what == "last" && sum.count > 0) return text(to_rfc3339(sum.last), room);
  return std::nullopt;
}

std::optional<std::string_view> JudgedValues::value(const PayloadPath& path, std::string& room) const {
  switch (path.root) {
    case PayloadRoot::kVisitorId:
      if (facts_.visitor_id.empty()) return std::nullopt;
      return text(facts_.visitor_id, room);
    case PayloadRoot::kVisitorZone: {
      const std::string name = zone_name_of_visitor(facts_);
      if (name.empty()) return std::nullopt;
      return text(name, room);
    }
    case PayloadRoot::kTrait: {
      if (!facts_.tells_sensitive && std::ranges::binary_search(facts_.sensitive, path.rest)) return std::nullopt;
      auto trait = ledger::trait_in(facts_.traits, path.rest);
      if (!trait) return std::nullopt;
      return room = std::move(trait->json);
    }
    case PayloadRoot::kAnchor: return part_of(anchor(), path, room);
    case PayloadRoot::kSignal: return part_of(newest(), path, room);
    case PayloadRoot::kContext: {
      const auto found = std::ranges::find(facts_.context, path.rest, &std::pair<std::string, std::string>::first);
      if (found == facts_.context.end()) return std::nullopt;
      return text(found->second, room);
    }
    case PayloadRoot::kDecision:
      if (path.rest == "id" && !decided_.id.empty()) return text(decided_.id, room);
      if (path.rest == "variant" && !decided_.variant.empty()) return text(decided_.variant, room);
      if (path.rest == "expiresAt" && decided_.expires_at != Instant{})
        return text(to_rfc3339(decided_.expires_at), room);
      return std::nullopt;
    case PayloadRoot::kSame: {
      const auto found = same();
      if (!found) return std::nullopt;
      return text(*found, room);
    }
    case PayloadRoot::kEver: return of_counter(path, room);
    case PayloadRoot::kItem: return std::nullopt;
  }
  return std::nullopt;
}

Instant counters_hold_until(const Rule& rule, const Facts& facts) {
  Instant until = Instant::max();
  if (!facts.tells_counters) return until;
  for (const Arm& arm : rule.arms) {
    if (!arm.payload) continue;
    for (const PayloadPath& path : arm.payload->paths()) {
      const Counter* counter = path.root == PayloadRoot::kEver ? counter_with_value(facts, path.counter()) : nullptr;
      if (!counter) continue;
      const ledger::Total total = ledger::total_of(facts.counted, counter->id, facts.now, counter->keep);
      until = std::min(until, total.until);
      if (path.part_of_counter() == "days" && total.sum.count > 0)
        until = std::min(until, calendar_unit(Calendar::kDay, *counter->zone, facts.now).second);
    }
  }
  return until;
}

}  // namespace beckon::rules
