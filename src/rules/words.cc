#include "rules/words.h"

#include <algorithm>

#include "rules/language/decimal.h"

namespace beckon::rules {

namespace {

std::string written(const std::string& text) { return text; }
std::string written(const Pattern& pattern) { return pattern.text + (pattern.prefix ? "*" : ""); }

// "US", "US or GB", "US, GB or DE"; of long lists the first five.
template <class T>
std::string listed(const std::vector<T>& list) {
  constexpr std::size_t kShown = 5;
  std::string out;
  for (std::size_t i = 0; i < std::min(list.size(), kShown); ++i) {
    const bool last = i + 1 == list.size();
    if (i > 0) out += last ? " or " : ", ";
    out += written(list[i]);
  }
  if (list.size() > kShown) out += " or " + std::to_string(list.size() - kShown) + " others";
  return out;
}

std::string window_words(const Measure& of) {
  const std::string where = of.scope == Scope::kVisitor ? " across all of the visitor's sessions" : "";
  if (of.within != Duration{}) return std::string(" within ") + words_of(of.within) + where;
  return where.empty() ? " in this session" : where;
}

// "view, then cart:add".
std::string path_words(const std::vector<Filter>& steps) {
  std::string out;
  for (const Filter& step : steps) out += (out.empty() ? "" : ", then ") + words_of(step);
  return out;
}

std::string score_words(const Measure& of) {
  if (of.least_score == of.most_score) return "exactly " + decimal_text(of.least_score);
  if (of.most_score == Condition::kNoMost) return "at least " + decimal_text(of.least_score);
  if (of.least_score == Condition::kNoLeast) return "at most " + decimal_text(of.most_score);
  return "from " + decimal_text(of.least_score) + " to " + decimal_text(of.most_score);
}

std::string bounds_words(const Condition& condition) {
  const bool amount = condition.measure.kind == MeasureKind::kSum || condition.measure.kind == MeasureKind::kMax;
  const auto text = [amount](std::int64_t number) { return amount ? decimal_text(number) : std::to_string(number); };
  const std::string least = text(condition.least), most = text(condition.most);
  if (condition.least == condition.most) return "exactly " + least;
  if (condition.most == Condition::kNoMost) return "at least " + least;
  if (condition.least == Condition::kNoLeast) return "at most " + most;
  return "from " + least + " to " + most;
}

std::string age_words(const Measure& measure) {
  if (measure.most_age == Duration::max()) return std::string("at least ") + words_of(measure.least_age) + " ago";
  if (measure.least_age == Duration{}) return std::string("at most ") + words_of(measure.most_age) + " ago";
  return std::string("from ") + words_of(measure.least_age) + " to " + words_of(measure.most_age) + " ago";
}

std::string active_words(const Measure& measure) {
  std::string out;
  if (measure.from != Instant::min()) out.append("from ").append(to_rfc3339(measure.from));
  if (measure.until != Instant::max())
    out.append(out.empty() ? "" : " ").append("until ").append(to_rfc3339(measure.until));
  return out;
}

std::string ago(Instant at, Instant now) {
  return now - at < Duration{1000} ? "just now" : words_of(std::chrono::floor<std::chrono::seconds>(now - at)) + " ago";
}

}  // namespace

std::string words_of(Duration duration) {
  std::int64_t seconds = std::chrono::ceil<std::chrono::seconds>(duration).count();
  std::string out;
  int units = 0;
  for (const auto& [size, name] : {std::pair{86'400, " d"}, {3'600, " h"}, {60, " min"}, {1, " s"}}) {
    const std::int64_t count = seconds / size;
    seconds %= size;
    if (units > 0) ++units;  // the unit behind the largest is shown, or left out where it is zero
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
  return out;
}

std::string measure_words(const Condition& condition) {
  const Measure& of = condition.measure;
  switch (of.kind) {
    case MeasureKind::kSeen: return words_of(of.filter) + " seen" + window_words(of);
    case MeasureKind::kCount: return std::string("count of ") + words_of(of.filter) + window_words(of);
    case MeasureKind::kDistinct:
      return "distinct " + (of.field.empty() ? "values" : "values in " + of.field) + " of " + words_of(of.filter) +
             window_words(of);
    case MeasureKind::kSum: return "sum of " + of.field + " of " + words_of(of.filter) + window_words(of);
    case MeasureKind::kMax: return "maximum " + of.field + " of " + words_of(of.filter) + window_words(of);
    case MeasureKind::kLast: return std::string("latest ") + words_of(of.filter) + window_words(of);
    case MeasureKind::kAbsent:
      return std::string("no ") + words_of(of.filter) + " for " + words_of(of.wait) + " after " + words_of(of.after) +
             (of.scope == Scope::kVisitor ? window_words(of) : "");
    case MeasureKind::kContext: return "context " + of.field;
    case MeasureKind::kSteps: return "steps reached of " + path_words(of.steps) + window_words(of);
    case MeasureKind::kScore:
      return "score " + of.field + (of.scope == Scope::kVisitor ? " across all of the visitor's sessions" : "");
    case MeasureKind::kActive: return "schedule";
  }
  return "";
}

std::string wanted_words(const Condition& condition, bool negated) {
  const Measure& of = condition.measure;
  const std::string no = negated ? "not " : "";
  switch (of.kind) {
    case MeasureKind::kSeen: return negated ? "none" : "at least one";
    case MeasureKind::kCount:
    case MeasureKind::kDistinct:
    case MeasureKind::kSteps:
    case MeasureKind::kSum:
    case MeasureKind::kMax: return no + bounds_words(condition);
    case MeasureKind::kLast: return no + age_words(of);
    case MeasureKind::kAbsent: return no + words_of(of.wait) + " without " + words_of(of.filter);
    case MeasureKind::kContext: return ((condition.least == 1) == negated ? "not " : "") + listed(of.accepted);
    case MeasureKind::kScore: return no + score_words(of);
    case MeasureKind::kActive: return active_words(of);
  }
  return "";
}

std::string seen_words(const Finding& finding, Scene& scene) {
  const Measure& of = finding.condition.measure;
  const Instant witness = finding.taken.witness;
  switch (of.kind) {
    case MeasureKind::kSeen:
    case MeasureKind::kLast: return witness == kNever ? "none" : ago(witness, scene.now());
    case MeasureKind::kCount:
    case MeasureKind::kDistinct:
    case MeasureKind::kSteps: return std::to_string(finding.taken.value);
    case MeasureKind::kSum:
    case MeasureKind::kMax: return finding.taken.value == kNothing ? "no value" : decimal_text(finding.taken.value);
    case MeasureKind::kAbsent: {
      if (witness == kNever) return std::string("no ") + words_of(of.after) + " yet";
      const Instant came = newest_of(finding.measure.stream, scene, witness);
      if (came != kNever) return words_of(of.filter) + " " + ago(came, scene.now());
      return words_of(std::chrono::floor<std::chrono::seconds>(scene.now() - witness)) + " so far";
    }
    case MeasureKind::kContext: {
      const std::string* value = scene.context(of.field);
      return value == nullptr ? "no " + of.field : *value;
    }
    case MeasureKind::kScore:
      return finding.measure.score == nullptr ? "unknown score" : decimal_text(finding.taken.score);
    case MeasureKind::kActive: return to_rfc3339(scene.now());
  }
  return "";
}

}  // namespace beckon::rules
