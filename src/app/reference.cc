#include "app/reference.h"

#include <algorithm>
#include <cctype>

namespace beckon::app {
namespace {

// As TOML: numbers and booleans bare, everything else quoted.
std::string toml_value(std::string_view text) {
  const bool number = !text.empty() && std::ranges::all_of(text, [](unsigned char c) { return std::isdigit(c); });
  if (number || text == "true" || text == "false") return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

// Escapes what troff would interpret, and hyphens that a reader may copy.
std::string troff(std::string_view text) {
  std::string out;
  if (text.starts_with('.') || text.starts_with('\'')) out = "\\&";
  for (const char c : text) {
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else
      out += c;
  }
  return out;
}

// Calls `begin` at the start of each group of settings, and `each` for every setting.
template <class Begin, class Each>
void for_each_setting(Begin begin, Each each) {
  std::string_view group;
  for (const Setting& setting : all_settings()) {
    if (setting.group != group) begin(group = setting.group);
    each(setting);
  }
}

}  // namespace

std::string sample_configuration(std::span<const std::pair<std::string_view, std::string_view>> given) {
  std::string out = "# Settings of beckon serve --config. Flags and BECKON_* variables override them.\n";
  const Settings defaults;
  for_each_setting([&](std::string_view group) { out.append("\n# ").append(group).append("\n"); },
                   [&](const Setting& setting) {
                     out.append("\n# ").append(setting.help).append(": ").append(setting.form).append("\n");
                     const auto set = std::ranges::find(given, setting.name, [](const auto& one) { return one.first; });
                     const bool is_set = set != given.end();
                     out.append(is_set ? "" : "# ").append(setting.name).append(" = ");
                     out.append(toml_value(is_set ? set->second : setting.show(defaults))).append("\n");
                   });
  return out;
}

std::string manual_page(std::span<const CommandText> commands, std::string_view version) {
  std::string out = ".TH BECKON 1 \"\" \"beckon " + troff(version) +
                    "\"\n.SH NAME\nbeckon \\- server for lifecycle messaging and retargeting\n"
                    ".SH SYNOPSIS\n.B beckon\n.I COMMAND\n[\\fIOPTION\\fR]...\n.SH COMMANDS\n";
  for (const CommandText& command : commands)
    out.append(".TP\n.B beckon ").append(troff(command.name)).append("\n").append(troff(command.text)).append("\n");
  out.append(
      ".PP\nOptions of each are shown by \\fBbeckon\\fR \\fICOMMAND\\fR \\fB\\-\\-help\\fR.\n.SH SETTINGS\n"
      "Settings of \\fBbeckon serve\\fR. A flag overrides the variable BECKON_NAME, which overrides NAME in the file "
      "of\n"
      "\\fB\\-\\-config\\fR (TOML), which overrides the default.\n");
  const Settings defaults;
  for_each_setting([&](std::string_view group) { out.append(".SS ").append(troff(group)).append("\n"); },
                   [&](const Setting& setting) {
                     out.append(".TP\n.B \\-\\-").append(troff(setting.name)).append("\n");
                     out.append(troff(setting.help)).append(": ").append(troff(setting.form));
                     const std::string preset = setting.show(defaults);
                     if (!preset.empty()) out.append(" [").append(troff(preset)).append("]");
                     out.append("\n");
                   });
  out.append(
      ".SH FILES\n.TP\n.I /etc/beckon/beckon.toml\nsettings of the service\n.TP\n.I /etc/beckon/master.key\n"
      "the key that encrypts stored secrets; keep a copy of it elsewhere\n.TP\n.I /var/lib/beckon\n"
      "the data folder of the service\n");
  return out;
}

}  // namespace beckon::app
