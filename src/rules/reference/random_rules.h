// Random rules over the whole language: few keys, short windows and whole seconds, so that edges often coincide.
// random_worlds.h has the data to evaluate them on.
#pragma once
#include <date/tz.h>

#include <array>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "rules/language/random_conditions.h"
#include "rules/reference/noon.h"

namespace beckon::rules {

// The approximate instant of a world: an ordinary noon, a clock change of some zone, or the start of a day.
inline Instant random_base(Dice& dice) {
  if (!dice.one_in(4)) return testing::kNoon;
  return *parse_rfc3339(dice.of<const char*>(
      {"2026-03-29T01:00:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z",  // Berlin
       "2026-03-08T07:00:00Z", "2026-11-01T06:00:00Z",                          // New York
       "2026-04-04T15:00:00Z", "2026-10-03T15:30:00Z",                          // Lord Howe, by half an hour
       "2026-03-01T23:00:00Z", "2026-03-02T00:00:00Z", "2026-03-01T18:30:00Z", "2026-02-28T23:00:00Z",
       "2026-01-01T00:00:00Z", "2025-12-31T23:00:00Z"}));  // midnights of Berlin, UTC and Kolkata
}

inline std::string instant(Dice& dice, Instant base) {
  return '"' + to_rfc3339(base + std::chrono::seconds{dice.upto(30) - 10}) + '"';
}

// A condition, or occasionally a group.
inline std::string random_entry(Dice& dice, int depth = 1) {
  if (depth == 4 || !dice.one_in(depth == 1 ? 8 : 3)) return random_condition(dice);
  std::string list = random_entry(dice, depth + 1);
  for (int i = dice.upto(3); i > 0; --i) list += "," + random_entry(dice, depth + 1);
  return "{" + quoted(dice.of({"all", "any", "none"}), "[" + list + "]") + "}";
}

inline std::string random_group(Dice& dice, const char* name, int most) {
  std::string list;
  for (int i = dice.upto(most + 1); i > 0; --i) list += (list.empty() ? "" : ",") + random_entry(dice);
  return std::string("\"") + name + "\":[" + list + "]";
}

// Opening hours that begin or end near the instant of the world, in local time of their zone.
inline std::string random_hours(Dice& dice, Instant base) {
  const std::string zone =
      dice.of<const char*>({"UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"});
  const auto local = date::locate_zone(zone)->to_local(base);
  const auto clock = [&] {
    const auto minute = (std::chrono::floor<std::chrono::minutes>(local - date::floor<date::days>(local)).count() +
                         dice.of({0, 0, 1, 59, 60, 720, 1439})) %
                        1440;
    const std::string digits = std::to_string(10'000 + minute / 60 * 100 + minute % 60);
    return digits.substr(1, 2) + ":" + digits.substr(3);
  };
  std::string out;
  if (!dice.one_in(4)) {
    const std::string opens = clock(), closes = clock();
    if (opens != closes) out += quoted("hours", '"' + opens + "-" + (closes == "00:00" ? "24:00" : closes) + '"') + ",";
  }
  if (out.empty() || dice.one_in(3))
    out +=
        quoted("days",
               dice.of<const char*>({R"(["wed"])", R"(["sat","sun"])", R"(["mon","tue","fri"])", R"(["sun","wed"])"})) +
        ",";
  if (!dice.one_in(4)) return out + quoted("zone", '"' + zone + '"');
  const char* const other = dice.of({"UTC", "Asia/Kolkata", "America/New_York"});
  return out + R"("zone":"visitor",)" +
         quoted("zoneElse", dice.one_in(2) ? "[\"" + zone + "\"]" : "[\"" + zone + "\",\"" + other + "\"]");
}

inline std::string random_active(Dice& dice, Instant base) {
  if (!dice.one_in(4)) return "";
  std::string out;
  if (dice.one_in(3))
    out = std::string(dice.one_in(2) ? R"("from":null,"until":)" : R"("from":)") + instant(dice, base);
  if (out.empty() || dice.one_in(3)) out += (out.empty() ? "" : ",") + random_hours(dice, base);
  return R"(,"active":{)" + out + "}";
}

// Followed by the zone, if it has one.
inline std::string random_per(Dice& dice) {
  if (dice.one_in(2)) return R"("session")";
  if (!dice.one_in(3)) return seconds(dice);
  return std::string(dice.of({R"("day")", R"("day")", R"("week")", R"("month")"})) +
         dice.of({"", "", R"(,"zone":"visitor")", R"(,"zone":"Asia/Kolkata")", R"(,"zone":"Europe/Berlin")"});
}

inline std::string random_limit(Dice& dice) {
  if (!dice.one_in(3)) return "";
  std::string out, caps;
  if (dice.one_in(2)) out = quoted("cooldown", seconds(dice));
  for (int i = dice.upto(3); i > 0; --i)
    caps += std::string(caps.empty() ? "" : ",") + "{" + quoted("max", std::to_string(1 + dice.upto(3))) + "," +
            quoted("per", random_per(dice)) + "}";
  if (!caps.empty()) out += (out.empty() ? "" : ",") + quoted("caps", "[" + caps + "]");
  if (out.empty() || dice.one_in(3)) out += (out.empty() ? "" : ",") + quoted("group", R"("r1")");  // not the rule r1
  return R"(,"limit":{)" + out + "}";
}

inline constexpr std::array<unsigned, 5> kRandomWeights{0, 1, 2, 33, 50};

// The split, and the action or actions.
inline std::string random_actions(Dice& dice, const std::string& id) {
  const auto action = [&](const std::string& name) { return R"({"type":")" + id + name + "\"}"; };
  if (dice.one_in(2)) return quoted("action", action(""));
  std::string split = !dice.one_in(4) ? quoted("salt", R"("salt")") + "," : "";
  if (dice.one_in(3)) {
    split += quoted("unit", dice.of<const char*>({R"("visitor")", R"("session")", R"("device")"})) + ",";
    if (dice.one_in(2)) split += quoted("sticky", dice.one_in(2) ? "true" : "false") + ",";
  }
  const bool arms = !dice.one_in(3);
  if (!arms || dice.one_in(2))
    split += quoted("holdout", dice.of<const char*>({"5", "50", "12.5", "33.33", "99.99"})) + (arms ? "," : "");
  if (!arms) return quoted("split", "{" + split + "}") + "," + quoted("action", action(""));
  const auto weight = [&] { return std::to_string(kRandomWeights[static_cast<std::size_t>(dice.upto(5))]); };
  std::string weights = R"("b":1)", actions = quoted("b", action("b"));
  if (dice.one_in(2)) weights += R"(,"c":)" + weight(), actions += "," + quoted("c", action("c"));
  if (!dice.one_in(4)) weights = R"("a":)" + weight() + "," + weights, actions += "," + quoted("a", action("a"));
  return quoted("split", "{" + split + R"("arms":{)" + weights + "}}") + "," + quoted("actions", "{" + actions + "}");
}

inline std::string random_rule(Dice& dice, Instant base, const std::string& triggers, const std::string& id,
                               const std::string& conditions) {
  std::string out = R"({"ruleId":")" + id + R"(","triggers":)" + triggers;
  out += R"(,"when":{)" + conditions + "}," + random_actions(dice, id) + random_active(dice, base) + random_limit(dice);
  if (dice.one_in(8)) {
    out += "," + quoted("rollout", dice.of<const char*>({"50", "99.99", "12.5", "5", "0", "100"}));
    if (dice.one_in(2)) out += R"(,"rolloutSalt":"salt")";
  }
  out += "," + quoted("priority", std::to_string(dice.upto(3))) + "," +
         quoted("ttl", dice.of<const char*>({R"("1s")", R"("10s")", R"("1h")", R"("1h")"}));
  if (dice.one_in(5))
    out += "," + quoted("status",
                        dice.of<const char*>({R"("paused")", R"("draft")", R"("live")", R"("shadow")", R"("shadow")"}));
  return out + "}";
}

// Rules whose conditions differ in little but their numbers, so that they share ages and rule each other out.
class Alike {
 public:
  explicit Alike(Dice& dice)
      : filters_{random_filter(dice), random_filter(dice)},
        since_(dice.one_in(8) ? R"(,"since":)" + random_filter(dice) : ""),
        scope_(dice.one_in(6) ? R"(,"scope":"visitor"})" : "}") {}

