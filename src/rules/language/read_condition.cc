#include <array>

#include "rules/language/read_filter.h"
#include "rules/language/read_rule.h"

namespace beckon::rules {

namespace {

using Read = void (*)(Members& members, Condition& condition);

void read_scope(Members& members, Condition& condition) {
  const json::Value* scope = members.find("scope");
  if (scope == nullptr) return;
  const bool visitor = scope->is_string() && scope->text() == "visitor";
  if (!visitor && !(scope->is_string() && scope->text() == "session"))
    members.issue("scope", "must be \"session\" or \"visitor\"");
  if (visitor) condition.measure.scope = Scope::kVisitor;
}

void read_measured(Members& members, std::string_view name, Filter& into) {
  if (const json::Value* value = members.find(name)) into = read_filter(*value, members.path(name), members.issues());
}

void read_seen(Members& members, Condition& condition) {
  condition.measure.kind = MeasureKind::kSeen;
  read_measured(members, "seen", condition.measure.filter);
  condition.measure.within = read_window(members);
  for (const std::string_view bound : {"atLeast", "atMost", "equals"})
    members.misplaced(bound, "cannot be used with seen, which is true or false; use count");
  condition.least = 1;
}

void read_count(Members& members, Condition& condition) {
  condition.measure.kind = MeasureKind::kCount;
  read_measured(members, "count", condition.measure.filter);
  condition.measure.within = read_window(members);
  read_count_bounds(members, condition);
}

void read_distinct(Members& members, Condition& condition) {
  condition.measure.kind = MeasureKind::kDistinct;
  condition.measure.filter = read_filter(*members.find("distinct"), members.path("distinct"), members.issues(),
                                         &condition.measure.field, Field::kOptional);
  condition.measure.within = read_window(members);
  read_count_bounds(members, condition);
}

void read_amount(Members& members, Condition& condition, MeasureKind kind, std::string_view name) {
  condition.measure.kind = kind;
  condition.measure.filter =
      read_filter(*members.find(name), members.path(name), members.issues(), &condition.measure.field);
  condition.measure.within = read_window(members);
  read_amount_bounds(members, condition);
}
void read_sum(Members& members, Condition& condition) { read_amount(members, condition, MeasureKind::kSum, "sum"); }
void read_max(Members& members, Condition& condition) { read_amount(members, condition, MeasureKind::kMax, "max"); }

void read_last(Members& members, Condition& condition) {
  condition.measure.kind = MeasureKind::kLast;
  read_measured(members, "last", condition.measure.filter);
  condition.measure.within = read_window(members);
  read_age_bounds(members, condition.measure);
  condition.least = 1;
}

void read_absent(Members& members, Condition& condition) {
  condition.measure.kind = MeasureKind::kAbsent;
  read_measured(members, "absent", condition.measure.filter);
  members.need("after", "a filter for the signal that starts the wait");
  read_measured(members, "after", condition.measure.after);
  condition.measure.wait = members.duration("for", true).value_or(Duration{});
  for (const std::string_view name : {"within", "per"})
    members.misplaced(name, "cannot be used with absent, which looks from its anchor (after) to now");
  condition.least = 1;
}

void read_context(Members& members, Condition& condition) {
  condition.measure.kind = MeasureKind::kContext;
  condition.measure.field = members.text("context", limits::kFieldSize, true).value_or("");
  const json::Value* in = members.find("in");
  const json::Value* not_in = members.find("notIn");
  if (in == nullptr && not_in == nullptr) members.issue("in", "is required unless notIn is given: a list of strings");
  if (in != nullptr && not_in != nullptr) members.issue("notIn", "cannot be combined with in; give one of the two");
  if (const json::Value* list = in != nullptr ? in : not_in) {
    const std::string path = members.path(in != nullptr ? "in" : "notIn");
    if (!list->is_array())
      members.issues().add(path, "must be a list of strings");
    else
      condition.measure.accepted = read_texts(*list, path, limits::kValueSize, members.issues());
  }
  if (in != nullptr)
    condition.least = 1;
  else
    condition.most = 0;
}

void read_steps(Members& members, Condition& condition) {
  condition.measure.kind = MeasureKind::kSteps;
  const json::Value* steps = members.find("steps");
  if (!steps->is_array() || steps->items().empty() || steps->items().size() > limits::kSteps) {
    members.issue("steps", "must be a list of 1 to " + std::to_string(limits::kSteps) + " filters, in order");
  } else {
    for (std::size_t i = 0; i < steps->items().size(); ++i)
      condition.measure.steps.push_back(
          read_filter(steps->items()[i], path_of(members.path("steps"), i), members.issues()));
  }
  condition.measure.within = read_window(members);
  read_step_bounds(members, condition, condition.measure.steps.size());
}

// A score changes with every instant: its bounds are part of the measure, which then changes only where one is crossed.
void read_score(Members& members, Condition& condition) {
  condition.measure.kind = MeasureKind::kScore;
  condition.measure.field = members.text("score", limits::kFieldSize, true).value_or("");
  read_amount_bounds(members, condition);
  condition.measure.least_score = condition.least;
  condition.measure.most_score = condition.most;
  condition.least = 1;
  condition.most = Condition::kNoMost;
  for (const std::string_view name : {"within", "per"})
    members.misplaced(name, "cannot be used with score, which is computed over the whole window");
}

struct Named {
  std::string_view name;
  Read read;
};

constexpr std::array kMeasures = {
    Named{"seen", read_seen},   Named{"count", read_count},   Named{"distinct", read_distinct},
    Named{"last", read_last},   Named{"absent", read_absent}, Named{"context", read_context},
    Named{"sum", read_sum},     Named{"max", read_max},       Named{"steps", read_steps},
    Named{"score", read_score},
};

// No measure was found: perhaps one was misspelt.
void name_no_measure(const json::Value& value, const std::string& path, Issues& issues) {
  std::vector<std::string_view> names;
  for (const Named& measure : kMeasures) names.push_back(measure.name);
  for (const json::Member& member : value.members()) {
    const std::string_view nearest = nearest_name(member.key, names);
    if (nearest.empty()) continue;
    issues.add(path_of(path, member.key), "is not a measure; did you mean \"" + std::string(nearest) + "\"?");
    return;
  }
  issues.add(path, "must name one measure: seen, count, distinct, sum, max, last, absent, steps, score or context");
}

}  // namespace

Condition read_condition(const json::Value& value, const std::string& path, Issues& issues) {
  Condition condition{.path = path};
  if (!value.is_object()) {
    issues.add(path, "must be a condition such as {\"seen\": {\"key\": \"cart\"}, \"within\": \"30m\"}");
    return condition;
  }
  const Named* measure = nullptr;
  for (const Named& named : kMeasures) {
    if (value.find(named.name) == nullptr) continue;
    if (measure != nullptr) {
      issues.add(path_of(path, named.name),
                 "is a second measure next to " + std::string(measure->name) + "; put it in a separate condition");
      return condition;
    }
    measure = &named;
  }
  if (measure == nullptr) {
    name_no_measure(value, path, issues);
    return condition;
  }
  Members members(value, path, issues);
  measure->read(members, condition);
  if (condition.measure.kind != MeasureKind::kContext) read_scope(members, condition);
  members.finish();
  return condition;
}

}  // namespace beckon::rules
