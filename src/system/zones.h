// The time zones of the system's database (tzdata).
#pragma once
#include <string>

#include "base/zone.h"

namespace beckon {

// One for the process; thread-safe. Its version is that of the files at the first call. Zones are read on first use, so
// after an upgrade of the files a running process may have read zones from both versions.
const Zones& system_zones();

// The release that the files of a folder such as /usr/share/zoneinfo declare, at most 32 characters; "unknown" if none
// does. tzdata.zi names it in its first line (e.g. Debian); +VERSION contains nothing else (BSD, macOS).
std::string zone_version_in(const std::string& folder);

}  // namespace beckon
