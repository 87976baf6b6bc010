#include "system/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>

#include "system/clock.h"

namespace beckon::log {
namespace {

std::atomic<Level> least_level{Level::kInfo};

spdlog::logger& sink() {
  static const auto logger = [] {
    auto made = std::make_shared<spdlog::logger>("beckon", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%v");
    return made;
  }();
  return *logger;
}

const char* name_of(Level level) {
  switch (level) {
    case Level::kDebug: return "debug";
    case Level::kInfo: return "info";
    case Level::kWarn: return "warn";
    case Level::kError: return "error";
    case Level::kOff: return "off";
  }
  return "";
}

}  // namespace

void set_level(Level least) { least_level.store(least, std::memory_order_relaxed); }
Level level() { return least_level.load(std::memory_order_relaxed); }
void flush() { sink().flush(); }

Line::Line(Level level, std::string_view event) : on_(level >= log::level()), level_(level), writer_(text_) {
  if (!on_) return;
  text_.reserve(256);
  writer_.begin_object()
      .member("at", to_rfc3339(SystemClock{}.now()))
      .member("level", name_of(level_))
      .member("event", event);
}

Line::~Line() {
  if (!on_) return;
  writer_.end_object();
  sink().log(spdlog::level::info, "{}", text_);
}

Line& Line::add(std::string_view name, std::string_view text) {
  if (on_) writer_.member(name, text);
  return *this;
}

Line& Line::add(std::string_view name, std::int64_t value) {
  if (on_) writer_.member(name, value);
  return *this;
}

Line& Line::add_real(std::string_view name, double value) {
  if (on_) writer_.key(name).real(value);
  return *this;
}

}  // namespace beckon::log
