#include "app/keys.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "base/operator_fault.h"
#include "store/store.h"
#include "system/encoding.h"
#include "system/files.h"
#include "system/private_file.h"

namespace beckon::app {
namespace {

Result<MasterKeys> read_keys(const std::string& path) {
  const auto read = read_private_file("master key", path);
  if (!read) return unexpected(operator_fault(read.error()));
  const std::string_view raw = *read;
  if (raw.size() == SecretBox::kKeySize) return MasterKeys{std::string(raw)};
  MasterKeys keys;
  bool whole = true;
  for (std::size_t at = 0; at < raw.size();) {
    const std::size_t end = std::min(raw.find('\n', at), raw.size());
    std::string_view line = raw.substr(at, end - at);
    at = end + 1;
    line = line.substr(0, line.find_last_not_of("\r ") + 1);
    if (line.empty()) continue;
    auto bytes = from_base64(line);
    whole = whole && bytes && bytes->size() == SecretBox::kKeySize;
    if (whole) keys.emplace_back(std::string_view(*bytes));
  }
  if (whole && !keys.empty() && keys.size() <= kMostMasterKeys) return keys;
  return unexpected(
      operator_fault("The master key " + path +
                     " is not 32 bytes, raw or in base64. Where data is stored, bring the key that it was "
                     "stored with back from your copy. Only for new data, make one: head -c 32 "
                     "/dev/urandom | base64 > FILE"));
}

// Writes the keys to a new file next to `path`, whose owner `set_owner` may change, and syncs it; then `place` gives it
// its name. So the file is either complete on disk under its name, or does not exist. On failure returns false, with
// errno set.
template <class SetOwner, class Place>
bool write_keys(const std::string& path, const MasterKeys& keys, const SetOwner& set_owner, const Place& place) {
  std::string text;
  for (const std::string& key : keys) text += to_base64(key) + "\n";
  const std::string fresh = path + "." + std::to_string(::getpid());
  ::unlink(fresh.c_str());  // left by a crashed process with this number
  const FileDescriptor file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  const bool made = file && write_all(file.number(), text) && set_owner(file.number()) && ::fsync(file.number()) == 0 &&
                    place(fresh.c_str()) && sync_folder_of(path);
  const int why = errno;
  ::unlink(fresh.c_str());
  errno = why;
  return made;
}

// Two processes that start at once agree on one key: the second finds that the name exists.
Result<void> make_key(const std::string& path, Random& random) {
  const auto place = [&](const char* fresh) { return ::link(fresh, path.c_str()) == 0 || errno == EEXIST; };
  if (write_keys(
          path, {random.bytes(SecretBox::kKeySize)}, [](int) { return true; }, place))
    return {};
  return unexpected(operator_fault("The master key " + path + " cannot be created: " + system_message(errno) + "."));
}

}  // namespace

std::string master_key_file(const std::string& folder, const std::string& file) {
  return file.empty() ? folder + "/master.key" : file;
}

Result<MasterKeys> master_keys(const std::string& folder, const std::string& file, MissingKey missing, Random& random) {
  if (!file.empty()) return read_keys(file);
  const std::string path = master_key_file(folder, file);
  if (!std::filesystem::exists(path)) {
    if (missing == MissingKey::kRefuse)
      return unexpected(
          operator_fault("The master key " + path + " is missing, and the secrets in " + folder +
                         " cannot be read without it. Restore the file, or name the key that this server was "
                         "started with: --master-key-file FILE"));
    if (const auto made = make_key(path, random); !made) return unexpected(made.error());
  }
  return read_keys(path);
}

Result<void> write_master_keys(const std::string& named, const MasterKeys& keys) {
  std::error_code error;
  const std::filesystem::path real = std::filesystem::canonical(named, error);  // the target of a link
  const std::string path = error ? named : real.string();
  struct stat now = {};
  const auto same_owner = [&](int file) {
    return ::fchown(file, now.st_uid, now.st_gid) == 0 && ::fchmod(file, now.st_mode & 0777) == 0;
  };
  const auto place = [&](const char* fresh) { return ::rename(fresh, path.c_str()) == 0; };
  if (::stat(path.c_str(), &now) == 0 && write_keys(path, keys, same_owner, place)) return {};
  return unexpected(operator_fault("The master key " + path + " cannot be replaced: " + system_message(errno) + "."));
}

std::string key_fingerprint(const std::string& key) {
  return to_hex(hmac_sha256(key, "beckon master key fingerprint")).substr(0, 16);
}

Result<void> check_fingerprint(const std::string& kept, const MasterKeys& keys) {
  std::string given;
  for (const std::string& key : keys) {
    const std::string own = key_fingerprint(key);
    if (own == kept) return {};
    given += (given.empty() ? "" : ", ") + own;
  }
  return unexpected(operator_fault("The secrets in this data folder were encrypted with the master key " + kept +
                                   ", not with the one that was given, " + given + " (these are fingerprints)."));
}

Result<void> check_opens_hash_key(const std::string& sealed, const MasterKeys& keys) {
  if (SecretBox(keys).open(sealed, access::named_secret_place(kHashKey))) return {};
  return unexpected(operator_fault("The secrets in this data folder were encrypted with another master key than " +
                                   key_fingerprint(keys.front()) + " (its fingerprint)."));
}

Result<std::string> keep_fingerprint(access::Directory& directory, const MasterKeys& keys) {
  auto kept = directory.named_secret(std::string(store::kKeyFingerprint), key_fingerprint(keys.front()));
  if (!kept) return kept;
  if (const auto fits = check_fingerprint(*kept, keys); !fits) return unexpected(fits.error());
  return kept;
}

Result<std::string> named_secret(access::Directory& directory, const SecretBox& box, const std::string& name,
                                 std::size_t size, Random& random) {
  const std::string associated = access::named_secret_place(name);
  const auto sealed = directory.named_secret(name, box.seal(random.bytes(size), associated, random));
  if (!sealed) return unexpected(sealed.error());
  auto secret = box.open(*sealed, associated);
  if (!secret)
    return unexpected(operator_fault("The secrets in this data folder were encrypted with another master key."));
  return std::move(*secret);
}

}  // namespace beckon::app
