// `same`: a measure is evaluated for each of its values separately, and the best value counts.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/signal.h"
#include "rules/language/rule.h"

namespace beckon::rules {

inline constexpr std::string_view kOwnValue = "value";  // as `same`: the signal's own value

// The signal's value of `same`. std::nullopt if it is missing, null, empty, a list or an object, or longer than
// limits::kValueSize: the signal then has no value. `room` holds a text that had escapes.
std::optional<std::string_view> same_in(const ledger::Signal& signal, std::string_view same, std::string& room);

// A hash of the value, as timers and messages store it; never 0, and within SQLite's integers.
std::uint64_t same_key(std::string_view value);

// The values that one measure considers. clear() keeps the strings' memory.
class SameValues {
 public:
  static constexpr std::size_t kNone = limits::kSameValues + 1;  // room for a planted fault

  void clear() { size_ = 0; }
  std::size_t size() const { return size_; }
  const std::string& operator[](std::size_t slot) const { return values_[slot]; }
  std::size_t find(std::string_view value) const;  // kNone if it is not there
  // Like find, but adds a missing value while there is room.
  std::size_t find_or_add(std::string_view value);

 private:
  std::vector<std::string> values_;
  std::size_t size_ = 0;
};

}  // namespace beckon::rules
