// Which rules of a trigger can match at all: those for which a fact exists that they need. A rule opens with the one of
// its needs that the fewest rules share.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "rules/language/scene.h"

namespace beckon::rules {

// What a rule needs one of: signals with this key; if `values` is not empty, signals with this key and one of these
// values; or, if there is a field, one of these values of it in the context.
struct Need {
  std::int32_t key = Stream::kEveryKey;
  std::string field = {};
  std::vector<std::string> values = {};
};

// Built once, then immutable and thread-safe. Rules are numbered by their positions in the trigger's order.
class Gates {
 public:
  Gates() = default;
  explicit Gates(const std::vector<std::vector<Need>>& needs);  // by rule

  // Sets the bits of the rules that need nothing, and of those that need something that exists: in the context, or in a
  // signal that is visible or will become visible.
  void open(Scene& scene, std::vector<std::uint64_t>& standing) const;
  std::size_t words() const { return ungated_.size(); }

 private:
  // Rules by position: the bits set in one 64-bit word.
  struct Bits {
    std::uint32_t word = 0;
    std::uint64_t bits = 0;
  };
  using Rules = std::vector<Bits>;
  static void set(Rules& rules, std::size_t place);
  static void admit(const Rules& rules, std::vector<std::uint64_t>& standing);
  void open_value(std::uint64_t fact, std::vector<std::uint64_t>& standing) const;

  std::vector<std::uint64_t> ungated_;
  std::vector<std::pair<std::int32_t, Rules>> keys_;  // sorted
  // By a digest of key or field and value. Two with the same digest open each other's rules, which then do not match.
  std::unordered_map<std::uint64_t, Rules> values_;
  std::vector<std::int32_t> keys_by_value_;
  std::vector<std::string> fields_;
};

}  // namespace beckon::rules
