#include "node/place.h"

#include <array>

#include "base/json.h"
#include "http/text.h"

namespace beckon::node {
namespace {

// After the opening quote: behind the closing one; npos if there is none.
std::size_t end_of_string(std::string_view json, std::size_t at) {
  for (;;) {
    at = json.find_first_of("\"\\", at);
    if (at == std::string_view::npos || json[at] == '"') return at == std::string_view::npos ? at : at + 1;
    at += 2;
  }
}

std::string decoded_segment(std::string_view path) {
  return http::percent_decoded(path.substr(0, path.find('/')), false).value_or("");
}

// In each of these the next segment is the handle.
constexpr std::array<std::string_view, 3> kBefore{"/handles/", "/ofrep/", "/v1/projects/"};

}  // namespace

std::string text_member(std::string_view json, std::string_view name) {
  int depth = 0;
  bool is_key = false;  // the next string of the object itself is a key
  for (std::size_t at = 0; at < json.size();) {
    const char c = json[at++];
    if (c == '{' || c == '[') {
      is_key = ++depth == 1;
    } else if (c == '}' || c == ']') {
      --depth;
    } else if (c == ',') {
      is_key = depth == 1;
    } else if (c == '"') {
      const std::size_t end = end_of_string(json, at);
      if (end == std::string_view::npos) return {};
      const std::string_view text = json.substr(at, end - 1 - at);
      at = end;
      if (depth != 1 || !std::exchange(is_key, false)) continue;
      if (text.find('\\') != std::string_view::npos) break;
      if (text != name) continue;
      at = json.find_first_not_of(" \t\r\n", at);
      if (at == std::string_view::npos || json[at] != ':') return {};
      at = json.find_first_not_of(" \t\r\n", at + 1);
      if (at == std::string_view::npos || json[at] != '"') return {};
      const std::size_t last = end_of_string(json, at + 1);
      if (last == std::string_view::npos) return {};
      const std::string_view value = json.substr(at + 1, last - at - 2);
      if (value.find('\\') != std::string_view::npos) break;
      return std::string(value);
    }
  }
  // With escapes, as nobody writes it: read by the parser.
  if (json.find('\\') == std::string_view::npos) return {};
  const auto document = json::parse(std::string(json));
  return document ? std::string(document->root().text_of(name)) : std::string();
}

Place place_of(const http::Request& request) {
  const std::string_view path = request.path;
  if (path.starts_with("/v2/public/chain/"))
    return {.kind = Place::Kind::kHandle, .handle = text_member(request.body, "handle")};
  for (const std::string_view before : kBefore)
    if (const auto at = path.find(before); at != std::string_view::npos)
      return {.kind = Place::Kind::kHandle, .handle = decoded_segment(path.substr(at + before.size()))};
  if (path == "/v2/public/sdk/config")
    return {.kind = Place::Kind::kHandle, .handle = request.query_param("handle").value_or("")};
  return {.kind = path.starts_with("/v2/") ? Place::Kind::kFirst : Place::Kind::kAny};
}

}  // namespace beckon::node
