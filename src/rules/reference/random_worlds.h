// Random sessions for random rules, and their conversion to the engine's facts: signals arrive in batches, including
// late ones, duplicates and more than the window holds.
#pragma once
#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "ledger/record.h"
#include "rules/language/counter.h"
#include "rules/language/rule.h"
#include "rules/reference/naive.h"
#include "rules/reference/random_rules.h"
#include "rules/rule_set.h"
#include "system/zones.h"

namespace beckon::rules {

inline naive::Signal random_signal(Dice& dice, Instant base) {
  naive::Signal signal{.key = dice.of({"a", "a", "b", "b", "c.x", "c.y", "u"})};
  signal.has_value = dice.one_in(2);
  if (signal.has_value) signal.value = dice.of({"x", "xy", "z", "7"});
  if (dice.one_in(3)) signal.source = dice.of({"ad", "mail"});
  if (dice.one_in(4)) signal.confidence = dice.of({0.5, 0.25, 0.4999999, 0.4999995});
  if (dice.one_in(2))
    signal.metadata = dice.of({R"({"n":1})",
                               R"({"n":2.5})",
                               R"({"m":7,"n":0.25})",
                               R"({"n":-1.5})",
                               R"({"n":"3"})",
                               R"({"n":true})",
                               R"({"n":0.7499999999})",
                               R"({"n":1e10})",
                               R"({"n":null})",
                               R"({"o":{"n":4}})",
                               R"({"n":9e14})",
                               R"({"n":-9e14})",
                               R"({"n":1e300})",
                               R"({"n":"1e3"})",
                               R"({"n":"-0.5"})",
                               R"({"o":{"n":null,"l":[{"n":2},{"n":-1},{}]}})",
                               R"({"o.n":3,"o":{"n":5}})",
                               R"({"o.n":null,"o":{"n":"0.5"}})",
                               R"({"o":{"p":{"q":{"n":1.5}}}})",
                               R"({"l":[{"n":1},{"n":"2.5"},{"n":"x"},{"m":3},7,null]})",
                               R"({"l":[1,"2",true,"x",[3],{"n":4}]})",
                               R"({"l":{"n":1}})",
                               R"({"l":[]})",
                               R"({"n":2,"m":"1.5","l":[{"n":2,"m":3},{"n":1,"m":"0.3333335"},{"n":"x","m":2}]})",
                               R"({"l":[{"n":"x","m":1},{"n":1,"m":null}],"o":{"n":"X","l":[{"n":1},{"n":2}]}})",
                               R"({"l":[{"n":1,"k":{"n":2,"m":2}},{"n":2,"k":[3,1]},{"k":[]}]})",
                               R"({"n":"xy","l":[{"n":9e14,"m":9e14},{"n":["x","y"],"m":true}]})",
                               R"({"l[].n":"x","l":[{"n":1,"m":2}],"n":{"x":1}})",
                               R"({"l[].n":2,"l":[{"n":1},{"n":1}]})",
                               R"({"l":[{"n":9e14},{"n":-9e14},{"n":0.25}]})"});
  if (dice.one_in(5)) signal.id = dice.of({"1", "2", "3"});
  signal.at = base + std::chrono::seconds{dice.upto(45) - 40};  // up to 5 s in the future
  signal.received = signal.at + std::chrono::seconds{dice.one_in(3) ? dice.upto(20) : 0};
  return signal;
}

inline naive::Session random_session(Dice& dice, Instant base) {
  naive::Session session;
  const bool many_values = dice.one_in(40);  // about the limit of `same`, and the oldest value three times
  const int values = 19 + dice.upto(4);
  for (int i = many_values ? values + 2 : dice.one_in(150) ? 205 + dice.upto(40) : dice.upto(10); i > 0; --i) {
    session.arrived.push_back(random_signal(dice, base));
    if (!many_values) continue;
    naive::Signal& signal = session.arrived.back();
    signal.id.clear();
    if (!dice.one_in(30)) signal.key = "a";
    signal.metadata = R"({"n":)" + std::to_string(std::min(i, values)) + "}";
    signal.at = signal.received = base - std::chrono::milliseconds{100} * i;
  }
  for (int i = dice.one_in(2) ? dice.upto(5) : 0; i > 0; --i) {
    const naive::Account of{"r" + std::to_string(1 + dice.upto(5)), dice.one_in(3) ? "r1" : "", dice.one_in(3)};
    session.spends.push_back({of, base + std::chrono::seconds{dice.upto(35) - 30}});
  }
  for (int i = dice.one_in(2) ? dice.upto(8) : 0; i > 0; --i) {
    const std::string rule = "r" + std::to_string(1 + dice.upto(5));
    const char* arm = dice.of<const char*>({"", "a", "b", "c", nullptr});
    session.dealt.push_back({.rule = rule,
                             .salt = dice.one_in(2) ? "salt" : rule,
                             .arm = arm ? std::optional<std::string>(arm) : std::nullopt,
                             .shadow = dice.one_in(4),
                             .at = base + std::chrono::seconds{dice.upto(35) - 30}});
  }
  for (int i = dice.one_in(2) ? dice.upto(6) : 0; i > 0; --i)
    session.decided.push_back({.rule = "r" + std::to_string(1 + dice.upto(3)),
                               .what = dice.of<const char*>({"act", "act", "holdout", "clicked", "shown"}),
                               .shadow = dice.one_in(4),
                               .at = base + std::chrono::seconds{dice.upto(35) - 30}});
  return session;
}

// Units in the last or first bucket of some arm or holdout under the salt of the random rules.
inline const std::vector<std::string>& border_units() {
  static const std::vector<std::string> units = [] {
    std::set<unsigned> held{499, 500, 1249, 1250, 3332, 3333, 4999, 5000, 9998, 9999}, rolled = held, dealt;
    for (const unsigned a : kRandomWeights) {
      for (const unsigned c : kRandomWeights) {
        for (const unsigned border : {a * 10'000 / (a + 1 + c), (a + 1) * 10'000 / (a + 1 + c)})
          dealt.insert({border - 1, border});
      }
    }
    std::vector<std::string> out;
    for (int i = 0; i < 200'000; ++i) {
      const std::string unit = "v" + std::to_string(i);
      if (held.erase(naive::bucket("salt:holdout", unit)) + rolled.erase(naive::bucket("salt:rollout", unit)) +
              dealt.erase(naive::bucket("salt", unit)) >
          0)
        out.push_back(unit);
    }
    return out;
  }();
  return units;
}

inline std::string random_context_value(Dice& dice) {
  return dice.of<const char*>(
      {"x", "y", "q", "x", "y", "q", "X", "xy", "7", "7.0", "2.50", "2026-02-25T12:00:00.001Z"});
}

inline std::string random_trait(Dice& dice, Instant base) {
  if (dice.one_in(3)) {
    const Instant day = base + std::chrono::hours{24 * dice.of({-1, 0, 0, 0, 1, 1, 2, 365, 366, -366})};
    return json::quote(dice.one_in(6) ? "2024-02-29" : to_rfc3339(day).substr(0, 10));
  }
  if (dice.one_in(3)) return json::quote(to_rfc3339(base + std::chrono::seconds{dice.upto(30) - 10}));
  return dice.of<const char*>({R"("x")", R"("y")", R"("X")", R"("xy")", "7", "2.5", "true", "false", R"(["x","y"])",
                               R"(["q"])", R"("7.0")", "[]"});
}

// Everything seen under one id of a visitor, including long ago.
inline std::vector<naive::Signal> random_life(Dice& dice, Instant base) {
  std::vector<naive::Signal> life;
  for (int i = dice.upto(6); i > 0; --i) {
    naive::Signal signal = random_signal(dice, base);
    const Instant day = base - std::chrono::hours{24 * dice.of({0, 0, 0, 0, 1, 2, 62, 63, 64, 64, 65})};
    signal.at = day - std::chrono::seconds{dice.upto(42)};
    life.push_back(std::move(signal));
  }
  return life;
}

inline naive::World random_world(Dice& dice, Instant base, const std::vector<std::string>& rules) {
  naive::World world{.scores = *json::parse(kRandomScores), .counters = *json::parse(kRandomCounters)};
  world.filling.emplace(kFillingCounter);
  world.zone = kRandomZone;
  for (const std::string& text : rules) world.rules.push_back(*json::parse(text));
  world.visitor = dice.one_in(2);
  for (int i = !world.visitor ? 1 : dice.one_in(50) ? 22 : 1 + dice.upto(3); i > 0; --i)
    world.sessions.push_back(random_session(dice, base));
  for (std::size_t i = 0; i < world.sessions.size(); ++i) {  // stored in turns, many at the same instant
    std::uint64_t turn = 0;
    for (naive::Signal& signal : world.sessions[i].arrived) {
      turn += 1 + static_cast<std::uint64_t>(dice.upto(3));
      signal.place = turn * world.sessions.size() + i;
    }
  }
  world.asking =
      world.sessions.size() - 1 -
      static_cast<std::size_t>(dice.upto(static_cast<int>(std::min<std::size_t>(world.sessions.size(), 100))));
  const auto& borders = border_units();
  for (std::string* unit : {&world.unit, &world.first, &world.session, &world.browser})
    *unit = !dice.one_in(4) ? borders[static_cast<std::size_t>(dice.upto(static_cast<int>(borders.size())))]
                            : "v" + std::to_string(dice.upto(1'000'000));
  if (dice.one_in(3)) world.browser.clear();
  for (naive::Session& session : world.sessions)
    for (naive::Dealt& dealt : session.dealt)
      if (dice.one_in(2)) dealt.device = dice.one_in(4) ? "another" : naive::device(world);
  world.may_spend = !dice.one_in(20);
  for (const char* field : {"c", "d"}) {
    if (dice.one_in(2)) world.context[field] = random_context_value(dice);
  }
  for (const char* trait : {"c", "d"}) {
    if (dice.one_in(2)) world.traits[trait] = random_trait(dice, base);
  }
  const auto zone = [&] {
    return dice.of<const char*>({"Europe/Berlin", "America/New_York", "Asia/Kolkata", "Nowhere"});
  };
  if (dice.one_in(4)) world.traits["zone"] = json::quote(zone());
  if (dice.one_in(4)) world.context["zone"] = zone();
  for (int i = world.visitor ? 1 + dice.upto(3) : 1; i > 0; --i) world.lives.push_back(random_life(dice, base));
  world.retention = dice.one_in(3) ? Duration{std::chrono::seconds{15 + dice.upto(20)}} : testing::kMonth;
  return world;
}

inline std::uint64_t key_of(const naive::Account& of) { return spend_key(of.rule, of.group, of.shadow); }

// The rules of a world, saved while its signals arrived: those before, and the same with the rest filling.
struct SavedLate {
  RuleSet before, filling;
  std::vector<RuleId> ids;  // of the rest
};

// The facts of a world for the engine, whose windows are as `rules` read them, or as they are once they have been
// filled for those that were saved late. Points into the world, which must stay in place.
class AsFacts {
 public:
  AsFacts(const naive::World& world, Dice& dice, const RuleSet& rules, const SavedLate* late = nullptr)
      : context_(world.context.begin(), world.context.end()),
        unit_(world.unit),
        first_(world.first),
        session_(world.session),
        browser_(world.browser),
        retention_(world.retention),
        known_(world.visitor),
        may_spend_(world.may_spend) {
    ledger::Traits traits;
    for (const auto& [name, json] : world.traits)
      ledger::take(traits,
                   {.name = name, .op = ledger::TraitOp::kSet, .value = json, .source = "crm", .stamp = {{}, 1}});
    traits_ = ledger::PackedTraits(traits);
    count(world, dice);
    for (const naive::Session& session : world.sessions) windows_.push_back(window_of(session, dice, rules, late));
    asking_ = world.asking;
    std::vector<const ledger::Window*> newest;
    for (std::size_t i = windows_.size() > 100 ? windows_.size() - 100 : 0; i < windows_.size(); ++i)
      newest.push_back(&windows_[i]);
    merged_ = ledger::Window::merged(newest);
    for (const naive::Session& session : world.sessions) add_spends(session, of_visitor_);
    add_spends(world.sessions[asking_], of_session_);
  }
  AsFacts(const AsFacts&) = delete;

