#include "http/sockets.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>

#include "base/check.h"
#include "net/socket_address.h"

namespace beckon::http {
namespace {

bool switch_on(int socket, int level, int option) {
  const int on = 1;
  return ::setsockopt(socket, level, option, &on, sizeof on) == 0;
}

}  // namespace

std::expected<Descriptor, std::string> listen_at(const IpAddress& address, std::uint16_t port, bool first) {
  const auto at = net::to_socket_address(address, port);
  Descriptor socket(::socket(at.get()->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int number = socket.number();
  // A socket bound before it shares its port fails if anything else listens there. Accepted sockets inherit
  // TCP_NODELAY.
  const auto share = [&] { return switch_on(number, SOL_SOCKET, SO_REUSEPORT); };
  if (!socket.is_open() || !switch_on(number, SOL_SOCKET, SO_REUSEADDR) || (!first && !share()) ||
      !switch_on(number, IPPROTO_TCP, TCP_NODELAY) || ::bind(number, at.get(), at.size) != 0 || (first && !share()) ||
      ::listen(number, SOMAXCONN) != 0) {
    return std::unexpected(std::system_category().message(errno));
  }
  return socket;
}

std::expected<std::shared_ptr<const Sockets>, std::string> listen_at(const std::string& host, std::uint16_t port,
                                                                     int count) {
  const auto address = IpAddress::parse(host);
  if (!address) return std::unexpected("not an IP address to listen on: " + host);
  auto made = std::make_shared<Sockets>();
  made->port = port;
  for (int i = 0; i < count; ++i) {
    auto socket = listen_at(address->unmapped(), made->port, i == 0);
    if (!socket)
      return std::unexpected("cannot listen on " + host + ":" + std::to_string(made->port) + ": " + socket.error());
    made->port = port_of(*socket);
    made->all.push_back(std::move(*socket));
  }
  return made;
}

std::uint16_t port_of(const Descriptor& socket) {
  net::SocketAddress at;
  CHECK(::getsockname(socket.number(), at.get(), &at.size) == 0);
  return net::port_of(at.get());
}

std::expected<Accepted, std::errc> accept_from(const Descriptor& listening) {
  net::SocketAddress from;
  const int number = ::accept4(listening.number(), from.get(), &from.size, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (number < 0) return std::unexpected(static_cast<std::errc>(errno == EWOULDBLOCK ? EAGAIN : errno));
  return Accepted{Descriptor(number), net::address_of(from.get()).value_or(IpAddress{}).unmapped()};
}

}  // namespace beckon::http
