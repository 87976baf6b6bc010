#include "access/origins.h"

#include <algorithm>

namespace beckon::access {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_host_character(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || c == '.' || c == '-' || c == '_'; }
bool is_address_character(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || c == ':' || c == '.'; }

// The end of the host; 0 if there is none.
std::size_t end_of_host(std::string_view rest) {
  if (!rest.starts_with('['))
    return static_cast<std::size_t>(std::ranges::find_if_not(rest, is_host_character) - rest.begin());
  const auto close = rest.find(']');
  if (close == std::string_view::npos || close < 3) return 0;
  return std::ranges::all_of(rest.substr(1, close - 1), is_address_character) ? close + 1 : 0;
}

}  // namespace

bool is_origin(std::string_view text) {
  const bool secure = text.starts_with("https://");
  if (text.size() > kLongestOrigin || !(secure || text.starts_with("http://"))) return false;
  const std::string_view rest = text.substr(secure ? 8 : 7);
  const std::size_t host = end_of_host(rest);
  if (host == 0) return false;
  if (host == rest.size()) return true;
  const std::string_view port = rest.substr(host + 1);
  if (rest[host] != ':' || port.empty() || port.size() > 5 || port[0] == '0' || !std::ranges::all_of(port, is_digit))
    return false;
  return port != (secure ? "443" : "80") && (port.size() < 5 || port <= "65535");
}

Result<std::vector<std::string>> parse_origins(const json::Value& body) {
  std::vector<std::string> origins;
  Issues issues;
  for (const json::Member& member : body.members())
    if (member.key != "origins") issues.add(std::string(member.key), "is unknown; the only field is origins");
  const json::Value* list = body.find("origins");
  if (!list) {
    issues.add("origins", "is required; use [] to allow every origin");
  } else if (!list->is_array() || list->items().size() > kMostOrigins) {
    issues.add("origins", "must be a list of at most 100 origins");
  } else {
    for (std::size_t i = 0; i < list->items().size(); ++i) {
      const json::Value& item = list->items()[i];
      if (item.is_string() && is_origin(item.text()))
        origins.emplace_back(item.text());
      else
        issues.add("origins[" + std::to_string(i) + "]",
                   "must be an origin as browsers send it, such as \"https://shop.example\": lower case, no path, no "
                   "default port");
    }
  }
  if (!issues.empty()) return unexpected(issues.fault());
  std::ranges::sort(origins);
  const auto again = std::ranges::unique(origins);
  origins.erase(again.begin(), again.end());
  return origins;
}

std::string origins_json(const std::vector<std::string>& origins) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object().key("origins").begin_array();
  for (const std::string& origin : origins) writer.string(origin);
  writer.end_array().end_object();
  return out;
}

Origins::Verdict Origins::judge(std::string_view handle, std::string_view origin) const {
  const auto list = lists_.find(handle);
  if (!list) return Verdict::kAny;
  return std::ranges::binary_search(*list, origin) ? Verdict::kListed : Verdict::kRefused;
}

void Origins::put(std::string_view handle, std::vector<std::string> list) {
  lists_.put(handle, list.empty() ? nullptr : std::make_shared<const std::vector<std::string>>(std::move(list)));
}

}  // namespace beckon::access
