// Random parts of conditions, for tests: few keys, short windows and whole seconds, so that edges often coincide.
#pragma once
#include <initializer_list>
#include <string>

#include "base/random.h"

namespace beckon::rules {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(seed) {}
  int upto(int n) { return static_cast<int>(random_.next() % static_cast<std::uint64_t>(n)); }  // 0 … n − 1
  bool one_in(int n) { return upto(n) == 0; }
  template <class T>
  T of(std::initializer_list<T> list) {
    return *(list.begin() + upto(static_cast<int>(list.size())));
  }

 private:
  SeededRandom random_;
};

std::string quoted(const char* name, const std::string& json);   // "name":json
std::string seconds(Dice& dice);                                 // "7s", including quotes
std::string random_field(Dice& dice);                            // of metadata, by name or path
std::string random_times(Dice& dice, const std::string& field);  // of the same element as the field; or empty
std::string random_filter(Dice& dice, const std::string& field = "", const std::string& times = "");
std::string random_window(Dice& dice);
std::string random_span(Dice& dice);                  // of a window, without `since`
std::string random_same(Dice& dice);                  // or empty
std::string random_bounds(Dice& dice, int most = 4);  // of a whole number up to `most`
std::string random_amount(Dice& dice);                // the bounds of an amount

std::string random_comparison(Dice& dice);  // "in":["x"], from the values in random worlds

// A condition of a random measure, uniformly chosen.
std::string random_condition(Dice& dice);

}  // namespace beckon::rules
