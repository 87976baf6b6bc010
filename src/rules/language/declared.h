// What the settings of a handle declare for its rules.
#pragma once
#include <string>
#include <utility>

#include "rules/language/score.h"

namespace beckon::rules {

struct Declared {
  Scores scores;
  std::string zone;            // its time zone, an IANA name; empty: none
  bool visitor_scope = false;  // a condition that is saved without a scope gets scope visitor, else session

  Declared(Scores all = {}, std::string name = {}, bool visitor = false)
      : scores(std::move(all)), zone(std::move(name)), visitor_scope(visitor) {}
  friend bool operator==(const Declared&, const Declared&) = default;
};

}  // namespace beckon::rules
