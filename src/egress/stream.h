// Bytes to and from one address, over TCP or TLS, without ever waiting.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/ip_address.h"
#include "egress/trust.h"

namespace beckon::egress {

// Confined to one thread.
class Stream {
 public:
  enum class Io : std::uint8_t {
    kDone,       // something was read or written, or the step is made
    kWantRead,   // to be tried again when the socket is readable
    kWantWrite,  // … writable
    kEnded,      // the peer has closed
    kFailed,     // error() says why
  };

  Stream() = default;
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  // Begins to connect. kWantWrite in most cases; kFailed where there is no socket or no way.
  Io open(const IpAddress& address, std::uint16_t port);
  // Once the socket is writable: whether it is connected.
  Io connected();
  // The handshake's next step, after connected(). kFailed where the certificate is not to be trusted.
  Io handshake(const Trust& trust, const Url& url);

  Io read(std::span<char> to, std::size_t& size);
  Io write(std::string_view bytes, std::size_t& size);
  // Bytes that were received and not read, of which the socket will not tell.
  bool has_unread() const;

  int fd() const { return fd_; }
  const std::string& error() const { return error_; }  // a sentence for the operator's log

 private:
  Io failed(int error);
  template <class Step>
  Io step_tls(Step step, std::size_t& size);
  Io told_by_tls(int returned);

  int fd_ = -1;
  SslSession tls_;
  bool broken_ = false;  // no word of farewell
  std::string error_;
};

}  // namespace beckon::egress
