// HOST:PORT of --listen and --metrics-listen.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "app/settings.h"

namespace beckon::app {

struct ListenAddress {
  std::string host;  // an IP address, without brackets
  std::uint16_t port = 0;
  bool is_loopback() const;
};

// "127.0.0.1:8080", "[::1]:8080", ":8080" (all addresses), "localhost:8080"; std::nullopt for any other text.
std::optional<ListenAddress> parse_listen(std::string_view text);

// Why the server does not listen there, for the operator; std::nullopt: it may. Without --dev, what is reachable from
// outside needs a master key that the operator keeps.
std::optional<std::string> refused_to_listen(const Settings& settings);

}  // namespace beckon::app
