#include <array>

#include "rules/read_filter.h"
#include "rules/read_rule.h"

namespace beckon::rules {

namespace {

using Read = void (*)(Members& members, Condition& condition);

void read_scope(Members& members) {
  const json::Value* scope = members.find("scope");
  if (scope == nullptr || (scope->is_string() && scope->text() == "session")) return;
  const bool visitor = scope->is_string() && scope->text() == "visitor";
  members.issue("scope", visitor ? "\"visitor\" is not supported yet; leave it out, or say \"session\""
                                 : "must be \"session\"");
}

void read_measured(Members& members, std::string_view name, Filter& into) {
  if (const json::Value* value = members.find(name)) into = read_filter(*value, members.path(name), members.issues());
}

void read_seen(Members& members, Condition& condition) {
  condition.measure.kind = MeasureKind::kSeen;
  read_measured(members, "seen", condition.measure.filter);
  condition.measure.within = read_window(members);
  for (const std::string_view bound : {"atLeast", "atMost", "equals"})
    members.misplaced(bound, "is no bound of seen, which is yes or no; use count");
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
  read_measured(members, "distinct", condition.measure.filter);
  condition.measure.within = read_window(members);
  read_count_bounds(members, condition);
}

void read_amount(Members& members, Condition& condition, MeasureKind kind, std::string_view name) {
  condition.measure.kind = kind;
  condition.measure.filter = read_filter(*members.find(name), members.path(name), members.issues(), &condition.measure.field);
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
  members.need("after", "a filter: the signal from which on the other is missed");
  read_measured(members, "after", condition.measure.after);
  condition.measure.wait = members.duration("for", true).value_or(Duration{});
  for (const std::string_view name : {"within", "per"})
    members.misplaced(name, "is no part of absent, which looks from its anchor (after) to now");
  condition.least = 1;
}

void read_context(Members& members, Condition& condition) {
  condition.measure.kind = MeasureKind::kContext;
  condition.measure.field = members.text("context", limits::kFieldSize, true).value_or("");
  const json::Value* in = members.find("in");
  const json::Value* not_in = members.find("notIn");
  if (in == nullptr && not_in == nullptr) members.issue("in", "is required, or notIn: a list of texts");
  if (in != nullptr && not_in != nullptr) members.issue("notIn", "stands in place of in; give one of the two");
  if (const json::Value* list = in != nullptr ? in : not_in) {
    const std::string path = members.path(in != nullptr ? "in" : "notIn");
    if (!list->is_array()) members.issues().add(path, "must be a list of texts");
    else condition.measure.accepted = read_texts(*list, path, limits::kValueSize, members.issues());
  }
  if (in != nullptr) condition.least = 1;
  else condition.most = 0;
}

struct Named {
  std::string_view name;
  Read read;  // null: not supported yet
};

constexpr std::array kMeasures = {
    Named{"seen", read_seen},     Named{"count", read_count}, Named{"distinct", read_distinct},
    Named{"last", read_last},     Named{"absent", read_absent}, Named{"context", read_context},
    Named{"sum", read_sum},       Named{"max", read_max},     Named{"steps", nullptr},
    Named{"score", nullptr},
};

// No measure was found: perhaps one was misspelt.
void name_no_measure(const json::Value& value, const std::string& path, Issues& issues) {
  std::vector<std::string_view> names;
  for (const Named& measure : kMeasures) {
    if (measure.read != nullptr) names.push_back(measure.name);
  }
  for (const json::Member& member : value.members()) {
    const std::string_view nearest = nearest_name(member.key, names);
    if (nearest.empty()) continue;
    issues.add(path_of(path, member.key), "is not a measure; did you mean \"" + std::string(nearest) + "\"?");
    return;
  }
  issues.add(path, "must name one measure: seen, count, distinct, sum, max, last, absent or context");
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
                 "is a second measure beside " + std::string(measure->name) + "; make it a condition of its own");
      return condition;
    }
    measure = &named;
  }
  if (measure == nullptr) {
    name_no_measure(value, path, issues);
    return condition;
  }
  if (measure->read == nullptr) {
    issues.add(path_of(path, measure->name), "the measure " + std::string(measure->name) + " is not supported yet");
    return condition;
  }
  Members members(value, path, issues);
  measure->read(members, condition);
  if (condition.measure.kind != MeasureKind::kContext) read_scope(members);
  members.finish();
  return condition;
}

}  // namespace beckon::rules
