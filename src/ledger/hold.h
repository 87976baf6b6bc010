// Why a rule whose conditions are true does not act.
#pragma once
#include <cstdint>
#include <string_view>

namespace beckon::ledger {

enum class Hold : std::uint8_t {  // stored as a number (codec.h)
  kNotHeld,
  kClosed,  // outside its opening hours
  kLimit,   // a cap or a cooldown
  kRender,  // a value that its payload needs is missing
};

// "hours", "limit" or "render"; empty for kNotHeld.
constexpr std::string_view to_text(Hold hold) {
  constexpr std::string_view kWords[] = {"", "hours", "limit", "render"};
  return kWords[static_cast<std::uint8_t>(hold)];
}

}  // namespace beckon::ledger
