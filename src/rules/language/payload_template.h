// A payload whose texts have placeholders, such as "Hi {{visitor.traits.firstName | default:'there'}}": read once, then
// rendered with the values of one visitor and one decision.
//
//   text         = (characters | "{{{{" | placeholder)*            {{{{ stands for the characters {{
//   placeholder  = "{{" path ("|" filter)* "}}"                    spaces around each part mean nothing
//   path         = see payload_path.h
//   filter       = name (":" argument)?                            payload_filter.h
//   argument     = '"' characters '"' | "'" characters "'" | number
//   list         = {"$each": path, "max"?: 1 to 50, "as": any JSON whose placeholders may name item}
//
// A text that is one placeholder and nothing else becomes the value with its JSON type. In every other text the value
// is inserted as text: numbers and booleans as they were written, lists with ", " between their elements, objects as
// JSON. Values are inserted as JSON values: nothing of them is read as a placeholder or as JSON syntax. Names of
// members have no placeholders.
//
// A value that is missing, or null, or that a filter cannot use, and for which no default is given, is missing. Of a
// $each: an element of which something is missing is left out where the policy is kHold; if all are, the list is
// missing. An empty list is not. A single value is a list of one. Elements that are left out do not count towards max.
//
// decision.… is not known before the decision: it is never missing, and null where there is no value.
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

// What a missing value means.
enum class OnMissing : std::uint8_t {
  kHold,  // the payload cannot be rendered
  kNull,  // null; in a text, nothing
};

// Where the values come from. Confined to one thread.
class PayloadValues {
 public:
  virtual ~PayloadValues() = default;
  // The value as well-formed JSON text of at most payload_limits::kValueDepth levels; std::nullopt or null: it is
  // missing. `room` may hold the text; the view stays valid until the next call, or as long as `room`.
  virtual std::optional<std::string_view> value(const PayloadPath& path, std::string& room) const = 0;
};

struct PayloadParts;

// Immutable; thread-safe. Cheap to copy.
class PayloadTemplate {
 public:
  // `path` is that of the payload: "action.payload". std::nullopt if no text has a placeholder and there is no $each:
  // the payload is rendered as it is. Each fault is an issue at its place; with faults the template is of no use.
  static std::optional<PayloadTemplate> read(const json::Value& payload, const std::string& path, OnMissing on_missing,
                                             Issues& issues);

  // Each path that it names, once, in the order written, and visitor.zone where a date needs it.
  const std::vector<PayloadPath>& paths() const;

  struct Rendered {
    std::string json;     // empty unless it could be rendered
    std::string missing;  // the text of the first path whose value is missing, such as "visitor.traits.firstName"
    bool too_large = false;
  };
  // `zone` is the visitor's; null: UTC.
  Rendered render(const PayloadValues& values, const Zone* zone) const;

  // The payload as far as it goes, for whoever writes it: with null for what is missing, or nothing inside a text, also
  // where that holds the rule back.
  struct Draft {
    std::string json;                         // empty where it is too large
    std::vector<const PayloadPath*> missing;  // of paths(): those that hold the rule back, or would with kHold
    bool too_large = false;
  };
  Draft draft(const PayloadValues& values, const Zone* zone) const;

  // Of paths(): those whose values are missing and hold the rule back; none where nothing does.
  std::vector<const PayloadPath*> holding(const PayloadValues& values) const;

  struct Probe {
    const PayloadPath* missing = nullptr;  // of paths(); null: nothing is missing
    bool too_large = false;
    bool can_be_rendered() const { return missing == nullptr && !too_large; }
  };
  // What render would say, without rendering unless the values are long. Adds the values that it reads to the digest.
  // decision.… is not read, and does not count for the size.
  Probe probe(const PayloadValues& values, const Zone* zone, Digest& digest) const;

 private:
  explicit PayloadTemplate(std::shared_ptr<const PayloadParts> parts) : parts_(std::move(parts)) {}

  std::shared_ptr<const PayloadParts> parts_;
};

namespace payload_limits {
inline constexpr std::size_t kPlaceholders = 100;     // in one payload, $each among them
inline constexpr std::size_t kFilters = 8;            // of one placeholder
inline constexpr std::int64_t kElements = 50;         // of one $each
inline constexpr std::size_t kDepth = 16;             // of the containers around a placeholder
inline constexpr std::size_t kValueDepth = 8;         // so that all of it stays below the depth that json::parse takes
inline constexpr std::size_t kRenderedBytes = 8'192;  // without what decision.… inserts
}  // namespace payload_limits

}  // namespace beckon::rules
