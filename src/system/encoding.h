// Hex, base64 and hashes over the libraries that do them.
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
std::optional<std::string> from_base64url(std::string_view text);  // strict, no padding taken

std::string hmac_sha256(std::string_view key, std::string_view text);  // 32 bytes
std::string sha256(std::string_view text);                             // 32 bytes

bool equal_in_constant_time(std::string_view a, std::string_view b);

// SipHash-2-4 under a key: for tables and digests of what a stranger sends. Thread-safe.
class KeyedHash {
 public:
  explicit KeyedHash(std::string_view key16);  // 16 bytes
  std::uint64_t operator()(std::string_view text) const;

 private:
  std::array<unsigned char, 16> key_{};
};

// SipHash-2-4-128 likewise. The halves are its bytes in the machine's order.
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
