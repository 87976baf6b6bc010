// How the linter makes up signals that show what it says: each measure puts those that one of its facts asks for.
#pragma once
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "rules/language/cases.h"

namespace beckon::rules::lint {

// A signal that keeps its texts.
struct Seen {
  std::string key;
  std::optional<std::string> value;
  std::string source, metadata;  // empty: none
  Duration ago{};                // before the instant at which conditions are judged
  friend bool operator==(const Seen&, const Seen&) = default;
};

// A signal that fits; each of several `nth` with another value where the filter leaves room for one.
Seen fitting(const Filter& filter, Duration ago, std::size_t nth = 0);

// The metadata, an object or empty, with what the field leads to set to `json`; of a list, in its first element.
std::string metadata_with(const std::string& metadata, const std::string& field, const std::string& json);

// Confined to one attempt at one choice of cases.
class Placer {
 public:
  virtual ~Placer() = default;
  virtual std::span<const Fact* const> facts() const = 0;  // all that are to be true together
  virtual const Ground& ground() const = 0;
  // How many of the signals that are there a count counts.
  virtual std::int64_t counted(const Measure& count) const = 0;
  // Adds a signal that fits, younger than `span`, changed as `dress` likes. False: wherever it lay, some fact would be
  // broken.
  virtual bool put(const Filter& filter, Duration span, const std::function<void(Seen&)>& dress = {}) = 0;
};

}  // namespace beckon::rules::lint
