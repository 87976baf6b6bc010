#include <algorithm>

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
    into_.marks.push_back(Digest().add(rule.id.text).add(rule.arms.front().action_json).add(ttl_ms(rule)).value());
    for (const std::string& trigger : rule.triggers) into_.triggers[trigger].push_back(index);
  }

 private:
  static std::uint64_t ttl_ms(const Rule& rule) {
    return static_cast<std::uint64_t>(rule.ttl.value_or(kDefaultTtl).count());
  }
  std::uint32_t place() const { return static_cast<std::uint32_t>(into_.tests.size()); }

  void add_tests(const std::vector<Condition>& conditions) {
    for (const Condition& condition : conditions)
      into_.tests.push_back({condition.least, condition.most, share(condition.measure)});
  }

  std::uint32_t share(const Measure& measure) {
    const auto [known, fresh] = measures_.try_emplace(measure, static_cast<std::uint32_t>(into_.measures.size()));
    if (fresh)
      into_.measures.push_back({.source = &measure, .stream = stream(measure.filter), .after = stream(measure.after)});
    return known->second;
  }

  Stream stream(const Filter& filter) {
    Stream out{.filter = &filter, .key_alone = filter.key_alone()};
    if (filter.keys.size() == 1 && !filter.keys.front().prefix) out.key = into_.keys.add(filter.keys.front().text);
    return out;
  }

  CompiledRules& into_;
  std::map<Measure, std::uint32_t> measures_;
};

}  // namespace

CompiledRules compile_rules(std::vector<Rule> live) {
  std::ranges::sort(live, [](const Rule& a, const Rule& b) {
    return a.priority != b.priority ? a.priority > b.priority : a.id < b.id;
  });
  CompiledRules compiled;
  compiled.rules = std::move(live);
  Compiler compiler(compiled);
  for (std::uint32_t i = 0; i < compiled.rules.size(); ++i) compiler.add(i);
  return compiled;
}

}  // namespace beckon::rules
