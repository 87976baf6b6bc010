#include "http/sockets.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>

#include "base/check.h"

namespace beckon::http {
namespace {

constexpr std::size_t kMapped = 12;  // bytes before the IPv4 address in its mapped form

// A socket address of either family.
union SocketAddress {
  sockaddr any;
  sockaddr_in v4;
  sockaddr_in6 v6;
};

socklen_t fill(SocketAddress& out, const ClientAddress& address, std::uint16_t port) {
  out = {};
  if (address.is_v4()) {
    out.v4 = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {}, .sin_zero = {}};
    std::copy(address.bytes.begin() + kMapped, address.bytes.end(), reinterpret_cast<std::uint8_t*>(&out.v4.sin_addr));
    return sizeof out.v4;
  }
  out.v6.sin6_family = AF_INET6;
  out.v6.sin6_port = htons(port);
  std::copy(address.bytes.begin(), address.bytes.end(), out.v6.sin6_addr.s6_addr);
  return sizeof out.v6;
}

ClientAddress address_of(const SocketAddress& from) {
  ClientAddress address;
  if (from.any.sa_family == AF_INET) {
    address.bytes[kMapped - 2] = address.bytes[kMapped - 1] = 0xFF;
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(&from.v4.sin_addr);
    std::copy(bytes, bytes + sizeof from.v4.sin_addr, address.bytes.begin() + kMapped);
  } else {
    std::copy(std::begin(from.v6.sin6_addr.s6_addr), std::end(from.v6.sin6_addr.s6_addr), address.bytes.begin());
  }
  return address;
}

bool switch_on(int socket, int level, int option) {
  const int on = 1;
  return ::setsockopt(socket, level, option, &on, sizeof on) == 0;
}

}  // namespace

std::expected<Descriptor, std::string> listen_at(const ClientAddress& address, std::uint16_t port) {
  SocketAddress at;
  const socklen_t size = fill(at, address, port);
  Descriptor socket(::socket(at.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int number = socket.number();
  // What is accepted inherits TCP_NODELAY.
  if (!socket.is_open() || !switch_on(number, SOL_SOCKET, SO_REUSEADDR) ||
      !switch_on(number, SOL_SOCKET, SO_REUSEPORT) || !switch_on(number, IPPROTO_TCP, TCP_NODELAY) ||
      ::bind(number, &at.any, size) != 0 || ::listen(number, SOMAXCONN) != 0) {
    return std::unexpected(std::system_category().message(errno));
  }
  return socket;
}

std::uint16_t port_of(const Descriptor& socket) {
  SocketAddress at = {};
  socklen_t size = sizeof at;
  CHECK(::getsockname(socket.number(), &at.any, &size) == 0);
  return ntohs(at.any.sa_family == AF_INET ? at.v4.sin_port : at.v6.sin6_port);
}

std::expected<Accepted, std::errc> accept_from(const Descriptor& listening) {
  SocketAddress from = {};
  socklen_t size = sizeof from;
  const int number = ::accept4(listening.number(), &from.any, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (number < 0) return std::unexpected(static_cast<std::errc>(errno == EWOULDBLOCK ? EAGAIN : errno));
  return Accepted{Descriptor(number), address_of(from)};
}

}  // namespace beckon::http
