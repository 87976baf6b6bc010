#include "rules/language/payload_path.h"

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include "rules/language/field_path.h"
#include "rules/language/members.h"
#include "rules/language/rule.h"

namespace beckon::rules {

namespace {

constexpr std::string_view kMetadata = "metadata.";

using RestFault = std::string (*)(std::string_view rest);  // empty if it is valid

std::string one_of(std::string_view rest, std::span<const std::string_view> known) {
  if (std::ranges::find(known, rest) != known.end()) return "";
  std::string list;
  for (const std::string_view name : known) list.append(list.empty() ? "" : ", ").append(name);
  return "must end in one of " + list;
}

std::string field_fault(std::string_view field) {
  return is_field(field) ? "" : "must have 1 to 4 names with points between them, and [] for each element of a list";
}

std::string no_rest(std::string_view) { return ""; }

// Trait names consist of ASCII letters, digits, _ and dots.
std::string trait_fault(std::string_view name) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto may_follow = [&](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '.'; };
  const bool right = !name.empty() && name.size() <= limits::kFieldSize && is_letter(name.front()) &&
                     std::ranges::all_of(name, may_follow);
  return right ? "" : "must end in the name of a trait: 1 to 64 letters, digits, _ and points, a letter first";
}

std::string signal_fault(std::string_view rest) {
  static constexpr std::array<std::string_view, 4> kKnown{"key", "value", "at", "metadata.NAME"};
  return rest.starts_with(kMetadata) ? field_fault(rest.substr(kMetadata.size())) : one_of(rest, kKnown);
}

std::string context_fault(std::string_view name) {
  return !name.empty() && name.size() <= limits::kFieldSize
             ? ""
             : "must end in the name of a context field of 1 to 64 bytes";
}

std::string counter_fault(std::string_view rest) {
  static constexpr std::array<std::string_view, 5> kKnown{"count", "sum", "first", "last", "days"};
  const std::size_t point = rest.rfind('.');
  if (point == rest.npos || point == 0) return "must have the name of a counter and what of it, such as orders.count";
  return one_of(rest.substr(point + 1), kKnown);
}

std::string decision_fault(std::string_view rest) {
  static constexpr std::array<std::string_view, 3> kKnown{"id", "variant", "expiresAt"};
  return one_of(rest, kKnown);
}

struct RootName {
  std::string_view begin;  // with a trailing dot if there is a rest
  PayloadRoot root;
  RestFault fault;
};
constexpr std::array kRoots{
    RootName{"visitor.id", PayloadRoot::kVisitorId, no_rest},
    RootName{"visitor.zone", PayloadRoot::kVisitorZone, no_rest},
    RootName{"visitor.traits.", PayloadRoot::kTrait, trait_fault},
    RootName{"anchor.", PayloadRoot::kAnchor, signal_fault},
    RootName{"signal.", PayloadRoot::kSignal, signal_fault},
    RootName{"same", PayloadRoot::kSame, no_rest},
    RootName{"session.context.", PayloadRoot::kContext, context_fault},
    RootName{"ever.", PayloadRoot::kEver, counter_fault},
    RootName{"decision.", PayloadRoot::kDecision, decision_fault},
    RootName{"item", PayloadRoot::kItem, no_rest},
    RootName{"item.", PayloadRoot::kItem, field_fault},
};

bool has_root(std::string_view text, const RootName& one) {
  return one.begin.ends_with('.') ? text.starts_with(one.begin) : text == one.begin;
}

std::string unknown_root(std::string_view text) {
  std::vector<std::string_view> names;
  for (const RootName& one : kRoots) names.push_back(one.begin);
  // For a text longer than every root, the part that may have been meant as one.
  for (std::size_t end = text.find('.'); end != text.npos; end = text.find('.', end + 1)) {
    if (const auto nearest = nearest_name(text.substr(0, end + 1), names); nearest.ends_with('.'))
      return "names nothing that is known; did you mean \"" + std::string(nearest) + std::string(text.substr(end + 1)) +
             "\"?";
  }
  // Not for a single word: {{name}} is not a misspelled {{same}}.
  const bool has_point = text.find('.') != text.npos;
  if (const auto nearest = has_point ? nearest_name(text, names) : ""; !nearest.empty())
    return "names nothing that is known; did you mean \"" + std::string(nearest) + "\"?";
  return "names nothing that is known: it must begin with visitor, anchor, signal, same, session.context, ever, "
         "decision or, inside $each, item";
}

}  // namespace

std::string_view PayloadPath::metadata_field() const {
  const bool of_signal = root == PayloadRoot::kAnchor || root == PayloadRoot::kSignal;
  return of_signal && rest.starts_with(kMetadata) ? std::string_view(rest).substr(kMetadata.size())
                                                  : std::string_view{};
}

std::expected<PayloadPath, std::string> read_payload_path(std::string_view text, bool inside_each) {
  const auto found = std::ranges::find_if(kRoots, [&](const RootName& one) { return has_root(text, one); });
  if (found == kRoots.end()) return std::unexpected(unknown_root(text));
  if (found->root == PayloadRoot::kItem && !inside_each)
    return std::unexpected("can only be used inside the \"as\" of a $each");
  const std::string_view rest = text.substr(found->begin.size());
  if (std::string fault = found->fault(rest); !fault.empty()) return std::unexpected(std::move(fault));
  return PayloadPath{.root = found->root, .rest = std::string(rest), .text = std::string(text)};
}

std::optional<std::string_view> value_of_field(std::string_view object, std::string_view field, std::string& room) {
  std::vector<std::string_view> values;
  values_in(object, field, values);
  std::erase_if(values, [](std::string_view value) { return value.empty() || value == "null"; });
  if (values.empty()) return std::nullopt;
  if (!reaches_elements(field)) return values.front();
  room = "[";
  for (const std::string_view value : values) room.append(room.size() > 1 ? "," : "").append(value);
  room += ']';
  return room;
}

}  // namespace beckon::rules
