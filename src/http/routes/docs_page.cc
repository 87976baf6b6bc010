#include "http/routes/docs_page.h"

namespace beckon::http {

std::string to_text(const Access& access) {
  switch (access.who) {
    case Access::Who::kUndeclared: return "nobody";
    case Access::Who::kPublic: return "public";
    case Access::Who::kAnyJwt: return "any token";
    case Access::Who::kCreator: return "CREATOR";
    case Access::Who::kOperator: return "OPERATOR";
    case Access::Who::kOwner: return "OWNER";
    case Access::Who::kPlatformAdmin: return "PLATFORM_ADMIN";
    case Access::Who::kPat: return "access token: " + std::string(access.scope);
    case Access::Who::kMember: return "any access token, or CREATOR";
  }
  return "";
}

std::string html_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else
      out += c;
  }
  return out;
}

std::string docs_page(std::span<const Route> routes) {
  std::string page =
      "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>Beckon: the API</title>\n"
      "<meta name=\"viewport\" content=\"width=device-width\"></head>\n<body>\n<h1>Beckon: the API</h1>\n"
      "<p>All requests and responses: <a href=\"/openapi.json\">/openapi.json</a> (OpenAPI 3.1). "
      "Health: <a href=\"/v2/system/health\">/v2/system/health</a>. "
      "Keys: <a href=\"/.well-known/jwks.json\">/.well-known/jwks.json</a>.</p>\n"
      "<p>A route with a role requires <code>Authorization: Bearer</code> and a token with that role or above; "
      "one with a scope an access token that has it.</p>\n"
      "<table>\n<thead><tr><th>Method</th><th>Path</th><th>Who</th><th>What</th></tr></thead>\n<tbody>\n";
  for (const Route& route : routes) {
    page += "<tr><td>" + std::string(to_text(route.method)) + "</td><td><code>" + html_escaped(route.pattern) +
            "</code></td><td>" + to_text(route.access) + "</td><td>" + html_escaped(route.summary) + "</td></tr>\n";
  }
  return page + "</tbody>\n</table>\n</body>\n</html>\n";
}

}  // namespace beckon::http
