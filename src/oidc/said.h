// Shared by several files.
#pragma once
#include <string>
#include <string_view>
#include <utility>

#include "access/jwt.h"
#include "base/json.h"

namespace beckon::oidc {

// Refuses a sign-in: a complete sentence for the user.
inline unexpected<Fault> refused(std::string why) { return unexpected(access::invalid_credentials(std::move(why))); }

}  // namespace beckon::oidc
