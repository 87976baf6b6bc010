#include "net/socket_address.h"

#include <netinet/in.h>

#include <charconv>
#include <cstring>

namespace beckon::net {

std::optional<Endpoint> Endpoint::parse(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const auto address = IpAddress::parse(host);
  if (!address) return std::nullopt;
  Endpoint at{.address = *address};
  const auto [end, fault] = std::from_chars(port.data(), port.data() + port.size(), at.port);
  if (fault != std::errc{} || end != port.data() + port.size()) return std::nullopt;
  return at;
}

std::string Endpoint::text() const { return address.host_text() + ":" + std::to_string(port); }

SocketAddress to_socket_address(const IpAddress& address, std::uint16_t port) {
  SocketAddress made;
  const auto put = [&](const auto& form) {
    std::memcpy(&made.storage, &form, sizeof form);
    made.size = sizeof form;
  };
  if (address.is_v6()) {
    sockaddr_in6 v6{
        .sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_flowinfo = 0, .sin6_addr = {}, .sin6_scope_id = 0};
    std::memcpy(&v6.sin6_addr, address.bytes().data(), sizeof v6.sin6_addr);
    put(v6);
  } else {
    sockaddr_in v4{.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {}, .sin_zero = {}};
    std::memcpy(&v4.sin_addr, address.bytes().data(), sizeof v4.sin_addr);
    put(v4);
  }
  return made;
}

std::optional<IpAddress> address_of(const sockaddr* from) {
  if (from->sa_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, from, sizeof in);
    return IpAddress::v4(ntohl(in.sin_addr.s_addr));
  }
  if (from->sa_family == AF_INET6) {
    sockaddr_in6 in{};
    std::memcpy(&in, from, sizeof in);
    std::array<std::uint8_t, 16> bytes{};
    std::memcpy(bytes.data(), &in.sin6_addr, bytes.size());
    return IpAddress::v6(bytes);
  }
  return std::nullopt;
}

std::uint16_t port_of(const sockaddr* from) {
  if (from->sa_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, from, sizeof in);
    return ntohs(in.sin_port);
  }
  if (from->sa_family == AF_INET6) {
    sockaddr_in6 in{};
    std::memcpy(&in, from, sizeof in);
    return ntohs(in.sin6_port);
  }
  return 0;
}

}  // namespace beckon::net
