// What the settings of a handle declare for its rules.
#pragma once
#include <string>
#include <utility>

#include "rules/language/score.h"

namespace beckon::rules {

struct Declared {
  Scores scores;
  std::string zone;  // its time zone, an IANA name; empty: none

  Declared(Scores all = {}, std::string name = {}) : scores(std::move(all)), zone(std::move(name)) {}
  friend bool operator==(const Declared&, const Declared&) = default;
};

}  // namespace beckon::rules
