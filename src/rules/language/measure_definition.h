// All that is said of one measure, in one place. A new measure is a file like measures/count.cc and a line in
// measures/table.inc.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "rules/language/members.h"
#include "rules/language/placer.h"
#include "rules/language/random_conditions.h"
#include "rules/language/read_filter.h"
#include "rules/language/taken.h"
#include "rules/language/words.h"

namespace beckon::rules {

// The members that a condition has for a measure, as documents and forms show them (measures_json).
enum class Part : std::uint8_t {
  kFilter,      // the measure's own member: which signals
  kField,       // `field` in the filter: of their metadata
  kWindow,      // within, or per; and since
  kSpan,        // within, or per
  kBound,       // atLeast, atMost or equals: a number
  kAge,         // atLeast or atMost: a duration
  kAfter,       // after and for: the anchor, and how long
  kSteps,       // the measure's own member: filters in their order; and reached, or a number as in kBound
  kScore,       // the measure's own member: a score's name
  kContext,     // the measure's own member: a field of the context
  kComparison,  // what comparison.h reads
  kTrait,       // the measure's own member: a trait's name
  kDistance,    // until or age: {atLeast, atMost}, durations
  kEver,        // the measure's own member: a counter's name; and count, sum, days, first or last
  kDecision,    // the measure's own member: a rule, and what its decisions were
  kSame,        // same: a field of the metadata, or "value"
  kScope,       // scope
};

struct MeasureDefinition {
  MeasureKind kind;
  std::string_view name;         // of the member that names it; empty: no condition can
  std::string_view description;  // a sentence, for the API's document
  std::string_view label;        // some words, for a form
  std::string_view sentence;     // a condition in a form's words; {bound} and such: console/src/pages/rules/measures.ts
  std::span<const Part> parts;
  std::string_view blank;  // the condition that a form begins with, as JSON
  bool amount = false;     // its bounds are in millionths, and it is kNothing where there is nothing

  bool alone = false;  // where it is named, members that name other measures are its own

  void (*read)(Members& members, Condition& condition) = nullptr;  // null where `name` is empty; not the scope
  Taken (*take)(const ReadyMeasure& measure, Scene& scene);
  // The key without whose signals a test that asks for at least `least` cannot hold, or Stream::kEveryKey.
  std::int32_t (*needed_key)(const ReadyMeasure& measure, std::int64_t least);

  std::string (*measured)(const Measure& measure);  // words.h has what each of them says
  std::string (*wanted)(const Condition& condition, bool negated);
  std::string (*seen)(const Finding& finding, Scene& scene);
  std::string (*margin)(const Finding& finding, Scene& scene);  // but for what time does
  // What it could not use of the signals that fit. Null: it uses them all, and has no field of their metadata.
  Skipped (*skipped)(const Finding& finding, Scene& scene) = nullptr;

  // The value of `same` by which it is what it is; std::nullopt if it is so by none. Null: it has no `same`.
  std::optional<std::string> (*best)(const ReadyMeasure& measure, Scene& scene) = nullptr;

  // For the linter: the cases of a statement; the least and the greatest that the measure can be; and whether `one`,
  // of any kind, can never be greater than `other`, of this kind, which looks at the same sessions or at more.
  lint::Cases (*cases)(const lint::Said& said);
  std::pair<std::int64_t, std::int64_t> (*range)(const Measure& measure);
  bool (*never_exceeded)(const Measure& one, const Measure& other);
  // Puts the signals that make the measure at least fact.bound; false: that cannot be shown. Null: the facts beside it
  // say what is needed.
  bool (*place)(lint::Placer& placer, const lint::Fact& fact) = nullptr;

  // For tests: a condition but for the scope and the closing brace. Null: none is made.
  std::string (*random)(Dice& dice) = nullptr;
};

const MeasureDefinition& definition_of(MeasureKind kind);
bool has_scope(MeasureKind kind);  // whether a condition says of which scope it is
// In the order of the table.
std::span<const MeasureDefinition* const> measure_definitions();

// [{"name","label","sentence","parts","blank","schema"}], of those that have a name: what documents and forms are made
// from.
std::string measures_json();

namespace measures {

#define MEASURE(Name) extern const MeasureDefinition k##Name##Definition;
#include "rules/language/measures/table.inc"
#undef MEASURE

}  // namespace measures

}  // namespace beckon::rules
