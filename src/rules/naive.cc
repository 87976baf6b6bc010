#include "rules/naive.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <set>

namespace beckon::rules::naive {

namespace {

using json::Value;

bool text_fits(const Value& wanted, const std::string& text, const std::string& star) {
  if (wanted.is_array()) {
    return std::ranges::any_of(wanted.items(), [&](const Value& one) { return text_fits(one, text, star); });
  }
  const std::string pattern(wanted.text());
  if (pattern == "*") return true;
  if (pattern.ends_with(star)) return text.starts_with(pattern.substr(0, pattern.size() - 1));
  return text == pattern;
}

bool fits(const Value& filter, const Signal& signal) {
  if (const Value* key = filter.find("key"); key && !text_fits(*key, signal.key, ".*")) return false;
  if (const Value* value = filter.find("value"); value && !(signal.has_value && text_fits(*value, signal.value, "*")))
    return false;
  if (const Value* source = filter.find("source"); source && !text_fits(*source, signal.source, "no star")) return false;
  if (const Value* least = filter.find("minConfidence"); least && signal.confidence + 1e-9 < least->number()) return false;
  return true;
}

using Signals = std::vector<const Signal*>;

// The 200 newest by (at, version), and of these what lies inside the retention and not ahead.
Signals visible(const World& world, Instant now) {
  Signals all;
  for (const Signal& signal : world.signals) all.push_back(&signal);
  std::sort(all.begin(), all.end(), [](const Signal* a, const Signal* b) {
    return a->at != b->at ? a->at < b->at : a->version < b->version;
  });
  if (all.size() > 200) all.erase(all.begin(), all.end() - 200);
  std::erase_if(all, [&](const Signal* signal) { return signal->at <= now - world.retention || signal->at > now; });
  return all;
}

Signals chosen(const World& world, const Value& condition, const Value& filter, Instant now) {
  Signals out = visible(world, now);
  std::erase_if(out, [&](const Signal* signal) { return !fits(filter, *signal); });
  if (const Value* within = condition.find("within")) {
    const Duration span = *parse_duration(within->text());
    std::erase_if(out, [&](const Signal* signal) { return !(now - span < signal->at && signal->at <= now); });
  }
  return out;
}

bool bounded(const Value& condition, long number) {
  if (const Value* v = condition.find("atLeast"); v && number < *v->integer()) return false;
  if (const Value* v = condition.find("atMost"); v && number > *v->integer()) return false;
  if (const Value* v = condition.find("equals"); v && number != *v->integer()) return false;
  return true;
}

bool absent(const World& world, const Value& condition, Instant now) {
  std::optional<Instant> anchor;
  for (const Signal* signal : visible(world, now)) {
    if (fits(*condition.find("after"), *signal)) anchor = signal->at;
  }
  if (!anchor || now < *anchor + *parse_duration(condition.find("for")->text())) return false;
  return std::ranges::none_of(visible(world, now), [&](const Signal* signal) {
    return signal->at > *anchor && fits(*condition.find("absent"), *signal);
  });
}

bool last(const World& world, const Value& condition, Instant now) {
  const Signals found = chosen(world, condition, *condition.find("last"), now);
  if (found.empty()) return false;
  const Duration age = now - found.back()->at;
  if (const Value* v = condition.find("atLeast"); v && age < *parse_duration(v->text())) return false;
  if (const Value* v = condition.find("atMost"); v && age > *parse_duration(v->text())) return false;
  return true;
}

// The field's numbers in millionths.
std::vector<long> amounts(const Signals& signals, const Value& filter) {
  std::vector<long> out;
  for (const Signal* signal : signals) {
    if (signal->metadata.empty()) continue;
    const auto document = json::parse(signal->metadata);
    const Value* field = document->root().find(filter.find("field")->text());
    if (field != nullptr && field->is_number()) out.push_back(std::lround(field->number() * 1e6));
  }
  return out;
}

bool amount_bounded(const Value& condition, long amount) {
  const auto bound = [](const Value* value) { return std::lround(value->number() * 1e6); };
  if (const Value* v = condition.find("atLeast"); v && amount < bound(v)) return false;
  if (const Value* v = condition.find("atMost"); v && amount > bound(v)) return false;
  if (const Value* v = condition.find("equals"); v && amount != bound(v)) return false;
  return true;
}

bool context(const World& world, const Value& condition) {
  const auto found = world.context.find(std::string(condition.find("context")->text()));
  const Value* in = condition.find("in");
  const Value& list = in != nullptr ? *in : *condition.find("notIn");
  const bool listed = found != world.context.end() && std::ranges::any_of(list.items(), [&](const Value& one) {
    return one.text() == found->second;
  });
  return listed == (in != nullptr);
}

std::set<std::string> values_of(const Signals& signals) {
  std::set<std::string> values;
  for (const Signal* signal : signals) {
    if (signal->has_value) values.insert(signal->value);
  }
  return values;
}

bool holds(const World& world, const Value& condition, Instant now) {
  if (const Value* f = condition.find("seen")) return !chosen(world, condition, *f, now).empty();
  if (const Value* f = condition.find("count"))
    return bounded(condition, static_cast<long>(chosen(world, condition, *f, now).size()));
  if (const Value* f = condition.find("distinct"))
    return bounded(condition, static_cast<long>(values_of(chosen(world, condition, *f, now)).size()));
  if (const Value* f = condition.find("sum")) {
    const auto found = amounts(chosen(world, condition, *f, now), *f);
    return !found.empty() && amount_bounded(condition, std::accumulate(found.begin(), found.end(), 0L));
  }
  if (const Value* f = condition.find("max")) {
    const auto found = amounts(chosen(world, condition, *f, now), *f);
    return !found.empty() && amount_bounded(condition, *std::ranges::max_element(found));
  }
  if (condition.find("last")) return last(world, condition, now);
  if (condition.find("absent")) return absent(world, condition, now);
  return context(world, condition);
}

bool active(const Value& rule, Instant now) {
  const Value* active = rule.find("active");
  if (active == nullptr) return true;
  if (const Value* from = active->find("from"); from && !from->is_null() && now < *parse_rfc3339(from->text())) return false;
  const Value* until = active->find("until");
  return until == nullptr || until->is_null() || now < *parse_rfc3339(until->text());
}

bool rule_holds(const World& world, const Value& rule, Instant now) {
  if (!active(rule, now)) return false;
  const Value& when = *rule.find("when");
  const auto hold = [&](const Value& condition) { return holds(world, condition, now); };
  if (const Value* all = when.find("all"); all && !std::ranges::all_of(all->items(), hold)) return false;
  if (const Value* any = when.find("any"); any && !any->items().empty() && std::ranges::none_of(any->items(), hold))
    return false;
  const Value* none = when.find("none");
  return none == nullptr || std::ranges::none_of(none->items(), hold);
}

// The live rules of the trigger in the order of judgement.
std::vector<const Value*> asked(const World& world, const std::string& trigger) {
  std::vector<const Value*> rules;
  for (const json::Document& document : world.rules) {
    const Value& rule = document.root();
    const Value* status = rule.find("status");
    if (status != nullptr && status->text() != "live") continue;
    const auto triggers = rule.find("triggers")->items();
    if (std::ranges::any_of(triggers, [&](const Value& one) { return one.text() == trigger; })) rules.push_back(&rule);
  }
  const auto priority = [](const Value* rule) { return rule->find("priority") ? *rule->find("priority")->integer() : 0; };
  std::ranges::sort(rules, [&](const Value* a, const Value* b) {
    if (priority(a) != priority(b)) return priority(a) > priority(b);
    return a->find("ruleId")->text() < b->find("ruleId")->text();
  });
  return rules;
}

}  // namespace

Answer judge(const World& world, const std::string& trigger, Instant now) {
  for (const Value* rule : asked(world, trigger)) {
    if (rule_holds(world, *rule, now))
      return {std::string(rule->find("ruleId")->text()), std::string(rule->find("action")->find("type")->text())};
  }
  return {};
}

std::vector<long> picture(const World& world, const std::string& trigger, Instant now) {
  std::vector<long> out;
  for (const Value* rule : asked(world, trigger)) {
    out.push_back(active(*rule, now));
    for (const char* group : {"all", "any", "none"}) {
      const Value* conditions = rule->find("when")->find(group);
      if (conditions == nullptr) continue;
      for (const Value& condition : conditions->items()) {
        out.push_back(holds(world, condition, now));
        for (const char* measure : {"seen", "count", "distinct", "last", "sum", "max"}) {
          if (const Value* f = condition.find(measure)) out.push_back(static_cast<long>(chosen(world, condition, *f, now).size()));
        }
        if (const Value* f = condition.find("distinct"))
          out.push_back(static_cast<long>(values_of(chosen(world, condition, *f, now)).size()));
      }
    }
  }
  return out;
}

}  // namespace beckon::rules::naive