  Facts facts(Instant now) const {
    return {.window = windows_[asking_],
            .context = context_,
            .now = now,
            .retention = retention_,
            .visitor = known_ ? &merged_ : nullptr,
            .session_spends = of_session_,
            .unit_spends = known_ ? of_visitor_ : of_session_,
            .unit = unit_,
            .first = first_,
            .session = session_,
            .browser = browser_,
            .may_spend = may_spend_,
            .traits = {&said_, 1},
            .zones = &system_zones(),
            .counted = counted_by_id_,
            .counters = &counters_};
  }

 private:
  static ledger::Signal signal_of(const naive::Signal& from) {
    return {.key = from.key,
            .value = from.value,
            .has_value = from.has_value,
            .source = from.source,
            .metadata = from.metadata,
            .id = from.id,
            .confidence = static_cast<std::int32_t>(from.confidence * ledger::kFullConfidence),
            .at = from.at,
            .received = from.received,
            .place = from.place};
  }

  // In sessions of one or several signals, some of them folded.
  void count(const naive::World& world, Dice& dice) {
    std::uint64_t id = 0;
    const auto declared = json::parse(kRandomCounters);
    for (const json::Member& member : declared->root().members()) {
      Issues issues;
      Counter counter = read_counter(member.value, system_zones(), issues);
      counter.id = ++id;
      if (member.key == kFillingCounter) counter.filled_to = 1;
      counters_.emplace(member.key, std::move(counter));
    }
    counted_.resize(world.lives.size());
    for (std::size_t i = 0; i < world.lives.size(); ++i) {
      for (const naive::Signal& signal : world.lives[i]) {
        const ledger::Signal one = signal_of(signal);
        const std::uint64_t session = 1 + static_cast<std::uint64_t>(dice.upto(3));
        for (const auto& [name, counter] : counters_)
          if (const auto subtotal = rules::count(counter, {&one, 1})) counted_[i].take({&*subtotal, 1}, session);
        if (dice.one_in(4)) counted_[i].fold(session);
      }
      counted_by_id_.push_back(&counted_[i]);
    }
  }

