// The master key and the secrets sealed with it.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "access/directory.h"
#include "base/result.h"
#include "system/secret_box.h"

namespace beckon::app {

enum class MissingKey : std::uint8_t { kCreate, kRefuse };

// The first key seals; the others open what they have sealed until it is resealed (app/master_key_rotation.h).
using MasterKeys = std::vector<std::string>;
inline constexpr std::size_t kMostMasterKeys = 4;

std::string master_key_file(const std::string& folder, const std::string& file);  // its path: `file`, or in FOLDER

// 32 bytes from `file` (base64 or raw), or, if that is empty, from FOLDER/master.key. While the key is being replaced,
// the file has one line of base64 for each, the new one first. A missing file may only be created (0600) there if
// nothing is encrypted yet: data sealed with another key would be lost. A file that others than its owner may change,
// or that everybody may read, is refused. The fault's message is for the operator.
Result<MasterKeys> master_keys(const std::string& folder, const std::string& file, MissingKey missing, Random& random);

// Replaces the content of the file atomically, keeping its mode and owner. Follows links.
Result<void> write_master_keys(const std::string& named, const MasterKeys& keys);

inline constexpr const char* kHashKey = "hash-key";  // the oldest of the named secrets

// Refuse keys that do not include the one that sealed the secrets: by its fingerprint, or where none is stored, by the
// hash key as sealed. For a store that is not open: check_keys_fit (app/storage.h).
Result<void> check_fingerprint(const std::string& kept, const MasterKeys& keys);
Result<void> check_opens_hash_key(const std::string& sealed, const MasterKeys& keys);

// Identifies a master key without revealing it: 16 hexadecimal digits, the same for the same key.
std::string key_fingerprint(const std::string& key);

// The fingerprint stored with the sealed data (store::kKeyFingerprint); stores that of the first key if there is none.
// Fault if it matches none of the keys.
Result<std::string> keep_fingerprint(access::Directory& directory, const MasterKeys& keys);

// A named secret of the server, created on first use.
Result<std::string> named_secret(access::Directory& directory, const SecretBox& box, const std::string& name,
                                 std::size_t size, Random& random);

}  // namespace beckon::app
