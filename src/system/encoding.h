// Hex, base64 and hashes, from the libraries that implement them.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace beckon {

std::string to_hex(std::string_view bytes);
std::string to_base64(std::string_view bytes);                     // standard alphabet, padded
std::optional<std::string> from_base64(std::string_view text);     // strict
std::string to_base64url(std::string_view bytes);                  // RFC 7515: no padding
std::optional<std::string> from_base64url(std::string_view text);  // strict, without padding

std::string hmac_sha256(std::string_view key, std::string_view text);  // 32 bytes
std::string sha256(std::string_view text);                             // 32 bytes

bool equal_in_constant_time(std::string_view a, std::string_view b);

// SipHash-2-4 with a key: for tables and digests of data from clients. Thread-safe.
class KeyedHash {
 public:
  explicit KeyedHash(std::string_view key16);  // 16 bytes
  std::uint64_t operator()(std::string_view text) const;

 private:
  std::array<unsigned char, 16> key_{};
};

// Likewise SipHash-2-4-128. The halves are its bytes in native byte order.
class KeyedHash128 {
 public:
  struct Sum {
    std::uint64_t first = 0, second = 0;
  };
  explicit KeyedHash128(std::string_view key16);  // 16 bytes
  Sum operator()(std::string_view text) const;

 private:
  std::array<unsigned char, 16> key_{};
};

}  // namespace beckon
