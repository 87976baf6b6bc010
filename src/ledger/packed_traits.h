// The traits of one id as kept in memory, in an eighth of their decoded size. A trait is read by name without decoding
// the others. Immutable.
#pragma once
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "ledger/traits.h"

namespace beckon::ledger {

class PackedTraits {
 public:
  PackedTraits() = default;
  explicit PackedTraits(const Traits& traits);
  Traits unpacked() const;
  bool empty() const { return bytes_.empty(); }
  std::size_t bytes() const { return sizeof(PackedTraits) + bytes_.capacity(); }  // memory used

  // Reads the trait of that name into `into`, reusing its memory. False if there is none.
  bool read(std::string_view name, Trait& into) const;
  // Only the traits that `keeps` accepts, for an evaluation: without request ids.
  PackedTraits only(const std::function<bool(std::string_view name)>& keeps) const;

  // The packed bytes; valid only within this process.
  std::string_view packed() const { return bytes_; }
  static PackedTraits of_packed(std::string_view packed);

  friend bool operator==(const PackedTraits&, const PackedTraits&) = default;

 private:
  // n:varint source:string* base:stamp size:varint (rank:u8 source:string stamp)* (origins) size:varint (size:varint
  // name:string origin:varint rest)* (by name) n:varint (id:u64le instant)*: packed_traits.cc says what the rest is
  std::string bytes_;
};

Traits united(std::span<const PackedTraits* const> parts);
// A trait as if all parts were of one id. `name` must outlive the result.
std::optional<TraitNow> trait_in(std::span<const PackedTraits* const> parts, std::string_view name);

}  // namespace beckon::ledger
