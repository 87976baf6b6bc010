// Documentation of the settings and commands, generated from their tables, so that it cannot be out of date.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "app/settings.h"

namespace beckon::app {

// A configuration file (--config) with every setting commented out, with its default or, without one, its format.
// `given`: those set instead, by name and value.
std::string sample_configuration(std::span<const std::pair<std::string_view, std::string_view>> given);

struct CommandText {
  std::string name;  // "handle add"
  std::string text;
};

// beckon(1), in the man(7) macros.
std::string manual_page(std::span<const CommandText> commands, std::string_view version);

}  // namespace beckon::app
