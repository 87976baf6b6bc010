// The log: one JSON object per line on standard error, control characters escaped. Thread-safe. Never log a token, a
// secret, a body or a header's value.
//
// A separate thread writes the lines. While nobody reads them, as behind a full pipe, up to 4 MiB are buffered, and
// further lines are dropped and counted; callers never wait.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/json.h"

namespace beckon::log {

enum class Level : std::uint8_t { kDebug, kInfo, kWarn, kError, kOff };

// Lines below the level are not written.
void set_level(Level least);
Level level();

// Returns when all lines so far are written, or after 1 s if they could not be. Also called at exit.
void flush();

void plain(std::string_view line);  // an unformatted sentence for the operator, in order with the lines
std::uint64_t dropped();            // lines, since the start

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
