#include "rules/language/key_table.h"

#include <algorithm>

namespace beckon::rules {

std::int32_t KeyTable::add(std::string_view key) {
  if (const std::int32_t known = find(key); known != kUnknown) return known;
  keys_.emplace_back(key);
  if (keys_.size() * 2 > slots_.size()) {
    slots_.assign(std::max<std::size_t>(slots_.size() * 2, 16), {});
    mask_ = slots_.size() - 1;
    for (std::size_t i = 0; i < keys_.size(); ++i) place(static_cast<std::int32_t>(i));
  } else {
    place(static_cast<std::int32_t>(keys_.size() - 1));
  }
  return static_cast<std::int32_t>(keys_.size() - 1);
}

void KeyTable::place(std::int32_t number) {
  const KeyWords words(keys_[static_cast<std::size_t>(number)]);
  std::size_t i = words.hash() & mask_;
  while (slots_[i].number != kUnknown) i = (i + 1) & mask_;
  slots_[i] = {.words = words, .number = number};
}

}  // namespace beckon::rules