  static void add_spends(const naive::Session& session, std::vector<ledger::Spend>& to) {
    for (const naive::Spend& spend : session.spends) to.push_back({.key = key_of(spend.of), .at = spend.at});
    for (const naive::Dealt& dealt : session.dealt) {
      const std::uint64_t key = arm_key(dealt.rule, dealt.salt, dealt.arm, dealt.shadow);
      to.push_back({.key = dealt.device.empty() ? key : arm_key_of_device(key, dealt.device), .at = dealt.at});
    }
    for (const naive::Decided& one : session.decided)
      to.push_back({.key = mark_key(one.rule, one.what, one.shadow), .at = one.at});
    std::ranges::stable_sort(to, {}, &ledger::Spend::at);
  }

  static ledger::Window window_of(const naive::Session& session, Dice& dice, const RuleSet& rules,
                                  const SavedLate* late) {
    ledger::SessionPtr now = std::make_shared<ledger::Session>();
    ledger::AppendRecord record;
    std::vector<ledger::Signal> journal;
    const auto apply = [&] {
      now = ledger::applied(std::move(now), record);
      record = {};
    };
    // The rules are saved before the signal with this index, and windows are filled before that one, in two steps.
    const int count = static_cast<int>(session.arrived.size());
    const auto upto = [&](int n) { return late ? dice.upto(n) : 0; };
    const int saved = upto(count + 1), middle = saved + upto(count - saved + 1);
    const int filled = middle + upto(count - middle + 1);
    const auto half = static_cast<std::size_t>(upto(saved + 1));
    std::size_t stored_before = 0;  // of the journal, when the rules were saved
    for (int i = 0; i <= count; ++i) {
      if (late && i == saved) stored_before = journal.size();
      const std::size_t first = std::min(half, stored_before);
      if (late && i == middle) apply(), fill(now, std::span(journal).first(first), *late);
      if (late && i == filled) apply(), fill(now, std::span(journal).subspan(first, stored_before - first), *late);
      if (i == count) break;
      const naive::Signal& from = session.arrived[static_cast<std::size_t>(i)];
      const std::uint64_t digest = std::hash<std::string>{}(from.id);
      const auto remembers = [&](const std::vector<std::uint64_t>& ids) {
        return std::ranges::find(ids, digest) != ids.end();
      };
      if (!from.id.empty() && (remembers(now->ids) || remembers(record.ids))) continue;
      if (!from.id.empty()) record.ids.push_back(digest);
      ledger::Signal signal = signal_of(from);
      const RuleSet& reading = !late || i >= filled ? rules : i < saved ? late->before : late->filling;
      signal.is_read = reading.reads(signal.key);
      signal.version = journal.size() + 1;
      journal.push_back(signal);
      record.signals.push_back(signal);
      if (dice.one_in(4)) apply();
    }
    return ledger::applied(std::move(now), record)->window;
  }

