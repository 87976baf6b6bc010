#include "http/routes/sse_text.h"

#include <charconv>

namespace beckon::http {

std::string event_of(std::string_view name, std::string_view data, std::string_view id) {
  std::string text;
  text.reserve(name.size() + data.size() + id.size() + 32);
  if (!id.empty()) text.append("id: ").append(id).append("\n");
  if (!name.empty()) text.append("event: ").append(name).append("\n");
  text.append("data: ").append(data).append("\n\n");
  return text;
}

std::optional<std::uint64_t> position_of(std::string_view id, std::string_view life) {
  if (!id.starts_with(life) || id.size() <= life.size() + 1 || id[life.size()] != '-') return std::nullopt;
  id.remove_prefix(life.size() + 1);
  std::uint64_t position = 0;
  const auto [end, fault] = std::from_chars(id.data(), id.data() + id.size(), position);
  if (fault != std::errc{} || end != id.data() + id.size()) return std::nullopt;
  return position;
}

}  // namespace beckon::http
