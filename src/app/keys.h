// The master key and the secrets under it.
#pragma once
#include <string>

#include "access/directory.h"
#include "base/result.h"
#include "system/secret_box.h"

namespace beckon::app {

// 32 bytes from `file` (base64 or raw), or if that is empty from DIR/master.key, which is created (0600) if missing.
// The fault's message is for the operator.
Result<std::string> master_key(const std::string& folder, const std::string& file, Random& random);

// A named secret of the server, created on first use.
Result<std::string> named_secret(access::Directory& directory, const SecretBox& box, const std::string& name,
                                 std::size_t size, Random& random);

}  // namespace beckon::app
