#include "http/routes/paging.h"

#include <charconv>

#include "http/routes/response.h"
#include "system/encoding.h"

namespace beckon::http {

namespace {

// A cursor reveals nothing about the store and is valid only for its own list.
std::string cursor_check(std::string_view place, std::string_view what) {
  return sha256(std::string(what) + '\n' + std::string(place)).substr(0, 6);
}

Fault bad_cursor() {
  Issues issues;
  issues.add("cursor", "is not a valid cursor for this list and these filters; start without one");
  return issues.fault();
}

}  // namespace

std::string cursor_of(Instant created, std::string_view id, std::string_view what) {
  const std::string place = std::to_string(to_ms(created)) + " " + std::string(id);
  return to_base64url(cursor_check(place, what) + place);
}

Result<Page> page_of(const Request& request, std::string_view what) {
  Page page;
  if (const auto limit = request.query_param("limit")) {
    std::size_t value = 0;
    const auto [end, fault] = std::from_chars(limit->data(), limit->data() + limit->size(), value);
    if (fault != std::errc{} || end != limit->data() + limit->size() || value < 1 || value > 200) {
      Issues issues;
      issues.add("limit", "must be a whole number from 1 to 200");
      return unexpected(issues.fault());
    }
    page.limit = value;
  }
  const auto cursor = request.query_param("cursor");
  if (!cursor || cursor->empty()) return page;
  const auto bytes = from_base64url(*cursor);
  if (!bytes || bytes->size() < 8) return unexpected(bad_cursor());
  const std::string_view place = std::string_view(*bytes).substr(6);
  const auto space = place.find(' ');
  std::int64_t ms = 0;
  if (space == std::string_view::npos || cursor_check(place, what) != bytes->substr(0, 6) ||
      std::from_chars(place.data(), place.data() + space, ms).ec != std::errc{})
    return unexpected(bad_cursor());
  page.behind.emplace(instant_ms(ms), std::string(place.substr(space + 1)));
  return page;
}

Response list_response(const Request& request, const std::vector<std::string>& items, std::string_view next) {
  std::string body;
  json::Writer writer(body);
  writer.begin_object().key("items").begin_array();
  for (const std::string& item : items) writer.raw(item);
  writer.end_array().key("nextCursor");
  next.empty() ? writer.null() : writer.string(next);
  writer.member("requestId", request.id.view()).end_object();
  return json_response(200, std::move(body));
}

}  // namespace beckon::http
