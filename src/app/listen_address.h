// HOST:PORT of --listen and --metrics-listen.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace beckon::app {

struct ListenAddress {
  std::string host;  // an IP address, without brackets
  std::uint16_t port = 0;
  bool is_loopback() const;
};

// "127.0.0.1:8080", "[::1]:8080", ":8080" (all addresses), "localhost:8080"; std::nullopt for any other text.
std::optional<ListenAddress> parse_listen(std::string_view text);

}  // namespace beckon::app
