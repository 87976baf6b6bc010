// The strings of a payload: characters and placeholders. The grammar is in payload_template.h.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fault.h"
#include "rules/language/payload_filter.h"
#include "rules/language/payload_path.h"

namespace beckon::rules {

inline constexpr std::string_view kPlaceholderBegin = "{{";

struct PlaceholderText {
  PayloadPath path;
  std::vector<PayloadFilter> filters;
};

// A part of a string: literal characters or a placeholder.
struct TextPart {
  std::string characters;
  std::optional<PlaceholderText> placeholder;
};

// Each fault is an issue at `path`.
std::vector<TextPart> read_payload_text(std::string_view text, bool inside_each, const std::string& path,
                                        Issues& issues);

}  // namespace beckon::rules
