#include "rules/language/measure_definition.h"

#include <algorithm>
#include <array>

namespace beckon::rules {

namespace {

constexpr std::array kDefinitions{
#define MEASURE(Name, file) &measures::file::kDefinition,
#include "rules/language/measures/table.inc"
#undef MEASURE
};

}  // namespace

const MeasureDefinition& definition_of(MeasureKind kind) { return *kDefinitions[static_cast<std::size_t>(kind)]; }

bool has_scope(MeasureKind kind) {
  const auto parts = definition_of(kind).parts;
  return std::ranges::find(parts, Part::kScope) != parts.end();
}

std::span<const MeasureDefinition* const> measure_definitions() { return kDefinitions; }

}  // namespace beckon::rules
