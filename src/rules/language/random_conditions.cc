#include "rules/language/random_conditions.h"

#include <algorithm>
#include <vector>

#include "rules/language/measure_definition.h"

namespace beckon::rules {

std::string quoted(const char* name, const std::string& json) { return std::string("\"") + name + "\":" + json; }

std::string seconds(Dice& dice) { return '"' + std::to_string(1 + dice.upto(20)) + "s\""; }

std::string random_field(Dice& dice) {
  return dice.of<const char*>({"n", "n", "n", "n", "o.n", "l[].n", "l[].n", "l[]", "o.l[].n", "o.p.q.n", "l[].k[].n"});
}

std::string random_times(Dice& dice, const std::string& field) {
  if (!dice.one_in(3)) return "";
  const bool of_list = field.find("[]") != field.npos;
  const std::string list = of_list ? field.substr(0, field.rfind("[]") + 2) : "";
  return list + (of_list ? dice.of({".m", ".n", ""}) : dice.of({"m", "n", "o.n"}));
}

namespace {

// A comparison of a number or of other metadata.
std::string random_meta(Dice& dice) {
  const auto one = [&](const char* path) {
    const char* number = dice.of<const char*>({R"({"above":1})", R"({"atMost":2})", R"({"exists":true})",
                                               R"({"exists":false})", R"({"in":[1,"x",2.5]})", R"({"not":1})"});
    return quoted(path, dice.one_in(3) ? "{" + random_comparison(dice) + "}" : number);
  };
  switch (dice.upto(8)) {
    case 0: return one("n");
    case 1: return one("l[].n") + "," + one("l[].m");
    case 2: return one("l[]") + "," + one("o.n");
    case 3: return one("o.l[].n") + "," + one("l[].n") + "," + one("l[].m");
    case 4: return one("l[].k[].n") + "," + one("l[].k[].m") + "," + one("l[].n");
    case 5: return one("l[].n");
    // Often true for different elements, but not for one.
    default: return R"("l[].n":{"exists":true},"l[].m":{"exists":true})";
  }
}

}  // namespace

std::string random_filter(Dice& dice, const std::string& field, const std::string& times) {
  std::string out = "{";
  const auto part = [&](const std::string& text) { out += (out.size() > 1 ? "," : "") + text; };
  if (!dice.one_in(12))
    part(quoted("key", dice.of<const char*>({R"("a")", R"("a")", R"("b")", R"("b")", R"("c.x")", R"("c.*")",
                                             R"(["a","c.y"])", R"(["b","c.*"])"})));
  if (dice.one_in(4))
    part(quoted("value", dice.of<const char*>({R"("x")", R"("x*")", R"(["x","z"])", R"(["q","xy*"])", "7"})));
  if (dice.one_in(8)) part(quoted("source", dice.of<const char*>({R"("ad")", R"(["ad","mail"])"})));
  if (dice.one_in(8)) part(quoted("minConfidence", dice.of<const char*>({"0.5", "1", "0"})));
  if (dice.one_in(5)) part(quoted("meta", "{" + random_meta(dice) + "}"));
  if (!field.empty()) part(quoted("field", '"' + field + '"'));
  if (!times.empty()) part(quoted("times", '"' + times + '"'));
  return out + "}";
}

std::string random_window(Dice& dice) {
  const std::string since = dice.one_in(6) ? R"(,"since":)" + random_filter(dice) : "";
  return random_span(dice) + since;
}

std::string random_span(Dice& dice) {
  const int kind = dice.upto(7);
  if (kind < 2) return kind == 0 ? "" : R"(,"per":"session")";
  if (kind > 2) return R"(,"within":)" + seconds(dice);
  const char* unit = dice.of({"day", "day", "week", "month", "year"});
  const char* zone = dice.of({"UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata",
                              "visitor", "visitor", ""});  // that of the handle
  return std::string(R"(,"within":{"calendar":")") + unit + (*zone ? R"(","zone":")" : "") + zone + "\"}";
}

std::string random_same(Dice& dice) {
  if (!dice.one_in(3)) return "";
  return R"(,"same":)" + dice.of<std::string>({R"("n")", R"("n")", R"("value")", R"("value")", R"("o.n")"});
}

std::string random_bounds(Dice& dice, int most) {
  const int n = dice.upto(most);
  const auto bound = [](const char* name, int of) { return R"(,")" + std::string(name) + "\":" + std::to_string(of); };
  switch (dice.upto(4)) {
    case 0: return bound("atMost", n);
    case 1: return bound("equals", n);
    case 2: return bound("atLeast", n) + bound("atMost", n + dice.upto(most - n + 1));
    default: return bound("atLeast", n);
  }
}

std::string random_amount(Dice& dice) {
  return dice.of({R"(,"atLeast":)", R"(,"atMost":)", R"(,"equals":)"}) + std::to_string(dice.upto(6)) +
         dice.of<const char*>({"", ".5", ".25"});
}

std::string random_comparison(Dice& dice) {
  const std::string scalar =
                        dice.of<const char*>({R"("x")", R"("x")", R"("y")", R"("X")", R"("7")", "7", "2.5", "true"}),
                    other = dice.of<const char*>({R"("y")", R"("xy")", R"("q")", "0.25", "70"}),
                    list = dice.one_in(2) ? "[" + scalar + "]" : "[" + scalar + "," + other + "]",
                    text = dice.of<const char*>({R"("x")", R"("y")", R"("X")", R"("xy")"}),
                    number = dice.of<const char*>({"1", "2.5", "7", "0"}),
                    fold = dice.one_in(4)   ? R"(,"fold":true)"
                           : dice.one_in(8) ? R"(,"fold":false)"
                                            : "";
  switch (dice.upto(14)) {
    case 0: return quoted("equals", scalar) + fold;
    case 1: return quoted("not", scalar) + fold;
    case 2: return quoted("above", number);
    case 3: return quoted("atMost", number);
    case 4: return quoted("atLeast", number) + "," + quoted("below", "7.5");
    case 5: return quoted("startsWith", text) + (dice.one_in(3) ? "," + quoted("not", scalar) : "") + fold;
    case 6: return quoted("endsWith", text) + fold;
    case 7: return quoted("contains", dice.one_in(2) ? text : scalar) + fold;
    case 8: return quoted("anyOf", list) + fold;
    case 9: return quoted("allOf", list) + fold;
    case 10: return quoted("exists", dice.one_in(2) ? "true" : "false");
    case 11: return quoted(dice.one_in(2) ? "before" : "after", R"("2026-02-25T13:00:00+01:00")");
    case 12: return quoted("notIn", list) + fold;
    default: return quoted("in", list) + fold;
  }
}

std::string random_condition(Dice& dice) {
  static const std::vector<const MeasureDefinition*> made = [] {
    std::vector<const MeasureDefinition*> out;
    for (const MeasureDefinition* one : measure_definitions()) {
      if (one->random != nullptr) out.push_back(one);
    }
    return out;
  }();
  const MeasureDefinition& measure = *made[static_cast<std::size_t>(dice.upto(static_cast<int>(made.size())))];
  const std::string text = measure.random(dice);
  const bool scoped = std::ranges::find(measure.parts, Part::kScope) != measure.parts.end();
  const bool of_session = text.find(R"("per")") != std::string::npos;
  return text + (!scoped || of_session || !dice.one_in(4) ? "}" : R"(,"scope":"visitor"})");
}

}  // namespace beckon::rules
