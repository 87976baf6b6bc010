// The measures. naive_judge.cc has the evaluation order.
#include "rules/reference/naive.h"

#include <date/tz.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "base/check.h"

namespace beckon::rules::naive {

namespace {

using json::Value;

constexpr long kMost = 8'000'000'000'000'000'000;  // of an amount or a sum, in millionths

bool text_fits(const Value& wanted, const std::string& text, const std::string& star) {
  if (wanted.is_array()) {
    return std::ranges::any_of(wanted.items(), [&](const Value& one) { return text_fits(one, text, star); });
  }
  const std::string pattern(wanted.text());
  if (pattern == "*") return true;
  if (pattern.ends_with(star)) return text.starts_with(pattern.substr(0, pattern.size() - 1));
  return text == pattern;
}

bool meta_fits(const Value& metadata, const Value& meta, const std::map<std::string, const Value*>& chosen = {});

bool fits(const Value& filter, const Signal& signal) {
  if (const Value* key = filter.find("key"); key && !text_fits(*key, signal.key, ".*")) return false;
  if (const Value* value = filter.find("value"); value && !(signal.has_value && text_fits(*value, signal.value, "*")))
    return false;
  if (const Value* source = filter.find("source"); source && !text_fits(*source, signal.source, "no star"))
    return false;
  if (const Value* least = filter.find("minConfidence"); least && signal.confidence < least->number()) return false;
  if (const Value* meta = filter.find("meta")) {
    const auto document = json::parse(signal.metadata.empty() ? "{}" : signal.metadata);
    if (!meta_fits(document->root(), *meta)) return false;
  }
  return true;
}

struct Stored {
  const Signal* signal;
  std::size_t session;
  std::uint64_t version;
  Instant at() const { return signal->at; }
};

// Whether a condition, or a group of them, reads signals with this key.
bool reads_key(const World& world, const Value& condition, const std::string& key) {
  static constexpr std::array<const char*, 8> kFilters{"count",    "seen", "sum",    "max",
                                                       "distinct", "last", "absent", "after"};
  for (const char* group : {"all", "any", "none"})
    if (const Value* list = condition.find(group))
      for (const Value& one : list->items())
        if (reads_key(world, one, key)) return true;
  for (const char* of_no_signal : {"trait", "context", "ever", "decision"})
    if (condition.find(of_no_signal)) return false;
  if (const Value* score = condition.find("score")) {
    const Value* declared = world.scores ? world.scores->root().find(score->text()) : nullptr;
    if (declared == nullptr) return false;
    for (const json::Member& weight : declared->find("weights")->members()) {
      const std::string name(weight.key);
      if (name == key || (name.ends_with(".*") && key.starts_with(name.substr(0, name.size() - 1)))) return true;
    }
  }
  std::vector<const Value*> filters;
  for (const char* name : kFilters) filters.push_back(condition.find(name));
  filters.push_back(condition.find("since"));
  if (const Value* steps = condition.find("steps"))
    for (const Value& step : steps->items()) filters.push_back(&step);
  return std::ranges::any_of(filters, [&](const Value* filter) {
    if (filter == nullptr) return false;
    const Value* wanted = filter->find("key");
    return wanted == nullptr || text_fits(*wanted, key, ".*");
  });
}

// Whether a rule that is evaluated reads signals with this key.
bool reads(const World& world, const std::string& key) {
  return std::ranges::any_of(world.rules, [&](const json::Document& rule) {
    const Value* status = rule.root().find("status");
    const bool evaluated = status == nullptr || status->text() == "live" || status->text() == "shadow";
    return evaluated && reads_key(world, *rule.root().find("when"), key);
  });
}

// The 200 newest of a session by (at, version): of those that rules read, and others only where there is room. The
// newest of all stays.
std::vector<Stored> window(const World& world, std::size_t place) {
  const Session& session = world.sessions[place];
  std::vector<Stored> all;
  std::set<std::string> ids;
  for (const Signal& signal : session.arrived) {
    if (!signal.id.empty() && !ids.insert(signal.id).second) continue;
    all.push_back({&signal, place, all.size() + 1});
  }
  std::ranges::sort(
      all, [](const Stored& a, const Stored& b) { return a.at() != b.at() ? a.at() < b.at() : a.version < b.version; });
  std::map<std::string, bool> read;
  for (const Stored& one : all)
    if (all.size() > 200 && !read.contains(one.signal->key)) read[one.signal->key] = reads(world, one.signal->key);
  while (all.size() > 200) {
    auto leaves = std::ranges::find_if(all, [&](const Stored& one) { return !read[one.signal->key]; });
    if (leaves == all.end() || leaves == all.end() - 1) leaves = all.begin();
    all.erase(leaves);
  }
  return all;
}

// What the condition's scope sees: within the retention and not in the future.
std::vector<Stored> visible(const World& world, const Value& condition, Instant now, bool ahead = false) {
  const Value* scope = condition.find("scope");
  std::vector<Stored> all;
  if (scope == nullptr || scope->text() == "session" || !world.visitor) {
    all = window(world, world.asking);
  } else {
    for (std::size_t i = world.sessions.size() > 100 ? world.sessions.size() - 100 : 0; i < world.sessions.size();
         ++i) {
      for (const Stored& one : window(world, i)) all.push_back(one);
    }
    std::ranges::sort(all, [](const Stored& a, const Stored& b) {
      if (a.at() != b.at()) return a.at() < b.at();
      if (a.signal->place != b.signal->place) return a.signal->place < b.signal->place;
      return a.session != b.session ? a.session < b.session : a.version < b.version;
    });
    // Of several with one id in a visitor's sessions, the first counts, for a week.
    std::map<std::string, Instant> arrived;
    std::erase_if(all, [&](const Stored& one) {
      if (one.signal->id.empty()) return false;
      const auto known = arrived.find(one.signal->id);
      if (known != arrived.end() && abs(one.signal->received - known->second) < std::chrono::days{7}) return true;
      arrived[one.signal->id] = one.signal->received;
      return false;
    });
    if (all.size() > 500) all.erase(all.begin(), all.end() - 500);
  }
  std::erase_if(all,
                [&](const Stored& one) { return one.at() <= now - world.retention || (one.at() > now && !ahead); });
  return all;
}

// Whether the instant is in the same unit as now.
bool same_unit(const World& world, const Value& within, Instant at, Instant now) {
  const std::string zone = local_zone(world, within), unit(within.find("calendar")->text());
  return !zone.empty() && unit_of(unit, zone, at) == unit_of(unit, zone, now);
}

std::vector<Stored> inside(const World& world, const Value& condition, Instant now) {
  std::vector<Stored> out = visible(world, condition, now);
  if (const Value* since = condition.find("since")) {
    const auto anchor =
        std::find_if(out.rbegin(), out.rend(), [&](const Stored& one) { return fits(*since, *one.signal); });
    out.erase(out.begin(), anchor == out.rend() ? out.end() : anchor.base());
  }
  const Value* within = condition.find("within");
  if (within == nullptr) return out;
  if (within->is_object()) {
    std::erase_if(out, [&](const Stored& one) { return !same_unit(world, *within, one.at(), now); });
    return out;
  }
  const Duration span = *parse_duration(within->text());
  std::erase_if(out, [&](const Stored& one) { return !(now - span < one.at() && one.at() <= now); });
  return out;
}

std::vector<Stored> chosen(const World& world, const Value& condition, const Value& filter, Instant now) {
  std::vector<Stored> out = inside(world, condition, now);
  std::erase_if(out, [&](const Stored& one) { return !fits(filter, *one.signal); });
  return out;
}

const std::regex kDecimal("-?[0-9]+([.][0-9]+)?");

// "l[]" and "l[].k[]" of "l[].k[].n".
std::vector<std::string> lists_of(const std::string& path) {
  std::vector<std::string> out;
  for (std::size_t at = path.find("[]"); at != path.npos; at = path.find("[]", at + 2))
    out.push_back(path.substr(0, at + 2));
  return out;
}

// An element of each list, by the path of the list; null if it has none.
using Elements = std::map<std::string, const Value*>;

const Value* under(const Value* value, std::string path, const Elements& elements) {
  const auto lists = lists_of(path);
  if (!lists.empty()) {
    value = elements.at(lists.back());
    path = path.substr(lists.back().size());
  }
  while (!path.empty() && value != nullptr) {
    if (path.starts_with('.')) path.erase(0, 1);
    const std::string name = path.substr(0, path.find('.'));
    value = value->is_object() ? value->find(name) : nullptr;
    path.erase(0, name.size());
  }
  return value;
}

// Every way to choose an element of each list; outer lists come first. `or_none`: none is chosen from a missing or
// empty list; otherwise there is no way.
std::vector<Elements> ways(const Value& metadata, const std::vector<std::string>& lists, Elements chosen,
                           bool or_none) {
  const auto open = std::ranges::find_if(lists, [&](const std::string& list) { return !chosen.contains(list); });
  if (open == lists.end()) return {chosen};
  const Value* list = under(&metadata, open->substr(0, open->size() - 2), chosen);
  std::vector<const Value*> elements;
  if (list != nullptr && list->is_array())
    for (const Value& one : list->items()) elements.push_back(&one);
  if (elements.empty() && or_none) elements.push_back(nullptr);
  std::vector<Elements> out;
  for (const Value* one : elements) {
    chosen[*open] = one;
    for (const Elements& way : ways(metadata, lists, chosen, or_none)) out.push_back(way);
  }
  return out;
}

bool is_named(const Value& metadata, const std::string& path) {
  const Value* named = metadata.find(path);
  return named != nullptr && !named->is_null();
}

// Whether some choice of elements, including these, meets everything in `meta`.
bool meta_fits(const Value& metadata, const Value& meta, const Elements& chosen) {
  std::vector<std::string> lists;
  for (const json::Member& member : meta.members()) {
    const std::string path(member.key);
    if (is_named(metadata, path)) continue;
    const auto own = lists_of(path);
    if (!chosen.empty() && (own.empty() || !chosen.contains(own.front()))) continue;
    lists.insert(lists.end(), own.begin(), own.end());
  }
  const auto fits_all = [&](const Elements& way) {
    return std::ranges::all_of(meta.members(), [&](const json::Member& member) {
      const std::string path(member.key);
      if (is_named(metadata, path)) return compares(member.value, metadata.find(path));
      const auto own = lists_of(path);
      if (!chosen.empty() && (own.empty() || !chosen.contains(own.front()))) return true;
      return compares(member.value, under(&metadata, path, way));
    });
  };
  return std::ranges::any_of(ways(metadata, lists, chosen, true), fits_all);
}

// The values of the field, and their factors, in the elements that match the filter.
std::vector<std::pair<const Value*, const Value*>> of_field(const Value& metadata, const Value& filter) {
  const std::string field(filter.find("field")->text());
  const Value* times = filter.find("times");
  const std::string factor = times == nullptr ? "" : std::string(times->text());
  const auto alone = [&](const std::string& path) -> const Value* {
    if (path.empty()) return nullptr;
    if (is_named(metadata, path)) return metadata.find(path);
    return lists_of(path).empty() ? under(&metadata, path, {}) : nullptr;
  };
  if (is_named(metadata, field) || (times != nullptr && is_named(metadata, factor)) || lists_of(field).empty())
    return {{alone(field), alone(factor)}};
  std::vector<std::pair<const Value*, const Value*>> out;
  for (const Elements& way : ways(metadata, lists_of(field), {}, false)) {
    if (const Value* meta = filter.find("meta"); meta != nullptr && !meta_fits(metadata, *meta, way)) continue;
    out.emplace_back(under(&metadata, field, way), times == nullptr ? nullptr : under(&metadata, factor, way));
  }
  return out;
}

// Of the visitor, or of the requesting session.
long decisions(const World& world, const Value& condition, Instant now, bool shadow) {
  const Value& of = *condition.find("decision");
  const Value *outcome = of.find("outcome"), *reaction = of.find("reaction"), *within = condition.find("within");
  std::set<std::string> wanted;
  if (reaction)
    wanted.emplace(reaction->text());
  else if (!outcome)
    wanted.emplace("act");
  else if (outcome->is_string())
    wanted.emplace(outcome->text());
  else
    for (const Value& one : outcome->items()) wanted.emplace(one.text());
  const Value* scope = condition.find("scope");
  const bool everywhere = scope && scope->text() == "visitor" && world.visitor;
  const auto in_window = [&](Instant at) {
    if (at > now) return false;
    if (!within) return true;
    if (within->is_object()) return same_unit(world, *within, at, now);
    return at > now - *parse_duration(within->text());
  };
  long count = 0;
  for (std::size_t i = 0; i < world.sessions.size(); ++i) {
    if (!everywhere && i != world.asking) continue;
    for (const Decided& one : world.sessions[i].decided)
      count +=
          one.rule == of.find("rule")->text() && one.shadow == shadow && wanted.contains(one.what) && in_window(one.at);
  }
  return count;
}

// The texts of a metadata field, or of the values.
std::vector<std::string> texts(const std::vector<Stored>& found, const Value& filter) {
  std::vector<std::string> out;
  for (const Stored& one : found) {
    if (filter.find("field") == nullptr) {
      if (one.signal->has_value) out.push_back(one.signal->value);
    } else if (!one.signal->metadata.empty()) {
      const auto document = json::parse(one.signal->metadata);
      for (const auto& [value, times] : of_field(document->root(), filter)) {
        if (value != nullptr && !value->is_null() && !value->is_object() && !value->is_array())
          out.emplace_back(value->text());
      }
    }
  }
  return out;
}

std::optional<long> amount(const Value* value) {
  if (value == nullptr) return std::nullopt;
  const bool is_amount =
      value->is_number() || (value->is_string() && std::regex_match(std::string(value->text()), kDecimal));
  return is_amount ? std::optional(millionths(value->text())) : std::nullopt;
}

// Halves of a millionth away from zero.
long product(long a, long b) {
  const long double exact = static_cast<long double>(a) * static_cast<long double>(b) / 1e6L;
  if (std::fabs(exact) >= static_cast<long double>(kMost)) return exact > 0 ? kMost : -kMost;
  // The same digit by digit: a = w × 10^6 + r, and b likewise.
  const long one = 1'000'000, rests = a % one * (b % one);
  const long rounded = rests / one + (rests % one >= one / 2 ? 1 : rests % one <= -one / 2 ? -1 : 0);
  return a / one * b + a % one * (b / one) + rounded;
}

std::vector<long> amounts(const std::vector<Stored>& found, const Value& filter) {
  std::vector<long> out;
  for (const Stored& one : found) {
    if (one.signal->metadata.empty()) continue;
    const auto document = json::parse(one.signal->metadata);
    for (const auto& [value, times] : of_field(document->root(), filter)) {
      const auto size = amount(value), factor = filter.find("times") == nullptr ? 1'000'000 : amount(times);
      if (size && factor) out.push_back(product(*size, *factor));
    }
  }
  return out;
}

std::optional<long> total(std::vector<long> amounts) {
  if (amounts.empty()) return std::nullopt;
  // Positive and negative ones in turns, so that the total stays in range while both are left.
  std::ranges::sort(amounts);
  long total = 0;
  while (!amounts.empty()) {
    const auto next = total > 0 ? amounts.begin() : amounts.end() - 1;
    const long amount = *next;
    amounts.erase(next);
    if (__builtin_add_overflow(total, amount, &total)) return amount > 0 ? kMost : -kMost;
  }
  return std::clamp(total, -kMost, kMost);
}

// The signal's value of `same`; empty if it has none.
std::string value_of(const Value& condition, const Signal& signal) {
  const std::string same(condition.find("same")->text());
  std::string text;
  if (same == "value") {
    text = signal.has_value ? signal.value : "";
  } else if (!signal.metadata.empty()) {
    const auto document = json::parse(signal.metadata);
    const Value* value =
        is_named(document->root(), same) ? document->root().find(same) : under(&document->root(), same, {});
    if (value != nullptr && !value->is_null() && !value->is_object() && !value->is_array()) text = value->text();
  }
  return text.size() <= 256 ? text : "";
}

// The values of signals that match one of the filters, those with the newest first, and at most 20.
std::vector<std::string> newest_values(const std::vector<Stored>& all, const Value& condition,
                                       const std::vector<const Value*>& filters) {
  std::vector<std::string> values;
  for (auto one = all.rbegin(); one != all.rend() && values.size() < 20; ++one) {
    const bool counts = std::ranges::any_of(filters, [&](const Value* filter) { return fits(*filter, *one->signal); });
    const std::string value = value_of(condition, *one->signal);
    if (counts && !value.empty() && std::ranges::find(values, value) == values.end()) values.push_back(value);
  }
  return values;
}

std::vector<Stored> of_value(std::vector<Stored> all, const Value& condition, const std::string& value) {
  std::erase_if(all, [&](const Stored& one) { return value_of(condition, *one.signal) != value; });
  return all;
}

// The result of `measure` for the best of the values.
template <class Measure>
long best(const std::vector<Stored>& all, const Value& condition, const std::vector<const Value*>& filters,
          Measure measure) {
  if (condition.find("same") == nullptr) return measure(all);
  long most = 0;
  for (const std::string& value : newest_values(all, condition, filters))
    most = std::max(most, measure(of_value(all, condition, value)));
  return most;
}

std::optional<long> of_amounts(const World& world, const Value& condition, const Value& filter, Instant now, bool sum) {
  const std::vector<long> amounts = naive::amounts(chosen(world, condition, filter, now), filter);
  if (sum) return total(amounts);
  return amounts.empty() ? std::nullopt : std::optional(std::ranges::max(amounts));
}

// How many of the steps came, each after the previous one.
long steps(const std::vector<Stored>& all, const Value& condition) {
  const auto wanted = condition.find("steps")->items();
  std::size_t reached = 0;
  for (const Stored& one : all) {
    if (reached < wanted.size() && fits(wanted[reached], *one.signal)) ++reached;
  }
  return static_cast<long>(reached);
}

// A key's own weight, otherwise that of the longest matching prefix.
long weight(const Value& weights, const std::string& key) {
  std::string best;
  long found = 0;
  for (const json::Member& member : weights.members()) {
    const std::string name(member.key), beginning = name.substr(0, name.size() - 1);
    if (name == key) return millionths(member.value.text());
    if (!name.ends_with(".*") || !key.starts_with(beginning) || beginning.size() <= best.size()) continue;
    best = beginning;
    found = millionths(member.value.text());
  }
  return found;
}

std::optional<long> score(const World& world, const Value& condition, Instant now) {
  const Value* declared = world.scores ? world.scores->root().find(condition.find("score")->text()) : nullptr;
  if (declared == nullptr) return std::nullopt;
  const auto half_life = static_cast<long double>(parse_duration(declared->find("halfLife")->text())->count());
  long total = 0;
  for (const Stored& one : visible(world, condition, now)) {
    const long double age = static_cast<long double>((now - one.at()).count());
    total += std::lroundl(static_cast<long double>(weight(*declared->find("weights"), one.signal->key)) *
                          std::exp2l(-age / half_life));
  }
  return total;
}

bool in_context(const World& world, const Value& condition) {
  const auto found = world.context.find(std::string(condition.find("context")->text()));
  if (found == world.context.end()) return compares(condition, nullptr, true);
  const auto value = json::parse(json::quote(found->second));
  return compares(condition, &value->root(), true);
}

std::optional<json::Document> trait_of(const World& world, const Value& condition) {
  const auto found = world.traits.find(std::string(condition.find("trait")->text()));
  if (found == world.traits.end()) return std::nullopt;
  return *json::parse(found->second);
}

// Day by day, until the month and day match the date.
std::optional<long> days_until(const World& world, const Value& condition, Instant now) {
  const auto value = trait_of(world, condition);
  const std::string own = condition.find("zone") ? local_zone(world, condition) : zone_of(world);
  const std::string zone = own.empty() ? world.zone : own;
  if (!value || !value->root().is_string() || value->root().text().size() < 10 || zone.empty()) return std::nullopt;
  std::istringstream text(std::string(value->root().text().substr(0, 10)));
  date::year_month_day day;
  text >> date::parse("%Y-%m-%d", day);
  if (text.fail() || !day.ok()) return std::nullopt;
  const auto today = date::floor<date::days>(date::locate_zone(zone)->to_local(now));
  const Value* yearly = condition.find("daysUntil")->find("yearly");
  if (yearly && !yearly->boolean()) return (date::local_days{day} - today).count();
  for (long n = 0;; ++n) {
    const date::year_month_day then{today + date::days{n}};
    const bool is_leap_day = day.month() == date::February && day.day() == date::day{29} && !then.year().is_leap();
    if (then.month() == day.month() && then.day() == (is_leap_day ? date::day{28} : day.day())) return n;
  }
}

bool days_hold(const World& world, const Value& condition, Instant now) {
  const auto days = days_until(world, condition, now);
  const Value& wanted = *condition.find("daysUntil");
  const auto number = [&](const char* name) { return wanted.find(name)->integer().value(); };
  if (!days) return false;
  if (wanted.find("equals")) return *days == number("equals");
  return (!wanted.find("atLeast") || *days >= number("atLeast")) &&
         (!wanted.find("atMost") || *days <= number("atMost"));
}

bool trait_holds(const World& world, const Value& condition, Instant now) {
  if (condition.find("daysUntil")) return days_hold(world, condition, now);
  const auto value = trait_of(world, condition);
  const Value* until = condition.find("until");
  const Value* distance = until ? until : condition.find("age");
  if (!distance) return compares(condition, value ? &value->root() : nullptr);
  if (!value || !value->root().is_string()) return false;
  const auto at = parse_rfc3339(value->root().text());
  if (!at) return false;
  const Duration far = until ? *at - now : now - *at;
  const auto bound = [&](const char* name) -> std::optional<Duration> {
    const Value* said = distance->find(name);
    if (!said) return std::nullopt;
    return said->text() == "0s" ? Duration{} : *parse_duration(said->text());
  };
  const auto least = bound("atLeast"), most = bound("atMost");
  return (!least || far >= *least) && (!most || far <= *most);
}

// Everything the counter has counted: for each id, while its last is not too old. std::nullopt if it has no value.
std::optional<std::vector<const Signal*>> counted(const World& world, const Value& condition, Instant now) {
  const std::string name(condition.find("ever")->text());
  const Value* counter = world.counters ? world.counters->root().find(name) : nullptr;
  if (counter == nullptr || world.filling.contains(name)) return std::nullopt;
  const Value* keep = counter->find("keep");
  std::vector<const Signal*> out;
  for (const std::vector<Signal>& life : world.lives) {
    std::vector<const Signal*> of_id;
    std::optional<Instant> last;
    for (const Signal& signal : life) {
      if (!fits(*counter, signal)) continue;
      of_id.push_back(&signal);
      if (!last || signal.at > *last) last = signal.at;
    }
    if (last && keep && now >= *last + *parse_duration(keep->text())) continue;
    out.insert(out.end(), of_id.begin(), of_id.end());
  }
  return out;
}

date::local_days day_of(const Value& counter, Instant at) {
  const Value* zone = counter.find("zone");
  return date::floor<date::days>(date::locate_zone(zone ? std::string(zone->text()) : "Etc/UTC")->to_local(at));
}

const Value& declared(const World& world, const Value& condition) {
  return *world.counters->root().find(condition.find("ever")->text());
}

// In millionths; for first and last, the age in milliseconds.
std::optional<long> ever(const World& world, const Value& condition, Instant now) {
  const auto found = counted(world, condition, now);
  if (!found) return std::nullopt;
  if (condition.find("count")) return static_cast<long>(found->size()) * 1'000'000;
  const Value& counter = declared(world, condition);
  if (condition.find("days")) {
    std::set<date::local_days> days;
    for (const Signal* signal : *found)
      if (const auto day = day_of(counter, signal->at); day > day_of(counter, now) - date::days{64}) days.insert(day);
    return static_cast<long>(days.size()) * 1'000'000;
  }
  if (condition.find("sum")) {
    std::vector<Stored> stored;
    for (const Signal* signal : *found) stored.push_back({signal, 0, 0});
    if (counter.find("field") == nullptr) return std::nullopt;
    return total(amounts(stored, counter));
  }
  std::optional<Instant> at;
  for (const Signal* signal : *found)
    if (!at || (condition.find("first") ? signal->at < *at : signal->at > *at)) at = signal->at;
  return at ? std::optional<long>((now - *at).count()) : std::nullopt;
}

bool ever_holds(const World& world, const Value& condition, Instant now) {
  const auto found = ever(world, condition, now);
  if (!found) return false;
  for (const char* name : {"first", "last"}) {
    const Value* said = condition.find(name);
    if (said == nullptr) continue;
    const auto bound = [&](const char* which) -> std::optional<long> {
      const Value* value = said->find("age")->find(which);
      if (value == nullptr) return std::nullopt;
      return value->text() == "0s" ? 0 : parse_duration(value->text())->count();
    };
    return (!bound("atLeast") || *found >= *bound("atLeast")) && (!bound("atMost") || *found <= *bound("atMost"));
  }
  const Value* said = nullptr;
  for (const char* name : {"count", "sum", "days"})
    if (condition.find(name)) said = condition.find(name);
  const auto bound = [&](const char* which) { return millionths(said->find(which)->text()); };
  return (!said->find("equals") || *found == bound("equals")) &&
         (!said->find("atLeast") || *found >= bound("atLeast")) && (!said->find("atMost") || *found <= bound("atMost"));
}

}  // namespace

// Half away from zero; at most eight million million, in both directions.
long millionths(std::string_view number) {
  const bool negative = number.starts_with('-');
  std::string digits;
  long point = -1, exponent = 0;
  for (std::size_t i = negative ? 1 : 0; i < number.size(); ++i) {
    if (number[i] == '.') {
      point = static_cast<long>(digits.size());
    } else if (number[i] == 'e' || number[i] == 'E') {
      exponent = std::stol(std::string(number.substr(i + 1)));
      break;
    } else {
      digits += number[i];
    }
  }
  const long kept = (point < 0 ? static_cast<long>(digits.size()) : point) + exponent + 6;
  if (kept < 0) return 0;
  digits.insert(0, "0");
  const long most = negative ? -kMost : kMost;
  if (kept > 400) return digits.find_first_not_of('0') == std::string::npos ? 0 : most;
  digits.resize(std::max(digits.size(), static_cast<std::size_t>(kept) + 2), '0');
  std::string whole = digits.substr(0, static_cast<std::size_t>(kept) + 1);
  whole.erase(0, std::min(whole.find_first_not_of('0'), whole.size() - 1));
  if (whole.size() > 19) return most;
  const unsigned long size = std::stoul(whole) + (digits[static_cast<std::size_t>(kept) + 1] >= '5' ? 1 : 0);
  if (size >= static_cast<unsigned long>(kMost)) return most;
  return negative ? -static_cast<long>(size) : static_cast<long>(size);
}

namespace {

std::optional<Anchor> anchor(const std::vector<Stored>& all, const Value& condition) {
  std::optional<Anchor> newest;
  std::size_t behind = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Signal& signal = *all[i].signal;
    if (!fits(*condition.find("after"), signal)) continue;
    newest = {.at = signal.at,
              .received = signal.received,
              .due = signal.at + *parse_duration(condition.find("for")->text()),
              .version = all[i].version,
              .place = signal.place};
    behind = i + 1;
  }
  if (!newest) return std::nullopt;
  for (std::size_t i = behind; i < all.size(); ++i) {
    if (fits(*condition.find("absent"), *all[i].signal)) return std::nullopt;
  }
  return newest;
}

}  // namespace

