#include "rules/judgement.h"
#include "rules/language/measure_definition.h"
#include "rules/language/words.h"
#include "rules/turn.h"

namespace beckon::rules {

namespace {

// Writes what the rules of a trigger found, one by one. No speed is needed here, and nothing is shared with judge()
// but the measures.
class Account {
 public:
  Account(const CompiledRules& rules, const Facts& facts, json::Writer& out)
      : rules_(rules), facts_(facts), out_(out), judgement_(rules, facts, scratch_) {}

  void add(std::uint32_t index) {
    rule_ = &rules_.rules[index];
    course_ = rules_.courses[index];
    out_.begin_object()
        .member("ruleId", rule_->id.text)
        .member("status", rule_->status == Status::kShadow ? "shadow" : "live");
    const auto failed = first_failure();
    out_.member_boolean("matched", !failed.has_value());
    if (!failed) write_turn();
    out_.key("conditions").begin_array();
    if (failed && failed->group == Group::kAny) {
      for (std::size_t i = 0; i < rule_->any.size(); ++i) write({Group::kAny, i}, false);
    } else if (failed) {
      write(*failed, false);
    } else {
      write_all_that_held();
    }
    out_.end_array().end_object();
  }

 private:
  enum class Group : std::uint8_t { kAll, kAny, kNone };
  struct Place {
    Group group;
    std::size_t index;
  };

  const Test& test_at(Place place) const {
    switch (place.group) {
      case Group::kAll: return rules_.tests[course_.begin + place.index];
      case Group::kAny: return rules_.tests[course_.any + place.index];
      case Group::kNone: break;
    }
    return rules_.tests[course_.none + place.index];
  }
  const Condition& condition_at(Place place) const {
    switch (place.group) {
      case Group::kAll: return rule_->all[place.index];
      case Group::kAny: return rule_->any[place.index];
      case Group::kNone: break;
    }
    return rule_->none[place.index];
  }
  bool holds(Place place) {
    const Test& test = test_at(place);
    return test.holds(judgement_.taken(test.measure).value);
  }

  std::optional<std::size_t> first_any() {
    for (std::size_t i = 0; i < rule_->any.size(); ++i) {
      if (holds({Group::kAny, i})) return i;
    }
    return std::nullopt;
  }

  std::optional<Place> first_failure() {
    for (std::size_t i = 0; i < rule_->all.size(); ++i) {
      if (!holds({Group::kAll, i})) return Place{Group::kAll, i};
    }
    if (!rule_->any.empty() && !first_any()) return Place{Group::kAny, 0};
    for (std::size_t i = 0; i < rule_->none.size(); ++i) {
      if (holds({Group::kNone, i})) return Place{Group::kNone, i};
    }
    return std::nullopt;
  }

  void write_all_that_held() {
    for (std::size_t i = 0; i < rule_->all.size(); ++i) write({Group::kAll, i}, true);
    if (const auto held = first_any()) write({Group::kAny, *held}, true);
    for (std::size_t i = 0; i < rule_->none.size(); ++i) write({Group::kNone, i}, true);
  }

  // What became of it behind its conditions.
  void write_turn() {
    const Turn turn = turn_of(*rule_, facts_);
    out_.member("outcome", to_text(turn.outcome()));
    if (turn.hold != Hold::kNotHeld) {
      out_.key("heldBack").begin_object().member("by", turn.hold == Hold::kClosed ? "hours" : "limit");
      turn.next == kNever ? out_.key("until").null() : out_.member("until", to_rfc3339(turn.next));
      out_.end_object();
    } else if (!turn.holdout && !rule_->arms[turn.arm].name.empty()) {
      out_.member("variant", rule_->arms[turn.arm].name);
    }
    if (turn.forced) out_.member_boolean("forced", true);
    if (turn.remembered) out_.member_boolean("remembered", true);
  }

  // The instant at which the test flips by time alone; kNever also where that is many steps away.
  Instant flips_at(const Test& test, Instant next) {
    constexpr int kSteps = 64;
    const bool held = test.holds(judgement_.taken(test.measure).value);
    for (int step = 0; step < kSteps && next != kNever; ++step) {
      Facts then = facts_;
      then.now = next;
      Scratch scratch;
      Judgement later(rules_, then, scratch);
      const Taken taken = later.taken(test.measure);
      if (test.holds(taken.value) != held) return next;
      next = taken.next;
    }
    return kNever;
  }

  void write(Place place, bool met) {
    const Test& test = test_at(place);
    const Taken taken = judgement_.taken(test.measure);
    Scene& scene = judgement_.scene_of(test.measure);
    const bool negated = place.group == Group::kNone;
    const Finding finding{condition_at(place), rules_.measures[test.measure], taken, negated};
    out_.begin_object().member("path", finding.condition.path).member_boolean("met", met);
    out_.member("measure", measure_words(finding.condition));
    out_.member("wanted", wanted_words(finding.condition, negated));
    out_.member("seen", seen_words(finding, scene));
    const auto skipped_by = definition_of(finding.condition.measure.kind).skipped;
    if (const Skipped skipped = skipped_by ? skipped_by(finding, scene) : Skipped{}; skipped.count > 0)
      out_.member("skipped", skipped.count).member("why", skipped.why);
    if (!met) out_.member("margin", margin_words(finding, scene, flips_at(test, taken.next)));
    if (taken.next != kNever) out_.member("changesAt", to_rfc3339(taken.next));
    out_.end_object();
  }

  const CompiledRules& rules_;
  const Facts& facts_;
  json::Writer& out_;
  Scratch scratch_;
  Judgement judgement_;
  const Rule* rule_ = nullptr;
  Course course_;
};

}  // namespace

void RuleSet::explain(std::string_view trigger, const Facts& facts, json::Writer& out) const {
  out.begin_array();
  if (const Asked* asked = compiled_->asked_by(trigger)) {
    Account account(*compiled_, facts, out);
    std::vector<std::uint32_t> rules(asked->live.size() + asked->shadow.size());
    std::ranges::merge(asked->live, asked->shadow, rules.begin());
    for (const std::uint32_t index : rules) account.add(index);
  }
  out.end_array();
}

void RuleSet::explain_due(const Delayed& delayed, const Facts& facts, json::Writer& out) const {
  out.begin_array();
  Account(*compiled_, facts, out).add(delayed.index);
  out.end_array();
}

}  // namespace beckon::rules
