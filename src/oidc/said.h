// What several files say and read alike.
#pragma once
#include <string>
#include <string_view>
#include <utility>

#include "access/jwt.h"
#include "base/json.h"

namespace beckon::oidc {

// A sign-in is refused: a complete sentence for who tried.
inline unexpected<Fault> refused(std::string why) { return unexpected(access::invalid_credentials(std::move(why))); }

// The text of a member, empty if it has none.
inline std::string text_of(const json::Value& from, std::string_view name) {
  const json::Value* value = from.find(name);
  return value != nullptr && value->is_string() ? std::string(value->text()) : std::string();
}

}  // namespace beckon::oidc
