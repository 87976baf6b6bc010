// IP addresses and ports in the form of the system's socket calls. Pure, thread-safe.
#pragma once
#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/ip_address.h"

namespace beckon::net {

// Space for an address of either family; as constructed, for the system to fill in.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = sizeof(sockaddr_storage);

  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

// "192.0.2.1:80", "[2001:db8::1]:80", or the latter without brackets.
struct Endpoint {
  IpAddress address;
  std::uint16_t port = 0;

  static std::optional<Endpoint> parse(std::string_view text);
  std::string text() const;  // as parse() reads it, with brackets
};

SocketAddress to_socket_address(const IpAddress& address, std::uint16_t port);

// std::nullopt for a family other than AF_INET and AF_INET6; port_of returns 0.
std::optional<IpAddress> address_of(const sockaddr* from);
std::uint16_t port_of(const sockaddr* from);

}  // namespace beckon::net
