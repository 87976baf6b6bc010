// The settings of a handle that its rules depend on.
#pragma once
#include <string>
#include <utility>

#include "rules/language/score.h"

namespace beckon::rules {

struct Declared {
  Scores scores;
  std::string zone;            // its time zone, an IANA name; empty if none
  bool visitor_scope = false;  // a condition saved without a scope gets scope visitor, otherwise session

  Declared(Scores all = {}, std::string name = {}, bool visitor = false)
      : scores(std::move(all)), zone(std::move(name)), visitor_scope(visitor) {}
  friend bool operator==(const Declared&, const Declared&) = default;
};

}  // namespace beckon::rules
