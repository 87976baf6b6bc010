#include <algorithm>

#include "rules/compiled.h"
#include "rules/language/digest.h"
#include "rules/language/measure_definition.h"
#include "rules/payload_values.h"

namespace beckon::rules {

namespace {

bool names_counter(const Rule& rule) {
  return std::ranges::any_of(rule.arms, [](const Arm& arm) {
    return arm.payload && std::ranges::find(arm.payload->paths(), PayloadRoot::kEver, &PayloadPath::root) !=
                              arm.payload->paths().end();
  });
}

void sort_unique(std::vector<std::string>& names) {
  std::ranges::sort(names);
  names.erase(std::ranges::unique(names).begin(), names.end());
}

// Assigned arms, and the visitor's identity, are read with exposures.
bool reads_visitor_for_split(const Rule& rule) {
  if (!rule.split) return false;
  const Split& split = *rule.split;
  return split.unit == SplitUnit::kVisitor || (split.unit == SplitUnit::kDevice && split.sticky) ||
         !split.force.empty();
}

void key_arms(Rule& rule) {
  if (!rule.split || !rule.split->sticky) return;
  const bool shadow = rule.status == Status::kShadow;
  rule.split->holdout_key = arm_key(rule.id.text, rule.split->salt, std::nullopt, shadow);
  for (Arm& arm : rule.arms) arm.key = arm_key(rule.id.text, rule.split->salt, arm.name, shadow);
}

// A shadow rule that reads its own decisions reads its shadow decisions.
void aim_at_own_shadow(Rule& rule) {
  if (rule.status != Status::kShadow) return;
  for (Condition* condition : conditions_of(rule))
    condition->measure.shadow =
        condition->measure.kind == MeasureKind::kDecision && condition->measure.field == rule.id.text;
}

// `handle`: the zone in its settings; null if it has none.
template <class Local>
void set_zone(Local& of, const Zone* handle) {
  if (of.zone_name.empty()) of.zone = handle;
  if (of.zone == nullptr) of.zone_else = handle;
}

bool is_local(const Measure& of) { return of.calendar != Calendar::kNone || of.kind == MeasureKind::kTraitDays; }

void set_zones(Rule& rule, const Zone* handle) {
  for (Condition* condition : conditions_of(rule))
    if (is_local(condition->measure)) set_zone(condition->measure, handle);
  if (!rule.limit) return;
  for (Cap& cap : rule.limit->caps)
    if (cap.calendar != Calendar::kNone) set_zone(cap, handle);
}

bool reads_zone(const Rule& rule) {
  return (rule.hours && !rule.hours->zone) || (rule.limit && std::ranges::any_of(rule.limit->caps, [](const Cap& cap) {
                                                 return cap.calendar != Calendar::kNone && !cap.zone;
                                               }));
}

// Fills the compiled form, whose rules no longer move, so that measures may refer to theirs.
class Compiler {
 public:
  explicit Compiler(CompiledRules& into) : into_(into) {
    for (const Rule& rule : into.rules) {
      if (rule.status == Status::kShadow) continue;  // what a decision is evaluated by does not depend on them
      for (const Condition* condition : conditions_of(rule)) families_.add(*condition);
    }
  }

