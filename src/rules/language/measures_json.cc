// The source of the documentation of measures and of their forms.
#include "base/json.h"
#include "rules/language/measure_definition.h"

namespace beckon::rules {

namespace {

constexpr const char* kFilterSchema = R"({"$ref":"#/components/schemas/SignalFilter"})";
constexpr const char* kDurationSchema = R"({"$ref":"#/components/schemas/Duration"})";

std::string_view name_of(Part part) {
  switch (part) {
    case Part::kFilter: return "filter";
    case Part::kField: return "field";
    case Part::kWindow:
    case Part::kSpan: return "window";
    case Part::kBound: return "bound";
    case Part::kAge: return "age";
    case Part::kAfter: return "after";
    case Part::kSteps: return "steps";
    case Part::kScore: return "score";
    case Part::kContext: return "context";
    case Part::kComparison: return "comparison";
    case Part::kTrait: return "trait";
    case Part::kDistance: return "distance";
    case Part::kEver: return "ever";
    case Part::kDecision: return "decision";
    case Part::kSame: return "same";
    case Part::kScope: return "scope";
  }
  return "";
}

// The condition members of a part.
void write_members(json::Writer& out, std::string_view measure, Part part) {
  const auto members = [&](std::initializer_list<std::string_view> names, const char* schema) {
    for (const std::string_view name : names) out.member_raw(name, schema);
  };
  switch (part) {
    case Part::kFilter: return members({measure}, kFilterSchema);
    case Part::kField: return;  // part of the filter
    case Part::kWindow: write_members(out, measure, Part::kSpan); return members({"since"}, kFilterSchema);
    case Part::kSpan:
      members({"within"}, R"({"oneOf":[{"$ref":"#/components/schemas/Duration"},)"
                          R"({"$ref":"#/components/schemas/CalendarWindow"}]})");
      return members({"per"}, R"({"type":"string","enum":["session"]})");
    case Part::kBound: return members({"atLeast", "atMost", "equals"}, R"({"type":"number"})");
    case Part::kAge: return members({"atLeast", "atMost"}, kDurationSchema);
    case Part::kAfter: members({"after"}, kFilterSchema); return members({"for"}, kDurationSchema);
    case Part::kSteps:
      members({measure}, R"({"type":"array","items":{"$ref":"#/components/schemas/SignalFilter"},"minItems":1,)"
                         R"("maxItems":10})");
      members({"reached"}, R"({"type":"integer","minimum":1,"description":"Minimum number of steps; all steps )"
                           R"(if no comparison is given."})");
      return write_members(out, measure, Part::kBound);
    case Part::kScore:
      return members({measure}, R"({"type":"string","description":"A score declared in the settings.",)"
                                R"("examples":["intent"]})");
    case Part::kContext:
      return members({measure}, R"({"type":"string","description":"The name of the context field.",)"
                                R"("examples":["country"]})");
    case Part::kComparison:
      for (const ComparisonMember& one : comparison_members()) out.member_raw(one.name, one.schema);
      return;
    case Part::kTrait:
      return members({measure}, R"({"type":"string","description":"The name of the trait.","examples":["plan"]})");
    case Part::kDistance:
      members({"until", "age"},
              R"({"type":"object","description":"How far the trait's instant lies ahead, or back. Instead of a )"
              R"(comparison.","properties":{"atLeast":{"type":"string","examples":["0s"]},)"
              R"("atMost":{"type":"string","examples":["3d"]}},"additionalProperties":false})");
      out.member_raw(
          "daysUntil",
          R"({"type":"object","description":"Whole local days until the trait's date, 0 on the day. Instead )"
          R"(of a comparison.","properties":{"equals":{"type":"integer","examples":[0]},)"
          R"("atLeast":{"type":"integer"},"atMost":{"type":"integer"},"yearly":{"type":"boolean",)"
          R"("description":"Until the next return of the day; false: until the date itself. )"
          R"(Default: true."}},"additionalProperties":false})");
      return members({"zone"}, R"({"type":"string","description":"Of daysUntil: an IANA time zone, or `visitor` )"
                               R"((default).","examples":["visitor"]})");
    case Part::kEver:
      members({measure}, R"({"type":"string","description":"The name of a declared counter.","examples":["orders"]})");
      members(
          {"count", "sum", "days"},
          R"({"type":"object","description":"Bounds of a number: how many signals were counted, the sum of the )"
          R"(counter's field, or on how many of the last 64 days.","properties":{"atLeast":{"type":"number",)"
          R"("examples":[3]},"atMost":{"type":"number"},"equals":{"type":"number"}},"additionalProperties":false})");
      return members(
          {"first", "last"},
          R"({"type":"object","description":"How long ago the first or the last signal was that the counter )"
          R"(has counted.","properties":{"age":{"type":"object","properties":{"atLeast":{"type":"string",)"
          R"("examples":["90d"]},"atMost":{"type":"string"}},"additionalProperties":false}},)"
          R"("required":["age"],"additionalProperties":false})");
    case Part::kDecision:
      return members(
          {measure},
          R"({"type":"object","required":["rule"],"properties":{"rule":{"type":"string","description":"The rule's )"
          R"(`ruleId`; it can be that of the rule itself.","examples":["welcome"]},"outcome":{"oneOf":[{"type":)"
          R"("string","enum":["act","holdout"]},{"type":"array","items":{"type":"string","enum":["act","holdout"]},)"
          R"("minItems":1}],"description":"Default: `act`."},"reaction":{"type":"string","enum":["shown","clicked",)"
          R"("dismissed","converted"],"description":"Only decisions of which the page reported this."}},)"
          R"("additionalProperties":false})");
    case Part::kSame:
      return members({"same"}, R"({"type":"string","minLength":1,"maxLength":64,"description":"A field of the )"
                               R"(metadata, or `value`, the signal's own value: only signals with the same value )"
                               R"(there count together, and the best value counts.","examples":["sku"]})");
    case Part::kScope:
      return members({"scope"}, R"({"type":"string","enum":["session","visitor"],"description":"`visitor`: across all )"
                                R"(of the visitor's sessions."})");
  }
}

void write_schema(json::Writer& out, const MeasureDefinition& measure) {
  out.begin_object().member("type", "object").member("description", measure.description);
  out.key("properties").begin_object();
  for (const Part part : measure.parts) write_members(out, measure.name, part);
  out.end_object().key("required").begin_array().string(measure.name);
  for (const Part part : measure.parts) {
    if (part == Part::kAfter) out.string("after").string("for");
  }
  out.end_array().end_object();
}

}  // namespace

std::string measures_json() {
  std::string text;
  json::Writer out(text);
  out.begin_array();
  for (const MeasureDefinition* measure : measure_definitions()) {
    if (measure->name.empty()) continue;
    out.begin_object().member("name", measure->name).member("label", measure->label);
    out.member("sentence", measure->sentence).key("parts").begin_array();
    for (const Part part : measure->parts) out.string(name_of(part));
    out.end_array().member_raw("blank", measure->blank).key("schema");
    write_schema(out, *measure);
    out.end_object();
  }
  out.end_array();
  return text;
}

}  // namespace beckon::rules
