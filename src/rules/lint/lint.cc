#include "rules/lint/lint.h"

#include <algorithm>
#include <array>

#include "rules/allowance.h"
#include "rules/language/read_rule.h"
#include "rules/lint/spans.h"

namespace beckon::rules {

namespace {

using lint::Cases;
using lint::Part;
using lint::Probe;
using lint::Statement;
using lint::Witness;

bool before(const Rule& one, const Rule& other) {
  return one.priority != other.priority ? one.priority > other.priority : one.id < other.id;
}

bool same_hours(const Hours& one, const Hours& other) {
  return one.open == other.open && one.close == other.close && one.days == other.days && one.zone == other.zone &&
         one.zone_else == other.zone_else;
}

class Linter {
 public:
  Linter(const Rule& rule, const json::Value& json, const std::vector<Rule>& others,
         const std::vector<json::Document>& texts, const Zones& zones, const Declared& declared, Duration retention,
         Instant now)
      : rule_(rule),
        json_(json),
        others_(others),
        texts_(texts),
        ground_{retention, &declared.scores},
        zones_(zones),
        now_(start(now)),
        probe_(zones, declared, retention),
        parts_(lint::parts_of(rule)) {
    for (const Part& part : parts_.parts) cases_.push_back(lint::cases_of(part, ground_));
  }

  std::vector<Warning> run() {
    if (!never_true() && !never_open()) {
      always_true();
      for (const std::string& trigger : rule_.triggers) shadowed(trigger);
    }
    lint::find_long_windows(rule_, ground_, probe_, now_, warnings_);
    lint::find_unreachable_caps(rule_, json_, others_, probe_, now_, warnings_);
    lint::find_outdated_zone(rule_, json_, zones_, now_, warnings_);
    lint::find_unknown_rules(rule_, others_, now_, warnings_);
    lint::find_missing_anchors(rule_, now_, warnings_);
    return std::move(warnings_);
  }

 private:
  void warn(std::string_view kind, std::string message, Witness witness) {
    warnings_.push_back({kind, std::move(message), std::move(witness)});
  }
  // An instant at which the rule is open, if there is one.
  Instant start(Instant now) const {
    for (const Condition& condition : rule_.all) {
      if (condition.measure.kind == MeasureKind::kActive) now = std::max(now, condition.measure.from);
    }
    if (!rule_.hours) return now;
    const Allowance open = open_at(*rule_.hours, nullptr, now);
    return open.free || open.next == Instant::max() ? now : open.next;
  }

  bool never_true() {
    const auto clash = lint::refute(cases_);
    if (!clash) return false;
    const RuleSet whole = probe_.conditions_of(json_), one = probe_.statement(json_, clash->one.of);
    const RuleSet other = clash->other ? probe_.statement(json_, clash->other->of) : RuleSet();
    const std::array first{lint::cases_of(clash->one.of, ground_)};
    auto witness = lint::find_witness(first, ground_, now_, [&](const Witness& by) {
      return probe_.holds(one, by) && !probe_.holds(other, by) && !probe_.holds(whole, by);
    });
    if (!witness) witness = Witness{.at = now_};
    if (probe_.holds(whole, *witness)) return false;
    witness->conditions = {clash->one.of.condition->path};
    if (clash->other && clash->other->of.condition != clash->one.of.condition)
      witness->conditions.push_back(clash->other->of.condition->path);
    warn("never_true", "It never matches: " + lint::in_words(*clash), std::move(*witness));
    return true;
  }

  // Its hours and days leave nothing of the time between from and until.
  bool never_open() {
    if (!rule_.hours || rule_.all.empty() || rule_.all.front().measure.kind != MeasureKind::kActive) return false;
    const auto [from, until] = std::pair{rule_.all.front().measure.from, rule_.all.front().measure.until};
    if (from == Instant::min() || until == Instant::max()) return false;
    if (!rule_.hours->zone) return false;  // the visitor's may be any
    const Allowance open = open_at(*rule_.hours, nullptr, from);
    if (open.free || open.next < until) return false;
    warn("never_true", "It is never active: there are no opening hours between active.from and active.until.",
         {.at = from, .conditions = {"active"}});
    return true;
  }

