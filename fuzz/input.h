// Splits a fuzzer's bytes into parts.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace beckon::fuzz {

// Reads as zeros after its end.
class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}

  bool empty() const { return rest_.empty(); }
  std::uint8_t byte() { return empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(take(1).front()); }
  std::size_t below(std::size_t end) { return byte() % end; }
  std::string_view take(std::size_t size) {
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(taken.size());
    return taken;
  }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

// The sizes of the pieces into which a text is split: those in the input, repeatedly; single bytes if it has none.
class Cuts {
 public:
  explicit Cuts(Input& input) : sizes_(input.take(input.below(16))) {}

  std::size_t next() {
    if (sizes_.empty()) return 1;
    const auto size = static_cast<std::uint8_t>(sizes_[at_++ % sizes_.size()]);
    return size == 0xff ? 4096 : std::size_t{size} + 1;
  }
  // Calls `with` for each piece, until it returns false. Returns the rest.
  template <class With>
  std::string_view each(std::string_view text, With with) {
    while (!text.empty()) {
      const std::string_view piece = text.substr(0, next());
      text.remove_prefix(piece.size());
      if (!with(piece)) break;
    }
    return text;
  }

 private:
  std::string_view sizes_;
  std::size_t at_ = 0;
};

}  // namespace beckon::fuzz
