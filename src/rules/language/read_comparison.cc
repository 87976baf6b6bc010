// Comparisons as parsed from a condition, and described in words.
#include <algorithm>
#include <array>
#include <cstdlib>

#include "rules/language/comparison.h"
#include "rules/language/decimal.h"
#include "rules/language/fold.h"
#include "rules/language/members.h"
#include "rules/language/rule.h"
#include "rules/language/words.h"

namespace beckon::rules {

namespace {

enum class Takes : std::uint8_t { kScalar, kText, kNumber, kList, kInstant, kBoolean };

struct Comparing {
  std::string_view name;
  Operator op;
  Takes takes;
  std::string_view words;  // before the constants
};

constexpr std::array kComparing{
    Comparing{"equals", Operator::kIn, Takes::kScalar, ""},
    Comparing{"not", Operator::kNotIn, Takes::kScalar, "not "},
    Comparing{"in", Operator::kIn, Takes::kList, ""},
    Comparing{"notIn", Operator::kNotIn, Takes::kList, "not "},
    Comparing{"above", Operator::kAbove, Takes::kNumber, "above "},
    Comparing{"below", Operator::kBelow, Takes::kNumber, "below "},
    Comparing{"atLeast", Operator::kAtLeast, Takes::kNumber, "at least "},
    Comparing{"atMost", Operator::kAtMost, Takes::kNumber, "at most "},
    Comparing{"startsWith", Operator::kStartsWith, Takes::kText, "starting with "},
    Comparing{"endsWith", Operator::kEndsWith, Takes::kText, "ending with "},
    Comparing{"contains", Operator::kContains, Takes::kScalar, "containing "},
    Comparing{"anyOf", Operator::kAnyOf, Takes::kList, "any of "},
    Comparing{"allOf", Operator::kAllOf, Takes::kList, "all of "},
    Comparing{"exists", Operator::kExists, Takes::kBoolean, "present"},
    Comparing{"before", Operator::kBefore, Takes::kInstant, "before "},
    Comparing{"after", Operator::kAfter, Takes::kInstant, "after "},
};

std::string_view schema_of(Takes takes) {
  switch (takes) {
    case Takes::kScalar: return R"({"type":["string","number","boolean"]})";
    case Takes::kText: return R"({"type":"string"})";
    case Takes::kNumber: return R"({"type":"number"})";
    case Takes::kList: return R"({"type":"array","items":{"type":["string","number","boolean"]}})";
    case Takes::kInstant: return R"({"type":"string","format":"date-time"})";
    case Takes::kBoolean: return R"({"type":"boolean"})";
  }
  return "";
}

bool compares_texts(Operator op) {
  switch (op) {
    case Operator::kIn:
    case Operator::kNotIn:
    case Operator::kStartsWith:
    case Operator::kEndsWith:
    case Operator::kContains:
    case Operator::kAnyOf:
    case Operator::kAllOf: return true;
    case Operator::kAbove:
    case Operator::kBelow:
    case Operator::kAtLeast:
    case Operator::kAtMost:
    case Operator::kExists:
    case Operator::kMissing:
    case Operator::kBefore:
    case Operator::kAfter: return false;
  }
  return false;
}

constexpr std::int64_t kMostNumber = 1'000'000'000'000'000'000;  // 10^12 in millionths

// Reads the constants of one member.
class Reader {
 public:
  Reader(Members& members, bool fold, Listed listed) : members_(members), fold_(fold), listed_(listed) {}

  Demand read(const Comparing& of, const json::Value& value) {
    Demand demand{.op = of.op};
    const std::string path = members_.path(of.name);
    switch (of.takes) {
      case Takes::kScalar: add(demand, scalar(value, path, Listed::kNumbers)); break;
      case Takes::kText: add(demand, text(value, path)); break;
      case Takes::kNumber: add(demand, number(value, path)); break;
      case Takes::kInstant: add(demand, instant(value, path)); break;
      case Takes::kBoolean:
        if (!value.is_boolean()) members_.issue(of.name, "must be true or false");
        if (value.is_boolean() && !value.boolean()) demand.op = Operator::kMissing;
        break;
      case Takes::kList: add_list(demand, value, path); break;
    }
    std::ranges::sort(demand.constants);
    demand.constants.erase(std::ranges::unique(demand.constants).begin(), demand.constants.end());
    return demand;
  }

 private:
  static void add(Demand& demand, std::optional<Constant> constant) {
    if (constant) demand.constants.push_back(std::move(*constant));
  }

