// Why a rule whose conditions hold does not act.
#pragma once
#include <cstdint>
#include <string_view>

namespace beckon::ledger {

enum class Hold : std::uint8_t {  // kept by number (codec.h)
  kNotHeld,
  kClosed,  // outside its hours
  kLimit,   // a cap or a cooldown
  kRender,  // a value is missing that its payload needs
};

// "hours", "limit" or "render"; of none, nothing.
constexpr std::string_view to_text(Hold hold) {
  constexpr std::string_view kWords[] = {"", "hours", "limit", "render"};
  return kWords[static_cast<std::uint8_t>(hold)];
}

}  // namespace beckon::ledger