std::vector<Anchor> anchors(const World& world, const Value& condition, Instant now, bool ahead) {
  const std::vector<Stored> all = visible(world, condition, now, ahead);
  std::vector<Anchor> out;
  if (condition.find("same") == nullptr) {
    if (const auto one = anchor(all, condition)) out.push_back(*one);
    return out;
  }
  for (const std::string& value : newest_values(all, condition, {condition.find("after")})) {
    auto one = anchor(of_value(all, condition, value), condition);
    if (!one) continue;
    one->same = value;
    out.push_back(*one);
  }
  return out;
}

std::optional<long> measured(const World& world, const Value& condition, Instant now, bool own_shadow) {
  constexpr long kOne = 1'000'000;
  if (condition.find("ever")) return ever(world, condition, now);
  if (condition.find("decision")) return decisions(world, condition, now, own_shadow) * kOne;
  if (const Value* f = condition.find("seen")) return chosen(world, condition, *f, now).empty() ? 0 : kOne;
  if (const Value* f = condition.find("count"))
    return best(chosen(world, condition, *f, now), condition, {f},
                [](const auto& found) { return static_cast<long>(found.size()); }) *
           kOne;
  if (const Value* f = condition.find("distinct")) {
    const auto found = texts(chosen(world, condition, *f, now), *f);
    return static_cast<long>(std::set(found.begin(), found.end()).size()) * kOne;
  }
  if (const Value* f = condition.find("sum")) return of_amounts(world, condition, *f, now, true);
  if (const Value* f = condition.find("max")) return of_amounts(world, condition, *f, now, false);
  if (const Value* f = condition.find("last")) {
    const auto found = chosen(world, condition, *f, now);
    return found.empty() ? std::nullopt : std::optional<long>((now - found.back().at()).count());
  }
  if (const Value* list = condition.find("steps")) {
    std::vector<const Value*> filters;
    for (const Value& filter : list->items()) filters.push_back(&filter);
    return best(inside(world, condition, now), condition, filters,
                [&](const auto& found) { return steps(found, condition); }) *
           kOne;
  }
  if (condition.find("score")) return score(world, condition, now);
  if (condition.find("absent")) {
    const auto waiting = anchors(world, condition, now);
    return std::ranges::any_of(waiting, [&](const Anchor& one) { return now >= one.due; }) ? kOne : 0;
  }
  if (condition.find("trait")) return trait_holds(world, condition, now) ? kOne : 0;
  CHECK(condition.find("context"));  // the only measure left; a new one fails here until it is added
  return in_context(world, condition) ? kOne : 0;
}

