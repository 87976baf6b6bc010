// A payload whose strings have placeholders, such as "Hi {{visitor.traits.firstName | default:'there'}}": parsed once,
// then rendered with the values of one visitor and one decision.
//
//   text         = (characters | "{{{{" | placeholder)*            {{{{ stands for the characters {{
//   placeholder  = "{{" path ("|" filter)* "}}"                    spaces around each part mean nothing
//   path         = see payload_path.h
//   filter       = name (":" argument)?                            payload_filter.h
//   argument     = '"' characters '"' | "'" characters "'" | number
//   list         = {"$each": path, "max"?: 1 to 50, "as": any JSON whose placeholders may name item}
//
// A string that is exactly one placeholder becomes the value with its JSON type. In other strings the value is
// inserted as text: numbers and booleans as written, lists joined with ", ", objects as JSON. Values are
// escaped as JSON: no part of a value is parsed as a placeholder or as JSON syntax. Member names have no
// placeholders.
//
// A value is missing if it does not exist, is null, or cannot be used by a filter, and no default is given. In a $each
// with policy kHold, an element with a missing value is left out; if all are, the list is missing. An empty list is not
// missing. A single value is a list of one. Elements left out do not count toward max.
//
// decision.… is unknown before the decision: it is never missing, and null if it has no value.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fault.h"
#include "base/json.h"
#include "base/zone.h"
#include "rules/language/digest.h"
#include "rules/language/payload_path.h"

namespace beckon::rules {

// The policy for missing values.
enum class OnMissing : std::uint8_t {
  kHold,  // the payload cannot be rendered
  kNull,  // null; inside a string, the empty text
};

// The source of values. Confined to one thread.
class PayloadValues {
 public:
  virtual ~PayloadValues() = default;
  // The value as well-formed JSON text of at most payload_limits::kValueDepth levels; std::nullopt or null if it is
  // missing. `room` may hold the text; the view is valid until the next call, or while `room` is unchanged.
  virtual std::optional<std::string_view> value(const PayloadPath& path, std::string& room) const = 0;
};

struct PayloadParts;

// Immutable; thread-safe. Cheap to copy.
class PayloadTemplate {
 public:
  // `path` is that of the payload: "action.payload". std::nullopt if no string has a placeholder and there is no $each:
  // the payload is then used verbatim. Each fault is an issue at its path; with faults the template must not be used.
  static std::optional<PayloadTemplate> read(const json::Value& payload, const std::string& path, OnMissing on_missing,
                                             Issues& issues);

  // All paths used, each once, in the order written, and visitor.zone if a date needs it.
  const std::vector<PayloadPath>& paths() const;

  struct Rendered {
    std::string json;     // empty if it could not be rendered
    std::string missing;  // the first path with a missing value, as written, such as "visitor.traits.firstName"
    bool too_large = false;
  };
  // `zone`: the visitor's; null for UTC.
  Rendered render(const PayloadValues& values, const Zone* zone) const;

  // Renders a preview for the author: missing values become null, or nothing inside a string, even if they hold the
  // rule back.
  struct Draft {
    std::string json;                         // empty if it is too large
    std::vector<const PayloadPath*> missing;  // of paths(): those that hold the rule back, or would with kHold
    bool too_large = false;
  };
  Draft draft(const PayloadValues& values, const Zone* zone) const;

  // Of paths(): those whose missing values hold the rule back; empty if none do.
  std::vector<const PayloadPath*> holding(const PayloadValues& values) const;

  struct Probe {
    const PayloadPath* missing = nullptr;  // of paths(); null if nothing is missing
    bool too_large = false;
    bool can_be_rendered() const { return missing == nullptr && !too_large; }
  };
  // The outcome of render, without rendering unless the values are long. Adds the values it reads to the digest.
  // decision.… is not read, and does not count toward the size.
  Probe probe(const PayloadValues& values, const Zone* zone, Digest& digest) const;

 private:
  explicit PayloadTemplate(std::shared_ptr<const PayloadParts> parts) : parts_(std::move(parts)) {}

  std::shared_ptr<const PayloadParts> parts_;
};

namespace payload_limits {
inline constexpr std::size_t kPlaceholders = 100;     // in one payload, including $each
inline constexpr std::size_t kFilters = 8;            // of one placeholder
inline constexpr std::int64_t kElements = 50;         // of one $each
inline constexpr std::size_t kDepth = 16;             // containers around a placeholder
inline constexpr std::size_t kValueDepth = 8;         // keeps the result below the depth limit of json::parse
inline constexpr std::size_t kRenderedBytes = 8'192;  // without the values of decision.…
}  // namespace payload_limits

}  // namespace beckon::rules
