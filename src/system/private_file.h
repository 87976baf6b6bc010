// Files that hold a secret: a key that others may read or change is no secret.
#pragma once
#include <expected>
#include <string>

namespace beckon {

// The whole of a file, of 1 MiB at most. `what` it is begins the sentence that says why it is refused: it cannot be
// read, or users other than its owner may read or change it. Its group may read it: service managers and containers
// hand out secrets so.
std::expected<std::string, std::string> read_private_file(const std::string& what, const std::string& path);

// The same of a file that anyone may read.
std::expected<std::string, std::string> read_public_file(const std::string& what, const std::string& path);

}  // namespace beckon
