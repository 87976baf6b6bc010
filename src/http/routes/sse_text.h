// Server-Sent Events as text, for the live feed and event streams.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace beckon::http {

// `name`: empty for an event without one. `data`: JSON without line breaks. `id`: empty if none.
std::string event_of(std::string_view name, std::string_view data, std::string_view id = {});

// The number after "<life>-" in an id; std::nullopt if the text is anything else. `life` identifies a run of the
// process.
std::optional<std::uint64_t> position_of(std::string_view id, std::string_view life);

}  // namespace beckon::http
