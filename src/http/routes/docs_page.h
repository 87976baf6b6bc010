// The API reference: a page of the console's bundle, which makes it from /openapi.json. Without scripts, or in a build
// without the bundle, it is a list of the routes.
#pragma once
#include <span>
#include <string>

#include "http/router.h"

namespace beckon::http {

// `shell`: the page of the bundle, whose `kRoutesPlace` becomes the list; empty if there is none.
std::string docs_page(std::span<const Route> routes, std::string_view shell);

inline constexpr std::string_view kRoutesPlace = "<!--routes-->";

std::string to_text(const Access& access);  // "public", "CREATOR", …

std::string html_escaped(std::string_view text);

}  // namespace beckon::http
