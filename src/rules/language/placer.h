// How the linter builds example signals for its warnings: each measure adds those that one of its facts needs.
#pragma once
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "rules/language/cases.h"

namespace beckon::rules::lint {

// A signal that owns its strings.
struct Seen {
  std::string key;
  std::optional<std::string> value;
  std::string source, metadata;  // empty if there is none
  Duration ago{};                // before the evaluated instant
  friend bool operator==(const Seen&, const Seen&) = default;
};

// A signal that matches; `nth` varies the value if the filter allows several.
Seen fitting(const Filter& filter, Duration ago, std::size_t nth = 0);

// The metadata, an object or empty, with the field set to `json`; in a list, of its first element.
std::string metadata_with(const std::string& metadata, const std::string& field, const std::string& json);

// Confined to one attempt with one choice of cases.
class Placer {
 public:
  virtual ~Placer() = default;
  virtual std::span<const Fact* const> facts() const = 0;  // which must all be true together
  virtual const Ground& ground() const = 0;
  // How many of the signals placed so far a count counts.
  virtual std::int64_t counted(const Measure& count) const = 0;
  // Adds a matching signal younger than `span`, modified by `dress`. False if at any position it would break some
  // fact.
  virtual bool put(const Filter& filter, Duration span, const std::function<void(Seen&)>& dress = {}) = 0;
};

}  // namespace beckon::rules::lint
