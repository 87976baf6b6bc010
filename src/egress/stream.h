// A non-blocking connection to one address, over TCP or TLS.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/ip_address.h"
#include "egress/trouble.h"
#include "egress/trust.h"
#include "net/tls_session.h"

namespace beckon::egress {

// Confined to one thread.
class Stream {
 public:
  using Io = net::Io;  // after kFailed, trouble() says why

  Stream() = default;
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  // Starts connecting. Usually kWantWrite; kFailed without a socket or a route.
  Io open(const IpAddress& address, std::uint16_t port);
  // Call when the socket is writable: kDone if it is connected.
  Io connected();
  // The next step of the handshake, after connected(). kFailed if the certificate is not trusted.
  Io handshake(const Trust& trust, const Url& url);

  Io read(std::span<char> to, std::size_t& size);
  Io write(std::string_view bytes, std::size_t& size);
  // Whether bytes were received but not read; the socket does not become readable for them.
  bool has_unread() const;
  // Whether nothing is waiting to be read, neither bytes nor the peer's hang-up. Cheaper than an unsuccessful read.
  bool is_silent() const;

  int fd() const { return fd_; }
  Trouble trouble() const { return trouble_; }
  bool was_asked_for_certificate() const { return asked_for_certificate_; }

 private:
  Io failed(int error);
  Io told_by_tls(Io what);

  int fd_ = -1;
  std::optional<net::TlsSession> tls_;
  bool asked_for_certificate_ = false;  // by the peer, in the handshake
  Trouble trouble_ = Trouble::kNone;
};

}  // namespace beckon::egress
