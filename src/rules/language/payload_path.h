// What a placeholder in a payload refers to: a root, such as the visitor's traits, and a part of it.
#pragma once
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace beckon::rules {

enum class PayloadRoot : std::uint8_t {
  kVisitorId,    // visitor.id
  kVisitorZone,  // visitor.zone
  kTrait,        // visitor.traits.NAME; rest: the name, which may contain dots
  kAnchor,       // anchor.key, value, at, or metadata.FIELD; rest: "key", or "metadata.items[].price"
  kSignal,       // signal.…, likewise
  kSame,         // same
  kContext,      // session.context.NAME; rest: the field's name
  kEver,         // ever.NAME.count, sum, first, last or days; rest: "orders.count"
  kDecision,     // decision.id, variant or expiresAt; rest: "id"
  kItem,         // item or item.FIELD, only inside a $each; rest: the field, or empty for the element itself
};

struct PayloadPath {
  PayloadRoot root = PayloadRoot::kVisitorId;
  std::string rest;
  std::string text;  // as written: "visitor.traits.firstName"

  // The field (field_path.h) after "metadata." of an anchor or a signal; empty if the path is not of metadata.
  std::string_view metadata_field() const;

  // For kEver: the counter, and the part of it ("count").
  std::string_view counter() const { return std::string_view(rest).substr(0, rest.rfind('.')); }
  std::string_view part_of_counter() const { return std::string_view(rest).substr(rest.rfind('.') + 1); }
};

// Fault: what is wrong with the path, as words that continue "the placeholder …".
std::expected<PayloadPath, std::string> read_payload_path(std::string_view text, bool inside_each);

// The value of a field (field_path.h) as JSON text; if it refers to elements, a list of the existing ones; std::nullopt
// if there are none. `room` holds text that had to be built. The object is well-formed JSON, or empty.
std::optional<std::string_view> value_of_field(std::string_view object, std::string_view field, std::string& room);

}  // namespace beckon::rules
