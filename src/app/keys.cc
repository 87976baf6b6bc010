#include "app/keys.h"

#include <fcntl.h>
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

Result<std::string> read_key(const std::string& path) {
  const auto read = read_private_file("master key", path);
  if (!read) return unexpected(operator_fault(read.error()));
  const std::string& raw = *read;
  if (raw.size() == SecretBox::kKeySize) return raw;
  const auto last = raw.find_last_not_of("\n\r ");
  const auto bytes = from_base64(raw.substr(0, last + 1));
  if (bytes && bytes->size() == SecretBox::kKeySize) return *bytes;
  return unexpected(
      operator_fault("The master key " + path +
                     " is not 32 bytes, raw or in base64. Where data is stored, bring the key that it was "
                     "stored with back from your copy. Only for new data, make one: head -c 32 "
                     "/dev/urandom | base64 > FILE"));
}

// Complete on disk under its name, or not there at all: two processes that start at once agree on one key.
Result<void> make_key(const std::string& path, Random& random) {
  std::string key(SecretBox::kKeySize, '\0');
  random.fill(std::as_writable_bytes(std::span{key.data(), key.size()}));
  const std::string text = to_base64(key) + "\n", fresh = path + "." + std::to_string(::getpid());
  ::unlink(fresh.c_str());  // of a process of this number that died here
  const int fd = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  bool made = fd >= 0 && ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(fd) == 0;
  if (fd >= 0) ::close(fd);
  made = made && (::link(fresh.c_str(), path.c_str()) == 0 || errno == EEXIST) && sync_folder_of(path);
  const int fault = errno;
  ::unlink(fresh.c_str());
  if (!made)
    return unexpected(operator_fault("The master key " + path + " cannot be created: " + system_message(fault) + "."));
  return {};
}

}  // namespace

Result<std::string> master_key(const std::string& folder, const std::string& file, MissingKey missing, Random& random) {
  if (!file.empty()) return read_key(file);
  const std::string path = folder + "/master.key";
  if (!std::filesystem::exists(path)) {
    if (missing == MissingKey::kRefuse)
      return unexpected(
          operator_fault("The master key " + path + " is missing, and the secrets in " + folder +
                         " cannot be read without it. Restore the file, or name the key that this server was "
                         "started with: --master-key-file FILE"));
    if (const auto made = make_key(path, random); !made) return unexpected(made.error());
  }
  return read_key(path);
}

std::string key_fingerprint(const std::string& key) {
  return to_hex(hmac_sha256(key, "beckon master key fingerprint")).substr(0, 16);
}

Result<void> keep_fingerprint(access::Directory& directory, const std::string& key) {
  const std::string given = key_fingerprint(key);
  const auto kept = directory.named_secret(std::string(store::kKeyFingerprint), given);
  if (!kept) return unexpected(kept.error());
  if (*kept != given)
    return unexpected(operator_fault("The secrets in this data folder were encrypted with the master key " + *kept +
                                     ", not with the one that was given, " + given + " (these are fingerprints)."));
  return {};
}

Result<std::string> named_secret(access::Directory& directory, const SecretBox& box, const std::string& name,
                                 std::size_t size, Random& random) {
  std::string fresh(size, '\0');
  random.fill(std::as_writable_bytes(std::span{fresh.data(), fresh.size()}));
  const std::string associated = "secret/" + name;
  const auto sealed = directory.named_secret(name, box.seal(fresh, associated, random));
  if (!sealed) return unexpected(sealed.error());
  auto secret = box.open(*sealed, associated);
  if (!secret)
    return unexpected(operator_fault("The secrets in this data folder were encrypted with another master key."));
  return std::move(*secret);
}

}  // namespace beckon::app
