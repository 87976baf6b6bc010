// TLS over a non-blocking socket: the steps of OpenSSL, and what has to happen before the next one. Both sides use it,
// the client of egress and the server of http; each has the contexts that say which versions and certificates hold.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

struct ssl_st;

namespace beckon::net {

// What a step on a socket came to.
enum class Io : std::uint8_t {
  kDone,       // something was read or written, or the step is complete
  kWantRead,   // try again when the socket is readable
  kWantWrite,  // … writable
  kEnded,      // the peer has closed its side
  kFailed,
};

struct SslFree {
  void operator()(ssl_st* session) const;
};
using SslSession = std::unique_ptr<ssl_st, SslFree>;

// Confined to one thread. The socket outlives it.
class TlsSession {
 public:
  // The session knows which side it is (SSL_set_accept_state or SSL_set_connect_state).
  TlsSession(SslSession session, int fd);
  // Says that nothing more comes (close_notify), unless the session has failed, if the socket takes it at once.
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  Io handshake();
  Io read(std::span<char> to, std::size_t& size);
  // A write that waits is repeated with the same bytes, to which others may have been added.
  Io write(std::string_view bytes, std::size_t& size);
  // Says that nothing more comes. kDone if the socket took it, or the session had failed.
  Io close_notify();

  // Whether bytes were received but not read, for which the socket will not become readable.
  bool has_unread() const;
  // Whether the newest read left nothing: the socket becomes readable again when there is more.
  bool is_drained() const { return drained_ && !has_unread(); }

  // After kFailed: the reason by OpenSSL's number (SSL_R_…), 0 if it named none; and the error of the socket, else 0.
  int reason() const { return reason_; }
  int system_error() const { return system_error_; }

  ssl_st* get() const { return session_.get(); }

 private:
  friend struct Wire;
  template <class Step>
  Io step(Step step, std::size_t& size);
  Io told(int returned);

  SslSession session_;
  const int fd_;
  bool drained_ = false;  // the newest recv() took less than it had room for
  bool ended_ = false;    // it met the end
  bool broken_ = false;   // nothing may be sent any more
  int reason_ = 0;
  int system_error_ = 0;
};

}  // namespace beckon::net
