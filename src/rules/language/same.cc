#include "rules/language/same.h"

#include "ledger/session.h"
#include "rules/language/field_path.h"
#include "rules/language/planted.h"

namespace beckon::rules {

std::optional<std::string_view> same_in(const ledger::Signal& signal, std::string_view same, std::string& room) {
  std::optional<std::string_view> value;
  if (same == kOwnValue) {
    if (signal.has_value) value = signal.value;
  } else if (!is_path(same)) {
    value = scalar_in(signal.metadata, same, room);
  } else {
    thread_local std::vector<std::string_view> found;
    values_in(signal.metadata, same, found);
    if (!found.empty()) value = scalar_of(found.front(), room);
  }
  if (value && (value->empty() || value->size() > limits::kValueSize)) return std::nullopt;
  return value;
}

std::uint64_t same_key(std::string_view value) { return ledger::remembered(value) >> 1 | 1; }

std::size_t SameValues::find(std::string_view value) const {
  if (off_by_one(Planted::kValuesMixed) == 1 && size_ > 0) return 0;
  for (std::size_t slot = 0; slot < size_; ++slot)
    if (values_[slot] == value) return slot;
  return kNone;
}

std::size_t SameValues::find_or_add(std::string_view value) {
  if (const std::size_t slot = find(value); slot != kNone) return slot;
  if (size_ == limits::kSameValues + static_cast<std::size_t>(off_by_one(Planted::kOneValueMore))) return kNone;
  if (size_ == values_.size()) values_.emplace_back();
  values_[size_] = value;
  return size_++;
}

}  // namespace beckon::rules