  void add(std::uint32_t index) {
    const Rule& rule = into_.rules[index];
    Course course;
    course.begin = place();
    add_tests(rule.all);
    course.any = place();
    add_tests(rule.any);
    course.none = place();
    add_tests(rule.none);
    course.end = place();
    if (!rule.more.empty()) {
      const auto first = static_cast<std::uint32_t>(into_.forks.size());
      into_.fork_lists.emplace_back(first, first + static_cast<std::uint32_t>(rule.more.size()));
      course.more = static_cast<std::uint32_t>(into_.fork_lists.size());
      add_forks(rule.more);
    }
    into_.courses.push_back(course);
    add_marks(rule);
    if (rule.delayed()) return add_delayed(rule, index);
    for (const std::string& trigger : rule.triggers) {
      Asked& asked = into_.triggers[trigger];
      (rule.status == Status::kLive ? asked.live : asked.shadow).push_back(index);
      asked.spends = asked.spends || rule.limit.has_value() || reads_visitor_for_split(rule);
      asked.reads_traits = asked.reads_traits || reads_zone(rule) || std::ranges::any_of(rule.arms, names_visitor);
      asked.reads_counters = asked.reads_counters || names_counter(rule);
      for (std::uint32_t i = course.begin; i < last_of(index); ++i) {
        const bool of_spends = measure_of(i).kind == MeasureKind::kDecision;
        asked.spends = asked.spends || of_spends;
        asked.reads_counters = asked.reads_counters || is_of_counter(measure_of(i).kind);
        asked.visitor = asked.visitor || (measure_of(i).scope == Scope::kVisitor && !of_spends);
        asked.reads_traits =
            asked.reads_traits || is_of_trait(measure_of(i).kind) || (is_local(measure_of(i)) && !measure_of(i).zone);
      }
    }
  }

  // Call once all rules are added.
  void index(Asked& asked) {
    std::vector<std::vector<Need>> needs(asked.live.size());
    std::map<std::uint32_t, Knocks> knocks;
    std::map<const Measure*, Thresholds> rows;
    for (std::size_t place = 0; place < asked.live.size(); ++place) {
      const Course& course = into_.courses[asked.live[place]];
      for (std::uint32_t i = course.begin; i < course.any; ++i) {
        add_needs(needs[place], into_.written[i]);
        knock_outside(knocks, into_.tests[i], static_cast<std::uint32_t>(place));
        if (needs_nth(into_.tests[i]))
          rows[&source_of(into_.tests[i])].add(into_.measures[into_.tests[i].measure].nth,
                                               static_cast<std::uint32_t>(place));
      }
      for (std::uint32_t i = course.none; i < course.end; ++i)
        knock_inside(knocks, into_.tests[i], static_cast<std::uint32_t>(place));
      for (std::uint32_t i = course.begin; i < last_of(asked.live[place]); ++i) {
        if (measure_of(i).kind == MeasureKind::kContext) asked.fields.push_back(measure_of(i).field);
        if (is_of_trait(measure_of(i).kind)) asked.traits.push_back(measure_of(i).field);
        if (is_of_counter(measure_of(i).kind)) asked.counters.push_back(measure_of(i).field);
      }
    }
    sort_unique(asked.fields);
    sort_unique(asked.traits);
    sort_unique(asked.counters);
    asked.gates = Gates(needs);
    std::map<const Measure*, std::uint32_t> numbers;
    for (auto& [source, row] : rows) {
      row.finish(asked.gates.words());
      asked.rows.push_back(std::move(row));
      numbers[source] = static_cast<std::uint32_t>(asked.rows.size());
    }
    for (auto& [measure, of] : knocks) {
      // With a single rule on a measure, knocking out does not pay.
      const auto row = numbers.find(into_.measures[measure].source);
      if (row != numbers.end()) of.row = row->second;
      if (of.row == 0 && of.below.size() + of.above.size() + of.inside.size() <= 1) continue;
      of.measure = measure;
      of.nth = into_.measures[measure].nth;
      asked.shares_ages = asked.shares_ages || of.nth > 0;
      of.below.finish(asked.gates.words());
      of.above.finish(asked.gates.words());
      asked.knocks.push_back(std::move(of));
    }
  }

 private:
  std::uint32_t place() const { return static_cast<std::uint32_t>(into_.tests.size()); }
  // The end of a rule's tests, including those of its forks.
  std::uint32_t last_of(std::uint32_t rule) const {
    return rule + 1 < into_.courses.size() ? into_.courses[rule + 1].begin : place();
  }
  const Measure& measure_of(std::uint32_t test) const { return *into_.measures[into_.written[test].measure].source; }

