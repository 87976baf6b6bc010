// The definition of one measure, in one place. A new measure is a file like measures/count.cc and a line in
// measures/table.inc.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "rules/language/age.h"
#include "rules/language/members.h"
#include "rules/language/placer.h"
#include "rules/language/random_conditions.h"
#include "rules/language/read_filter.h"
#include "rules/language/taken.h"
#include "rules/language/words.h"

namespace beckon::rules {

// The members of a measure's condition, as documents and forms show them (measures_json).
enum class Part : std::uint8_t {
  kFilter,      // the measure's own member: which signals
  kField,       // `field` in the filter: of their metadata
  kWindow,      // within or per; and since
  kSpan,        // within or per
  kBound,       // atLeast, atMost or equals: a number
  kAge,         // atLeast or atMost: a duration
  kAfter,       // after and for: the anchor and the wait
  kSteps,       // the measure's own member: filters in order; and reached, or a number as in kBound
  kScore,       // the measure's own member: a score's name
  kContext,     // the measure's own member: a field of the context
  kComparison,  // the members of comparison.h
  kTrait,       // the measure's own member: a trait's name
  kDistance,    // until or age: {atLeast, atMost}, durations
  kEver,        // the measure's own member: a counter's name; and count, sum, days, first or last
  kDecision,    // the measure's own member: a rule, and outcomes of its decisions
  kSame,        // same: a field of the metadata, or "value"
  kScope,       // scope
};

struct MeasureDefinition {
  MeasureKind kind;
  std::string_view name;         // of the member that selects it; empty if no condition can
  std::string_view description;  // a sentence, for the API description
  std::string_view label;        // a few words, for a form
  std::string_view sentence;     // a condition in a form's words; {bound} etc.: console/src/pages/rules/measures.ts
  std::span<const Part> parts;
  std::string_view blank;  // the initial condition in a form, as JSON
  bool amount = false;     // its bounds are in millionths, and it is kNothing without data

  bool alone = false;  // if it is named, members that name other measures are its own

  void (*read)(Members& members, Condition& condition) = nullptr;  // null if `name` is empty; does not read the scope
  Taken (*take)(const ReadyMeasure& measure, Scene& scene);
  // The key without whose signals a bound of at least `least` cannot be met, or Stream::kEveryKey.
  std::int32_t (*needed_key)(const ReadyMeasure& measure, std::int64_t least);

  // The condition as bounds on an age; std::nullopt if it is none. Null for measures that depend on more than one
  // signal.
  std::optional<AgeBounds> (*by_age)(const Condition& condition) = nullptr;

  std::string (*measured)(const Measure& measure);  // these are described in words.h
  std::string (*wanted)(const Condition& condition, bool negated);
  std::string (*seen)(const Finding& finding, Scene& scene);
  std::string (*margin)(const Finding& finding, Scene& scene);  // except margins by time
  // Data of matching signals that it could not use. Null if it uses all, and no metadata field.
  Skipped (*skipped)(const Finding& finding, Scene& scene) = nullptr;

  // The value of `same` that gives the measure its value; std::nullopt if none does. Null if it has no `same`.
  std::optional<std::string> (*best)(const ReadyMeasure& measure, Scene& scene) = nullptr;

  // For the linter: the cases of a statement; the smallest and largest possible value; and whether `one`, of any kind,
  // can never exceed `other`, of this kind, which covers the same sessions or more.
  lint::Cases (*cases)(const lint::Said& said);
  std::pair<std::int64_t, std::int64_t> (*range)(const Measure& measure);
  bool (*never_exceeded)(const Measure& one, const Measure& other);
  // Places signals that make the measure at least fact.bound; false if that cannot be shown. Null if other facts
  // already say what is needed.
  bool (*place)(lint::Placer& placer, const lint::Fact& fact) = nullptr;

  // For tests: a random condition without its scope and closing brace. Null if none is generated.
  std::string (*random)(Dice& dice) = nullptr;
};

const MeasureDefinition& definition_of(MeasureKind kind);
bool has_scope(MeasureKind kind);  // whether conditions of this kind have a scope
// In table order.
std::span<const MeasureDefinition* const> measure_definitions();

// [{"name","label","sentence","parts","blank","schema"}] of all measures that have a name: the source of documents and
// forms.
std::string measures_json();

namespace measures {

#define MEASURE(Name, file)                   \
  namespace file {                            \
  extern const MeasureDefinition kDefinition; \
  }
#include "rules/language/measures/table.inc"
#undef MEASURE

}  // namespace measures

}  // namespace beckon::rules
