#include "system/zones.h"

#include <date/tz.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>

namespace beckon {
namespace {

class SystemZone final : public Zone {
 public:
  explicit SystemZone(const date::time_zone* zone) : zone_(zone) {}
  ZonePeriod at(Instant instant) const override {
    const date::sys_info info = zone_->get_info(instant);
    return {.begin = info.begin, .end = info.end, .offset = info.offset};
  }

 private:
  const date::time_zone* zone_;
};

constexpr const char* kFolder = "/usr/share/zoneinfo";  // where date finds them, too

constexpr std::size_t kVersionSize = 32;  // "2025b", or with the suffix of a build from source

// The rest of the file's first line after `beginning`, which is required; empty if it is missing or not a version.
std::string version_of(const std::string& file, std::string_view beginning) {
  std::ifstream in(file);
  std::string line(beginning.size() + kVersionSize + 1, '\0');
  in.read(line.data(), static_cast<std::streamsize>(line.size()));
  line.resize(static_cast<std::size_t>(in.gcount()));
  line.resize(std::min(line.find_first_of("\r\n"), line.size()));
  if (!line.starts_with(beginning)) return "";
  line.erase(0, beginning.size());
  const bool is_version = line.size() <= kVersionSize && std::ranges::all_of(line, [](unsigned char c) {
                            return std::isalnum(c) != 0 || c == '-' || c == '.' || c == '+';
                          });
  return is_version ? line : "";
}

class SystemZones final : public Zones {
 public:
  const Zone* find(std::string_view name) const override {
    if (name.empty()) return nullptr;
    try {
      const date::time_zone* zone = date::locate_zone(std::string(name));
      const std::lock_guard lock(mutex_);
      return &zones_.try_emplace(zone, zone).first->second;
    } catch (const std::runtime_error&) {
      return nullptr;  // not in the database
    }
  }
  std::string_view version() const override { return version_; }

 private:
  const std::string version_ = zone_version_in(kFolder);
  mutable std::mutex mutex_;
  mutable std::map<const date::time_zone*, SystemZone> zones_;  // those requested so far
};

}  // namespace

std::string zone_version_in(const std::string& folder) {
  for (const auto& [name, beginning] : {std::pair{"/tzdata.zi", "# version "}, {"/+VERSION", ""}}) {
    if (std::string version = version_of(folder + name, beginning); !version.empty()) return version;
  }
  return std::string(kUnknownZoneVersion);
}

const Zones& system_zones() {
  static const SystemZones zones;
  return zones;
}

}  // namespace beckon
