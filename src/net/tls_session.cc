#include "net/tls_session.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <climits>

#include "base/check.h"

namespace beckon::net {
namespace {

int fits(std::size_t size) { return static_cast<int>(std::min<std::size_t>(size, INT_MAX)); }

bool would_wait(int error) { return error == EAGAIN || error == EINTR; }

}  // namespace

// OpenSSL's own socket BIO writes without MSG_NOSIGNAL, and does not report whether a read emptied the socket.
struct Wire {
  static int read(BIO* bio, char* to, int size) {
    BIO_clear_retry_flags(bio);
    TlsSession& session = of(bio);
    const auto got = ::recv(session.fd_, to, static_cast<std::size_t>(size), 0);
    session.drained_ = got >= 0 ? got < size : would_wait(errno) && errno != EINTR;
    session.ended_ = got == 0;
    if (got < 0) note(bio, session, BIO_FLAGS_READ);
    return static_cast<int>(got);
  }

  static int write(BIO* bio, const char* bytes, int size) {
    BIO_clear_retry_flags(bio);
    TlsSession& session = of(bio);
    const auto put = ::send(session.fd_, bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL);
    if (put < 0) note(bio, session, BIO_FLAGS_WRITE);
    return static_cast<int>(put);
  }

  static long control(BIO* bio, int what, long, void*) {
    if (what == BIO_CTRL_EOF) return of(bio).ended_ ? 1 : 0;
    return what == BIO_CTRL_FLUSH ? 1 : 0;
  }

  static BIO_METHOD* method() {
    static BIO_METHOD* const made = [] {
      BIO_METHOD* fresh = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
      CHECK(fresh != nullptr && BIO_meth_set_read(fresh, read) == 1 && BIO_meth_set_write(fresh, write) == 1 &&
            BIO_meth_set_ctrl(fresh, control) == 1);
      return fresh;
    }();
    return made;
  }

 private:
  static TlsSession& of(BIO* bio) { return *static_cast<TlsSession*>(BIO_get_data(bio)); }

  static void note(BIO* bio, TlsSession& session, int direction) {
    if (would_wait(errno))
      BIO_set_flags(bio, direction | BIO_FLAGS_SHOULD_RETRY);
    else
      session.system_error_ = errno;
  }
};

void SslFree::operator()(ssl_st* session) const { SSL_free(session); }

TlsSession::TlsSession(SslSession session, int fd) : session_(std::move(session)), fd_(fd) {
  BIO* bio = BIO_new(Wire::method());
  CHECK(session_ && bio != nullptr);
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(session_.get(), bio, bio);
}

TlsSession::~TlsSession() {
  if (!broken_) SSL_shutdown(session_.get());
  ERR_clear_error();
}

// `step` calls OpenSSL and returns its result: a positive number, or a failure explained by its error queue.
template <class Step>
Io TlsSession::step(Step step, std::size_t& size) {
  ERR_clear_error();
  const int done = step();
  if (done <= 0) return told(done);
  size = static_cast<std::size_t>(done);
  return Io::kDone;
}

Io TlsSession::told(int returned) {
  const int error = SSL_get_error(session_.get(), returned);
  if (error == SSL_ERROR_WANT_READ) return Io::kWantRead;
  if (error == SSL_ERROR_WANT_WRITE) return Io::kWantWrite;
  if (error == SSL_ERROR_ZERO_RETURN) return Io::kEnded;
  broken_ = true;  // after any other error, OpenSSL forbids a close_notify
  const auto why = ERR_peek_error();
  reason_ = why == 0 ? 0 : ERR_GET_REASON(why);
  // A peer that closes without close_notify has still ended: the framing decides.
  const bool closed = (error == SSL_ERROR_SYSCALL && why == 0 && system_error_ == 0) ||
                      (error == SSL_ERROR_SSL && reason_ == SSL_R_UNEXPECTED_EOF_WHILE_READING);
  return closed ? Io::kEnded : Io::kFailed;
}

Io TlsSession::handshake() {
  std::size_t done = 0;
  return step([&] { return SSL_do_handshake(session_.get()); }, done);
}

Io TlsSession::read(std::span<char> to, std::size_t& size) {
  size = 0;
  return step([&] { return SSL_read(session_.get(), to.data(), fits(to.size())); }, size);
}

Io TlsSession::write(std::string_view bytes, std::size_t& size) {
  size = 0;
  return step([&] { return SSL_write(session_.get(), bytes.data(), fits(bytes.size())); }, size);
}

Io TlsSession::close_notify() {
  if (broken_) return Io::kDone;
  ERR_clear_error();
  const int done = SSL_shutdown(session_.get());
  if (done >= 0) return Io::kDone;  // 0: sent, and the peer's has not arrived
  return told(done) == Io::kWantWrite ? Io::kWantWrite : Io::kDone;
}

bool TlsSession::has_unread() const { return SSL_has_pending(session_.get()) == 1; }

}  // namespace beckon::net
