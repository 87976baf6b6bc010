#include "app/backup/parts.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "app/keys.h"
#include "base/operator_fault.h"
#include "store/sqlite/restored_data.h"
#include "system/random.h"

namespace beckon::app {

Result<std::optional<MasterKeys>> key_for(const Settings& settings, const std::string& needed) {
  std::error_code error;
  const bool given = !settings.master_key_file.empty();
  if (!given && !std::filesystem::exists(settings.data + "/master.key", error)) return std::nullopt;
  SystemRandom random;
  auto key = master_keys(settings.data, settings.master_key_file, MissingKey::kRefuse, random);
  if (!key) return unexpected(key.error());
  const auto is_needed = [&](const std::string& one) { return key_fingerprint(one) == needed; };
  if (const std::string own = key_fingerprint(key->front()); !needed.empty() && std::ranges::none_of(*key, is_needed))
    return unexpected(Fault{.code = FaultCode::kConflict,
                            .message = "The data was encrypted with another master key: its fingerprint is " + needed +
                                       ", that of " +
                                       (given ? settings.master_key_file : settings.data + "/master.key") + " is " +
                                       own + ". Name the right one with --master-key-file."});
  return std::move(*key);
}

namespace {

std::string made_with(const std::string& version, std::int64_t schema, const std::string& key) {
  return ", made by beckon " + version + ", schema " + std::to_string(schema) + ", master key " +
         (key.empty() ? "unknown" : key);
}

}  // namespace

std::string describe(const store::BackupHeader& header) {
  return "position " + std::to_string(header.position) + " of " + to_rfc3339(header.taken_at) +
         made_with(header.beckon, header.schema, header.key);
}

std::string made_by(const store::BaseHeader& base) { return made_with(base.beckon, base.schema, base.key); }

std::string describe(const store::PointInTime& point) {
  return "commit " + std::to_string(point.commit) + " of " + to_rfc3339(point.at) + made_by(point.from.header);
}

Result<Backup> open_backup(const std::string& from, const store::WantedPoint& wanted) {
  std::error_code error;
  if (std::filesystem::is_directory(from, error)) {
    auto found = store::find_point(from, wanted);
    if (!found) return unexpected(found.error());
    const auto point = std::make_shared<const store::PointInTime>(std::move(*found));
    return Backup{describe(*point), point->from.header.key,
                  [point](const std::string& folder, const SecretBox* secrets) {
                    return store::restore_point(*point, folder, secrets);
                  }};
  }
  if (wanted.at || wanted.commit)
    return unexpected(operator_fault("--at and --commit are for a backup folder, and " + from + " is not one."));
  auto opened = store::BackupReader::open(from);
  if (!opened) return unexpected(opened.error());
  const auto reader = std::make_shared<store::BackupReader>(std::move(*opened));
  return Backup{describe(reader->header()), reader->header().key,
                [reader](const std::string& folder, const SecretBox* secrets) {
                  return store::restore_data(*reader, folder, secrets);
                }};
}

bool print(const store::DataCheck& found, bool with_key) {
  for (const std::string& one : found.damage) std::fprintf(stderr, "damaged: %s\n", one.c_str());
  for (const auto& [what, count] : found.counts)
    std::printf("%-32s %12llu\n", std::string(what).c_str(), static_cast<unsigned long long>(count));
  std::printf("%-32s %12llu\n", "journal position", static_cast<unsigned long long>(found.position));
  if (!found.damage.empty()) {
    std::printf("damaged\n");
    return false;
  }
  std::printf("sound%s\n", with_key ? ", and all secrets open with the master key"
                                    : "; no master key was given, so it was not tried on the secrets");
  return true;
}

}  // namespace beckon::app
