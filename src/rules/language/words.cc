#include "rules/language/words.h"

#include <algorithm>

#include "rules/language/decimal.h"
#include "rules/language/measure_definition.h"

namespace beckon::rules {

namespace {

std::string written(const std::string& text) { return text; }
std::string written(const Pattern& pattern) { return pattern.text + (pattern.prefix ? "*" : ""); }

// "US", "US or GB", "US, GB or DE"; for long lists the first five.
template <class T>
std::string listed(const std::vector<T>& list, std::string_view last_of_all = " or ") {
  constexpr std::size_t kShown = 5;
  std::string out;
  for (std::size_t i = 0; i < std::min(list.size(), kShown); ++i) {
    const bool last = i + 1 == list.size();
    if (i > 0) out += last ? last_of_all : ", ";
    out += written(list[i]);
  }
  if (list.size() > kShown) out.append(last_of_all).append(std::to_string(list.size() - kShown)).append(" others");
  return out;
}

std::string unit_name(Calendar calendar) {
  switch (calendar) {
    case Calendar::kNone: return "";
    case Calendar::kDay: return "calendar day";
    case Calendar::kWeek: return "calendar week";
    case Calendar::kMonth: return "calendar month";
    case Calendar::kYear: return "calendar year";
  }
  return "";
}

bool is_visible(const Stream& stream, Scene& scene) {
  bool any = false;
  scene.newest_first(stream, scene.now() - scene.retention(), [&](std::size_t, Instant) { return !(any = true); });
  return any;
}

std::string zone_words(const std::string& name) {
  return name.empty() ? "time zone of the handle" : name == kVisitorZone ? "time zone of the visitor" : name;
}

}  // namespace

std::string words_of(Duration duration) {
  std::int64_t seconds = std::chrono::ceil<std::chrono::seconds>(duration).count();
  std::string out;
  int units = 0;
  for (const auto& [size, name] : {std::pair{86'400, " d"}, {3'600, " h"}, {60, " min"}, {1, " s"}}) {
    const std::int64_t count = seconds / size;
    seconds %= size;
    if (units > 0) ++units;  // the unit after the largest is shown, or omitted if zero
    if (count == 0 || units > 2) continue;
    out.append(out.empty() ? "" : " ").append(std::to_string(count)).append(name);
    if (units == 0) units = 1;
  }
  return out.empty() ? "0 s" : out;
}

std::string words_of(const Filter& filter) {
  std::string out = filter.keys.empty() ? "any signal" : listed(filter.keys);
  if (filter.keys.size() == 1 && filter.values.size() == 1)
    out += ":" + written(filter.values.front());
  else if (!filter.values.empty())
    out += " with the value " + listed(filter.values);
  if (!filter.sources.empty()) out += " from " + listed(filter.sources);
  if (filter.min_confidence > 0) out += " with a confidence of at least " + decimal_text(filter.min_confidence);
  for (std::size_t i = 0; i < filter.meta.size(); ++i)
    out += (i == 0 ? " where " : " and ") + filter.meta[i].path + " is " + words_of(filter.meta[i].comparison);
  return out;
}

std::string words_of(const std::vector<std::string>& list, std::string_view last) { return listed(list, last); }

std::string window_words(const Measure& of) {
  const std::string since = of.since ? " since the latest " + words_of(of.after) : "",
                    where = of.scope == Scope::kVisitor ? " across all of the visitor's sessions" : "";
  if (of.calendar != Calendar::kNone)
    return " in the same " + unit_name(of.calendar) + " (" + zone_words(of.zone_name) + ")" + since + where;
  if (of.within != Duration{}) return std::string(" within ") + words_of(of.within) + since + where;
  return where.empty() && since.empty() ? " in this session" : since + where;
}

std::string ago(Instant at, Instant now) {
  return now - at < Duration{1000} ? "just now" : words_of(std::chrono::floor<std::chrono::seconds>(now - at)) + " ago";
}

std::string measure_words(const Condition& condition) {
  return definition_of(condition.measure.kind).measured(condition.measure);
}

std::string wanted_words(const Condition& condition, bool negated) {
  return definition_of(condition.measure.kind).wanted(condition, negated);
}

std::string seen_words(const Finding& finding, Scene& scene) {
  return definition_of(finding.condition.measure.kind).seen(finding, scene);
}

std::string margin_words(const Finding& finding, Scene& scene, Instant by_time) {
  const Measure& of = finding.condition.measure;
  std::string out = definition_of(of.kind).margin(finding, scene);
  if (of.since && !out.empty() && !is_visible(finding.measure.after, scene))
    out = words_of(of.after) + " first, then " + out;
  if (by_time != kNever) out.append(out.empty() ? "in " : ", or in ").append(words_of(by_time - scene.now()));
  return out;
}

}  // namespace beckon::rules
