// The configuration file and the environment.
#include <toml++/toml.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "app/settings.h"

namespace beckon::app {
namespace {

std::string unknown(const std::string& what, std::string_view name) {
  return what + " is not a setting; did you mean " + std::string(nearest_setting(name));
}

void take(const std::string& where, std::string_view name, std::string_view text, Settings& settings,
          std::vector<std::string>& faults) {
  const Setting* setting = find_setting(name);
  if (!setting) return faults.push_back(unknown(where, name));
  if (auto fault = setting->set(settings, text)) faults.push_back(where + " " + *fault);
}

void read_table(const std::string& path, const std::string& prefix, const toml::table& table, Settings& settings,
                std::vector<std::string>& faults) {
  for (const auto& [key, node] : table) {
    const std::string name = prefix + std::string(key.str());
    const std::string where = path + ":" + std::to_string(node.source().begin.line) + ": " + name;
    if (const toml::table* inner = node.as_table()) {
      read_table(path, name + "-", *inner, settings, faults);
    } else if (const auto* text = node.as_string()) {
      take(where, name, text->get(), settings, faults);
    } else if (const auto* number = node.as_integer()) {
      take(where, name, std::to_string(number->get()), settings, faults);
    } else if (const auto* boolean = node.as_boolean()) {
      take(where, name, boolean->get() ? "true" : "false", settings, faults);
    } else {
      faults.push_back(where + " must be a string, a whole number or a boolean");
    }
  }
}

}  // namespace

std::vector<std::string> read_file(const std::string& path, Settings& settings) {
  std::vector<std::string> faults;
  try {
    read_table(path, "", toml::parse_file(path), settings, faults);
  } catch (const toml::parse_error& fault) {
    faults.push_back(path + ":" + std::to_string(fault.source().begin.line) + ": " + std::string(fault.description()));
  }
  return faults;
}

// BECKON_CONFIG names the file of settings; BECKON_ARGS is what scripts that start the server put on its command line.
std::vector<std::string> read_environment(Settings& settings) {
  static constexpr std::string_view kPrefix = "BECKON_";
  static constexpr std::array<std::string_view, 2> kOthers = {"config", "args"};
  std::vector<std::string> faults;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view line(*entry);
    const auto equals = line.find('=');
    if (!line.starts_with(kPrefix) || equals == std::string_view::npos) continue;
    std::string name(line.substr(kPrefix.size(), equals - kPrefix.size()));
    std::ranges::transform(name, name.begin(),
                           [](char c) { return c == '_' ? '-' : static_cast<char>(std::tolower(c)); });
    if (std::ranges::find(kOthers, name) != kOthers.end()) continue;
    take(std::string(line.substr(0, equals)), name, line.substr(equals + 1), settings, faults);
  }
  return faults;
}

}  // namespace beckon::app
