#include <algorithm>
#include <array>

#include "base/json.h"
#include "rules/language/members.h"
#include "rules/language/payload_filter.h"
#include "rules/language/payload_text.h"

namespace beckon::rules {

namespace {

struct FilterName {
  std::string_view name;
  PayloadFilterKind kind;
  std::string_view argument;  // an example; empty if it has none
};
constexpr std::array kFilterNames{
    FilterName{"default", PayloadFilterKind::kDefault, "default:\"friend\" or default:0"},
    FilterName{"upper", PayloadFilterKind::kUpper, ""},
    FilterName{"lower", PayloadFilterKind::kLower, ""},
    FilterName{"number", PayloadFilterKind::kNumber, "number:2, with 0 to 6 decimal places"},
    FilterName{"date", PayloadFilterKind::kDate, "date:\"%d.%m.%Y\""},
    FilterName{"first", PayloadFilterKind::kFirst, ""},
    FilterName{"join", PayloadFilterKind::kJoin, "join:\", \""},
    FilterName{"size", PayloadFilterKind::kSize, ""},
    FilterName{"url", PayloadFilterKind::kUrl, ""},
    FilterName{"html", PayloadFilterKind::kHtml, ""},
};

bool is_json_number(std::string_view text) {
  const auto document = json::parse(std::string(text));
  return document && document->root().is_number() && document->root().text() == text;
}

}  // namespace

std::expected<PayloadFilter, std::string> read_payload_filter(std::string_view name,
                                                              const std::optional<FilterArgument>& argument) {
  const auto found = std::ranges::find(kFilterNames, name, &FilterName::name);
  if (found == kFilterNames.end()) {
    std::vector<std::string_view> names;
    for (const FilterName& one : kFilterNames) names.push_back(one.name);
    const std::string_view nearest = nearest_name(name, names);
    return std::unexpected("has the unknown filter \"" + std::string(name) + "\"" +
                           (nearest.empty() ? "" : "; did you mean \"" + std::string(nearest) + "\"?"));
  }
  if (found->argument.empty() && argument)
    return std::unexpected("gives the filter " + std::string(name) + " an argument, and it takes none");
  const auto expects = [&] {
    return std::unexpected("must give the filter its argument: " + std::string(found->argument));
  };
  if (!found->argument.empty() && !argument) return expects();
  PayloadFilter filter{.kind = found->kind, .argument = "", .places = 0};
  switch (found->kind) {
    case PayloadFilterKind::kDefault:
      if (!argument->quoted && !is_json_number(argument->text)) return expects();
      filter.argument = argument->quoted ? json::quote(argument->text) : std::string(argument->text);
      break;
    case PayloadFilterKind::kNumber:
      if (argument->quoted || argument->text.size() != 1 || argument->text[0] < '0' ||
          argument->text[0] > '0' + kMostPlaces)
        return expects();
      filter.places = argument->text[0] - '0';
      break;
    case PayloadFilterKind::kDate:
      if (!argument->quoted || argument->text.empty()) return expects();
      if (const std::string fault = date_format_fault(argument->text); !fault.empty())
        return std::unexpected("has a date with an unknown part: " + fault);
      filter.argument = argument->text;
      break;
    case PayloadFilterKind::kJoin:
      if (!argument->quoted) return expects();
      filter.argument = argument->text;
      break;
    case PayloadFilterKind::kUpper:
    case PayloadFilterKind::kLower:
    case PayloadFilterKind::kFirst:
    case PayloadFilterKind::kSize:
    case PayloadFilterKind::kUrl:
    case PayloadFilterKind::kHtml: break;
  }
  return filter;
}

}  // namespace beckon::rules
