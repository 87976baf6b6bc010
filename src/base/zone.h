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

// Thread-safe. A zone lives as long as what it came from. A name always has the same zone; whether two names of one
// zone, such as UTC and Etc/UTC, have the same address is the database's matter.
class Zones {
 public:
  virtual ~Zones() = default;
  virtual const Zone* find(std::string_view name) const = 0;  // an IANA name, "Etc/UTC" among them; null: unknown
};

}  // namespace beckon
