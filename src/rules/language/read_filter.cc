#include "rules/language/read_filter.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "rules/language/decimal.h"
#include "rules/language/field_path.h"

namespace beckon::rules {

namespace {

template <class T>
void sort_unique(std::vector<T>& list) {
  std::ranges::sort(list);
  list.erase(std::unique(list.begin(), list.end()), list.end());
}

Pattern key_pattern(const std::string& text, const std::string& path, Issues& issues) {
  if (text == "*") return {.text = "", .prefix = true};
  const bool prefix = text.ends_with(".*");
  const std::string_view name = std::string_view(text).substr(0, text.size() - (prefix ? 2 : 0));
  if (!is_signal_key(name)) issues.add(path, "must be a signal key such as \"cart\", or a prefix such as \"cart.*\"");
  return {.text = prefix ? text.substr(0, text.size() - 1) : text, .prefix = prefix};
}

Pattern value_pattern(const std::string& text) {
  const bool prefix = text.ends_with('*');
  return {.text = text.substr(0, text.size() - (prefix ? 1 : 0)), .prefix = prefix};
}

// {"currency": {"in": ["EUR"]}}
std::vector<FieldComparison> read_meta(Members& filter) {
  std::vector<FieldComparison> meta;
  const json::Value* value = filter.find("meta");
  if (value == nullptr) return meta;
  if (!value->is_object() || value->members().empty() || value->members().size() > limits::kMeta) {
    filter.issue("meta", "must be an object of 1 to " + std::to_string(limits::kMeta) +
                             " metadata fields with what each is compared with");
    return meta;
  }
  for (const json::Member& member : value->members()) {
    const std::string path = path_of(filter.path("meta"), member.key);
    if (member.key.size() > limits::kFieldSize || !is_field(member.key)) filter.issues().add(path, field_issue());
    if (!member.value.is_object()) {
      filter.issues().add(path, "must be a comparison such as {\"in\": [\"EUR\"]}");
      continue;
    }
    Members compared(member.value, path, filter.issues());
    meta.push_back({std::string(member.key), read_comparison(compared)});
    compared.finish();
  }
  std::ranges::sort(meta);
  return meta;
}

std::string read_times(Members& filter, const std::string& field) {
  const auto times = filter.text("times", limits::kFieldSize);
  if (!times) return "";
  if (!is_field(*times))
    filter.issue("times", field_issue());
  else if (list_of(*times) != list_of(field))
    filter.issue("times", "must be of the same list as field, such as \"items[].quantity\" with \"items[].price\"");
  return std::string(*times);
}

}  // namespace

std::string field_issue() {
  return "must be the name of a metadata field, or a path of at most " + std::to_string(kPathNames) +
         " names such as \"order.total\" or \"items[].price\"";
}

std::vector<std::string> read_texts(const json::Value& value, const std::string& path, std::size_t most_size,
                                    Issues& issues) {
  std::vector<std::string> texts;
  const auto take = [&](const json::Value& item, const std::string& at) {
    const bool scalar = item.is_string() || item.is_number() || item.is_boolean();
    if (!scalar || item.text().size() > most_size) {
      issues.add(at, "must be a string of at most " + std::to_string(most_size) + " characters");
    } else {
      texts.emplace_back(item.text());
    }
  };
  if (!value.is_array()) {
    take(value, path);
    return texts;
  }
  if (value.items().empty() || value.items().size() > limits::kListEntries) {
    issues.add(path, "must have 1 to " + std::to_string(limits::kListEntries) + " entries");
    return texts;
  }
  for (std::size_t i = 0; i < value.items().size(); ++i) take(value.items()[i], path_of(path, i));
  sort_unique(texts);
  return texts;
}

Filter read_filter(const json::Value& value, const std::string& path, Issues& issues, std::string* field, Field need,
                   std::string* times) {
  Filter filter;
  if (!value.is_object()) {
    issues.add(path, "must be a filter such as {\"key\": \"cart\", \"value\": \"add\"}");
    return filter;
  }
  Members members(value, path, issues);
  if (const json::Value* keys = members.find("key")) {
    for (const std::string& text : read_texts(*keys, members.path("key"), 66, issues))
      filter.keys.push_back(key_pattern(text, members.path("key"), issues));
  }
  if (const json::Value* values = members.find("value")) {
    for (const std::string& text : read_texts(*values, members.path("value"), limits::kValueSize + 1, issues))
      filter.values.push_back(value_pattern(text));
  }
  if (const json::Value* sources = members.find("source"))
    filter.sources = read_texts(*sources, members.path("source"), limits::kFieldSize, issues);
  if (const json::Value* least = members.find("minConfidence")) {
    if (least->is_number() && least->number() >= 0 && least->number() <= 1) {
      filter.min_confidence = static_cast<std::int32_t>(millionths(least->text(), Rounding::kUp));
    } else {
      members.issue("minConfidence", "must be a number from 0 to 1");
    }
  }
  if (field != nullptr)
    *field = members.text("field", limits::kFieldSize, need == Field::kRequired).value_or("");
  else
    members.misplaced("field", "can only be used with sum, max and distinct");
  if (times != nullptr)
    *times = read_times(members, *field);
  else
    members.misplaced("times", "can only be used with sum and max");
  filter.meta = read_meta(members);
  for (const std::string_view name : {"within", "per", "since", "scope", "atLeast", "atMost", "equals", "after", "for"})
    members.misplaced(name, "belongs one level up, next to the measure");
  members.finish();
  // A pattern that matches every key is no restriction.
  if (std::ranges::find(filter.keys, Pattern{.text = "", .prefix = true}) != filter.keys.end()) filter.keys.clear();
  sort_unique(filter.keys);
  sort_unique(filter.values);
  return filter;
}

namespace {

void read_calendar(const json::Value& value, Members& members, Measure& measure) {
  Members given(value, members.path("within"), members.issues(), members.zones());
  const json::Value* unit = given.need("calendar", "day, week, month or year");
  measure.calendar = calendar_named(unit != nullptr && unit->is_string() ? unit->text() : "");
  if (unit != nullptr && measure.calendar == Calendar::kNone)
    given.issue("calendar", "must be day, week, month or year");
  read_zone(given, measure.zone, measure.zone_name);
  given.finish();
}

}  // namespace

void read_zone(Members& members, const Zone*& zone, std::string& name) {
  const json::Value* given = members.find("zone");
  if (given == nullptr) return;
  name = given->is_string() ? given->text() : "";
  if (name == kVisitorZone) return;
  zone = members.zones() == nullptr ? nullptr : members.zones()->find(name);
  if (zone == nullptr) members.issue("zone", "must be a time zone such as \"Europe/Berlin\" (IANA), or \"visitor\"");
}

void read_window(Members& members, Measure& measure) {
  if (const json::Value* since = members.find("since")) {
    measure.since = true;
    measure.after = read_filter(*since, members.path("since"), members.issues());
  }
  read_span(members, measure);
}

void read_span(Members& members, Measure& measure) {
  if (const json::Value* within = members.find("within"); within != nullptr && within->is_object())
    read_calendar(*within, members, measure);
  else
    measure.within = members.duration("within").value_or(Duration{});
  const json::Value* per = members.find("per");
  if (per == nullptr) return;
  if (!per->is_string() || per->text() != "session")
    members.issue("per", "must be \"session\"");
  else if (members.has("within"))
    members.issue("per", "cannot be combined with within; give one of the two");
}

namespace {

void set_bounds(Members& members, Condition& condition, std::optional<std::int64_t> least,
                std::optional<std::int64_t> most, std::optional<std::int64_t> equals, const char* what) {
  const bool bounded = members.has("atLeast") || members.has("atMost");
  if (members.has("equals") && bounded) members.issue("equals", "cannot be combined with atLeast or atMost");
  if (!members.has("equals") && !bounded)
    members.issue("atLeast", std::string("is required unless atMost or equals is given: ") + what);
  condition.least = equals.value_or(least.value_or(Condition::kNoLeast));
  condition.most = equals.value_or(most.value_or(Condition::kNoMost));
}

constexpr std::int64_t kAmountBound = 1'000'000'000'000'000'000;  // 10^12 in millionths

std::optional<std::int64_t> read_amount(Members& members, std::string_view name) {
  const json::Value* value = members.find(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_number()) {
    const std::int64_t amount = millionths(value->text());
    if (std::abs(amount) < kAmountBound) return amount;
  }
  members.issue(name, "must be a number below 1 trillion");
  return std::nullopt;
}

}  // namespace

void read_count_bounds(Members& members, Condition& condition) {
  const auto least = members.integer("atLeast", 0, limits::kCount);
  const auto most = members.integer("atMost", 0, limits::kCount);
  const auto equals = members.integer("equals", 0, limits::kCount);
  set_bounds(members, condition, least, most, equals, "an integer");
}

void read_step_bounds(Members& members, Condition& condition, std::size_t steps) {
  const auto most = static_cast<std::int64_t>(std::max<std::size_t>(steps, 1));
  const bool bounded = members.has("atLeast") || members.has("atMost") || members.has("equals");
  const auto reached = members.integer("reached", 1, most);
  if (bounded && members.has("reached")) members.issue("reached", "cannot be combined with atLeast, atMost or equals");
  if (!bounded) {
    condition.least = reached.value_or(most);
    return;
  }
  const auto at_least = members.integer("atLeast", 0, most), at_most = members.integer("atMost", 0, most);
  set_bounds(members, condition, at_least, at_most, members.integer("equals", 0, most), "a number of steps");
}

void read_amount_bounds(Members& members, Condition& condition) {
  const auto least = read_amount(members, "atLeast");
  const auto most = read_amount(members, "atMost");
  const auto equals = read_amount(members, "equals");
  set_bounds(members, condition, least, most, equals, "a number");
}

void read_age_bounds(Members& members, Measure& measure) {
  const auto least = members.duration("atLeast");
  const auto most = members.duration("atMost");
  members.misplaced("equals", "cannot be used with an age, which changes continuously; use atLeast or atMost");
  if (!members.has("atLeast") && !members.has("atMost"))
    members.issue("atMost", "is required unless atLeast is given: a duration such as \"30m\"");
  measure.least_age = least.value_or(Duration{});
  measure.most_age = most.value_or(Duration::max());
}

}  // namespace beckon::rules
