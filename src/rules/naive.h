// A reference evaluator for tests: reads a rule's JSON literally, keeps no state, and recomputes everything at each
// instant from all signals that were ever stored. Slow and obvious; shares nothing with the engine but the JSON parser.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "base/instant.h"
#include "base/json.h"

namespace beckon::rules::naive {

struct Signal {
  std::string key;
  std::string value;
  bool has_value = false;
  std::string source;
  double confidence = 1;
  std::string metadata = {};  // a JSON object, or empty
  Instant at{};
  std::uint64_t version = 0;
};

struct World {
  std::vector<json::Document> rules;
  std::vector<Signal> signals;  // all of the session, in the order stored
  std::map<std::string, std::string> context;
  Duration retention{};
};

struct Answer {
  std::string rule;  // empty: none
  std::string action_type;
  friend bool operator==(const Answer&, const Answer&) = default;
};

Answer judge(const World& world, const std::string& trigger, Instant now);

// Whether each condition of every rule of the trigger holds, and how many signals it looks at: what may change by time.
std::vector<long> picture(const World& world, const std::string& trigger, Instant now);

}  // namespace beckon::rules::naive
