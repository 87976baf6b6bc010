// core_judge <CASES: evaluates the cases of rule_cases with the pure core, the only thing that this program links
// besides the C++ runtime and Boost.JSON. A line for each set: the decisions for each request of each visitor,
// {"outcome","ruleId","variant","action","expiresAt","explanation"}.
#include <algorithm>
#include <deque>
#include <iostream>
#include <limits>
#include <map>
#include <string>

#include "base/check.h"
#include "ledger/record.h"
#include "rules/language/decimal.h"
#include "rules/rule_set.h"

using namespace beckon;

namespace {

using json::Value;

class GivenZone final : public Zone {
 public:
  explicit GivenZone(const Value& periods) {
    for (const Value& one : periods.items())
      periods_.push_back({.begin = instant_ms(*one.find("begin")->integer()),
                          .end = instant_ms(*one.find("end")->integer()),
                          .offset = std::chrono::seconds{*one.find("offset")->integer()}});
  }
  ZonePeriod at(Instant instant) const override {
    for (const ZonePeriod& period : periods_) {
      if (instant < period.end) return period;
    }
    return periods_.back();
  }

 private:
  std::vector<ZonePeriod> periods_;
};

class GivenZones final : public Zones {
 public:
  explicit GivenZones(const Value& zones) {
    for (const json::Member& zone : zones.members()) zones_.try_emplace(std::string(zone.key), zone.value);
  }
  const Zone* find(std::string_view name) const override {
    const auto found = zones_.find(name);
    return found == zones_.end() ? nullptr : &found->second;
  }

 private:
  std::map<std::string, GivenZone, std::less<>> zones_;
};

// The window of a session whose signals are as in POST …/chain/import.
ledger::Window window_of(const rules::RuleSet& rules, const Value& session) {
  ledger::AppendRecord record;
  std::deque<std::string> texts;
  for (const Value& from : session.find("signals")->items()) {
    const std::uint64_t id = ledger::remembered(from.find("id")->text());
    if (std::ranges::find(record.ids, id) != record.ids.end()) continue;
    record.ids.push_back(id);
    ledger::Signal signal{.key = from.find("type")->text(), .version = record.signals.size() + 1};
    signal.id = from.find("id")->text();
    signal.at = signal.received = instant_ms(*from.find("at")->integer());
    if (const Value* value = from.find("signalValue")) signal.value = value->text(), signal.has_value = true;
    if (const Value* source = from.find("source")) signal.source = source->text();
    if (const Value* metadata = from.find("metadata")) signal.metadata = texts.emplace_back(json::to_text(*metadata));
    if (const Value* confidence = from.find("confidence"))
      signal.confidence = static_cast<std::int32_t>(rules::millionths(confidence->text(), rules::Rounding::kDown));
    signal.is_read = rules.reads(signal.key);
    record.signals.push_back(signal);
  }
  const ledger::Window all = ledger::Window().overfilled({}, record.signals);
  std::vector<std::uint64_t> waiting;
  for (const std::size_t i : rules.waiting(all)) waiting.push_back(all[i].version);
  std::ranges::sort(waiting);
  std::size_t evicted = 0;
  return ledger::Window().with(record.signals, evicted, waiting);
}

void answer(json::Writer& out, const rules::RuleSet& rules, std::string_view trigger, const rules::Facts& facts) {
  const rules::Verdict verdict = rules.judge(trigger, facts);
  out.begin_object().member("outcome", to_text(verdict.outcome));
  json::text_or_null(out, "ruleId", verdict.rule);
  json::text_or_null(out, "variant", verdict.variant);
  std::string room;
  out.member_raw("action", rules.action(verdict, facts, {}, room));
  out.member("expiresAt", to_rfc3339(verdict.expires_at)).key("explanation");
  rules.explain(trigger, facts, out);
  out.end_object();
}

void answer_visitor(json::Writer& out, const rules::RuleSet& rules, const Zones& zones, const Value& visitor,
                    Duration retention) {
  std::map<std::string_view, ledger::Window> windows;
  std::vector<const ledger::Window*> newest;
  const auto sessions = visitor.find("sessions")->items();
  for (std::size_t i = 0; i < sessions.size(); ++i) {
    const auto& window = windows[sessions[i].find("sessionId")->text()] = window_of(rules, sessions[i]);
    if (i + ledger::Session::kSessionsJoined >= sessions.size()) newest.push_back(&window);
  }
  const ledger::Window merged = rules.window_of_visitor(newest);
  const Value* known = visitor.find("visitorId");
  for (const Value& ask : visitor.find("asks")->items()) {
    ledger::Context context;
    for (const json::Member& field : ask.find("context")->members())
      context.emplace_back(field.key, field.value.text());
    const std::string_view session = ask.find("sessionId")->text();
    const rules::Facts facts{.window = windows[session],
                             .context = context,
                             .now = instant_ms(*ask.find("at")->integer()),
                             .retention = retention,
                             .visitor = known ? &merged : nullptr,
                             .unit = known ? known->text() : session,
                             .session = session,
                             .zones = &zones};
    out.begin_array();
    for (const Value& trigger : ask.find("triggers")->items()) answer(out, rules, trigger.text(), facts);
    out.end_array();
  }
}

}  // namespace

int main() {
  std::ios::sync_with_stdio(false);
  std::string line;
  CHECK(std::getline(std::cin, line));
  const auto shared = json::parse(line);
  CHECK(shared);
  const GivenZones zones(*shared->root().find("zones"));
  const Duration retention = *parse_duration(shared->root().find("retention")->text());
  Issues issues;
  const rules::Declared declared{rules::read_scores(*shared->root().find("scores"), "scores", issues),
                                 std::string(shared->root().find("zone")->text())};
  while (std::getline(std::cin, line)) {
    const auto set = json::parse(line);
    CHECK(set);
    rules::StoredRules stored{.version = 1};
    for (const Value& rule : set->root().find("rules")->items())
      stored.rules.push_back(
          {.id = RuleId{rule.find("ruleId")->text()}, .json = json::to_text(rule), .rules_version = 1});
    const auto compiled = rules::RuleSet::compile(stored, zones, declared);
    if (!compiled) return std::cerr << compiled.error().message << '\n', 1;
    std::string text;
    json::Writer out(text);
    out.begin_array();
    for (const Value& visitor : set->root().find("visitors")->items())
      answer_visitor(out, *compiled, zones, visitor, retention);
    out.end_array();
    std::cout << text << '\n';
  }
}