  // As commit/window_filling.h does it, from these signals of the journal.
  static void fill(ledger::SessionPtr& session, std::span<const ledger::Signal> journal, const SavedLate& late) {
    const auto wants = [&](std::string_view key) {
      return std::ranges::any_of(late.ids, [&](const RuleId& id) { return late.filling.fills(id, key); });
    };
    ledger::FilledRecord record;
    const ledger::Window window = session->window;
    for (std::size_t k = 0; k < window.key_count(); ++k)
      if (const std::string_view key = window.key(window.of_key(k).front()); wants(key)) record.keys.push_back(key);
    for (const ledger::Signal& signal : journal)
      if (wants(signal.key)) record.signals.push_back(signal);
    session = ledger::applied(std::move(session), record);
  }

  ledger::Context context_;
  ledger::PackedTraits traits_;
  const ledger::PackedTraits* const said_ = &traits_;
  Counters counters_;
  std::vector<ledger::Counted> counted_;
  std::vector<const ledger::Counted*> counted_by_id_;
  std::string unit_, first_, session_, browser_;
  Duration retention_;
  bool known_, may_spend_;
  std::size_t asking_ = 0;
  std::vector<ledger::Window> windows_;
  ledger::Window merged_;
  std::vector<ledger::Spend> of_visitor_, of_session_;
};

}  // namespace beckon::rules
