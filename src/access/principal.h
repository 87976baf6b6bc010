// The caller of a request. Contract section 2.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "access/scopes.h"
#include "base/id.h"
#include "base/instant.h"

namespace beckon::access {

// Roles of a user on a handle, each including the one before.
enum class Role : std::uint8_t { kCreator = 1, kOperator = 2, kOwner = 3 };
std::string_view to_text(Role role);                    // "CREATOR", "OPERATOR", "OWNER"
std::optional<Role> parse_role(std::string_view text);  // the inverse; exactly these texts

struct Principal {
  std::string subject;  // e-mail of a user, "cli" for a token created on the command line, or the id of an access token
  bool platform_admin = false;
  Handle handle;               // a command-line token contains its handle and role; empty otherwise
  Role role = Role::kCreator;  // with `handle`
  Instant issued_at{};         // of a token of this server; to the second
  Instant expires_at{};
  std::string token_id = {};          // `jti`
  std::int64_t password_version = 0;  // of a user: the password version when the token was created
  std::string provider =
      {};  // of an identity provider's access token: the provider's name; empty for a token of this server
  // Set for an access token of a handle: `subject` and `token_id` are its id, `handle` is its own, and it has no
  // role.
  std::optional<Scopes> scopes = {};
};

}  // namespace beckon::access
