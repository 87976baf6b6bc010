// `same`: the values for each of which a measure is taken by itself. It is what it is for the best of them.
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

// The value that the signal has for `same`. Nothing where it is missing, null, empty, a list or an object, or longer
// than limits::kValueSize: then the signal is of no value. `room` holds a text with escapes.
std::optional<std::string_view> same_in(const ledger::Signal& signal, std::string_view same, std::string& room);

// A short form of the value, as timers and messages keep it; never 0, and no greater than an SQL integer.
std::uint64_t same_key(std::string_view value);

// The values that one measure looks at. Keeps the room of its texts when it is cleared.
class SameValues {
 public:
  static constexpr std::size_t kNone = limits::kSameValues + 1;  // room for a planted fault

  void clear() { size_ = 0; }
  std::size_t size() const { return size_; }
  const std::string& operator[](std::size_t slot) const { return values_[slot]; }
  std::size_t find(std::string_view value) const;  // kNone: it is not there
  // As find; one that is not there is added while there is room.
  std::size_t find_or_add(std::string_view value);

 private:
  std::vector<std::string> values_;
  std::size_t size_ = 0;
};

}  // namespace beckon::rules
