#include "rules/language/measures/shared.h"

#include <algorithm>

#include "ledger/window.h"
#include "rules/language/decimal.h"
#include "rules/language/field_path.h"
#include "rules/language/same.h"

namespace beckon::rules::measures {

void read_measured(Members& members, std::string_view name, Filter& into) {
  if (const json::Value* value = members.find(name)) into = read_filter(*value, members.path(name), members.issues());
}

void read_same(Members& members, Measure& measure) {
  const auto same = members.text("same", limits::kFieldSize);
  if (!same) return;
  measure.same = *same;
  if (!is_field(measure.same) || reaches_elements(measure.same))
    members.issue("same",
                  "must be \"value\", or a metadata field by its name or a path of at most 4 names, without []");
}

void read_amount(Members& members, Condition& condition, std::string_view name) {
  condition.measure.filter = read_filter(*members.find(name), members.path(name), members.issues(),
                                         &condition.measure.field, Field::kRequired, &condition.measure.times);
  condition.measure.path = is_path(condition.measure.field) || !condition.measure.times.empty();
  read_window(members, condition.measure);
  read_amount_bounds(members, condition);
}

std::int32_t key_of_some(const ReadyMeasure& measure, std::int64_t least) {
  return least > 0 ? measure.stream.key : Stream::kEveryKey;
}

std::string bounds(const Condition& condition, bool negated) {
  const bool amount = definition_of(condition.measure.kind).amount;
  const auto text = [amount](std::int64_t number) { return amount ? decimal_text(number) : std::to_string(number); };
  const std::string no = negated ? "not " : "", least = text(condition.least), most = text(condition.most);
  if (condition.least == condition.most) return no + "exactly " + least;
  if (condition.most == Condition::kNoMost) return no + "at least " + least;
  if (condition.least == Condition::kNoLeast) return no + "at most " + most;
  return no + "from " + least + " to " + most;
}

std::string number_seen(const Finding& finding, Scene&) { return std::to_string(finding.taken.value); }

std::string amount_seen(const Finding& finding, Scene&) {
  return finding.taken.value == kNothing ? "no value" : decimal_text(finding.taken.value);
}

const std::vector<std::string_view>& values_of(const ledger::Signal& signal, const Measure& measure) {
  thread_local std::vector<std::string_view> values;
  if (measure.filter.meta.empty() || !reaches_elements(measure.field)) {
    values_in(signal.metadata, measure.field, values);
  } else {
    values.clear();
    each_value(signal.metadata, measure.field, {}, measure.filter.meta,
               [](std::string_view value, std::string_view) { values.push_back(value); });
  }
  return values;
}

void each_amount(const ledger::Signal& signal, const Measure& measure,
                 const std::function<void(std::optional<std::int64_t>)>& visit) {
  if (measure.times.empty()) {
    for (const std::string_view value : values_of(signal, measure)) visit(number_of(value));
    return;
  }
  each_value(signal.metadata, measure.field, measure.times, measure.filter.meta,
             [&](std::string_view value, std::string_view times) {
               const auto amount = number_of(value), factor = number_of(times);
               visit(amount && factor ? std::optional(multiplied(*amount, *factor)) : std::nullopt);
             });
}

std::function<void(lint::Seen&)> with_same(const Measure& measure) {
  if (measure.same.empty()) return {};
  return [same = measure.same](lint::Seen& seen) {
    std::string room;
    ledger::Signal signal{.metadata = seen.metadata};
    if (seen.value) signal.value = *seen.value, signal.has_value = true;
    if (same_in(signal, same, room)) return;
    if (same == kOwnValue)
      seen.value = "v1";
    else
      seen.metadata = lint::metadata_with(seen.metadata, same, "\"v1\"");
  };
}

std::string same_words(const Measure& of) { return of.same.empty() ? "" : ", with the same " + of.same; }

std::string best_words(const Finding& finding, Scene& scene) {
  const Measure& of = finding.condition.measure;
  if (of.same.empty()) return "";
  const auto best = definition_of(of.kind).best(finding.measure, scene);
  return best ? " for " + of.same + " " + *best : " with the same " + of.same;
}

std::string field_words(const Measure& of) { return of.field + (of.times.empty() ? "" : " × " + of.times); }

Skipped no_numbers(const Finding& finding, Scene& scene) {
  const Measure& of = finding.condition.measure;
  std::int64_t missing = 0, others = 0;
  scene.newest_first(finding.measure.stream, sight_of(finding.measure, scene), [&](std::size_t i, Instant) {
    const auto look_at = [&](std::string_view value, std::string_view times) {
      const auto is_missing = [](std::string_view text) { return text.empty() || text == "null"; };
      if (is_missing(value) || (!of.times.empty() && is_missing(times)))
        ++missing;
      else if (!number_of(value) || (!of.times.empty() && !number_of(times)))
        ++others;
    };
    const ledger::Signal signal = scene.signal(i);
    if (of.times.empty())
      for (const std::string_view value : values_of(signal, of)) look_at(value, {});
    else
      each_value(signal.metadata, of.field, of.times, of.filter.meta, look_at);
    return true;
  });
  return {missing + others, missing == 0 ? "not a number" : others == 0 ? "missing" : "missing or not a number"};
}

std::string newest_seen(const Finding& finding, Scene& scene) {
  return finding.taken.witness == kNever ? "none" : ago(finding.taken.witness, scene.now());
}

std::string more(std::int64_t count, const std::string& what) {
  return (count == 1 ? "one" : std::to_string(count)) + " more " + what;
}

std::string one_more_in_bounds(const Condition& condition) {
  const Measure& of = condition.measure;
  return more(1, words_of(of.filter)) + " whose " + field_words(of) + " is " + bounds(condition, false);
}

std::string beyond_bounds(std::int64_t value, std::int64_t least, std::int64_t most, const std::string& of_what) {
  std::string out;
  if (most != Condition::kNoMost) out = "over " + decimal_text(most - value) + " more " + of_what;
  if (least == Condition::kNoLeast) return out;
  return out + (out.empty() ? "" : ", or ") + "over " + decimal_text(value - least) + " less " + of_what;
}

std::string more_signals(const Finding& finding, const std::string& what) {
  const Condition& condition = finding.condition;
  const std::int64_t value = finding.taken.value;
  if (finding.negated && condition.most != Condition::kNoMost) return more(condition.most - value + 1, what);
  if (!finding.negated && value < condition.least) return more(condition.least - value, what);
  return "";
}

lint::Cases itself_in_bounds(const lint::Said& said) {
  return said.bounds(said.itself(), said.condition.least, said.condition.most);
}

// Without data it is kNothing, which is below every amount.
lint::Cases amount_in_bounds(const lint::Said& said) {
  lint::Cases out = itself_in_bounds(said);
  const bool may_be_nothing = said.of.negated;
  for (std::size_t i = may_be_nothing ? 1 : 0; i < out.size(); ++i)
    out[i].push_back(said.least(said.count(said.measure.filter, said.sight()), 1));
  return out;
}

std::int64_t window_size(const Measure& measure) {
  return static_cast<std::int64_t>(measure.scope == Scope::kVisitor ? ledger::Window::kOfVisitor
                                                                    : ledger::Window::kCapacity);
}

bool narrower_of_its_kind(const Measure& one, const Measure& other) {
  return one.kind == other.kind && one.field == other.field && one.times == other.times && one.within <= other.within &&
         lint::narrower(one.filter, other.filter);
}

bool amount_placed(lint::Placer& placer, const lint::Fact& fact) {
  std::int64_t amount = fact.bound;
  if (amount == Condition::kNoLeast) {
    amount = 0;
    for (const lint::Fact* other : placer.facts()) {
      if (!other->least && other->measure == fact.measure) amount = std::min(amount, other->bound);
    }
    if (amount <= Condition::kNoLeast) return false;  // kNothing must match, too
  }
  return placer.put(fact.measure.filter, fact.measure.within, [&](lint::Seen& seen) {
    seen.metadata = lint::metadata_with(seen.metadata, fact.measure.field, decimal_text(amount));
    if (!fact.measure.times.empty()) seen.metadata = lint::metadata_with(seen.metadata, fact.measure.times, "1");
  });
}

bool texts_are_of(const Comparison& one, const Comparison& other) {
  if (const auto texts = texts_of(one))
    return std::ranges::all_of(*texts, [&](const std::string& text) { return holds_text(other, text); });
  static const Comparison present{.demands = {{.op = Operator::kExists, .constants = {}}}};
  return other == present && needs_value(one);
}

}  // namespace beckon::rules::measures
