// A reference evaluator for tests: interprets a rule's JSON literally, keeps no state, and recomputes everything for
// each question from all signals that ever arrived. Slow and obvious; shares only the parsers of JSON, instants and
// durations with the engine.
#pragma once
#include <date/tz.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.h"
#include "base/json.h"

namespace beckon::rules::naive {

// A signal as it arrived; a second one with the same `id` in its session is a duplicate and not stored.
struct Signal {
  std::string key;
  std::string value = {};
  bool has_value = false;
  std::string source = {};
  double confidence = 1;
  std::string metadata = {};  // a JSON object, or empty
  std::string id = {};        // or empty
  Instant at{};
  Instant received{};
  std::uint64_t place = 0;  // storage order among the signals of all sessions; increasing within a session
};

// What a rule's exposures count toward: its group's count if it has a group, otherwise its own.
struct Account {
  std::string rule;   // any one of the group
  std::string group;  // or empty
  bool shadow = false;
  bool same_as(const Account& other) const {
    return shadow == other.shadow && group == other.group && (!group.empty() || rule == other.rule);
  }
};

struct Spend {
  Account of;
  Instant at{};
};

// An assignment by a split: an arm, empty if it has none; std::nullopt for the holdout.
struct Dealt {
  std::string rule, salt;
  std::optional<std::string> arm;
  bool shadow = false;
  Instant at{};
  std::string device = {};  // that keeps it, if the split is by device: an anonymousId, or the id of its only session
};

// A decision of a rule, or a reaction to one.
struct Decided {
  std::string rule, what;  // act, holdout, clicked …
  bool shadow = false;
  Instant at{};
};

struct Session {
  std::vector<Signal> arrived;
  std::vector<Spend> spends;
  std::vector<Dealt> dealt = {};
  std::vector<Decided> decided = {};
};

struct World {
  std::vector<json::Document> rules;
  std::optional<json::Document> scores;  // as the settings of the handle declare them
  std::vector<Session> sessions;         // of the visitor, oldest first; exactly one if no visitor is known
  std::size_t asking = 0;                // the session of the decision request
  bool visitor = false;                  // known
  // What splits hash: what the session began as, the visitor's first id, the session's own, and the browser's
  // anonymousId, empty if it came without.
  std::string unit, first, session, browser;
  bool may_spend = true;  // false: consent is denied, and limited rules are held back
  std::map<std::string, std::string> context;
  std::map<std::string, std::string> traits;  // as JSON
  std::optional<json::Document> counters;     // as the handle declares them
  std::set<std::string> filling;              // counters without a value yet
  std::vector<std::vector<Signal>> lives;     // all signals ever seen, by ids of the visitor
  std::string zone;                           // of the handle; empty if none
  Duration retention{};
};

struct Beside {
  std::string rule, variant, outcome;
  bool shadow = false;
  std::optional<Account> spends;
  bool marked = false;  // some rule reads it
};

struct Answer {
  std::string outcome = "none";
  std::string rule, variant, action_type;  // empty if there is none
  std::optional<Account> spends;
  bool marked = false;
  Duration ttl{};              // how long it may be reused at most
  std::vector<Beside> beside;  // in evaluation order
};

// The start of a delayed rule's wait.
struct Anchor {
  Instant at{}, received{}, due{};
  std::uint64_t version = 0, place = 0;
  std::string same = {};  // its value; empty if the condition has no `same`
};

// naive.cc
bool holds(const World& world, const json::Value& condition, Instant now, bool own_shadow = false);
// In millionths; for `last`, in ms. `own_shadow`: the condition is in a shadow rule, and reads decisions of that rule.
std::optional<long> measured(const World& world, const json::Value& condition, Instant now, bool own_shadow = false);
// A number that changes with the data of a condition: its measure; for `last`, the newest signal's instant; for a score
// or a sum, the number of signals.
long looked_at(const World& world, const json::Value& condition, Instant now);
// `ahead`: also sees signals after `now`. Newest first; at most one without
// `same`.
std::vector<Anchor> anchors(const World& world, const json::Value& absent, Instant now, bool ahead = false);
long millionths(std::string_view number);

// naive_comparison.cc
// Whether the value, null if it is missing, matches `wanted`: equals, in and so on. `texts`: numbers in lists count as
// their text.
bool compares(const json::Value& wanted, const json::Value* value, bool texts = false);

// naive_judge.cc
std::string zone_of(const World& world);  // the visitor's time zone; empty if unknown
// The zone that a condition or a cap names: its own, the visitor's or the handle's. Empty if unknown.
std::string local_zone(const World& world, const json::Value& of);
// The day on which the calendar unit (day, week, month or year) of the instant began.
date::local_days unit_of(std::string_view unit, const std::string& zone, Instant at);
Answer judge(const World& world, const std::string& trigger, Instant now);
bool rule_holds(const World& world, const json::Value& rule, Instant now);  // including `active` from and until
bool open(const World& world, const json::Value& rule, Instant now);        // within its opening hours
bool limited(const World& world, const json::Value& rule, Instant now);     // held back by its cooldown or a cap
unsigned bucket(const std::string& salt, const std::string& unit);
const std::string& device(const World& world);  // that splits by device hash

// Everything that a result may depend on: for each condition of every live rule of the trigger, whether it is true and
// what it reads; whether the rule is open; and the exposures counted toward its limit.
std::vector<long> picture(const World& world, const std::string& trigger, Instant now);

}  // namespace beckon::rules::naive
