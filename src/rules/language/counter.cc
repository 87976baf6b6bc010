#include "rules/language/counter.h"

#include <algorithm>

#include "rules/language/decimal.h"
#include "rules/language/digest.h"
#include "rules/language/facts.h"
#include "rules/language/field_path.h"
#include "rules/language/measures/shared.h"
#include "rules/language/read_filter.h"

namespace beckon::rules {
namespace {

constexpr std::int64_t kMillion = 1'000'000;
constexpr std::string_view kKeepIssue = "must be a duration of at most ten years, such as \"5y\" or \"90d\"";

// Years of 365 days, in addition to the units of other durations.
std::optional<Duration> parse_keep(const json::Value& value) {
  if (!value.is_string()) return std::nullopt;
  std::string text(value.text());
  const bool in_years = text.ends_with('y');
  if (in_years) text.back() = 'd';
  auto keep = parse_duration(text);
  if (keep && in_years) keep = *keep <= counter_limits::kLongestKeep / 365 ? std::optional(*keep * 365) : std::nullopt;
  return keep && *keep <= counter_limits::kLongestKeep ? keep : std::nullopt;
}

std::string keep_text(Duration keep) {
  constexpr Duration kYear = std::chrono::hours{24 * 365};
  return keep % kYear == Duration{} ? std::to_string(keep / kYear) + "y" : to_text(keep);
}

std::string without_declaration(const json::Value& value) {
  std::string text;
  json::Writer writer(text);
  writer.begin_object();
  for (const json::Member& member : value.members())
    if (member.key != "keep" && member.key != "zone") writer.member_raw(member.key, json::to_text(member.value));
  writer.end_object();
  return text;
}

}  // namespace

bool is_counter_name(std::string_view text) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return !text.empty() && text.size() <= counter_limits::kName && is_letter(text.front()) &&
         std::ranges::all_of(text, [&](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '_'; });
}

Counter read_counter(const json::Value& value, const Zones& zones, Issues& issues) {
  Counter counter{.definition = without_declaration(value),
                  .counted = {},
                  .keep = counter_limits::kKeep,
                  .zone_name = std::string(kCounterZone)};
  Measure& counted = counter.counted;
  counted.kind = MeasureKind::kSum;
  const auto filter = json::parse(counter.definition);
  if (!value.find("key")) issues.add("key", "is required: the key of the signals that are counted");
  counted.filter = read_filter(filter->root(), "", issues, &counted.field, Field::kOptional, &counted.times);
  if (counted.field.empty() && !counted.times.empty()) issues.add("times", "can only be used with field");
  if (!counted.field.empty() && !is_field(counted.field)) issues.add("field", field_issue());
  counted.path = is_path(counted.field) || !counted.times.empty();
  if (const json::Value* keep = value.find("keep")) {
    if (const auto read = parse_keep(*keep))
      counter.keep = *read;
    else
      issues.add("keep", std::string(kKeepIssue));
  }
  if (const json::Value* zone = value.find("zone")) counter.zone_name = zone->is_string() ? zone->text() : "";
  counter.zone = zones.find(counter.zone_name);
  if (!counter.zone) issues.add("zone", "must be a time zone such as \"Europe/Berlin\" (IANA)");
  return counter;
}

void write_members(json::Writer& out, const Counter& counter) {
  if (const auto definition = json::parse(counter.definition))
    for (const json::Member& member : definition->root().members())
      out.member_raw(member.key, json::to_text(member.value));
  out.member("keep", keep_text(counter.keep)).member("zone", counter.zone_name);
}

bool counts_alike(const Counter& one, const Counter& other) {
  return one.counted == other.counted && one.zone_name == other.zone_name;
}

std::uint64_t counter_id(std::string_view name, Instant declared) {
  const auto at = static_cast<std::uint64_t>(to_ms(declared));
  return std::max<std::uint64_t>(Digest().add(name).add(at).value(), 1);
}

std::string to_json(const Counter& counter) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object();
  write_members(writer, counter);
  writer.key("state")
      .begin_object()
      .member("id", std::to_string(counter.id))
      .member("declared", to_rfc3339(counter.declared))
      .member("since", to_rfc3339(counter.since))
      .member("until", std::to_string(counter.fill_until));
  if (counter.filled_to) writer.member("filledTo", std::to_string(*counter.filled_to));
  writer.end_object().end_object();
  return out;
}

std::optional<Counter> stored_counter(std::string_view text, const Zones& zones) {
  const auto document = json::parse(std::string(text));
  const json::Value* state = document ? document->root().find("state") : nullptr;
  if (!state) return std::nullopt;
  std::string declared;
  json::Writer writer(declared);
  writer.begin_object();
  for (const json::Member& member : document->root().members())
    if (member.key != "state") writer.member_raw(member.key, json::to_text(member.value));
  writer.end_object();
  Issues issues;
  Counter counter = read_counter(json::parse(declared)->root(), zones, issues);
  const auto number = [&](std::string_view name) -> std::uint64_t {
    const json::Value* value = state->find(name);
    return value && value->is_string() ? std::strtoull(std::string(value->text()).c_str(), nullptr, 10) : 0;
  };
  const auto instant = [&](std::string_view name) {
    const json::Value* value = state->find(name);
    return value ? value->instant().value_or(Instant{}) : Instant{};
  };
  counter.id = number("id");
  counter.declared = instant("declared");
  counter.since = instant("since");
  counter.fill_until = number("until");
  if (state->find("filledTo")) counter.filled_to = number("filledTo");
  if (!issues.empty() || counter.id == 0) return std::nullopt;
  return counter;
}

const Counter* counter_with_value(const Facts& facts, std::string_view name) {
  if (!facts.counters) return nullptr;
  const auto found = facts.counters->find(name);
  const bool has_value =
      found != facts.counters->end() && !found->second.filled_to && found->second.declared <= facts.now;
  return has_value ? &found->second : nullptr;
}

std::int32_t local_day(const Zone& zone, Instant at) {
  const auto local = (at + zone.at(at).offset).time_since_epoch();
  return static_cast<std::int32_t>(std::chrono::floor<std::chrono::days>(local).count());
}

void write_total(json::Writer& out, const ledger::Subtotal& sum, std::int32_t today) {
  out.begin_object().member("count", static_cast<std::int64_t>(sum.count)).key("sum");
  sum.amounts > 0 ? out.raw(decimal_text(AmountSum(sum.units, sum.rest).millionths())) : out.null();
  for (const auto& [name, at] : {std::pair{"first", sum.first}, std::pair{"last", sum.last}}) {
    out.key(name);
    sum.count > 0 ? out.string(to_rfc3339(at)) : out.null();
  }
  out.member("days", sum.days.behind(today - ledger::Days::kSpan)).end_object();
}

std::optional<ledger::Subtotal> count(const Counter& counter, std::span<const ledger::Signal> signals) {
  ledger::Subtotal all{.counter = counter.id};
  for (const ledger::Signal& signal : signals) {
    if (!counter.counted.filter.fits(signal)) continue;
    ledger::Subtotal one{.counter = counter.id, .count = 1, .first = signal.at, .last = signal.at};
    one.days = ledger::Days::of(local_day(*counter.zone, signal.at));
    if (!counter.counted.field.empty() && !signal.metadata.empty())
      measures::each_amount(signal, counter.counted, [&](std::optional<std::int64_t> amount) {
        if (!amount) return;
        ++one.amounts;
        one.units += *amount / kMillion;
        one.rest += *amount % kMillion;
      });
    all.add(one);
  }
  return all.count > 0 ? std::optional(all) : std::nullopt;
}

}  // namespace beckon::rules
