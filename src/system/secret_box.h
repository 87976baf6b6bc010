// Secrets at rest: XChaCha20-Poly1305 with the server's master key, and tenant and id as associated data, so that a
// sealed text moved to another row does not open. Thread-safe. safety.md section 2.
//
// While the master key is being replaced there are several keys: the first seals, all can open.
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

  // Replaces the keys.
  void use(std::vector<std::string> keys);

  std::string seal(std::string_view plain, std::string_view associated, Random& random) const;
  std::optional<std::string> open(std::string_view sealed, std::string_view associated) const;

  // The text resealed with the first key if another had sealed it; std::nullopt if the first had, or none opens it.
  std::optional<std::string> resealed(std::string_view sealed, std::string_view associated, Random& random) const;

 private:
  class Keys;  // wiped by its destructor
  Published<Keys> keys_;
};

}  // namespace beckon
