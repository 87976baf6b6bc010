// Time zones passed in as values, so that code that needs local time has no database of its own.
#pragma once
#include <chrono>
#include <string_view>

#include "base/instant.h"

namespace beckon {

// In [begin, end) local time is UTC + offset.
struct ZonePeriod {
  Instant begin{}, end{};
  std::chrono::seconds offset{};
};

// Immutable; thread-safe.
class Zone {
 public:
  virtual ~Zone() = default;
  virtual ZonePeriod at(Instant instant) const = 0;  // the period that contains the instant
};

inline constexpr std::string_view kUnknownZoneVersion = "unknown";

// The newest release of the time zone database when this was written: https://data.iana.org/time-zones/tzdb/NEWS. Its
// releases of 2026 change the winter of 2026 in Vancouver, Edmonton, Winnipeg, Casablanca and Havana, among others.
inline constexpr std::string_view kNewestZoneVersion = "2026f";

// Whether one release, such as "2025b", is older than another. False if either is not a release name.
bool is_older_zone_version(std::string_view one, std::string_view other);

// Thread-safe. A zone lives as long as its Zones. A name always has the same zone; whether two names of one zone, such
// as UTC and Etc/UTC, have the same address depends on the database.
class Zones {
 public:
  virtual ~Zones() = default;
  virtual const Zone* find(std::string_view name) const = 0;  // an IANA name, such as "Etc/UTC"; null if unknown
  virtual std::string_view version() const { return kUnknownZoneVersion; }  // of the database: "2025b"
};

}  // namespace beckon
