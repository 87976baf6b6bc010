// Scores as a handle's settings declare them: {"intent": {"weights": {"view": 1, "cart.*": 5}, "halfLife": "1d"}}.
//
//   score(now) = Σ over the visible signals of weight(key) × 2^(−(now − at) / halfLife)
//
// Each term is rounded to millionths, half away from zero, so that the order of addition does not matter. A signal has
// the weight of its exact key, otherwise of the longest matching prefix ("cart.*"), otherwise none.
#pragma once
#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/fault.h"
#include "base/instant.h"
#include "base/json.h"

namespace beckon::rules {

struct Score {
  struct Weight {
    std::string text;  // without the star
    bool prefix = false;
    std::int64_t millionths = 0;
    friend bool operator==(const Weight&, const Weight&) = default;
  };
  std::vector<Weight> weights;  // exact ones first, then prefixes, longest first
  Duration half_life{};

  std::int64_t weight_of(std::string_view key) const;  // millionths; 0 if none
  // The term of one signal of this age, in millionths.
  std::int64_t term(std::int64_t weight, Duration age) const {
    return std::llround(static_cast<double>(weight) *
                        std::exp2(-static_cast<double>(age.count()) / static_cast<double>(half_life.count())));
  }
  friend bool operator==(const Score&, const Score&) = default;
};

using Scores = std::map<std::string, Score, std::less<>>;

// At most 20 scores of at most 100 weights from −1,000 to 1,000. Adds faults to `issues` under `path`.
Scores read_scores(const json::Value& value, const std::string& path, Issues& issues);
std::string to_json(const Scores& scores);

}  // namespace beckon::rules
