// Time zones as values that are passed in: who reads a wall clock needs no database of its own.
#pragma once
#include <chrono>
#include <string_view>

#include "base/instant.h"

namespace beckon {

// In [begin, end) the wall clock shows UTC + offset.
struct ZonePeriod {
  Instant begin{}, end{};
  std::chrono::seconds offset{};
};

// Immutable; thread-safe.
class Zone {
 public:
  virtual ~Zone() = default;
  virtual ZonePeriod at(Instant instant) const = 0;  // the period that holds the instant
};

inline constexpr std::string_view kUnknownZoneVersion = "unknown";

// The newest release of the time zone database when this version was made: https://data.iana.org/time-zones/tzdb/NEWS.
// Its releases of 2026 change the winter of 2026 in Vancouver, Edmonton, Winnipeg, Casablanca and Havana, among others.
inline constexpr std::string_view kNewestZoneVersion = "2026f";

// Whether one release, such as "2025b", came out before another. False where either is not the name of a release.
bool is_older_zone_version(std::string_view one, std::string_view other);

// Thread-safe. A zone lives as long as what it came from. A name always has the same zone; whether two names of one
// zone, such as UTC and Etc/UTC, have the same address is the database's matter.
class Zones {
 public:
  virtual ~Zones() = default;
  virtual const Zone* find(std::string_view name) const = 0;  // an IANA name, "Etc/UTC" among them; null: unknown
  virtual std::string_view version() const { return kUnknownZoneVersion; }  // of the database: "2025b"
};

}  // namespace beckon
