// The time zones of the system's database (tzdata).
#pragma once
#include <string>

#include "base/zone.h"

namespace beckon {

// One for the process; thread-safe. Its version is that of the files at the first call. Zones are read when they are
// first asked for, so after an upgrade of the files a process that goes on may have read some from either.
const Zones& system_zones();

// The release that the files of a folder such as /usr/share/zoneinfo say they are, at most 32 characters; "unknown"
// where none says so. tzdata.zi names it in its first line (Debian among others), +VERSION is all of it (BSD, macOS).
std::string zone_version_in(const std::string& folder);

}  // namespace beckon
