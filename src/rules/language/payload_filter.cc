#include "rules/language/payload_filter.h"

#include <algorithm>

#include "base/json.h"
#include "base/utf8.h"
#include "rules/language/field_path.h"
#include "rules/language/letter_case.h"
#include "rules/language/payload_text.h"

namespace beckon::rules {

namespace {

using Kind = PayloadValue::Kind;

PayloadValue text_value(std::string text) { return {.kind = Kind::kText, .text = std::move(text), .elements = {}}; }
PayloadValue json_value(std::string text) { return {.kind = Kind::kJson, .text = std::move(text), .elements = {}}; }

// A value that is not a list, or a list nested in one.
PayloadValue single_value(std::string_view json) {
  if (json.empty() || json == "null") return {};
  if (json.front() != '"') return json_value(std::string(json));
  std::string room;
  const auto text = scalar_of(json, room);
  return text ? text_value(std::string(*text)) : PayloadValue{};
}

// The text of one value after a filter; std::nullopt if the filter cannot use it.
using TextFilter = std::optional<std::string> (*)(const PayloadValue& value, const PayloadFilter& filter,
                                                  const Zone* zone);

PayloadValue each_filtered(const PayloadValue& value, const PayloadFilter& filter, const Zone* zone, TextFilter apply) {
  if (value.kind != Kind::kList) {
    auto text = value.is_missing() ? std::nullopt : apply(value, filter, zone);
    return text ? text_value(std::move(*text)) : PayloadValue{};
  }
  PayloadValue out{.kind = Kind::kList, .text = "", .elements = {}};
  for (const PayloadValue& element : value.elements) {
    out.elements.push_back(each_filtered(element, filter, zone, apply));
    if (out.elements.back().is_missing() && !element.is_missing()) return {};
  }
  return out;
}

std::optional<std::string> number_text(const PayloadValue& value, const PayloadFilter& filter, const Zone*) {
  const bool is_number =
      value.kind == Kind::kText ? decimal_of(value.text).has_value() : number_of(value.text).has_value();
  return is_number ? with_places(value.text, filter.places) : std::nullopt;
}

std::optional<std::string> text_of_date(const PayloadValue& value, const PayloadFilter& filter, const Zone* zone) {
  return value.kind == Kind::kText ? date_text(value.text, filter.argument, zone) : std::nullopt;
}

PayloadValue size_value(const PayloadValue& value) {
  if (value.kind == Kind::kList) return json_value(std::to_string(value.elements.size()));
  if (value.kind == Kind::kText) return json_value(std::to_string(characters(value.text)));
  if (!value.text.starts_with('{')) return {};
  const auto document = json::parse(value.text);
  return document ? json_value(std::to_string(document->root().members().size())) : PayloadValue{};
}

PayloadValue filtered_by(const PayloadFilter& filter, PayloadValue value, const Zone* zone) {
  const auto each = [&](TextFilter apply) { return each_filtered(value, filter, zone, apply); };
  using Optional = std::optional<std::string>;
  switch (filter.kind) {
    case PayloadFilterKind::kDefault: {
      const bool is_empty = value.is_missing() || (value.kind == Kind::kText && value.text.empty());
      return is_empty ? payload_value(filter.argument) : value;
    }
    case PayloadFilterKind::kUpper:
      return each([](const PayloadValue& of, const PayloadFilter&, const Zone*) -> Optional {
        return upper_case(plain_text_of(of));
      });
    case PayloadFilterKind::kLower:
      return each([](const PayloadValue& of, const PayloadFilter&, const Zone*) -> Optional {
        return lower_case(plain_text_of(of));
      });
    case PayloadFilterKind::kNumber: return each(number_text);
    case PayloadFilterKind::kDate: return each(text_of_date);
    case PayloadFilterKind::kFirst:
      if (value.kind != Kind::kList) return value;
      if (value.elements.empty()) return {};
      // A nested list is treated as a list from here on.
      return value.elements.front().kind == Kind::kJson ? payload_value(value.elements.front().text)
                                                        : PayloadValue(value.elements.front());
    case PayloadFilterKind::kJoin:
      return value.is_missing() ? value : text_value(plain_text_of(value, filter.argument));
    case PayloadFilterKind::kSize: return value.is_missing() ? value : size_value(value);
    case PayloadFilterKind::kUrl:
      return each([](const PayloadValue& of, const PayloadFilter&, const Zone*) -> Optional {
        return percent_encoded(plain_text_of(of));
      });
    case PayloadFilterKind::kHtml:
      return each([](const PayloadValue& of, const PayloadFilter&, const Zone*) -> Optional {
        return html_escaped(plain_text_of(of));
      });
  }
  return value;
}

bool can_fail(PayloadFilterKind kind) {
  return kind == PayloadFilterKind::kNumber || kind == PayloadFilterKind::kDate || kind == PayloadFilterKind::kFirst ||
         kind == PayloadFilterKind::kSize;
}

std::size_t growth_of_one(const PayloadFilter& filter) {
  switch (filter.kind) {
    case PayloadFilterKind::kDefault:
    case PayloadFilterKind::kFirst:
    case PayloadFilterKind::kSize: return 1;
    case PayloadFilterKind::kUpper:
    case PayloadFilterKind::kLower: return 2;
    case PayloadFilterKind::kUrl: return 3;
    case PayloadFilterKind::kHtml: return 6;
    case PayloadFilterKind::kNumber: return static_cast<std::size_t>(filter.places) + 5;  // "1e12" has 13 digits
    case PayloadFilterKind::kDate:
    case PayloadFilterKind::kJoin: return filter.argument.size() + 2;
  }
  return kMostGrowth;
}

}  // namespace

PayloadValue payload_value(std::string_view json) {
  if (!json.starts_with('[')) return single_value(json);
  PayloadValue out{.kind = Kind::kList, .text = "", .elements = {}};
  each_element(json, [&](std::string_view element) { return out.elements.push_back(single_value(element)), true; });
  return out;
}

void append_json(std::string& out, const PayloadValue& value) {
  switch (value.kind) {
    case Kind::kMissing: out += "null"; return;
    case Kind::kText: json::append_string(out, value.text); return;
    case Kind::kJson: out += value.text; return;
    case Kind::kList: {
      out += '[';
      for (const PayloadValue& element : value.elements) {
        if (&element != &value.elements.front()) out += ',';
        append_json(out, element);
      }
      out += ']';
    }
  }
}

std::string plain_text_of(const PayloadValue& value, std::string_view separator) {
  if (value.kind != Kind::kList) return value.text;
  std::string out;
  bool first = true;
  for (const PayloadValue& element : value.elements) {
    if (element.is_missing()) continue;
    if (!first) out += separator;
    first = false;
    out += element.text;
  }
  return out;
}

PayloadValue filtered(PayloadValue value, std::span<const PayloadFilter> filters, const Zone* zone) {
  for (const PayloadFilter& filter : filters) value = filtered_by(filter, std::move(value), zone);
  return value;
}

bool may_lose_value(std::span<const PayloadFilter> filters) {
  for (std::size_t i = 0; i < filters.size(); ++i) {
    if (can_fail(filters[i].kind) && filtered({}, filters.subspan(i + 1), nullptr).is_missing()) return true;
  }
  return false;
}

std::size_t growth_of(std::span<const PayloadFilter> filters) {
  // A control character may be one byte and is written as six; values inserted into texts get spaces between
  // elements.
  std::size_t growth = 6;
  for (const PayloadFilter& filter : filters) growth = std::min(growth * growth_of_one(filter), kMostGrowth);
  return growth;
}

}  // namespace beckon::rules