  // None of its parts can be false.
  void always_true() {
    if (!parts_.whole) return;
    for (const Part& part : parts_.parts) {
      if (!lint::refute(lint::cases_against(part, ground_))) return;
    }
    const RuleSet whole = probe_.conditions_of(json_);
    if (!probe_.holds(whole, {.at = now_}) || !holds_in_samples(whole)) return;
    Witness empty{.at = now_};
    for (const Part& part : parts_.parts) empty.conditions.push_back(part.front().front().condition->path);
    const std::string why =
        parts_.parts.empty() ? "when has no conditions" : "each of its conditions is true for every session";
    warn("always_true", "It always matches, even for an empty session: " + why + ".", std::move(empty));
  }

  // In worlds that meet one of its conditions or its negation.
  bool holds_in_samples(const RuleSet& whole) {
    std::vector<Statement> all;
    for (const Part& part : parts_.parts)
      for (const lint::Alternative& together : part) all.insert(all.end(), together.begin(), together.end());
    for (const Statement& said : all) {
      for (const bool negated : {false, true}) {
        const std::array cases{lint::cases_of(Statement{said.condition, negated}, ground_)};
        bool held = true;
        lint::find_witness(cases, ground_, now_,
                           [&](const Witness& by) { return held = held && probe_.holds(whole, by), false; });
        if (!held) return false;
      }
    }
    return true;
  }

  void shadowed(const std::string& trigger) {
    if (rule_.delayed()) return;
    for (std::size_t i = 0; i < others_.size(); ++i) {
      const Rule& other = others_[i];
      if (other.id == rule_.id || other.status != Status::kLive || other.limit || !before(other, rule_)) continue;
      if (std::ranges::find(other.triggers, trigger) == other.triggers.end()) continue;
      if (other.hours && !(rule_.hours && same_hours(*other.hours, *rule_.hours))) continue;
      if (!implied(other)) continue;
      const RuleSet alone = probe_.live({&json_}), both = probe_.live({&json_, &texts_[i].root()});
      auto witness = lint::find_witness(cases_, ground_, now_, [&](const Witness& by) {
        return probe_.answer(alone, trigger, by) == rule_.id.text && probe_.answer(both, trigger, by) == other.id.text;
      });
      if (!witness) continue;
      witness->trigger = trigger;
      witness->answered_by = other.id.text;
      return warn("shadowed",
                  "It is never returned for " + trigger + ": whenever it matches, " + other.id.text +
                      " also matches and comes first.",
                  std::move(*witness));
    }
  }

  // Whether `other` matches whenever this rule does: this rule and the negation of each part of `other` contradict.
  bool implied(const Rule& other) {
    const lint::Parts parts = lint::parts_of(other);
    return parts.whole && std::ranges::all_of(parts.parts, [&](const Part& part) {
             std::vector<Cases> both = lint::cases_against(part, ground_);
             both.insert(both.end(), cases_.begin(), cases_.end());
             return lint::refute(both).has_value();
           });
  }

  const Rule& rule_;
  const json::Value& json_;
  const std::vector<Rule>& others_;
  const std::vector<json::Document>& texts_;
  lint::Ground ground_;
  const Zones& zones_;
  Instant now_;
  Probe probe_;
  lint::Parts parts_;
  std::vector<Cases> cases_;
  std::vector<Warning> warnings_;
};

}  // namespace

std::vector<Warning> lint_rule(const RuleId& id, const StoredRules& stored, const Zones& zones,
                               const Declared& declared, Duration retention, Instant now) {
  std::vector<json::Document> texts;
  std::vector<Rule> rules;
  std::optional<std::size_t> place;
  for (const StoredRule& one : stored.rules) {
    auto text = json::parse(one.json);
    if (!text || !text->root().is_object()) continue;
    Issues issues;
    Rule rule = read_rule(one.id, text->root(), zones, issues);
    if (!issues.empty()) continue;
    if (one.id == id) place = rules.size();
    rules.push_back(std::move(rule));
    texts.push_back(std::move(*text));
  }
  if (!place) return {};
  return Linter(rules[*place], texts[*place].root(), rules, texts, zones, declared, retention, now).run();
}

std::string to_json(std::span<const Warning> warnings) {
  std::string text;
  json::Writer out(text);
  out.begin_array();
  for (const Warning& warning : warnings) {
    out.begin_object().member("kind", warning.kind).member("message", warning.message);
    warning.witness.write(out);
    out.end_object();
  }
  out.end_array();
  return text;
}

}  // namespace beckon::rules
