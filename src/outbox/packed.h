// Numbers and texts in the bytes of a row. A number is in groups of seven bits, the lowest first, the highest bit of a
// byte saying whether another follows; a text is its length as a number, and its bytes.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace beckon::outbox {

inline void pack(std::string& to, std::uint64_t number) {
  for (; number >= 0x80; number >>= 7) to += static_cast<char>(number | 0x80);
  to += static_cast<char>(number);
}

inline void pack(std::string& to, std::string_view text) {
  pack(to, std::uint64_t{text.size()});
  to += text;
}

// Reads what pack wrote. After a fault everything is 0 or empty.
class Unpack {
 public:
  explicit Unpack(std::string_view bytes) : rest_(bytes) {}

  std::uint64_t number() {
    std::uint64_t number = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (rest_.empty()) break;
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      number |= std::uint64_t{byte & 0x7fu} << shift;
      if (byte < 0x80) return number;
    }
    fail();
    return 0;
  }
  std::string_view text() {
    const std::uint64_t size = number();
    if (size > rest_.size()) {
      fail();
      return {};
    }
    const std::string_view text = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return text;
  }
  bool at_end() const { return rest_.empty(); }
  bool failed() const { return failed_; }

 private:
  void fail() {
    failed_ = true;
    rest_ = {};
  }

  std::string_view rest_;
  bool failed_ = false;
};

}  // namespace beckon::outbox