  std::string condition(Dice& dice) const {
    const std::string &filter = filters_[dice.one_in(4) ? 1 : 0], &other = filters_[dice.one_in(4) ? 0 : 1];
    const std::string window = (dice.one_in(6) ? "" : R"(,"within":)" + seconds(dice)) + since_;
    switch (dice.upto(6)) {
      case 5: return R"({"context":"c","in":[)" + dice.of<std::string>({R"("x")", R"("y")", R"("q","x")"}) + "]}";
      case 0: return R"({"seen":)" + filter + window + scope_;
      case 1: return R"({"count":)" + filter + window + random_bounds(dice) + scope_;
      case 2: return R"({"absent":)" + other + R"(,"after":)" + filter + R"(,"for":)" + seconds(dice) + scope_;
      case 3:
        return R"({"last":)" + filter + window + (dice.one_in(2) ? R"(,"atLeast":)" + seconds(dice) : "") +
               R"(,"atMost":"2)" + std::to_string(dice.upto(10)) + "s\"" + scope_;
      default: return R"({"last":)" + filter + window + R"(,"atLeast":)" + seconds(dice) + scope_;
    }
  }
  std::string conditions(Dice& dice) const {
    std::string out = R"("all":[)" + condition(dice) + (dice.one_in(2) ? "," + condition(dice) : "") + "]";
    if (dice.one_in(3)) out += R"(,"any":[)" + condition(dice) + "," + condition(dice) + "]";
    return out + (dice.one_in(2) ? R"(,"none":[)" + condition(dice) + "]" : "");
  }

