// Reads the members of one JSON object: a missing, mistyped or unknown member becomes an issue at its path, and reading
// continues, so that all faults are reported at once.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fault.h"
#include "base/instant.h"
#include "base/json.h"
#include "base/zone.h"

namespace beckon::rules {

// "when.all" and "within" → "when.all.within"; at the top level, just the name.
std::string path_of(std::string_view path, std::string_view member);
std::string path_of(std::string_view path, std::size_t index);  // "when.all[0]"

// The known name that `given` was most likely meant to be, or empty if none is close.
std::string_view nearest_name(std::string_view given, const std::vector<std::string_view>& known);

// Confined to one read; the value and the issues outlive it. Names passed to it are literals.
class Members {
 public:
  // `zones`: to look up time zones; null if none are to be read.
  Members(const json::Value& object, std::string path, Issues& issues, const Zones* zones = nullptr)
      : object_(object), path_(std::move(path)), issues_(issues), zones_(zones) {}

  // An optional member; null if it is missing. Each call makes the name known.
  const json::Value* find(std::string_view name);
  // Like find, but a missing member is an issue: "is required: <what>".
  const json::Value* need(std::string_view name, std::string_view what);

  // std::nullopt if the member is missing or invalid; invalid is an issue. `most` counts characters.
  std::optional<std::string_view> text(std::string_view name, std::size_t most, bool required = false);
  std::optional<std::int64_t> integer(std::string_view name, std::int64_t least, std::int64_t most);
  std::optional<Duration> duration(std::string_view name, bool required = false);

  // Members of the language that this version cannot evaluate: an issue if present.
  void not_yet(std::string_view name, std::string_view what);
  // Names that belong elsewhere, with a sentence that says where.
  void misplaced(std::string_view name, std::string_view where);

  bool has(std::string_view name) const { return object_.find(name) != nullptr; }
  void issue(std::string_view name, std::string text) { issues_.add(path_of(path_, name), std::move(text)); }
  std::string path(std::string_view name) const { return path_of(path_, name); }
  Issues& issues() { return issues_; }
  const Zones* zones() const { return zones_; }

  // Reports every member that was not read as an issue, with the nearest known name.
  void finish();

 private:
  const json::Value& object_;
  std::string path_;
  Issues& issues_;
  const Zones* zones_;
  std::vector<std::string_view> known_;
  std::vector<std::string_view> refused_;  // already reported
};

}  // namespace beckon::rules
