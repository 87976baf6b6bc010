// The listening socket and those that it accepts: TCP, non-blocking, close-on-exec.
#pragma once
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "base/ip_address.h"
#include "net/descriptor.h"

namespace beckon::http {

using net::Descriptor;

// Port 0: any free one. The `first` socket at an address fails if anything else listens there, including other
// processes; later ones join it (SO_REUSEPORT), and the kernel distributes clients among them. The error is the
// system's text.
std::expected<Descriptor, std::string> listen_at(const IpAddress& address, std::uint16_t port, bool first);
std::uint16_t port_of(const Descriptor& socket);

// Sockets at one address, for the io threads of one listener, or of several one after the other: while one of them is
// open, clients that are not accepted yet wait.
struct Sockets {
  std::vector<Descriptor> all;
  std::uint16_t port = 0;
};
// The error is a sentence with host and port.
std::expected<std::shared_ptr<const Sockets>, std::string> listen_at(const std::string& host, std::uint16_t port,
                                                                     int count);

struct Accepted {
  Descriptor socket;
  IpAddress peer;  // unmapped
};
// The error is the system's; operation_would_block if no client is waiting.
std::expected<Accepted, std::errc> accept_from(const Descriptor& listening);

}  // namespace beckon::http
