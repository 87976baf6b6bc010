// A time in a query or a body: RFC 3339 or epoch milliseconds.
#pragma once
#include <charconv>

#include "http/routes/api.h"

namespace beckon::http {

// std::nullopt if the parameter is absent or invalid; if invalid, also adds to `issues`.
inline std::optional<Instant> instant_param(const Request& request, std::string_view name, Issues& issues) {
  const auto text = request.query_param(name);
  if (!text) return std::nullopt;
  if (const auto at = parse_rfc3339(*text)) return at;
  std::int64_t ms = 0;
  const auto [end, fault] = std::from_chars(text->data(), text->data() + text->size(), ms);
  if (fault == std::errc{} && end == text->data() + text->size())
    if (const auto at = instant_within_ms(ms)) return at;
  issues.add(std::string(name), "must be an RFC 3339 time or epoch milliseconds; write the + of an offset as %2B");
  return std::nullopt;
}

// The same for a member of a body.
inline std::optional<Instant> instant_member(const json::Value& body, std::string_view name, Issues& issues) {
  const json::Value* value = body.find(name);
  if (!value) return std::nullopt;
  if (const auto at = value->instant()) return at;
  issues.add(std::string(name), "must be a time such as \"2026-02-25T12:00:00Z\", or epoch milliseconds");
  return std::nullopt;
}

}  // namespace beckon::http
