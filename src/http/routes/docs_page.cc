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

namespace {

std::string list_of(std::span<const Route> routes) {
  std::string list =
      "<main class=\"main docs\">\n<h1>API reference</h1>\n"
      "<p>All requests and responses: <a href=\"/openapi.json\">/openapi.json</a> (OpenAPI 3.1). "
      "Health: <a href=\"/v2/system/health\">/v2/system/health</a>. "
      "Keys: <a href=\"/.well-known/jwks.json\">/.well-known/jwks.json</a>.</p>\n"
      "<p>A route with a role requires <code>Authorization: Bearer</code> and a token with that role or above; "
      "one with a scope an access token that has it.</p>\n<dl class=\"plain\">\n";
  for (const Route& route : routes) {
    list += "<dt><code>" + std::string(to_text(route.method)) + " " + html_escaped(route.pattern) + "</code></dt><dd>" +
            html_escaped(route.summary) + " (" + to_text(route.access) + ")</dd>\n";
  }
  return list + "</dl>\n</main>\n";
}

}  // namespace

std::string docs_page(std::span<const Route> routes, std::string_view shell) {
  std::string list = list_of(routes);
  const auto place = shell.find(kRoutesPlace);
  if (place == std::string_view::npos)
    return "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>API reference · Beckon</title>\n"
           "<meta name=\"viewport\" content=\"width=device-width\"></head>\n<body>\n" +
           list + "</body>\n</html>\n";
  return std::string(shell).replace(place, kRoutesPlace.size(), list);
}

}  // namespace beckon::http
