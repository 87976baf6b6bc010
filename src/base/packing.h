// Numbers and texts as bytes. A number is in groups of seven bits, the lowest first, the highest bit of a byte saying
// whether another follows; a signed one is folded first, so that small ones are short (zigzag); a text is its length as
// a number, and its bytes. The encoding of protobuf's varints: protobuf.dev/programming-guides/encoding
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace beckon {

// Appends to a string, which outlives it.
class Packer {
 public:
  explicit Packer(std::string& out) : out_(out) {}
  void byte(std::uint8_t value) { out_ += static_cast<char>(value); }
  void number(std::uint64_t value) {
    if (value < 0x80) return byte(static_cast<std::uint8_t>(value));  // most are of one byte
    put(kNumber, [&](char* to) { return put_number(to, value); });
  }
  void zigzag(std::int64_t value) {
    number(static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63));
  }
  void text(std::string_view text) {
    if (text.empty()) return byte(0);
    put(kNumber + text.size(), [&](char* to) {
      to = put_number(to, text.size());
      return to + text.copy(to, text.size());
    });
  }
  void raw(std::string_view bytes) { out_ += bytes; }

 private:
  static constexpr std::size_t kNumber = 10;  // bytes of the longest
  static char* put_number(char* to, std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) *to++ = static_cast<char>(value | 0x80);
    *to++ = static_cast<char>(value);
    return to;
  }
  // `fill` writes at most so many bytes to where it is told, and returns where it ended.
  template <class Fill>
  void put(std::size_t most, Fill fill) {
    const std::size_t before = out_.size();
    out_.resize_and_overwrite(before + most, [&](char* data, std::size_t) { return fill(data + before) - data; });
  }

 protected:
  std::string& out_;
};

// Reads what Packer wrote; after the first error all further reads return zeros and empty texts, and ok() is false.
class Unpacker {
 public:
  explicit Unpacker(std::string_view bytes) : at_(bytes.data()), end_(at_ + bytes.size()) {}
  bool ok() const { return ok_; }
  std::string_view rest() const { return {at_, static_cast<std::size_t>(end_ - at_)}; }  // empty after an error

  std::uint8_t byte() {
    if (at_ != end_) return static_cast<std::uint8_t>(*at_++);
    fail();
    return 0;
  }
  std::uint64_t number() {
    if (at_ != end_ && (*at_ & 0x80) == 0) return static_cast<std::uint8_t>(*at_++);  // most are of one byte
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const std::uint8_t part = byte();
      value |= std::uint64_t{part & 0x7fu} << shift;
      if ((part & 0x80) == 0) return value;
    }
    fail();
    return 0;
  }
  std::int64_t zigzag() {
    const std::uint64_t bits = number();
    return static_cast<std::int64_t>(bits >> 1) ^ -static_cast<std::int64_t>(bits & 1);
  }
  std::string_view text() { return bytes(number()); }

 protected:
  std::string_view bytes(std::uint64_t size) {
    if (size > static_cast<std::size_t>(end_ - at_)) {
      fail();
      return {};
    }
    return {std::exchange(at_, at_ + size), size};
  }
  void fail() {
    ok_ = false;
    at_ = end_;
  }

  const char *at_, *end_;
  bool ok_ = true;
};

}  // namespace beckon
