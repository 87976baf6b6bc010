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

}  // namespace beckon::oidc