  void add_tests(const std::vector<Condition>& conditions) {
    for (const Condition& condition : conditions) add_test(condition);
  }

  void add_test(const Condition& condition) {
    const Test written{condition.least, condition.most, share(condition.measure)};
    into_.written.push_back(written);
    const auto bounds = families_.of(condition);
    into_.tests.push_back(bounds ? Test{bounds->least, bounds->most, share(*bounds), true} : written);
  }

  // The forks of one list are adjacent.
  void add_forks(const std::vector<Branch>& branches) {
    const std::size_t first = into_.forks.size();
    into_.forks.resize(first + branches.size());
    for (std::size_t i = 0; i < branches.size(); ++i) {
      Fork fork{.any = branches[i].any, .begin = place()};
      fork.contrary = fork.begin;
      for (const auto& [condition, negated] : branches[i].literals) {
        add_test(condition);
        if (!negated) fork.contrary = place();
      }
      fork.end = place();
      fork.first = static_cast<std::uint32_t>(into_.forks.size());
      fork.last = fork.first + static_cast<std::uint32_t>(branches[i].branches.size());
      into_.forks[first + i] = fork;
      add_forks(branches[i].branches);
    }
  }

  void add_marks(const Rule& rule) {
    std::vector<std::uint64_t> marks;
    for (const Arm& arm : rule.arms) {
      const auto ttl = static_cast<std::uint64_t>(rule.ttl.value_or(kDefaultTtl).count());
      marks.push_back(Digest().add(rule.id.text).add(arm.name).add(arm.action_json).add(ttl).value());
    }
    into_.marks.push_back(std::move(marks));
  }

  void add_delayed(const Rule& rule, std::uint32_t index) {
    const auto absent =
        std::ranges::find(rule.all, MeasureKind::kAbsent, [](const Condition& c) { return c.measure.kind; });
    into_.delayed.push_back({.rule = rule.id.text,
                             .ttl = rule.ttl.value_or(kDefaultDueTtl),
                             .visitor = absent->measure.scope == Scope::kVisitor,
                             .local = rule.hours && !rule.hours->zone,
                             .shadow = rule.status == Status::kShadow,
                             .by_value = !absent->measure.same.empty(),
                             .live_since = rule.live_since,
                             .include = rule.include,
                             .index = index});
  }

  std::uint32_t share(const AgeFamilies::Bounds& bounds) {
    const auto [known, fresh] =
        ages_.try_emplace({bounds.family, bounds.nth}, static_cast<std::uint32_t>(into_.measures.size()));
    if (!fresh) return known->second;
    const auto [of, added] = sources_.try_emplace(bounds.family, static_cast<std::uint32_t>(into_.ages.size()));
    if (added) into_.ages.push_back(*bounds.family);
    const Measure& source = into_.ages[of->second];
    into_.measures.push_back(
        {.source = &source, .stream = stream(source.filter), .after = stream(source.after), .nth = bounds.nth});
    return known->second;
  }

  std::uint32_t share(const Measure& measure) {
    const auto [known, fresh] = measures_.try_emplace(measure, static_cast<std::uint32_t>(into_.measures.size()));
    if (!fresh) return known->second;
    const auto score = into_.scores.find(measure.field);
    const bool scores = measure.kind == MeasureKind::kScore && score != into_.scores.end();
    const Score* const scored = scores ? &score->second : nullptr;
    into_.read_keys.add(measure, scored);
    if (measure.kind == MeasureKind::kAbsent) add_absence(measure);
    if (measure.scope == Scope::kVisitor) {
      into_.visitor_keys.add(measure, scored);
      // A score is of all the newest signals, those without a weight included.
      into_.visitor_keys.every |= measure.kind == MeasureKind::kScore;
    }
    into_.measures.push_back({.source = &measure,
                              .stream = stream(measure.filter),
                              .after = stream(measure.after),
                              .score = scored,
                              .marks = marks(measure)});
    return known->second;
  }

