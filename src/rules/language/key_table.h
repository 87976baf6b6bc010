// The signal keys that some rule names, numbered from 0: one lookup maps a signal's key to its number or to none.
#pragma once
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace beckon::rules {

// A key as numbers: eight bytes from each end (four of a key shorter than eight), and the size; complete for keys of up
// to 16 bytes.
struct KeyWords {
  std::uint64_t head = 0, tail = 0, size = 0;

  explicit KeyWords(std::string_view key) : size(key.size()) {
    if (key.size() >= 8) {
      read_ends<std::uint64_t>(key);
    } else if (key.size() >= 4) {
      read_ends<std::uint32_t>(key);
    } else if (!key.empty()) {
      head = static_cast<unsigned char>(key.front());
      tail = static_cast<std::uint64_t>(static_cast<unsigned char>(key[key.size() / 2])) << 8 |
             static_cast<unsigned char>(key.back());
    }
  }
  KeyWords() = default;
  // Looked-up keys come from clients, but the table's keys come from the operator: no client can fill the table.
  std::uint64_t hash() const {
    const std::uint64_t mixed = (head ^ tail * 0x9e3779b97f4a7c15u ^ size) * 0xff51afd7ed558ccdu;
    return mixed ^ mixed >> 32;
  }
  friend bool operator==(const KeyWords&, const KeyWords&) = default;

 private:
  template <class Word>
  void read_ends(std::string_view key) {
    Word word;
    std::memcpy(&word, key.data(), sizeof word);
    head = word;
    std::memcpy(&word, key.data() + key.size() - sizeof word, sizeof word);
    tail = word;
  }
};

// Built once, then immutable and thread-safe.
class KeyTable {
 public:
  static constexpr std::int32_t kUnknown = -1;

  std::int32_t add(std::string_view key);  // its number, new or existing
  std::int32_t find(std::string_view key) const {
    if (slots_.empty()) return kUnknown;
    const KeyWords words(key);
    for (std::size_t i = words.hash() & mask_;; i = (i + 1) & mask_) {
      const Slot& slot = slots_[i];
      if (slot.number == kUnknown) return kUnknown;
      if (slot.words == words && (key.size() <= 16 || keys_[static_cast<std::size_t>(slot.number)] == key))
        return slot.number;
    }
  }
  std::size_t size() const { return keys_.size(); }

 private:
  struct Slot {
    KeyWords words;
    std::int32_t number = kUnknown;
  };
  void place(std::int32_t number);

  std::vector<std::string> keys_;
  std::vector<Slot> slots_;  // open addressing, at most half full
  std::size_t mask_ = 0;
};

}  // namespace beckon::rules
