// The evaluation order: active, when, hours and days, limit, split. naive.cc has the measures.
#include <date/tz.h>

#include <algorithm>
#include <bit>

#include "rules/reference/naive.h"

namespace beckon::rules::naive {

namespace {

using json::Value;

// The live and shadow rules of the trigger in evaluation order.
std::vector<const Value*> asked(const World& world, const std::string& trigger) {
  std::vector<const Value*> rules;
  for (const json::Document& document : world.rules) {
    const Value& rule = document.root();
    const Value* status = rule.find("status");
    if (status != nullptr && status->text() != "live" && status->text() != "shadow") continue;
    const auto triggers = rule.find("triggers")->items();
    if (std::ranges::any_of(triggers, [&](const Value& one) { return one.text() == trigger; })) rules.push_back(&rule);
  }
  const auto priority = [](const Value* rule) {
    return rule->find("priority") ? *rule->find("priority")->integer() : 0;
  };
  std::ranges::sort(rules, [&](const Value* a, const Value* b) {
    if (priority(a) != priority(b)) return priority(a) > priority(b);
    return a->find("ruleId")->text() < b->find("ruleId")->text();
  });
  return rules;
}

std::string text_of(const Value* value, const std::string& otherwise = "") {
  return value == nullptr || value->is_null() ? otherwise : std::string(value->text());
}

std::string id_of(const Value& rule) { return text_of(rule.find("ruleId")); }
bool is_shadow(const Value& rule) { return text_of(rule.find("status")) == "shadow"; }

bool active(const Value& rule, Instant now) {
  const Value* active = rule.find("active");
  if (active == nullptr) return true;
  const std::string from = text_of(active->find("from")), until = text_of(active->find("until"));
  return (from.empty() || now >= *parse_rfc3339(from)) && (until.empty() || now < *parse_rfc3339(until));
}

std::chrono::minutes clock_time(const std::string& text) {
  return std::chrono::hours{std::stoi(text.substr(0, 2))} + std::chrono::minutes{std::stoi(text.substr(3, 2))};
}

std::optional<Account> account(const Value& rule) {
  const Value* limit = rule.find("limit");
  if (limit == nullptr) return std::nullopt;
  return Account{id_of(rule), text_of(limit->find("group")), is_shadow(rule)};
}

// The number of the rule's exposures up to now for which `counts` is true: the visitor's, or only the session's.
template <class Counts>
long spent(const World& world, const Account& of, Instant now, bool of_session, Counts counts) {
  long count = 0;
  for (std::size_t i = 0; i < world.sessions.size(); ++i) {
    if ((of_session || !world.visitor) && i != world.asking) continue;
    for (const Spend& spend : world.sessions[i].spends)
      if (spend.of.same_as(of) && spend.at <= now && counts(spend.at)) ++count;
  }
  return count;
}

long spent_since(const World& world, const Account& of, Duration span, Instant now) {
  return spent(world, of, now, false, [&](Instant at) { return at > now - span; });
}

long spent_of_cap(const World& world, const Account& of, const Value& cap, Instant now) {
  const std::string per = text_of(cap.find("per"));
  if (per == "session") return spent(world, of, now, true, [](Instant) { return true; });
  if (const auto span = parse_duration(per)) return spent_since(world, of, *span, now);
  const std::string zone = local_zone(world, cap);
  return spent(world, of, now, false, [&](Instant at) { return unit_of(per, zone, at) == unit_of(per, zone, now); });
}

// For the cooldown and for each cap: the exposures so far, and the limit.
std::vector<std::pair<long, long>> limits(const World& world, const Value& rule, Instant now) {
  std::vector<std::pair<long, long>> out;
  const Value* limit = rule.find("limit");
  if (limit == nullptr) return out;
  const Account of = *account(rule);
  if (const Value* cooldown = limit->find("cooldown"))
    out.emplace_back(spent_since(world, of, *parse_duration(cooldown->text()), now), 1);
  if (const Value* caps = limit->find("caps")) {
    for (const Value& cap : caps->items())
      out.emplace_back(spent_of_cap(world, of, cap, now), *cap.find("max")->integer());
  }
  return out;
}

std::string salt_of(const Value& rule) { return text_of(rule.find("split")->find("salt"), id_of(rule)); }

const std::string& unit_of(const World& world, const Value& rule) {
  const std::string unit = text_of(rule.find("split")->find("unit"));
  return unit == "device"    ? device(world)
         : unit == "visitor" ? world.first
         : unit == "session" ? world.session
                             : world.unit;
}

// What the rule assigned to the unit first, among what it still assigns, if it is to be kept.
const Dealt* kept(const World& world, const Value& rule, Instant now) {
  const Value& split = *rule.find("split");
  const Value *sticky = split.find("sticky"), *arms = split.find("arms"), *holdout = split.find("holdout");
  if (sticky ? !sticky->boolean() : split.find("unit") == nullptr) return nullptr;
  const bool of_device = text_of(split.find("unit")) == "device";
  const bool of_session = text_of(split.find("unit")) == "session" || !world.visitor;
  const Dealt* first = nullptr;
  for (std::size_t i = 0; i < world.sessions.size(); ++i) {
    if (of_session && i != world.asking) continue;
    for (const Dealt& dealt : world.sessions[i].dealt) {
      if (dealt.rule != id_of(rule) || dealt.salt != salt_of(rule) || dealt.shadow != is_shadow(rule)) continue;
      if (dealt.device != (of_device ? device(world) : "")) continue;
      const bool is_there = !dealt.arm ? holdout != nullptr
                            : arms     ? arms->find(*dealt.arm) != nullptr
                                       : dealt.arm->empty();
      if (is_there && dealt.at <= now && (!first || dealt.at < first->at)) first = &dealt;
    }
  }
  return first;
}

bool held_out(const World& world, const Value& rule, Instant now) {
  const Value* split = rule.find("split");
  if (split == nullptr) return false;
  if (const Dealt* before = kept(world, rule, now)) return !before->arm;
  if (split->find("holdout") == nullptr) return false;
  return bucket(salt_of(rule) + ":holdout", unit_of(world, rule)) * 10'000L <
         millionths(split->find("holdout")->text());  // percent → buckets × 10,000
}

// The arm that contains the unit's bucket; empty for a rule without arms.
std::string arm(const World& world, const Value& rule, Instant now) {
  const Value* split = rule.find("split");
  const Value* given = split == nullptr ? nullptr : split->find("arms");
  if (given == nullptr) return "";
  if (const Dealt* before = kept(world, rule, now)) return *before->arm;
  std::map<std::string, long> arms;
  long total = 0, end = 0;
  for (const json::Member& member : given->members()) total += arms[std::string(member.key)] = *member.value.integer();
  const long place = bucket(salt_of(rule), unit_of(world, rule));
  for (const auto& [name, weight] : arms) {
    end += weight;
    if (place < end * 10'000 / total) return name;
  }
  return "no arm";
}

std::string action_type(const Value& rule, const std::string& variant) {
  const Value* action = variant.empty() ? rule.find("action") : rule.find("actions")->find(variant);
  return text_of(action->find("type"));
}

Duration ttl_of(const Value& rule) { return *parse_duration(text_of(rule.find("ttl"), "30s")); }

std::string hold_or_act(const World& world, const Value& rule, Instant now) {
  if (!open(world, rule, now) || limited(world, rule, now)) return "suppressed";
  return held_out(world, rule, now) ? "holdout" : "act";
}

// The conditions in a group, including nested groups.
std::vector<const Value*> leaves(const Value& entry) {
  std::vector<const Value*> out;
  bool group = false;
  for (const char* name : {"all", "any", "none"}) {
    const Value* entries = entry.find(name);
    if (entries == nullptr) continue;
    group = true;
    for (const Value& one : entries->items())
      for (const Value* leaf : leaves(one)) out.push_back(leaf);
  }
  if (!group && !entry.members().empty()) out.push_back(&entry);
  return out;
}

}  // namespace

const std::string& device(const World& world) { return world.browser.empty() ? world.session : world.browser; }

// Murmur3-x86-32 with seed 0.
unsigned bucket(const std::string& salt, const std::string& unit) {
  const std::string text = salt + unit;
  const auto block = [&](std::size_t from, std::size_t size) {
    std::uint32_t k = 0;
    for (std::size_t i = 0; i < size; ++i) k |= std::uint32_t{static_cast<unsigned char>(text[from + i])} << (8 * i);
    return std::rotl(k * 0xcc9e2d51U, 15) * 0x1b873593U;
  };
  std::uint32_t h = 0;
  std::size_t done = 0;
  for (; text.size() - done >= 4; done += 4) h = std::rotl(h ^ block(done, 4), 13) * 5 + 0xe6546b64U;
  h ^= block(done, text.size() - done);
  h ^= static_cast<std::uint32_t>(text.size());
  h = (h ^ (h >> 16)) * 0x85ebca6bU;
  h = (h ^ (h >> 13)) * 0xc2b2ae35U;
  h ^= h >> 16;
  return static_cast<unsigned>((std::uint64_t{h} * 10'000) >> 32);
}

std::vector<std::string> zones_of(const World& world, const Value& active) {
  const std::string zone = text_of(active.find("zone"), "UTC");
  if (zone != "visitor") return {zone};
  if (const std::string known = zone_of(world); !known.empty()) return {known};
  std::vector<std::string> all;
  for (const Value& name : active.find("zoneElse")->items()) all.emplace_back(name.text());
  return all;
}

bool open_in(const Value& active, const std::string& zone, Instant now) {
  const std::string hours = text_of(active.find("hours"), "00:00-24:00");
  const Value* days = active.find("days");
  const auto local = date::locate_zone(zone)->to_local(now);
  const auto today = date::floor<date::days>(local);
  const auto time = local - today;  // local time
  const auto opens_on = [&](date::local_days day) {
    constexpr const char* kNames[]{"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
    if (days == nullptr || days->is_null()) return true;
    const char* name = kNames[date::weekday(day).c_encoding()];
    return std::ranges::any_of(days->items(), [&](const Value& one) { return one.text() == name; });
  };
  const auto opens = clock_time(hours.substr(0, 5)), closes = clock_time(hours.substr(6));
  if (opens < closes) return opens <= time && time < closes && opens_on(today);
  return (opens <= time && opens_on(today)) || (time < closes && opens_on(today - date::days{1}));
}

std::string zone_of(const World& world) {
  const auto is_known = [](const std::string& name) {
    try {
      return date::locate_zone(name) != nullptr;
    } catch (const std::exception&) {
      return false;
    }
  };
  if (const auto trait = world.traits.find("zone"); trait != world.traits.end()) {
    const std::string name{json::parse(trait->second)->root().text()};
    if (is_known(name)) return name;
  }
  const auto said = world.context.find("zone");
  return said != world.context.end() && is_known(said->second) ? said->second : "";
}

std::string local_zone(const World& world, const Value& of) {
  const Value* said = of.find("zone");
  if (said && said->text() != "visitor") return std::string(said->text());
  const std::string visitors = said ? zone_of(world) : "";
  return visitors.empty() ? world.zone : visitors;
}

date::local_days unit_of(std::string_view unit, const std::string& zone, Instant at) {
  const auto day = date::floor<date::days>(date::locate_zone(zone)->to_local(at));
  const date::year_month_day shown(day);
  if (unit == "year") return date::local_days{shown.year() / 1 / 1};
  if (unit == "month") return date::local_days{shown.year() / shown.month() / 1};
  return unit == "week" ? day - (date::weekday(day) - date::Monday) : day;
}

bool open(const World& world, const Value& rule, Instant now) {
  const Value* active = rule.find("active");
  if (active == nullptr) return true;
  return std::ranges::all_of(zones_of(world, *active),
                             [&](const std::string& zone) { return open_in(*active, zone, now); });
}

bool limited(const World& world, const Value& rule, Instant now) {
  if (!world.may_spend && rule.find("limit") != nullptr) return true;
  return std::ranges::any_of(limits(world, rule, now), [](const auto& one) { return one.first >= one.second; });
}

bool asks_own_shadow(const Value& rule, const Value& condition) {
  const Value* decision = condition.find("decision");
  return decision && is_shadow(rule) && text_of(decision->find("rule")) == id_of(rule);
}

// Whether some evaluated rule reads this outcome of the rule.
bool is_asked(const World& world, const Value& rule, const std::string& outcome) {
  for (const json::Document& document : world.rules) {
    const Value& other = document.root();
    const std::string status = text_of(other.find("status"), "live");
    if (status != "live" && status != "shadow") continue;
    for (const Value* condition : leaves(*other.find("when"))) {
      const Value* decision = condition->find("decision");
      if (!decision || text_of(decision->find("rule")) != id_of(rule) || decision->find("reaction")) continue;
      if (asks_own_shadow(other, *condition) != is_shadow(rule)) continue;
      const Value* wanted = decision->find("outcome");
      if (!wanted ? outcome == "act"
          : wanted->is_string()
              ? wanted->text() == outcome
              : std::ranges::any_of(wanted->items(), [&](const Value& one) { return one.text() == outcome; }))
        return true;
    }
  }
  return false;
}

// A condition, or a group of entries.
bool entry_holds(const World& world, const Value& rule, const Value& entry, Instant now) {
  const auto hold = [&](const Value& inner) { return entry_holds(world, rule, inner, now); };
  if (const Value* all = entry.find("all")) return std::ranges::all_of(all->items(), hold);
  if (const Value* any = entry.find("any")) return std::ranges::any_of(any->items(), hold);
  if (const Value* none = entry.find("none")) return std::ranges::none_of(none->items(), hold);
  return holds(world, entry, now, asks_own_shadow(rule, entry));
}

bool rule_holds(const World& world, const Value& rule, Instant now) {
  if (!active(rule, now)) return false;
  if (const Value* rollout = rule.find("rollout")) {
    const std::string salt = text_of(rule.find("rolloutSalt"), id_of(rule));
    if (bucket(salt + ":rollout", world.unit) * 10'000L >= millionths(rollout->text())) return false;
  }
  const Value& when = *rule.find("when");
  const auto hold = [&](const Value& entry) { return entry_holds(world, rule, entry, now); };
  if (const Value* all = when.find("all"); all && !std::ranges::all_of(all->items(), hold)) return false;
  if (const Value* any = when.find("any"); any && !any->items().empty() && std::ranges::none_of(any->items(), hold))
    return false;
  const Value* none = when.find("none");
  return none == nullptr || std::ranges::none_of(none->items(), hold);
}

Answer judge(const World& world, const std::string& trigger, Instant now) {
  Answer answer{.ttl = std::chrono::seconds{30}};
  for (const Value* rule : asked(world, trigger)) {
    if (!rule_holds(world, *rule, now)) continue;
    const std::string outcome = hold_or_act(world, *rule, now);
    const std::string variant = outcome == "act" ? arm(world, *rule, now) : "";
    const auto spends = outcome == "suppressed" ? std::nullopt : account(*rule);
    const bool marked = world.may_spend && is_asked(world, *rule, outcome);
    if (is_shadow(*rule)) {
      answer.beside.push_back({id_of(*rule), variant, outcome, true, spends, marked});
    } else if (outcome == "suppressed") {
      if (answer.rule.empty()) answer.outcome = outcome, answer.rule = id_of(*rule), answer.ttl = ttl_of(*rule);
      answer.beside.push_back({id_of(*rule), "", outcome, false, {}});
    } else {
      answer.outcome = outcome, answer.rule = id_of(*rule), answer.variant = variant, answer.spends = spends;
      answer.marked = marked;
      if (outcome == "act") answer.action_type = action_type(*rule, variant);
      answer.ttl = ttl_of(*rule);
      break;
    }
  }
  return answer;
}

std::vector<long> picture(const World& world, const std::string& trigger, Instant now) {
  std::vector<long> out;
  for (const Value* rule : asked(world, trigger)) {
    if (is_shadow(*rule)) continue;
    out.push_back(active(*rule, now));
    out.push_back(open(world, *rule, now));
    for (const auto& [count, most] : limits(world, *rule, now)) out.push_back(count);
    if (rule->find("split") != nullptr) out.push_back(kept(world, *rule, now) != nullptr);
    for (const Value* condition : leaves(*rule->find("when"))) {
      out.push_back(holds(world, *condition, now));
      out.push_back(looked_at(world, *condition, now));
    }
  }
  return out;
}

}  // namespace beckon::rules::naive
