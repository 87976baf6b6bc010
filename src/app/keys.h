// The master key and the secrets under it.
#pragma once
#include <cstdint>
#include <string>

#include "access/directory.h"
#include "base/result.h"
#include "system/secret_box.h"

namespace beckon::app {

enum class MissingKey : std::uint8_t { kCreate, kRefuse };

// 32 bytes from `file` (base64 or raw), or if that is empty from FOLDER/master.key. A missing one there may only be
// created (0600) where nothing is encrypted yet: data with another key is lost. A file that others than its owner may
// change, or that everybody may read, is refused. The fault's message is for the operator.
Result<std::string> master_key(const std::string& folder, const std::string& file, MissingKey missing, Random& random);

// Which master key it is, without giving it away: 16 hexadecimal digits, the same for the same key.
std::string key_fingerprint(const std::string& key);

// Keeps the fingerprint next to what is sealed with the key (store::kKeyFingerprint). The fault says so if it is that
// of another key.
Result<void> keep_fingerprint(access::Directory& directory, const std::string& key);

// A named secret of the server, created on first use.
Result<std::string> named_secret(access::Directory& directory, const SecretBox& box, const std::string& name,
                                 std::size_t size, Random& random);

}  // namespace beckon::app
