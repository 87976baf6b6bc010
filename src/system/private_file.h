// Files that contain a secret: a key that others can read or change is not secret.
#pragma once
#include <expected>
#include <string>

namespace beckon {

// A whole file, at most 1 MiB. The error is a sentence that begins with `what`: it cannot be read, or users other
// than its owner may read or change it. Its group may read it, since service managers and containers pass secrets
// that way.
std::expected<std::string, std::string> read_private_file(const std::string& what, const std::string& path);

// The same for a file that anyone may read.
std::expected<std::string, std::string> read_public_file(const std::string& what, const std::string& path);

}  // namespace beckon