  void add_list(Demand& demand, const json::Value& value, const std::string& path) {
    if (!value.is_array()) return members_.issues().add(path, "must be a list of strings");
    if (value.items().empty() || value.items().size() > limits::kListEntries)
      return members_.issues().add(path, "must have 1 to " + std::to_string(limits::kListEntries) + " entries");
    for (std::size_t i = 0; i < value.items().size(); ++i)
      add(demand, scalar(value.items()[i], path_of(path, i), listed_));
  }

  std::optional<Constant> scalar(const json::Value& value, const std::string& path, Listed listed) {
    if (value.is_number() && listed == Listed::kNumbers) return number(value, path);
    const bool right = value.is_string() || value.is_number() || value.is_boolean();
    if (right && value.text().size() <= limits::kValueSize) return of_text(value.text());
    members_.issues().add(path, "must be a string of at most " + std::to_string(limits::kValueSize) +
                                    " characters, a number or a boolean");
    return std::nullopt;
  }
  std::optional<Constant> text(const json::Value& value, const std::string& path) {
    if (value.is_string() && !value.text().empty() && value.text().size() <= limits::kValueSize)
      return of_text(value.text());
    members_.issues().add(path, "must be a string of 1 to " + std::to_string(limits::kValueSize) + " characters");
    return std::nullopt;
  }
  std::optional<Constant> number(const json::Value& value, const std::string& path) {
    if (value.is_number()) {
      const std::int64_t amount = millionths(value.text());
      if (std::abs(amount) < kMostNumber) return Constant{true, amount, std::string(value.text())};
    }
    members_.issues().add(path, "must be a number below 1 trillion");
    return std::nullopt;
  }
  std::optional<Constant> instant(const json::Value& value, const std::string& path) {
    const auto at = value.is_string() ? parse_rfc3339(value.text()) : std::nullopt;
    if (at) return Constant{true, to_ms(*at), to_rfc3339(*at)};
    members_.issues().add(path, "must be an instant from 1970 to 9999, such as \"2026-10-01T00:00:00Z\"");
    return std::nullopt;
  }
  Constant of_text(std::string_view text) const { return {.text = fold_ ? folded(text) : std::string(text)}; }

  Members& members_;
  bool fold_;
  Listed listed_;
};

// Of two members that mean the same, or opposites, only one is allowed.
void refuse_pairs(Members& members) {
  for (const auto& [one, other] : {std::pair{"equals", "in"},
                                   {"equals", "not"},
                                   {"equals", "notIn"},
                                   {"in", "notIn"},
                                   {"in", "not"},
                                   {"notIn", "not"},
                                   {"atLeast", "above"},
                                   {"atMost", "below"}}) {
    if (members.has(one) && members.has(other))
      members.issue(other, std::string("cannot be combined with ") + one + "; give one of the two");
  }
}

std::string words_of_one(const Demand& demand) {
  std::vector<std::string> texts;
  for (const Constant& one : demand.constants) texts.push_back(one.text);
  if (demand.op == Operator::kMissing) return "missing";
  const auto found = std::ranges::find(kComparing, demand.op, &Comparing::op);
  return std::string(found->words) + words_of(texts, demand.op == Operator::kAllOf ? " and " : " or ");
}

}  // namespace

const std::vector<ComparisonMember>& comparison_members() {
  static const std::vector<ComparisonMember> members = [] {
    std::vector<ComparisonMember> out;
    for (const Comparing& one : kComparing) out.push_back({one.name, schema_of(one.takes)});
    out.push_back({"fold", R"({"type":"boolean","description":"Texts are compared regardless of letter case."})"});
    return out;
  }();
  return members;
}

Comparison read_comparison(Members& members, Listed listed) {
  Comparison comparison;
  if (const json::Value* fold = members.find("fold")) {
    comparison.fold = fold->is_boolean() && fold->boolean();
    if (!fold->is_boolean()) members.issue("fold", "must be true or false");
  }
  members.misplaced("notEquals", "is called not");
  refuse_pairs(members);
  Reader reader(members, comparison.fold, listed);
  bool texts = false;
  for (const Comparing& one : kComparing) {
    const json::Value* value = members.find(one.name);
    if (value == nullptr) continue;
    texts = texts || compares_texts(one.op);
    comparison.demands.push_back(reader.read(one, *value));
  }
  if (comparison.demands.empty()) members.issue("in", "is required unless another comparison is given, such as equals");
  if (!comparison.demands.empty() && comparison.fold && !texts)
    members.issue("fold", "can only be used with a comparison of texts");
  std::ranges::sort(comparison.demands);
  return comparison;
}

std::string words_of(const Comparison& comparison) {
  std::string out;
  for (const Demand& demand : comparison.demands) out += (out.empty() ? "" : " and ") + words_of_one(demand);
  return out + (comparison.fold ? " in any letter case" : "");
}

}  // namespace beckon::rules
