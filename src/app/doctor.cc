#include "app/doctor.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <optional>

#include "app/keys.h"
#include "app/listen_address.h"
#include "app/provider_file.h"
#include "app/storage.h"
#include "egress/cares_resolver.h"
#include "egress/trust.h"
#include "http/tls_certificates.h"
#include "store/sqlite/sqlite_store.h"
#include "store/sqlite/upgrade.h"
#include "system/clock.h"
#include "system/files.h"
#include "system/random.h"
#include "system/zones.h"

namespace beckon::app {
namespace {

using enum Finding::Level;

// Where a folder that does not exist yet would be created.
std::filesystem::path existing(std::filesystem::path folder) {
  folder = std::filesystem::absolute(folder);
  while (!std::filesystem::exists(folder) && folder.has_relative_path()) folder = folder.parent_path();
  return folder;
}

// Why the folder, or the one where it would be created, cannot be written to.
std::optional<std::string> refused_writing(const std::string& where) {
  const std::filesystem::path folder = existing(where);
  std::string file = (folder / ".beckon-doctor-XXXXXX").string();
  const int fd = ::mkstemp(file.data());
  if (fd < 0)
    return folder.string() + " cannot be written: " + system_message(errno) +
           ". Make it belong to the user that runs Beckon.";
  const bool synced = ::fsync(fd) == 0;
  const std::string why = synced ? "" : system_message(errno);
  ::close(fd);
  ::unlink(file.c_str());
  if (!synced) return folder.string() + " cannot be synced: " + why + ". Check the disk.";
  return std::nullopt;
}

Finding look_at_folder(const Settings& settings) {
  const bool is_there = std::filesystem::exists(settings.data);
  if (const auto why = refused_writing(settings.data)) return {"data folder", kBroken, *why};
  struct stat status = {};
  if (is_there && ::stat(settings.data.c_str(), &status) == 0 && (status.st_mode & S_IRWXO) != 0)
    return {"data folder", kWarning, settings.data + " is open to other users of this machine: chmod 700 it."};
  return {"data folder", kGood,
          settings.data + (is_there ? " can be written" : " does not exist yet, and can be made")};
}

Finding look_at_space(const Settings& settings) {
  constexpr std::uint64_t kLittle = std::uint64_t{1} << 30;
  struct statvfs volume = {};
  const std::string folder = existing(settings.data).string();
  if (::statvfs(folder.c_str(), &volume) != 0)
    return {"free space", kWarning, "is not known: " + system_message(errno) + "."};
  const std::uint64_t free = std::uint64_t{volume.f_bavail} * volume.f_frsize;
  const std::uint64_t all = std::uint64_t{volume.f_blocks} * volume.f_frsize;
  const std::string text = std::to_string(free >> 20) + " MiB of " + std::to_string(all >> 20) + " MiB";
  if (free < kLittle || free < all / 20)
    return {"free space", kWarning, text + ". When it is full, signals are refused: make room, or move the folder."};
  return {"free space", kGood, text};
}

// The copy left by an upgrade, if there is one.
std::optional<Finding> look_at_former_data(const Settings& settings) {
  const auto former = store::former_data(settings.data);
  if (!former) return std::nullopt;
  return Finding{"upgrade", kWarning,
                 former->file + " (" + std::to_string((former->bytes >> 20) + 1) +
                     " MiB) is the data as it was before an upgrade: delete it when the new version works well."};
}

Finding look_at_backups(const Settings& settings) {
  const std::string& folder = settings.backup.folder;
  if (const auto why = refused_writing(folder)) return {"backups", kBroken, *why};
  struct stat target = {}, data = {};
  struct statvfs volume = {};
  const std::string there = existing(folder).string(), here = existing(settings.data).string();
  if (::stat(there.c_str(), &target) == 0 && ::stat(here.c_str(), &data) == 0 && target.st_dev == data.st_dev)
    return {"backups", kWarning, folder + " is on the same disk as the data: one that breaks takes both."};
  std::error_code error;
  const auto size = std::filesystem::file_size(store::SqliteStore::data_file(settings.data), error);
  if (!error && ::statvfs(there.c_str(), &volume) == 0 &&
      std::uint64_t{volume.f_bavail} * volume.f_frsize < std::uint64_t{size})
    return {"backups", kWarning, folder + " has less free space than the data takes: make room."};
  return {"backups", kGood, folder + " can be written"};
}

Finding look_at_database(const Settings& settings) {
  if (const auto there = stored_secret(settings, store::kKeyFingerprint); !there)
    return {"database", kBroken, there.error().message};
  if (!settings.backup.folder.empty())
    return {"database", kBroken, *not_a_data_folder(settings, "serve --backup-folder")};
  return {"database", kGood, "answers"};
}

Finding look_at_key(const Settings& settings) {
  const std::string own = settings.data + "/master.key";
  const auto sealed = stored_secret(settings, store::kKeyFingerprint);
  if (settings.master_key_file.empty() && !std::filesystem::exists(own) &&
      (store::SqliteStore::holds_data(settings.data) || (sealed && *sealed)))
    return {
        "master key", kBroken,
        own + " is missing, and there is data: bring the key back from your copy, or name it by --master-key-file."};
  if (settings.master_key_file.empty() && !std::filesystem::exists(own))
    return {"master key", kWarning,
            "will be made in the data folder at the first start. Keep a copy elsewhere, or make one yourself and name "
            "it by --master-key-file: a server that is reachable from outside requires that."};
  SystemRandom random;
  const auto key = master_keys(settings.data, settings.master_key_file, MissingKey::kRefuse, random);
  if (!key) return {"master key", kBroken, key.error().message};
  if (const auto fits = check_keys_fit(settings, *key); !fits) return {"master key", kBroken, fits.error().message};
  if (settings.master_key_file.empty())
    return {"master key", kWarning, own + " is in the same folder as what it encrypts: keep a copy elsewhere."};
  return {"master key", kGood, settings.master_key_file + " can be read"};
}

Finding look_at_address(const Settings& settings) {
  if (const auto why = refused_to_listen(settings)) return {"address", kBroken, *why};
  const auto files = tls_files(settings);
  if (!files) return {"address", kBroken, files.error()};
  if (files->empty()) return {"address", kGood, settings.listen};
  const Instant now = SystemClock().now();
  const auto certificates = http::TlsCertificates::read(*files, now);
  if (!certificates) return {"address", kBroken, certificates.error()};
  for (const Instant end : (*certificates)->not_after())
    if (end < now + std::chrono::hours{24 * 20})
      return {"address", kWarning,
              settings.listen + ", with a certificate that ends at " + to_rfc3339(end) + ": renew it."};
  return {"address", kGood, settings.listen + ", by TLS"};
}

// A finding for each fault, since each is a line to correct.
void look_at_providers(const Settings& settings, std::vector<Finding>& found) {
  if (settings.oidc_providers.empty()) return;
  const auto providers = read_providers(settings);
  if (!providers) {
    for (const std::string& fault : providers.error()) found.push_back({"providers", kBroken, fault});
    return;
  }
  std::string names;
  for (const oidc::Provider& provider : *providers) names.append(names.empty() ? "" : ", ").append(provider.name);
  found.push_back({"providers", kGood, settings.oidc_providers + " can be used: " + names});
}

Finding look_at_clock() {
  timex state = {};
  if (::adjtimex(&state) == TIME_ERROR || (state.status & STA_UNSYNC) != 0)
    return {"clock", kWarning,
            to_rfc3339(SystemClock().now()) +
                ", not synchronized: install chrony or systemd-timesyncd. Receivers "
                "refuse signatures whose time is minutes away from theirs."};
  return {"clock", kGood, to_rfc3339(SystemClock().now()) + ", synchronized"};
}

Finding look_at_names(const Settings& settings, const std::string& name) {
  net::EventLoop loop;
  egress::CaresResolver resolver(loop, settings.network.resolver);
  std::optional<egress::Lookup> found;
  resolver.start(name, std::chrono::seconds{5}, [&](egress::Lookup lookup) { found = std::move(lookup); });
  while (!found) loop.poll(std::chrono::milliseconds{100});
  const std::string took = std::to_string(found->elapsed.count() / 1000) + " ms";
  switch (found->outcome) {
    case egress::Lookup::Outcome::kFound: return {"name server", kGood, name + " was found in " + took};
    case egress::Lookup::Outcome::kNoName:
    case egress::Lookup::Outcome::kNoAddress:
      return {"name server", kWarning, "answers, but " + name + " has no address; try another by --name."};
    case egress::Lookup::Outcome::kTimeout:
    case egress::Lookup::Outcome::kFailed: break;
  }
  return {"name server", kBroken,
          "does not answer, so no webhook can be sent. Check /etc/resolv.conf, and that UDP and TCP to port 53 pass."};
}

Finding look_at_trust(const Settings& settings) {
  for (const std::string& file : {settings.network.client.ca_file, settings.network.client.extra_ca_file})
    if (!file.empty() && !egress::Trust::can_read(file))
      return {"authorities", kBroken,
              file +
                  " has no certificates that can be read, so no webhook can be sent over TLS. On Debian: apt install "
                  "ca-certificates."};
  return {"authorities", kGood, settings.network.client.ca_file + " can be read"};
}

Finding look_at_zones() {
  const std::string_view version = system_zones().version();
  if (system_zones().find("Europe/Berlin") == nullptr)
    return {"time zones", kBroken, "are not there, so no rule can name one. On Debian: apt install tzdata."};
  if (is_older_zone_version(version, kNewestZoneVersion))
    return {"time zones", kWarning,
            "are of " + std::string(version) + ", and " + std::string(kNewestZoneVersion) +
                " is out. Upgrade tzdata, and start the server again."};
  return {"time zones", kGood, "are of " + std::string(version)};
}

Finding look_at_files() {
  constexpr rlim_t kFew = 4'096;
  rlimit files = {};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0)
    return {"open files", kWarning, "are not known: " + system_message(errno) + "."};
  const std::string text = std::to_string(files.rlim_max) + " at most";
  if (files.rlim_max < kFew)
    return {"open files", kWarning, text + ", each connection takes one: raise the limit (LimitNOFILE= of the unit)."};
  return {"open files", kGood, text};
}

std::string_view word(Finding::Level level) {
  switch (level) {
    case kGood: return "ok";
    case kWarning: return "warning";
    case kBroken: return "broken";
  }
  return "";
}

}  // namespace

std::vector<Finding> examine(const Settings& settings, const std::string& name) {
  std::vector<Finding> found{look_at_folder(settings), look_at_space(settings), look_at_key(settings),
                             look_at_address(settings), look_at_clock()};
  if (auto former = look_at_former_data(settings)) found.push_back(std::move(*former));
  if (is_postgres(settings))
    found.push_back(look_at_database(settings));
  else if (!settings.backup.folder.empty())
    found.push_back(look_at_backups(settings));
  look_at_providers(settings, found);
  if (!name.empty()) found.push_back(look_at_names(settings, name));
  found.push_back(look_at_trust(settings));
  found.push_back(look_at_zones());
  found.push_back(look_at_files());
  return found;
}

int doctor(const Settings& settings, const std::string& name) {
  int status = 0;
  for (const Finding& finding : examine(settings, name)) {
    std::printf("%-8s %-12s %s\n", std::string(word(finding.level)).c_str(), finding.what.c_str(),
                finding.text.c_str());
    if (finding.level == kBroken) status = 1;
  }
  return status;
}

}  // namespace beckon::app
