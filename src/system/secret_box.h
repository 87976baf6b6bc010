// Secrets at rest: XChaCha20-Poly1305 under the server's master key, with tenant and id as associated data, so that a
// sealed text moved to another row does not open. Thread-safe. safety.md section 2.
//
// While the master key is being replaced there are several keys: the first seals, and each opens what it has sealed.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/published.h"
#include "base/random.h"

namespace beckon {

class SecretBox {
 public:
  static constexpr std::size_t kKeySize = 32;
  explicit SecretBox(std::string_view key32) : SecretBox(std::vector{std::string(key32)}) {}
  explicit SecretBox(std::vector<std::string> keys);  // at least one

  // From now on these, in the place of those that it had.
  void use(std::vector<std::string> keys);

  std::string seal(std::string_view plain, std::string_view associated, Random& random) const;
  std::optional<std::string> open(std::string_view sealed, std::string_view associated) const;

  // Sealed with the first key, if another one has sealed it; std::nullopt if the first has, or none opens it.
  std::optional<std::string> resealed(std::string_view sealed, std::string_view associated, Random& random) const;

 private:
  class Keys;  // wiped at its end
  Published<Keys> keys_;
};

}  // namespace beckon
