#include "system/zones.h"

#include <date/tz.h>

#include <map>
#include <mutex>
#include <stdexcept>
#include <string>

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

 private:
  mutable std::mutex mutex_;
  mutable std::map<const date::time_zone*, SystemZone> zones_;  // those that were asked for
};

}  // namespace

const Zones& system_zones() {
  static const SystemZones zones;
  return zones;
}

}  // namespace beckon
