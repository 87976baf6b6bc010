// Server-Sent Events as text: the live feed's, and those of event streams.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace beckon::http {

// `name`: empty for an event without one. `data`: JSON, which has no line ends. `id`: empty for none.
std::string event_of(std::string_view name, std::string_view data, std::string_view id = {});

// The number behind "<life>-", where the id begins so; std::nullopt for any other text. `life` names a run of the
// process.
std::optional<std::uint64_t> position_of(std::string_view id, std::string_view life);

}  // namespace beckon::http
