// What a placeholder in a payload names: a root, such as the traits of the visitor, and what of it.
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
  kTrait,        // visitor.traits.NAME; rest: the name, which may have points
  kAnchor,       // anchor.key, value, at, or metadata.FIELD; rest: "key", or "metadata.items[].price"
  kSignal,       // signal.…, likewise
  kSame,         // same
  kContext,      // session.context.NAME; rest: the name of the field
  kEver,         // ever.NAME.count, sum, first, last or days; rest: "orders.count"
  kDecision,     // decision.id, variant or expiresAt; rest: "id"
  kItem,         // item or item.FIELD, inside a $each alone; rest: the field, or empty: the element itself
};

struct PayloadPath {
  PayloadRoot root = PayloadRoot::kVisitorId;
  std::string rest;
  std::string text;  // as it was written: "visitor.traits.firstName"

  // The field of field_path.h behind "metadata." of an anchor or a signal; empty: it is of no metadata.
  std::string_view metadata_field() const;

  // Of kEver: the counter, and which part of it ("count").
  std::string_view counter() const { return std::string_view(rest).substr(0, rest.rfind('.')); }
  std::string_view part_of_counter() const { return std::string_view(rest).substr(rest.rfind('.') + 1); }
};

// Fault: what is wrong with the path, in words that continue "the placeholder …".
std::expected<PayloadPath, std::string> read_payload_path(std::string_view text, bool inside_each);

// What a field of field_path.h leads to, as JSON text: where it reaches elements, the list of all that are there;
// std::nullopt if nothing is. `room` holds the text where it had to be built. The object is well-formed JSON, or empty.
std::optional<std::string_view> value_of_field(std::string_view object, std::string_view field, std::string& room);

}  // namespace beckon::rules
