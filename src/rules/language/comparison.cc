#include "rules/language/comparison.h"

#include <algorithm>
#include <functional>
#include <span>

#include "base/instant.h"
#include "rules/language/decimal.h"
#include "rules/language/field_path.h"
#include "rules/language/fold.h"
#include "rules/language/planted.h"

namespace beckon::rules {

namespace {

// A value that is neither a list nor an object.
struct Scalar {
  std::string_view text;     // as is
  std::string_view letters;  // for comparing: case-folded if the comparison is
  bool json_number = false;

  std::optional<std::int64_t> number() const {
    return json_number ? std::optional(millionths(text)) : decimal_of(text);
  }
  std::optional<std::int64_t> instant() const {
    const auto at = json_number ? std::nullopt : parse_rfc3339(text);
    return at ? std::optional(to_ms(*at)) : std::nullopt;
  }
};

// Texts sort before numbers.
bool is_one_of(std::span<const Constant> constants, const Scalar& scalar) {
  const auto numbers = std::ranges::partition_point(constants, [](const Constant& one) { return !one.is_number; });
  const auto found = std::lower_bound(constants.begin(), numbers, scalar.letters,
                                      [](const Constant& one, std::string_view text) { return one.text < text; });
  if (found != numbers && found->text == scalar.letters) return true;
  if (numbers == constants.end()) return false;
  const auto number = scalar.number();
  return number && std::any_of(numbers, constants.end(), [&](const Constant& one) { return one.number == *number; });
}

bool scalar_holds(const Demand& demand, const Scalar& scalar) {
  const auto number_fits = [&](auto compare) {
    const auto number = scalar.number();
    return number && compare(*number, demand.constants.front().number);
  };
  const auto instant_fits = [&](auto compare) {
    const auto instant = scalar.instant();
    return instant && compare(*instant, demand.constants.front().number);
  };
  switch (demand.op) {
    case Operator::kIn:
    case Operator::kAnyOf: return is_one_of(demand.constants, scalar);
    case Operator::kNotIn: return !is_one_of(demand.constants, scalar);
    case Operator::kAllOf:
      return std::ranges::all_of(demand.constants, [&](const Constant& one) { return is_one_of({&one, 1}, scalar); });
    case Operator::kAbove:
      return number_fits([](std::int64_t a, std::int64_t b) { return a + off_by_one(Planted::kAboveBound) > b; });
    case Operator::kBelow: return number_fits(std::less<>());
    case Operator::kAtLeast: return number_fits(std::greater_equal<>());
    case Operator::kAtMost: return number_fits(std::less_equal<>());
    case Operator::kStartsWith: return scalar.letters.starts_with(demand.constants.front().text);
    case Operator::kEndsWith: return scalar.letters.ends_with(demand.constants.front().text);
    case Operator::kContains: return scalar.letters.find(demand.constants.front().text) != std::string_view::npos;
    case Operator::kExists: return true;
    case Operator::kMissing: return false;
    case Operator::kBefore: return instant_fits(std::less<>());
    case Operator::kAfter: return instant_fits(std::greater<>());
  }
  return false;
}

bool missing_holds(const Demand& demand) { return demand.op == Operator::kMissing || demand.op == Operator::kNotIn; }

// Returns the result of test for the scalar; false if the JSON text is not a scalar.
bool with_scalar(std::string_view json, bool fold, const std::function<bool(const Scalar&)>& test) {
  std::string room, letters;
  const auto text = scalar_of(json, room);
  if (!text) return false;
  Scalar scalar{
      .text = *text, .letters = *text, .json_number = json.front() == '-' || (json[0] >= '0' && json[0] <= '9')};
  if (fold) append_folded(letters, *text), scalar.letters = letters;
  return test(scalar);
}

// For a list, or for an object, which has no elements.
bool elements_hold(const Demand& demand, bool fold, std::string_view json) {
  const auto any_is_one_of = [&](std::span<const Constant> constants) {
    bool found = false;
    each_element(json, [&](std::string_view element) {
      found = with_scalar(element, fold, [&](const Scalar& scalar) { return is_one_of(constants, scalar); });
      return !found;
    });
    return found;
  };
  switch (demand.op) {
    case Operator::kContains:
    case Operator::kAnyOf: return any_is_one_of(demand.constants);
    case Operator::kAllOf:
      return std::ranges::all_of(demand.constants, [&](const Constant& one) { return any_is_one_of({&one, 1}); });
    case Operator::kNotIn:
    case Operator::kExists: return true;
    case Operator::kIn:
    case Operator::kAbove:
    case Operator::kBelow:
    case Operator::kAtLeast:
    case Operator::kAtMost:
    case Operator::kStartsWith:
    case Operator::kEndsWith:
    case Operator::kMissing:
    case Operator::kBefore:
    case Operator::kAfter: return false;
  }
  return false;
}

}  // namespace

bool holds(const Comparison& comparison, std::string_view json) {
  const auto all = [&](const auto& holds_for) { return std::ranges::all_of(comparison.demands, holds_for); };
  if (json.empty() || json == "null") return all(missing_holds);
  if (json.front() == '[' || json.front() == '{')
    return all([&](const Demand& demand) { return elements_hold(demand, comparison.fold, json); });
  return with_scalar(json, comparison.fold, [&](const Scalar& scalar) {
    return all([&](const Demand& demand) { return scalar_holds(demand, scalar); });
  });
}

bool holds_text(const Comparison& comparison, std::optional<std::string_view> plain) {
  if (!plain) return std::ranges::all_of(comparison.demands, missing_holds);
  Scalar scalar{.text = *plain, .letters = *plain};
  std::string letters;
  if (comparison.fold) append_folded(letters, *plain), scalar.letters = letters;
  return std::ranges::all_of(comparison.demands, [&](const Demand& demand) { return scalar_holds(demand, scalar); });
}

bool needs_value(const Comparison& comparison) { return !std::ranges::all_of(comparison.demands, missing_holds); }

std::optional<Comparison> contrary_of(const Comparison& comparison) {
  if (comparison.demands.size() != 1 || needs_value(comparison)) return std::nullopt;
  Comparison contrary = comparison;
  Operator& op = contrary.demands.front().op;
  op = op == Operator::kNotIn ? Operator::kIn : Operator::kExists;
  return contrary;
}

// A number constant matches many texts, and so does a folded one.
std::optional<std::vector<std::string>> texts_of(const Comparison& comparison) {
  if (comparison.fold) return std::nullopt;
  for (const Demand& demand : comparison.demands) {
    if (demand.op != Operator::kIn || std::ranges::any_of(demand.constants, &Constant::is_number)) continue;
    std::vector<std::string> texts;
    for (const Constant& one : demand.constants) {
      if (holds_text(comparison, one.text)) texts.push_back(one.text);
    }
    return texts;
  }
  return std::nullopt;
}

std::vector<std::string> examples_of(const Comparison& comparison) {
  std::vector<std::string> out;
  std::string start, end;  // of a text that meets all requirements on texts
  for (const Demand& demand : comparison.demands) {
    const Constant first = demand.constants.empty() ? Constant{} : demand.constants.front();
    switch (demand.op) {
      case Operator::kIn:
      case Operator::kNotIn:
      case Operator::kAnyOf:
      case Operator::kAllOf:
        for (const Constant& one : demand.constants) out.push_back(one.text);
        break;
      case Operator::kAbove:
      case Operator::kBelow:
      case Operator::kAtLeast:
      case Operator::kAtMost:
        for (const std::int64_t apart : {0, 1, -1}) out.push_back(decimal_text(first.number + apart));
        break;
      case Operator::kStartsWith: start = first.text; break;
      case Operator::kEndsWith: end = first.text; break;
      case Operator::kContains: end = first.text + end; break;
      case Operator::kExists:
      case Operator::kMissing: break;
      case Operator::kBefore:
      case Operator::kAfter:
        for (const std::int64_t apart : {-1, 1}) {
          if (const auto at = instant_within_ms(first.number + apart)) out.push_back(to_rfc3339(*at));
        }
        break;
    }
  }
  out.push_back(start + end);
  out.push_back("x");
  return out;
}

}  // namespace beckon::rules
