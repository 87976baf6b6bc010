// Keys made from the master key, each for one purpose: HKDF with SHA-256, RFC 5869. Thread-safe.
#pragma once
#include <string>
#include <string_view>

namespace beckon {

// `label`: names the purpose, and only that. The same key and label always give the same 32 bytes.
std::string derived_key(std::string_view key, std::string_view label);

}  // namespace beckon
