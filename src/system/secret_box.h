// Secrets at rest: XChaCha20-Poly1305 under the server's master key, with tenant and id as associated data, so that a
// sealed text moved to another row does not open. Thread-safe. safety.md section 2.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/random.h"

namespace beckon {

class SecretBox {
 public:
  static constexpr std::size_t kKeySize = 32;
  explicit SecretBox(std::string_view key32);
  ~SecretBox();  // wipes the key

  std::string seal(std::string_view plain, std::string_view associated, Random& random) const;
  std::optional<std::string> open(std::string_view sealed, std::string_view associated) const;

 private:
  std::string key_;
};

}  // namespace beckon
