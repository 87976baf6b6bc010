// The log: one JSON object a line on standard error, control characters escaped. Thread-safe.
// Never a token, a secret, a body or the value of a header goes in.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/json.h"

namespace beckon::log {

enum class Level : std::uint8_t { kDebug, kInfo, kWarn, kError, kOff };

// Lines below the level are not written. Set once at start.
void set_level(Level least);
Level level();

// Writes what is buffered; called at exit and by whoever must be read at once.
void flush();

// One wide line: {"at":"…","level":"info","event":"request", …}. Written when it goes out of scope.
class Line {
 public:
  Line(Level level, std::string_view event);
  ~Line();
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  Line& add(std::string_view name, std::string_view text);
  Line& add(std::string_view name, const char* text) { return add(name, std::string_view{text}); }
  Line& add(std::string_view name, std::int64_t value);
  Line& add_real(std::string_view name, double value);

 private:
  bool on_;
  Level level_;
  std::string text_;
  json::Writer writer_;
};

inline Line info(std::string_view event) { return Line(Level::kInfo, event); }
inline Line warn(std::string_view event) { return Line(Level::kWarn, event); }
inline Line error(std::string_view event) { return Line(Level::kError, event); }

}  // namespace beckon::log
