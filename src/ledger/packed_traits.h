// The traits that were said under one id, as memory keeps them: in an eighth of the bytes that they take decoded. A
// rule reads a trait by its name without decoding the others. Immutable.
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
  std::size_t bytes() const { return sizeof(PackedTraits) + bytes_.capacity(); }  // memory held

  // The trait of that name, into room where a former one may be. False: there is none.
  bool read(std::string_view name, Trait& into) const;
  // Those that `keeps` wants, for a judgement: without the ids of requests.
  PackedTraits only(const std::function<bool(std::string_view name)>& keeps) const;

  // What it is made of, good for as long as this process runs.
  std::string_view packed() const { return bytes_; }
  static PackedTraits of_packed(std::string_view packed);

  friend bool operator==(const PackedTraits&, const PackedTraits&) = default;

 private:
  // n:varint source:string* base:stamp size:varint (size:varint trait)* (by name) n:varint (id:u64le instant)*
  // A trait is as codec.h has it, but its stamps are less by the base, and a source that is among those is one byte.
  std::string bytes_;
};

Traits united(std::span<const PackedTraits* const> parts);
// Of a trait as if all parts had been said under one id. `name` outlives it.
std::optional<TraitNow> trait_in(std::span<const PackedTraits* const> parts, std::string_view name);

}  // namespace beckon::ledger
