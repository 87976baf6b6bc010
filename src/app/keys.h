// The master key and the secrets under it.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "access/directory.h"
#include "base/result.h"
#include "system/secret_box.h"

namespace beckon::app {

enum class MissingKey : std::uint8_t { kCreate, kRefuse };

// The first seals; the others open what they have sealed, until it is sealed again (app/master_key_rotation.h).
using MasterKeys = std::vector<std::string>;
inline constexpr std::size_t kMostMasterKeys = 4;

std::string master_key_file(const std::string& folder, const std::string& file);  // where it is: `file`, or in FOLDER

// 32 bytes from `file` (base64 or raw), or if that is empty from FOLDER/master.key. While the key is being replaced,
// the file has a line of base64 for each, the new one first. A missing one there may only be created (0600) where
// nothing is encrypted yet: data with another key is lost. A file that others than its owner may change, or that
// everybody may read, is refused. The fault's message is for the operator.
Result<MasterKeys> master_keys(const std::string& folder, const std::string& file, MissingKey missing, Random& random);

// Replaces what is in the file at once, with the mode and owner that it has. Of a link: what it leads to.
Result<void> write_master_keys(const std::string& named, const MasterKeys& keys);

// Refuses keys of which none is the one that the data in the folder was encrypted with, before anything is written.
Result<void> check_keys_fit(const std::string& folder, const MasterKeys& keys);

// Which master key it is, without giving it away: 16 hexadecimal digits, the same for the same key.
std::string key_fingerprint(const std::string& key);

// The fingerprint next to what is sealed with the key (store::kKeyFingerprint), which is kept now if none is there. The
// fault says so if it is that of none of the keys.
Result<std::string> keep_fingerprint(access::Directory& directory, const MasterKeys& keys);

inline constexpr const char* kHashKey = "hash-key";  // the oldest of the named secrets

// A named secret of the server, created on first use.
Result<std::string> named_secret(access::Directory& directory, const SecretBox& box, const std::string& name,
                                 std::size_t size, Random& random);

}  // namespace beckon::app