  void add_absence(const Measure& measure) {
    const auto is_it = [&](const Absence& one) {
      const Measure& of = *one.measure;
      return of.filter == measure.filter && of.after == measure.after && of.same == measure.same &&
             of.scope == measure.scope;
    };
    if (std::ranges::any_of(into_.absences, is_it)) return;
    Absence& added = into_.absences.emplace_back();
    added.measure = &measure;
    added.starts.add(measure.after);
    added.ends.add(measure.filter);
    if (measure.scope != Scope::kVisitor) return;
    into_.visitor_absences.add(measure.after);
    into_.visitor_absences.add(measure.filter);
  }

  std::vector<std::uint64_t> marks(const Measure& measure) {
    std::vector<std::uint64_t> keys;
    for (const std::string& what : measure.decided) keys.push_back(mark_key(measure.field, what, measure.shadow));
    into_.marks_asked.insert(keys.begin(), keys.end());
    return keys;
  }

  Stream stream(const Filter& filter) {
    Stream out{.filter = &filter, .key_alone = filter.key_alone()};
    if (filter.keys.size() == 1 && !filter.keys.front().prefix) out.key = into_.keys.add(filter.keys.front().text);
    return out;
  }

  // What must exist for a test of `all` to be true.
  void add_needs(std::vector<Need>& needs, const Test& test) const {
    const ReadyMeasure& measure = into_.measures[test.measure];
    const Measure& of = *measure.source;
    if (of.kind == MeasureKind::kContext && test.least > 0) {
      if (auto texts = texts_of(of.comparison)) needs.push_back({.field = of.field, .values = *std::move(texts)});
      return;
    }
    if (of.scope == Scope::kVisitor) return;
    const std::int32_t key = definition_of(of.kind).needed_key(measure, test.least);
    if (key == Stream::kEveryKey) return;
    needs.push_back({.key = key});
    Need value{.key = key};
    const Filter& filter = of.kind == MeasureKind::kAbsent ? of.after : of.filter;
    for (const Pattern& pattern : filter.values) value.values.push_back(pattern.text);
    if (!value.values.empty() && std::ranges::none_of(filter.values, &Pattern::prefix)) needs.push_back(value);
  }

  const Measure& source_of(const Test& test) const { return *into_.measures[test.measure].source; }
  // Whether a test of `all` is false without the nth newest signal.
  bool needs_nth(const Test& test) const {
    return test.by_age && source_of(test).kind == MeasureKind::kSeen && test.most < kNoAge;
  }

  static bool may_be_nothing(const ReadyMeasure& measure) { return definition_of(measure.source->kind).amount; }

  // For `all`: a value below the least or above the most. kNothing is below everything, so it is always ruled out.
  void knock_outside(std::map<std::uint32_t, Knocks>& knocks, const Test& test, std::uint32_t place) {
    Knocks& of = knocks[test.measure];
    if (test.least != Condition::kNoLeast || may_be_nothing(into_.measures[test.measure]))
      of.below.add(test.least, place);
    if (test.most != Condition::kNoMost) of.above.add(~test.most, place);
  }

  // For `none`: a value within the bounds. A missing signal's age may end that: not of kSeen, which is kNoAge.
  void knock_inside(std::map<std::uint32_t, Knocks>& knocks, const Test& test, std::uint32_t place) {
    Knocks& of = knocks[test.measure];
    const ReadyMeasure& measure = into_.measures[test.measure];
    const bool ends = test.by_age && measure.source->kind != MeasureKind::kSeen;
    if (test.most == Condition::kNoMost && test.least != Condition::kNoLeast && !ends)
      of.above.add(~(test.least - 1), place);
    else if (test.least == Condition::kNoLeast && test.most != Condition::kNoMost && !may_be_nothing(measure))
      of.below.add(test.most + 1, place);
    else
      of.inside.emplace_back(test, place);
  }

