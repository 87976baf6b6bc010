#include "rules/language/metadata.h"

#include <algorithm>
#include <vector>

#include "rules/language/field_path.h"
#include "rules/language/planted.h"

namespace beckon::rules {

namespace {

constexpr std::string_view kEachElement = "[]";

// A path relative to some value. After the [] of a list, a path relative to its elements; empty: the element itself.
struct Relative {
  explicit Relative(std::string_view path) : list(path) {
    const std::size_t each = path.find(kEachElement);
    if (each == path.npos) return;
    of_list = true;
    list = path.substr(0, each);
    rest = path.substr(each + kEachElement.size());
    if (rest.starts_with('.')) rest.remove_prefix(1);
  }
  std::string_view list, rest;
  bool of_list = false;
};

struct FieldTest {
  std::string_view path;
  const Comparison* comparison;
};
using Tests = std::vector<FieldTest>;

Tests of_list(const Tests& tests, std::string_view list) {
  Tests out;
  for (const FieldTest& test : tests) {
    const Relative path(test.path);
    if (path.of_list && path.list == list) out.push_back({path.rest, test.comparison});
  }
  return out;
}

bool fits(std::string_view value, const Tests& tests);

bool some_element_fits(std::string_view list, const Tests& tests) {
  bool any = false, found = false;
  each_element(list, [&](std::string_view element) {
    any = true;
    found = fits(element, tests);
    return !found;
  });
  return any ? found : fits({}, tests);
}

bool fits(std::string_view value, const Tests& tests) {
  std::vector<std::string_view> lists;
  for (const FieldTest& test : tests) {
    const Relative path(test.path);
    if (!path.of_list) {
      if (!holds(*test.comparison, value_at(value, path.list))) return false;
    } else if (off_by_one(Planted::kAnyElement) == 1) {
      if (!some_element_fits(value_at(value, path.list), {{path.rest, test.comparison}})) return false;
    } else if (std::ranges::find(lists, path.list) == lists.end()) {
      lists.push_back(path.list);
    }
  }
  return std::ranges::all_of(
      lists, [&](std::string_view list) { return some_element_fits(value_at(value, list), of_list(tests, list)); });
}

// A field named like the whole text takes precedence over the path.
std::string_view named(std::string_view object, std::string_view path) {
  const std::string_view value = is_path(path) ? member_at(object, path) : std::string_view{};
  return value == "null" ? std::string_view{} : value;
}

// The elements that paths decide on; std::nullopt if one fails.
std::optional<Tests> paths_of(std::string_view object, std::span<const FieldComparison> all) {
  Tests tests;
  for (const FieldComparison& one : all) {
    const std::string_view value = named(object, one.path);
    if (value.empty())
      tests.push_back({one.path, &one.comparison});
    else if (!holds(one.comparison, value))
      return std::nullopt;
  }
  return tests;
}

struct Visit {
  bool multiplied;
  const std::function<void(std::string_view, std::string_view)>& visit;

  void values(std::string_view value, std::string_view field, std::string_view times, const Tests& tests) const {
    const Relative path(field), factor(times);
    if (!path.of_list) return visit(value_at(value, field), multiplied ? value_at(value, times) : std::string_view{});
    const std::string_view list = value_at(value, path.list);
    const Tests inside = of_list(tests, path.list);
    if (!list.starts_with('[')) return visit({}, {});
    each_element(list, [&](std::string_view element) {
      if (inside.empty() || fits(element, inside)) values(element, path.rest, factor.rest, inside);
      return true;
    });
  }
};

}  // namespace

bool metadata_fits(std::string_view object, std::span<const FieldComparison> all) {
  const auto tests = paths_of(object, all);
  return tests && fits(object, *tests);
}

void each_value(std::string_view object, std::string_view field, std::string_view times,
                std::span<const FieldComparison> all,
                const std::function<void(std::string_view, std::string_view)>& visit) {
  const std::string_view factor = times.empty() ? std::string_view{} : named(object, times);
  if (const std::string_view value = named(object, field); !value.empty() || !factor.empty()) {
    const auto alone = [&](std::string_view path) {
      return Relative(path).of_list ? std::string_view{} : value_at(object, path);
    };
    return visit(value.empty() ? alone(field) : value, times.empty() || !factor.empty() ? factor : alone(times));
  }
  if (const auto tests = paths_of(object, all)) Visit{!times.empty(), visit}.values(object, field, times, *tests);
}

std::string_view list_of(std::string_view path) {
  const std::size_t each = path.rfind(kEachElement);
  return each == path.npos ? std::string_view{} : path.substr(0, each + kEachElement.size());
}

}  // namespace beckon::rules
