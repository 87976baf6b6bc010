// rule_cases SEED SETS NOW: random rule sets with sessions, and the reference evaluator's results, as NDJSON. `NOW`, in
// milliseconds: the approximate instant of the signals. The first line has what all sets share; each further line is a
// set with kTriggers × kInstants × kVisitors cases:
//
//   {"scores":…,"retention":"30d","zone":"Europe/Berlin","zones":{name:[{"begin","end","offset"}…]}}    milliseconds;
//   seconds
//   {"rules":[…],"visitors":[{"visitorId"?,"sessions":[{"sessionId","signals":[…]}],"asks":[{"sessionId","at",
//    "context","triggers":[…],"expected":["act r1/b popup"…],"longest":[ms…]}]}]}
//
// Signals are as in POST …/chain/import, in order of arrival.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "rules/reference/random_worlds.h"
#include "system/zones.h"

using namespace beckon;
using namespace beckon::rules;
using namespace std::chrono_literals;

namespace {

constexpr int kTriggers = 20, kInstants = 5, kVisitors = 10, kRules = 45;
constexpr std::string_view kUndeclared = R"("score":"unknown")";
constexpr Duration kRetention = std::chrono::days{30};

std::string trigger_name(int number) { return "t" + std::to_string(number); }

std::vector<std::string> random_set(Dice& dice, Instant base) {
  std::vector<std::string> rules;
  for (int i = 0; i < kRules; ++i) {
    std::string triggers = "[\"" + trigger_name(i % kTriggers) + '"';
    if (const int other = dice.upto(kTriggers); other != i % kTriggers && dice.one_in(3))
      triggers += ",\"" + trigger_name(other) + '"';
    std::string conditions;
    do  // counters are declared per handle, and these cases have a handle without any
      conditions =
          random_group(dice, "all", 2) + "," + random_group(dice, "any", 2) + "," + random_group(dice, "none", 2);
    while (conditions.find(R"("ever":)") != conditions.npos);
    // The server refuses an undeclared score.
    for (std::size_t at = 0; (at = conditions.find(kUndeclared)) != conditions.npos;)
      conditions.replace(at, kUndeclared.size(), R"("score":"mixed")");
    rules.push_back(random_rule(dice, base, triggers + "]", "r" + std::to_string(i), conditions));
  }
  return rules;
}

// Close to the signals, where they leave the retention, or at a clock change of some zone.
Instant random_instant(Dice& dice, Instant base) {
  if (dice.one_in(6)) return random_base(dice) + std::chrono::seconds{dice.upto(3) - 1};
  const Instant at = base + std::chrono::seconds{dice.upto(40) - 10};
  return dice.one_in(6) ? at + kRetention : at;
}

void write_signal(json::Writer& out, const naive::Signal& signal) {
  out.begin_object().member("type", signal.key).member("id", signal.id).member("at", to_ms(signal.at));
  if (signal.has_value) out.member("signalValue", signal.value);
  if (!signal.source.empty()) out.member("source", signal.source);
  if (signal.confidence != 1) out.key("confidence").real(signal.confidence);
  if (!signal.metadata.empty()) out.member_raw("metadata", signal.metadata);
  out.end_object();
}

void write_visitor(json::Writer& out, Dice& dice, Instant base, naive::World& world, const std::string& name) {
  world.visitor = dice.one_in(2);
  world.sessions.clear();
  out.begin_object();
  if (world.visitor) out.member("visitorId", name);
  out.key("sessions").begin_array();
  const int count = !world.visitor ? 1 : dice.one_in(50) ? 22 : 1 + dice.upto(3);
  for (int i = 0; i < count; ++i) {
    naive::Session session = random_session(dice, base);
    session.spends.clear();  // requests at other times count nothing
    session.dealt.clear();
    session.decided.clear();
    if (session.arrived.empty()) session.arrived.push_back(random_signal(dice, base));
    out.begin_object().member("sessionId", name + "-" + std::to_string(i)).key("signals").begin_array();
    int unnamed = 0;
    for (naive::Signal& signal : session.arrived) {
      if (signal.id.empty()) signal.id = "n" + std::to_string(unnamed++);
      write_signal(out, signal);
    }
    out.end_array().end_object();
    world.sessions.push_back(std::move(session));
  }
  out.end_array().key("asks").begin_array();
  for (int i = 0; i < kInstants; ++i) {
    world.asking = static_cast<std::size_t>(count - 1 - dice.upto(std::min(count, 20)));
    const std::string session = name + "-" + std::to_string(world.asking);
    world.unit = world.first = world.visitor ? name : session;
    world.session = session;
    world.browser.clear();
    world.context.clear();
    for (const char* field : {"c", "d"})
      if (dice.one_in(2)) world.context[field] = random_context_value(dice);
    const Instant at = random_instant(dice, base);
    out.begin_object().member("sessionId", session).member("at", to_ms(at)).key("context").begin_object();
    for (const auto& [field, value] : world.context) out.member(field, value);
    out.end_object().key("triggers").begin_array();
    std::vector<naive::Answer> answers;
    for (int t = 0; t < kTriggers; ++t) {
      out.string(trigger_name(t));
      answers.push_back(naive::judge(world, trigger_name(t), at));
    }
    out.end_array().key("expected").begin_array();
    for (const naive::Answer& answer : answers)
      out.string(answer.outcome + " " + answer.rule + "/" + answer.variant + " " + answer.action_type);
    out.end_array().key("longest").begin_array();
    for (const naive::Answer& answer : answers) out.number(answer.ttl.count());
    out.end_array().end_object();
  }
  out.end_array().end_object();
}

void write_zones(json::Writer& out, Instant base) {
  out.begin_object();
  for (const char* name :
       {"Etc/UTC", "UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"}) {
    const Zone* zone = system_zones().find(name);
    out.key(name).begin_array();
    for (Instant at = base - std::chrono::years{2}; at < base + std::chrono::years{3};) {
      const ZonePeriod period = zone->at(at);
      out.begin_object().member("begin", to_ms(period.begin)).member("end", to_ms(period.end));
      out.member("offset", period.offset.count()).end_object();
      at = period.end;
    }
    out.end_array();
  }
  out.end_object();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return std::fputs("rule_cases SEED SETS NOW\n", stderr), 2;
  const std::uint64_t seed = std::strtoull(argv[1], nullptr, 10);
  const long sets = std::atol(argv[2]);
  const Instant base = std::chrono::floor<std::chrono::seconds>(instant_ms(std::atoll(argv[3])));
  std::string line;
  json::Writer shared(line);
  shared.begin_object()
      .member_raw("scores", kRandomScores)
      .member("retention", to_text(kRetention))
      .member("zone", kRandomZone)
      .key("zones");
  write_zones(shared, base);
  shared.end_object();
  std::puts(line.c_str());
  for (long set = 0; set < sets; ++set) {
    Dice dice(seed + static_cast<std::uint64_t>(set));
    naive::World world{.scores = *json::parse(kRandomScores), .retention = kRetention};
    world.zone = kRandomZone;
    line.clear();
    json::Writer out(line);
    out.begin_object().key("rules").begin_array();
    for (const std::string& rule : random_set(dice, base)) {
      out.raw(rule);
      world.rules.push_back(*json::parse(rule));
    }
    out.end_array().key("visitors").begin_array();
    for (int i = 0; i < kVisitors; ++i)
      write_visitor(out, dice, base, world,
                    "v" + std::to_string(seed + static_cast<std::uint64_t>(set)) + "-" + std::to_string(i));
    out.end_array().end_object();
    std::puts(line.c_str());
  }
}
