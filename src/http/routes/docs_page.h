// A page that lists the routes: plain HTML, no script, no style.
#pragma once
#include <span>
#include <string>

#include "http/router.h"

namespace beckon::http {

std::string docs_page(std::span<const Route> routes);

std::string to_text(const Access& access);  // "public", "CREATOR", …

std::string html_escaped(std::string_view text);

}  // namespace beckon::http
