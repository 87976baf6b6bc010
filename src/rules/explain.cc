#include "rules/judgement.h"
#include "rules/language/measure_definition.h"
#include "rules/language/words.h"
#include "rules/turn.h"

namespace beckon::rules {

namespace {

// Writes the findings of a trigger's rules, one by one. Speed does not matter here, and only the measures are shared
// with judge().
class Account {
 public:
  Account(const CompiledRules& rules, const Facts& facts, json::Writer& out)
      : rules_(rules), facts_(facts), out_(out), judgement_(rules, facts, scratch_) {}

  void add(std::uint32_t index) {
    rule_ = &rules_.rules[index];
    out_.begin_object()
        .member("ruleId", rule_->id.text)
        .member("status", rule_->status == Status::kShadow ? "shadow" : "live");
    const Course& course = rules_.courses[index];
    const bool matched = judgement_.holds(course);
    out_.member_boolean("matched", matched);
    if (matched) write_turn();
    out_.key("conditions").begin_array();
    matched ? write_what_held(course) : write_what_failed(course);
    out_.end_array().end_object();
  }

 private:
  bool holds(std::uint32_t test) {
    return rules_.written[test].holds(judgement_.taken(rules_.written[test].measure).value);
  }

  // The first of `all`; otherwise `any` as a whole; otherwise the first of `none`; otherwise alternatives as a whole.
  void write_what_failed(const Course& course) {
    for (std::uint32_t i = course.begin; i < course.any; ++i)
      if (!holds(i)) return write(rule_->all[i - course.begin], i, false, false);
    if (course.any != course.none && !first_any(course)) {
      for (std::uint32_t i = course.any; i < course.none; ++i) write(rule_->any[i - course.any], i, false, false);
      return;
    }
    for (std::uint32_t i = course.none; i < course.end; ++i)
      if (holds(i)) return write(rule_->none[i - course.none], i, true, false);
    const std::span<const Fork> forks = rules_.forks_of(course);
    for (std::size_t i = 0; i < forks.size(); ++i)
      if (!judgement_.holds(forks[i])) return write_failed(rule_->more[i], forks[i]);
  }
  void write_what_held(const Course& course) {
    for (std::uint32_t i = course.begin; i < course.any; ++i) write(rule_->all[i - course.begin], i, false, true);
    if (const auto held = first_any(course)) write(rule_->any[*held - course.any], *held, false, true);
    for (std::uint32_t i = course.none; i < course.end; ++i) write(rule_->none[i - course.none], i, true, true);
    const std::span<const Fork> forks = rules_.forks_of(course);
    for (std::size_t i = 0; i < forks.size(); ++i) write_held(rule_->more[i], forks[i]);
  }
  std::optional<std::uint32_t> first_any(const Course& course) {
    for (std::uint32_t i = course.any; i < course.none; ++i)
      if (holds(i)) return i;
    return std::nullopt;
  }

  // For a false branch, everything false in it; for a true one, what makes it true: the first of the alternatives.
  void write_failed(const Branch& branch, const Fork& fork) {
    for (std::uint32_t i = fork.begin; i < fork.end; ++i) {
      const auto& [condition, negated] = branch.literals[i - fork.begin];
      if (holds(i) == negated) write(condition, i, negated, false);
    }
    for (std::uint32_t i = fork.first; i < fork.last; ++i)
      if (!judgement_.holds(rules_.forks[i])) write_failed(branch.branches[i - fork.first], rules_.forks[i]);
  }
  void write_held(const Branch& branch, const Fork& fork) {
    for (std::uint32_t i = fork.begin; i < fork.end; ++i) {
      const auto& [condition, negated] = branch.literals[i - fork.begin];
      if (holds(i) == negated) continue;
      write(condition, i, negated, true);
      if (branch.any) return;
    }
    for (std::uint32_t i = fork.first; i < fork.last; ++i) {
      if (!judgement_.holds(rules_.forks[i])) continue;
      write_held(branch.branches[i - fork.first], rules_.forks[i]);
      if (branch.any) return;
    }
  }

  // The outcome after its conditions.
  void write_turn() {
    const Turn turn = turn_of(*rule_, facts_);
    out_.member("outcome", to_text(turn.outcome()));
    if (turn.hold != Hold::kNotHeld) {
      out_.key("heldBack").begin_object().member("by", to_text(turn.hold));
      if (turn.hold == Hold::kRender) text_or_null(out_, "missing", turn.missing);
      const Instant until = free_from(*rule_, facts_);
      until == kNever ? out_.key("until").null() : out_.member("until", until);
      out_.end_object();
    } else if (!turn.holdout && !rule_->arms[turn.arm].name.empty()) {
      out_.member("variant", rule_->arms[turn.arm].name);
    }
    if (turn.forced) out_.member_boolean("forced", true);
    if (turn.remembered) out_.member_boolean("remembered", true);
  }

  // The instant at which the test flips by time alone; kNever also if that is many steps away.
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

  static bool is_hidden(const Condition& condition, const Scene& scene) {
    return is_of_trait(condition.measure.kind) && scene.is_sensitive(condition.measure.field);
  }
  // The margin of a sensitive trait, and when it changes, would reveal its value. Both are null whatever the value, so
  // that not even their presence reveals anything.
  void write_hidden(const Condition& condition, const Scene& scene, bool met) {
    const std::string& name = condition.measure.field;
    out_.member("seen", scene.trait(name) ? "hidden, because the trait is sensitive" : "no " + name);
    if (!met) out_.key("margin").null();
    out_.key("changesAt").null().end_object();
  }

  void write(const Condition& condition, std::uint32_t place, bool negated, bool met) {
    const Test& test = rules_.written[place];
    const Taken taken = judgement_.taken(test.measure);
    Scene& scene = judgement_.scene_of(test.measure);
    const Finding finding{condition, rules_.measures[test.measure], taken, negated};
    out_.begin_object().member("path", finding.condition.path).member_boolean("met", met);
    out_.member("measure", measure_words(finding.condition));
    out_.member("wanted", wanted_words(finding.condition, negated));
    if (is_hidden(condition, scene)) return write_hidden(condition, scene, met);
    out_.member("seen", seen_words(finding, scene));
    const auto skipped_by = definition_of(finding.condition.measure.kind).skipped;
    if (const Skipped skipped = skipped_by ? skipped_by(finding, scene) : Skipped{}; skipped.count > 0)
      out_.member("skipped", skipped.count).member("why", skipped.why);
    if (!finding.condition.measure.same.empty()) {
      const auto best = definition_of(finding.condition.measure.kind).best(finding.measure, scene);
      text_or_null(out_, "same", best.value_or(""));
    }
    if (!met) out_.member("margin", margin_words(finding, scene, flips_at(test, taken.next)));
    if (taken.next != kNever) out_.member("changesAt", taken.next);
    out_.end_object();
  }

  const CompiledRules& rules_;
  const Facts& facts_;
  json::Writer& out_;
  Scratch scratch_;
  Judgement judgement_;
  const Rule* rule_ = nullptr;
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
