// TLS over a non-blocking socket: the steps of OpenSSL, and what must happen before the next one. Used by both sides,
// the client of egress and the server of http; each has its own contexts, with versions and certificates.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

struct ssl_st;

namespace beckon::net {

// The result of a step on a socket.
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
  // Sends close_notify, unless the session has failed, if the socket accepts it at once.
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  Io handshake();
  Io read(std::span<char> to, std::size_t& size);
  // A write that has to wait is repeated with the same bytes; more may be appended.
  Io write(std::string_view bytes, std::size_t& size);
  // Sends close_notify. kDone if the socket accepted it, or the session had failed.
  Io close_notify();

  // Whether bytes were received but not read; the socket does not become readable for them.
  bool has_unread() const;
  // Whether the newest read left nothing: the socket becomes readable again when there is more.
  bool is_drained() const { return drained_ && !has_unread(); }

  // After kFailed: OpenSSL's reason code (SSL_R_…), 0 if there is none; and the socket's error, otherwise 0.
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
  bool drained_ = false;  // the newest recv() returned less than it had room for
  bool ended_ = false;    // it reached the end
  bool broken_ = false;   // nothing may be sent anymore
  int reason_ = 0;
  int system_error_ = 0;
};

}  // namespace beckon::net
