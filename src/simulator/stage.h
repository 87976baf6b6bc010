// State shared by all parts of one run: random numbers, time, history, counts, and the fuse of the next crash. A run is
// determined by its seed.
#pragma once
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "base/instant.h"
#include "base/random.h"
#include "simulator/counts.h"

namespace beckon::simulator {

using namespace std::chrono_literals;

// A property is violated; the text says which and why.
struct Violation {
  std::string words;
};

template <class Words>
void require(bool holds, Words words) {
  if (!holds) [[unlikely]]
    throw Violation{words()};
}

// The process dies here.
struct Crashed {
  const char* where;
};

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(seed) {}
  int below(int n) { return static_cast<int>(random_.next() % static_cast<std::uint64_t>(n)); }  // 0 … n − 1
  std::size_t below(std::size_t n) { return random_.next() % n; }
  int between(int least, int most) { return least + below(most - least + 1); }
  bool one_in(int n) { return below(n) == 0; }
  Duration between(Duration least, Duration most) {
    return least +
           Duration{static_cast<std::int64_t>(random_.next() % static_cast<std::uint64_t>((most - least).count() + 1))};
  }
  // Every order of magnitude is equally likely.
  Duration spread(Duration least, Duration most) {
    const auto from = static_cast<double>(least.count()), to = static_cast<double>(most.count());
    return Duration{static_cast<std::int64_t>(from * std::pow(to / from, random_.uniform(0, 1)))};
  }

 private:
  SeededRandom random_;
};

// `passed` is the monotonic time since the start; now() is the wall clock, which can jump.
class VirtualTime final : public Clock {
 public:
  static constexpr Instant kStart = instant_ms(1'800'000'000'000);
  Instant now() const override { return kStart + passed_ + set_; }
  Duration passed() const { return passed_; }
  void go_to(Duration passed) { passed_ = passed; }
  void set_by(Duration jump) {
    set_ += jump;
    went_back_ = went_back_ || jump < Duration{0};
  }
  bool went_back() const { return went_back_; }  // ids created before and after do not sort by time
  Duration when(Instant at) const {
    return at - kStart - set_;
  }  // when the wall clock shows `at`, if it is not set again

 private:
  Duration passed_{};
  Duration set_{};
  bool went_back_ = false;
};

// The clock of a process whose machine is `ahead` of the others by so much. It follows those that were before it as
// SystemClock does.
class OffsetClock final : public Clock {
 public:
  OffsetClock(const VirtualTime& time, Duration ahead) : time_(time), ahead_(ahead) {}
  void not_before(Instant at) {
    if (at <= now()) return;
    from_ = at;
    since_ = time_.passed();
  }
  Instant now() const override {
    return std::max(time_.now() + ahead_, from_ == Instant{} ? Instant{} : from_ + (time_.passed() - since_) / 2);
  }
  Duration when(Instant at) const {  // as of VirtualTime
    const Duration read = time_.when(at - ahead_);
    return from_ == Instant{} ? read : std::min(read, since_ + 2 * (at - from_));
  }

 private:
  const VirtualTime& time_;
  const Duration ahead_;
  Instant from_{};
  Duration since_{};
};

struct Stage {
  explicit Stage(std::uint64_t from, bool told) : seed(from), dice(from * 2 + 1), telling(told) {}

  const std::uint64_t seed;
  Dice dice;
  VirtualTime time;
  Counts counts;

  // The history, recorded only if it will be read: `words` builds the line.
  const bool telling;
  std::vector<std::string> history;
  template <class Words>
  void tell(Words words) {
    if (!telling) return;
    std::string at = std::to_string(time.passed().count());
    at.insert(0, at.size() < 4 ? 4 - at.size() : 0, '0');
    at.insert(at.size() - 3, 1, '.');
    history.push_back(at + " s  " + words());
  }

  // The process may die at any of these points; each one decrements an armed fuse.
  int fuse = 0;
  void moment(const char* where) {
    if (fuse > 0 && --fuse == 0) throw Crashed{where};
  }
};

}  // namespace beckon::simulator