  CompiledRules& into_;
  std::map<Measure, std::uint32_t> measures_;
  AgeFamilies families_;
  std::map<std::pair<const Measure*, std::uint32_t>, std::uint32_t> ages_;  // measures, by family and number
  std::map<const Measure*, std::uint32_t> sources_;                         // in `ages`, by family
};

}  // namespace

void KeySet::add(const Filter& filter) {
  every = every || filter.keys.empty();
  for (const Pattern& pattern : filter.keys) add(pattern.text, pattern.prefix);
}

void KeySet::add(const Measure& measure, const Score* score) {
  for (const Part part : definition_of(measure.kind).parts) {
    if (part == Part::kFilter) add(measure.filter);
    if (part == Part::kAfter) add(measure.after);
    if (part == Part::kSteps) std::ranges::for_each(measure.steps, [this](const Filter& step) { add(step); });
    if (part == Part::kScore && score)
      for (const Score::Weight& weight : score->weights) add(weight.text, weight.prefix);
  }
  if (measure.since) add(measure.after);
}

bool KeySet::contains(std::string_view key) const {
  return every || keys.contains(key) ||
         std::ranges::any_of(prefixes, [key](const std::string& prefix) { return key.starts_with(prefix); });
}

bool KeySet::contains(const KeySet& other) const {
  if (every || other.every) return every;
  const auto has = [this](const std::string& prefix) {
    return std::ranges::any_of(prefixes, [&](const std::string& mine) { return prefix.starts_with(mine); });
  };
  return std::ranges::all_of(other.keys, [this](const std::string& key) { return contains(key); }) &&
         std::ranges::all_of(other.prefixes, has);
}

Instant flips_at(const Test& test, const Age& age, Instant now) {
  if (age.leaves == kNever) return kNever;
  const bool held = test.holds(age.ms);
  const std::int64_t bound = age.ms < test.least ? test.least : held && test.most < kNoAge ? test.most + 1 : kNoAge;
  const Instant reached = reaches(age, bound, now);
  if (reached != kNever) return reached;
  return test.holds(age.none) == held ? kNever : age.leaves;
}

const Knocks* Asked::knocks_of(std::uint32_t measure) const {
  const auto found = std::ranges::lower_bound(knocks, measure, {}, &Knocks::measure);
  return found == knocks.end() || found->measure != measure ? nullptr : &*found;
}

void Knocks::put_out(std::int64_t value, std::span<std::uint64_t> standing) const {
  below.put_out(value, standing);
  above.put_out(~value, standing);
  for (const auto& [bounds, place] : inside) {
    if (bounds.holds(value)) standing[place / 64] &= ~(std::uint64_t{1} << place % 64);
  }
}

std::uint64_t CompiledRules::asked_mark(const Rule& rule, std::string_view what) const {
  if (marks_asked.empty()) return 0;
  const std::uint64_t key = mark_key(rule.id.text, what, rule.status == Status::kShadow);
  return marks_asked.contains(key) ? key : 0;
}

CompiledRules compile_rules(std::vector<Rule> rules, const Scores& scores, const Zone* zone) {
  std::ranges::sort(rules, [](const Rule& a, const Rule& b) {
    return a.priority != b.priority ? a.priority > b.priority : a.id < b.id;
  });
  CompiledRules compiled;
  compiled.rules = std::move(rules);
  for (Rule& rule : compiled.rules) key_arms(rule), aim_at_own_shadow(rule), set_zones(rule, zone);
  compiled.scores = scores;
  Compiler compiler(compiled);
  for (std::uint32_t i = 0; i < compiled.rules.size(); ++i) compiler.add(i);
  for (auto& [trigger, asked] : compiled.triggers) compiler.index(asked);
  for (Rule& rule : compiled.rules) {
    rule.act_mark = compiled.asked_mark(rule, "act");
    rule.holdout_mark = compiled.asked_mark(rule, "holdout");
  }
  return compiled;
}

}  // namespace beckon::rules
