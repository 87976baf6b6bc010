// A client's socket: plain bytes or TLS. The switch is one pointer: without TLS, each call is the system's.
#pragma once
#include <sys/socket.h>

#include <cerrno>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "net/descriptor.h"
#include "net/tls_session.h"

namespace beckon::http {

// Why a handshake failed: a metric label, so the list is closed.
enum class HandshakeFault : std::uint8_t {
  kTimeout,             // not done within HttpLimits::handshake
  kGone,                // the client left first
  kPlainHttp,           // it speaks http
  kNotTls,              // neither HTTP nor TLS
  kVersion,             // only TLS 1.1 or older
  kCipher,              // no cipher, group or signature algorithm in common
  kProtocol,            // by ALPN, it only speaks other protocols, such as h2
  kCertificateRefused,  // the client does not accept the certificate
  kOther,
};
inline constexpr std::size_t kHandshakeFaults = 9;
std::string_view to_text(HandshakeFault fault);

// Confined to one thread.
class Transport {
 public:
  using Io = net::Io;

  explicit Transport(net::Descriptor socket) : socket_(std::move(socket)) {}

  const net::Descriptor& socket() const { return socket_; }
  bool is_tls() const { return tls_ != nullptr; }

  void begin_tls(net::SslSession session);
  Io handshake();
  HandshakeFault handshake_fault() const;  // after it has ended or failed
  void leave_tls() { tls_.reset(); }       // reads and writes are plain from now on

  Io read(std::span<char> to, std::size_t& size);
  Io write(std::string_view bytes, std::size_t& size);
  // Whether the newest read left nothing: the socket becomes readable again when there is more.
  bool is_drained() const { return drained_; }

  // Announces the end (close_notify); what the client still sends is then read as plain bytes and discarded. False: try
  // again when the socket is writable.
  bool finish();
  void close();

 private:
  net::Descriptor socket_;
  std::unique_ptr<net::TlsSession> tls_;
  bool drained_ = false;
  bool left_ = false;  // the client ended the handshake
};

inline Transport::Io Transport::read(std::span<char> to, std::size_t& size) {
  if (tls_) {
    const Io io = tls_->read(to, size);
    drained_ = tls_->is_drained();
    return io;
  }
  ssize_t got = 0;
  do got = ::recv(socket_.number(), to.data(), to.size(), 0);
  while (got < 0 && errno == EINTR);
  if (got < 0) return errno == EAGAIN || errno == EWOULDBLOCK ? Io::kWantRead : Io::kFailed;
  size = static_cast<std::size_t>(got);
  drained_ = size < to.size();
  return got == 0 ? Io::kEnded : Io::kDone;
}

inline Transport::Io Transport::write(std::string_view bytes, std::size_t& size) {
  if (tls_) return tls_->write(bytes, size);
  ssize_t put = 0;
  do put = ::send(socket_.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  while (put < 0 && errno == EINTR);
  if (put < 0) return errno == EAGAIN || errno == EWOULDBLOCK ? Io::kWantWrite : Io::kFailed;
  size = static_cast<std::size_t>(put);
  return Io::kDone;
}

}  // namespace beckon::http
