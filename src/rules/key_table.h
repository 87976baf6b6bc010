// The signal keys that some rule asks for by name, numbered from 0: one look-up tells a signal's key from all others.
#pragma once
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace beckon::rules {

// Eight bytes from each end and the size: keys of up to 16 bytes are told apart by it alone, but for chance. Keys come
// from strangers; what they are looked up in comes from the operator, so that nobody can crowd the table.
inline std::uint64_t hash_of(std::string_view text) {
  std::uint64_t head = 0, tail = 0;
  if (text.size() >= 8) {
    std::memcpy(&head, text.data(), 8);
    std::memcpy(&tail, text.data() + text.size() - 8, 8);
  } else {
    for (const char c : text) head = head << 8 | static_cast<unsigned char>(c);
  }
  std::uint64_t hash = (head ^ 0x9e3779b97f4a7c15u) * 0xff51afd7ed558ccdu;
  hash = (hash ^ hash >> 32 ^ tail ^ text.size()) * 0xc4ceb9fe1a85ec53u;
  return hash ^ hash >> 29;
}

// Built once, then immutable and thread-safe.
class KeyTable {
 public:
  static constexpr std::int32_t kUnknown = -1;

  std::int32_t add(std::string_view key);  // its number, new or known
  std::int32_t find(std::string_view key) const {
    if (slots_.empty()) return kUnknown;
    const std::uint64_t hash = hash_of(key);
    for (std::size_t i = hash & mask_;; i = (i + 1) & mask_) {
      const Slot& slot = slots_[i];
      if (slot.number == kUnknown) return kUnknown;
      if (slot.hash == hash && keys_[static_cast<std::size_t>(slot.number)] == key) return slot.number;
    }
  }
  std::size_t size() const { return keys_.size(); }

 private:
  struct Slot {
    std::uint64_t hash = 0;
    std::int32_t number = kUnknown;
  };
  void place(std::uint64_t hash, std::int32_t number);

  std::vector<std::string> keys_;
  std::vector<Slot> slots_;  // open addressing, at most half full
  std::size_t mask_ = 0;
};

}  // namespace beckon::rules