long looked_at(const World& world, const Value& condition, Instant now) {
  if (condition.find("daysUntil")) return days_until(world, condition, now).value_or(std::numeric_limits<long>::min());
  // The counter's current values; for days, a new day may change it.
  if (condition.find("ever")) {
    const auto found = counted(world, condition, now);
    if (!found) return -1;
    const long days = condition.find("days") ? day_of(declared(world, condition), now).time_since_epoch().count() : 0;
    return static_cast<long>(found->size()) + days * 1'000;
  }
  // Two that leave at one instant may cancel out in the sum.
  if (const Value* f = condition.find("sum")) return static_cast<long>(chosen(world, condition, *f, now).size());
  const auto found = measured(world, condition, now);
  if (!found) return -1;
  if (condition.find("absent") && condition.find("same") && *found != 0)  // which value is shown
    return to_ms(anchors(world, condition, now).back().at);
  if (condition.find("score")) return static_cast<long>(visible(world, condition, now).size());
  return condition.find("last") ? to_ms(now) - *found : *found;
}

bool holds(const World& world, const Value& condition, Instant now, bool own_shadow) {
  if (condition.find("ever")) return ever_holds(world, condition, now);
  const auto found = measured(world, condition, now, own_shadow);
  if (!found) return false;
  if (condition.find("seen") || condition.find("absent") || condition.find("context") || condition.find("trait"))
    return *found != 0;
  const auto bound = [&](const char* name) -> std::optional<long> {
    const Value* value = condition.find(name);
    if (value == nullptr) return std::nullopt;
    return condition.find("last") ? parse_duration(value->text())->count() : millionths(value->text());
  };
  const bool bounded = bound("reached") || bound("atLeast") || bound("atMost") || bound("equals");
  if (!bounded) return *found == static_cast<long>(condition.find("steps")->items().size()) * 1'000'000;
  if (const auto least = bound("reached"); least && *found < *least) return false;
  if (const auto least = bound("atLeast"); least && *found < *least) return false;
  if (const auto most = bound("atMost"); most && *found > *most) return false;
  const auto exactly = bound("equals");
  return !exactly || *found == *exactly;
}

}  // namespace beckon::rules::naive
