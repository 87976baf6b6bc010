// A reference evaluator for tests: reads a rule's JSON literally, keeps no state, and recomputes everything for each
// question from all that ever arrived. Slow and obvious; shares nothing with the engine but the parsers of JSON, of an
// instant and of a duration.
#pragma once
#include <date/tz.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.h"
#include "base/json.h"

namespace beckon::rules::naive {

// One as it arrived; a second one with the same `id` in its session is a duplicate, and not stored.
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
  std::uint64_t place = 0;  // when it was stored, among the signals of all sessions; of one session rising
};

// What a rule spends from: the count of its group where it has one, else its own.
struct Account {
  std::string rule;   // whichever of the group
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

// What a split gave: an arm, empty where it has none; nothing: it held out.
struct Dealt {
  std::string rule, salt;
  std::optional<std::string> arm;
  bool shadow = false;
  Instant at{};
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
  std::vector<Session> sessions;         // of the visitor, oldest first; exactly one where none is known
  std::size_t asking = 0;                // the session that a decision is asked for
  bool visitor = false;                  // known
  // What splits look at: what the session began as, the visitor's first id, and the session's own.
  std::string unit, first, session;
  bool may_spend = true;  // false: consent is denied, limited rules are held back
  std::map<std::string, std::string> context;
  std::map<std::string, std::string> traits;  // as JSON
  std::string zone;                           // of the handle; empty: none
  Duration retention{};
};

struct Beside {
  std::string rule, variant, outcome;
  bool shadow = false;
  std::optional<Account> spends;
  bool marked = false;  // some rule asks how often this was
};

struct Answer {
  std::string outcome = "none";
  std::string rule, variant, action_type;  // empty: none
  std::optional<Account> spends;
  bool marked = false;
  Duration ttl{};              // the longest that it may be reused
  std::vector<Beside> beside;  // in the order of judgement
};

// What a delayed rule waits from.
struct Anchor {
  Instant at{}, received{}, due{};
  std::uint64_t version = 0, place = 0;
};

// naive.cc
bool holds(const World& world, const json::Value& condition, Instant now, bool own_shadow = false);
// Millionths; a `last` in ms. `own_shadow`: the condition is of a rule in shadow, and asks about that rule.
std::optional<long> measured(const World& world, const json::Value& condition, Instant now, bool own_shadow = false);
// A number that changes with what a condition looks at: its measure; of a `last` the newest's instant,
// of a score or a sum how many signals.
long looked_at(const World& world, const json::Value& condition, Instant now);
// `ahead`: signals behind `now` are seen too.
std::optional<Anchor> anchor(const World& world, const json::Value& absent, Instant now, bool ahead = false);
long millionths(std::string_view number);

// naive_comparison.cc
// Whether the value, null where it is missing, is as `wanted` says: equals, in and so on. `texts`: numbers in lists
// stand for their text.
bool compares(const json::Value& wanted, const json::Value* value, bool texts = false);

// naive_judge.cc
std::string zone_of(const World& world);  // the visitor's time zone; empty: not known
// The one that a condition or a cap names: its own, the visitor's or the handle's. Empty: not known.
std::string local_zone(const World& world, const json::Value& of);
// On which day the calendar unit (day, week, month or year) began that the instant is in.
date::local_days unit_of(std::string_view unit, const std::string& zone, Instant at);
Answer judge(const World& world, const std::string& trigger, Instant now);
bool rule_holds(const World& world, const json::Value& rule, Instant now);  // in `active` from and until, and `when`
bool open(const World& world, const json::Value& rule, Instant now);        // inside its hours and days
bool limited(const World& world, const json::Value& rule, Instant now);     // held back by its cooldown or a cap
unsigned bucket(const std::string& salt, const std::string& unit);

// All that an answer may depend on: whether each condition of every live rule of the trigger holds and what it looks
// at, whether it is open, and how much of its limit is spent.
std::vector<long> picture(const World& world, const std::string& trigger, Instant now);

}  // namespace beckon::rules::naive
