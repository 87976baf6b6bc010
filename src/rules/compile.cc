#include <algorithm>
#include <bit>

#include "rules/compiled.h"
#include "rules/digest.h"

namespace beckon::rules {

namespace {

// Fills the compiled form; the rules in it do not move any more, so that measures may refer to theirs.
class Compiler {
 public:
  explicit Compiler(CompiledRules& into) : into_(into) {}

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
    into_.courses.push_back(course);
    add_marks(rule);
    if (rule.delayed()) return add_delayed(rule, index);
    for (const std::string& trigger : rule.triggers) {
      Asked& asked = into_.triggers[trigger];
      (rule.status == Status::kLive ? asked.live : asked.shadow).push_back(index);
      asked.spends = asked.spends || rule.limit.has_value();
      for (std::uint32_t i = course.begin; i < course.end; ++i)
        asked.visitor = asked.visitor || measure_of(i).scope == Scope::kVisitor;
    }
  }

  // Once all rules are there.
  void index(Asked& asked) {
    asked.ungated.assign((asked.live.size() + 63) / 64, 0);
    std::map<std::int32_t, std::vector<Bits>> gates;
    std::map<std::uint32_t, std::vector<Knock>> knocks;
    for (std::size_t place = 0; place < asked.live.size(); ++place) {
      const Course& course = into_.courses[asked.live[place]];
      if (const std::int32_t key = gate_of(course); key != Stream::kEveryKey) set(gates[key], place);
      else asked.ungated[place / 64] |= std::uint64_t{1} << place % 64;
      for (std::uint32_t i = course.begin; i < course.any; ++i) knock(knocks, into_.tests[i], false, place);
      for (std::uint32_t i = course.none; i < course.end; ++i) knock(knocks, into_.tests[i], true, place);
      for (std::uint32_t i = course.begin; i < course.end; ++i) {
        if (measure_of(i).kind == MeasureKind::kContext) asked.fields.push_back(measure_of(i).field);
      }
    }
    std::ranges::sort(asked.fields);
    asked.fields.erase(std::ranges::unique(asked.fields).begin(), asked.fields.end());
    asked.gates.assign(std::move_iterator(gates.begin()), std::move_iterator(gates.end()));
    for (auto& [measure, of] : knocks) {
      std::erase_if(of, concerns_one);  // the rule that asks finds out by itself
      if (!of.empty()) asked.knocks.emplace_back(measure, std::move(of));
    }
  }

 private:
  std::uint32_t place() const { return static_cast<std::uint32_t>(into_.tests.size()); }
  const Measure& measure_of(std::uint32_t test) const { return *into_.measures[into_.tests[test].measure].source; }

  void add_tests(const std::vector<Condition>& conditions) {
    for (const Condition& condition : conditions)
      into_.tests.push_back({condition.least, condition.most, share(condition.measure)});
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
    const auto absent = std::ranges::find(rule.all, MeasureKind::kAbsent, [](const Condition& c) { return c.measure.kind; });
    into_.delayed.push_back({.rule = rule.id.text,
                             .ttl = rule.ttl.value_or(kDefaultDueTtl),
                             .visitor = absent->measure.scope == Scope::kVisitor,
                             .shadow = rule.status == Status::kShadow,
                             .live_since = rule.live_since,
                             .index = index});
  }

  std::uint32_t share(const Measure& measure) {
    const auto [known, fresh] = measures_.try_emplace(measure, static_cast<std::uint32_t>(into_.measures.size()));
    if (!fresh) return known->second;
    const auto score = into_.scores.find(measure.field);
    const bool scores = measure.kind == MeasureKind::kScore && score != into_.scores.end();
    into_.measures.push_back({.source = &measure,
                              .stream = stream(measure.filter),
                              .after = stream(measure.after),
                              .score = scores ? &score->second : nullptr});
    return known->second;
  }

  Stream stream(const Filter& filter) {
    Stream out{.filter = &filter, .key_alone = filter.key_alone()};
    if (filter.keys.size() == 1 && !filter.keys.front().prefix) out.key = into_.keys.add(filter.keys.front().text);
    return out;
  }

  static bool concerns_one(const Knock& knock) { return knock.out.size() == 1 && std::has_single_bit(knock.out.front().bits); }

  static void set(std::vector<Bits>& bits, std::size_t place) {
    const auto word = static_cast<std::uint32_t>(place / 64);
    if (bits.empty() || bits.back().word != word) bits.push_back({word, 0});
    bits.back().bits |= std::uint64_t{1} << place % 64;
  }

  // The key without whose signals a test of `all` cannot hold, or kEveryKey.
  std::int32_t needed_key(const Test& test) const {
    const ReadyMeasure& measure = into_.measures[test.measure];
    if (measure.source->scope == Scope::kVisitor) return Stream::kEveryKey;
    switch (measure.source->kind) {
      case MeasureKind::kSeen:
      case MeasureKind::kLast:
      case MeasureKind::kCount:
      case MeasureKind::kDistinct: return test.least > 0 ? measure.stream.key : Stream::kEveryKey;
      case MeasureKind::kSum:
      case MeasureKind::kMax: return measure.stream.key;
      case MeasureKind::kAbsent: return test.least > 0 ? measure.after.key : Stream::kEveryKey;
      case MeasureKind::kSteps:
      case MeasureKind::kScore:
      case MeasureKind::kContext:
      case MeasureKind::kActive: break;
    }
    return Stream::kEveryKey;
  }

  std::int32_t gate_of(const Course& course) const {
    for (std::uint32_t i = course.begin; i < course.any; ++i) {
      if (const std::int32_t key = needed_key(into_.tests[i]); key != Stream::kEveryKey) return key;
    }
    return Stream::kEveryKey;
  }

  static void knock(std::map<std::uint32_t, std::vector<Knock>>& knocks, const Test& test, bool inside, std::size_t place) {
    std::vector<Knock>& of = knocks[test.measure];
    const auto known = std::ranges::find_if(of, [&](const Knock& k) {
      return k.inside == inside && k.bounds.least == test.least && k.bounds.most == test.most;
    });
    set(known != of.end() ? known->out : of.emplace_back(Knock{.bounds = test, .inside = inside}).out, place);
  }

  CompiledRules& into_;
  std::map<Measure, std::uint32_t> measures_;
};

}  // namespace

const std::vector<Knock>* Asked::knocks_of(std::uint32_t measure) const {
  const auto found = std::ranges::lower_bound(knocks, measure, {}, &std::pair<std::uint32_t, std::vector<Knock>>::first);
  return found == knocks.end() || found->first != measure ? nullptr : &found->second;
}

CompiledRules compile_rules(std::vector<Rule> rules, const Scores& scores) {
  std::ranges::sort(rules, [](const Rule& a, const Rule& b) {
    return a.priority != b.priority ? a.priority > b.priority : a.id < b.id;
  });
  CompiledRules compiled;
  compiled.rules = std::move(rules);
  compiled.scores = scores;
  Compiler compiler(compiled);
  for (std::uint32_t i = 0; i < compiled.rules.size(); ++i) compiler.add(i);
  for (auto& [trigger, asked] : compiled.triggers) compiler.index(asked);
  return compiled;
}

}  // namespace beckon::rules
