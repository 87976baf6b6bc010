// HOST:PORT of --listen and --metrics-listen.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "app/settings.h"
#include "net/socket_address.h"

namespace beckon::app {

// "127.0.0.1:8080", "[::1]:8080", ":8080" (all addresses), "localhost:8080"; std::nullopt for any other text.
std::optional<net::Endpoint> parse_listen(std::string_view text);

// Why the server refuses to listen there, for the operator; std::nullopt if it may. Without --dev, an address reachable
// from outside requires a master key kept by the operator.
std::optional<std::string> refused_to_listen(const Settings& settings);

}  // namespace beckon::app
