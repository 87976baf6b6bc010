// The members of one JSON object as a reader takes them: what is missing, of the wrong kind or unknown becomes an
// issue at its path, and reading goes on, so that every fault is named at once.
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

// "when.all" and "within" → "when.all.within"; nothing before a name at the top.
std::string path_of(std::string_view path, std::string_view member);
std::string path_of(std::string_view path, std::size_t index);  // "when.all[0]"

// The known name that `given` was most likely meant to be, or nothing when none is near.
std::string_view nearest_name(std::string_view given, const std::vector<std::string_view>& known);

// Confined to one read; the value and the issues outlive it. Names given to it are literals.
class Members {
 public:
  // `zones`: by which time zones are found; null where none is to be read.
  Members(const json::Value& object, std::string path, Issues& issues, const Zones* zones = nullptr)
      : object_(object), path_(std::move(path)), issues_(issues), zones_(zones) {}

  // A member that may be missing: null then. Each makes its name known.
  const json::Value* find(std::string_view name);
  // As find, and a missing one is an issue: "is required: <what>".
  const json::Value* need(std::string_view name, std::string_view what);

  // Nothing where the member is missing or wrong; wrong is an issue.
  std::optional<std::string_view> text(std::string_view name, std::size_t most, bool required = false);
  std::optional<std::int64_t> integer(std::string_view name, std::int64_t least, std::int64_t most);
  std::optional<Duration> duration(std::string_view name, bool required = false);

  // Members of the language that this version cannot evaluate: refused where given.
  void not_yet(std::string_view name, std::string_view what);
  // Names that belong elsewhere, with the sentence that says where.
  void misplaced(std::string_view name, std::string_view where);

  bool has(std::string_view name) const { return object_.find(name) != nullptr; }
  void issue(std::string_view name, std::string text) { issues_.add(path_of(path_, name), std::move(text)); }
  std::string path(std::string_view name) const { return path_of(path_, name); }
  Issues& issues() { return issues_; }
  const Zones* zones() const { return zones_; }

  // Every member that was not read is an issue, with the nearest name among those that were.
  void finish();

 private:
  const json::Value& object_;
  std::string path_;
  Issues& issues_;
  const Zones* zones_;
  std::vector<std::string_view> known_;
  std::vector<std::string_view> refused_;  // named already
};

}  // namespace beckon::rules