 private:
  std::array<std::string, 2> filters_;
  std::string since_, scope_;
};

inline std::vector<std::string> random_rules(Dice& dice, Instant base, bool are_alike = false) {
  constexpr const char* kAsked = R"(["t"])";
  std::vector<std::string> rules;
  const std::optional<Alike> alike = are_alike ? std::optional<Alike>(dice) : std::nullopt;
  const auto conditions = [&] {
    return alike ? alike->conditions(dice)
                 : random_group(dice, "all", 2) + "," + random_group(dice, "any", 2) + "," +
                       random_group(dice, "none", 2);
  };
  const bool many = dice.one_in(300);  // more than a machine word has bits
  for (int i = many ? 65 + dice.upto(70) : 1 + dice.upto(5); i > 0; --i)
    rules.push_back(random_rule(dice, base, dice.of({kAsked, kAsked, kAsked, R"(["u","t"])", R"(["u"])"}),
                                "r" + std::to_string(i * (!many && dice.one_in(8) ? 10 : 1)), conditions()));
  return rules;
}

inline std::string random_delayed(Dice& dice, Instant base) {
  const std::string absent = R"({"absent":)" + random_filter(dice) + R"(,"after":)" + random_filter(dice) +
                             R"(,"for":)" + seconds(dice) + random_same(dice) +
                             (dice.one_in(3) ? R"(,"scope":"visitor"})" : "}");
  std::string more = dice.one_in(3) ? "," + random_group(dice, "none", 1) : "";
  // An absence under two nones also starts a wait, and a delayed rule may have only one.
  if (more.find("none") != more.rfind("none") && more.find("absent") != more.npos) more.clear();
  return random_rule(dice, base, R"(["@due"])", "due", R"("all":[)" + absent + "]" + more);
}

// The counters that these rules read: "g" is still being backfilled, and "none" is not declared.
inline constexpr const char* kRandomCounters =
    R"({"e":{"key":["a","c.*"],"keep":"40s"},"f":{"key":"b","field":"n","zone":"Europe/Berlin"},"g":{"key":"a"}})";
inline constexpr std::string_view kFillingCounter = "g";

// Likewise the scores.
inline constexpr const char* kRandomScores =
    R"({"s":{"weights":{"a":1,"b":2.5,"c.*":0.5},"halfLife":"10s"},"mixed":{"weights":{"a":3,"c.*":-1.25,"c.x":2},"halfLife":"3s"}})";

// The handle's time zone, which some rules need.
inline constexpr const char* kRandomZone = "Europe/Berlin";

}  // namespace beckon::rules
