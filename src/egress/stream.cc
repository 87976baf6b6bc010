#include "egress/stream.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <system_error>

#include "base/check.h"
#include "net/socket_address.h"

namespace beckon::egress {
namespace {

int fits(std::size_t size) { return static_cast<int>(std::min<std::size_t>(size, INT_MAX)); }

bool would_wait(int error) { return error == EAGAIN || error == EINTR; }

}  // namespace

Stream::~Stream() {
  if (tls_ && !broken_) SSL_shutdown(tls_.get());
  ERR_clear_error();
  tls_.reset();
  if (fd_ >= 0) close(fd_);
}

Stream::Io Stream::failed(int error) {
  broken_ = true;
  error_ = std::generic_category().message(error) + ".";
  return Io::kFailed;
}

Stream::Io Stream::open(const IpAddress& address, std::uint16_t port) {
  CHECK(fd_ < 0);
  const auto to = net::to_socket_address(address, port);
  fd_ = socket(to.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP);
  if (fd_ < 0) return failed(errno);
  const int on = 1;
  setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (connect(fd_, to.get(), to.size) == 0 || errno == EINPROGRESS) return Io::kWantWrite;
  return failed(errno);
}

Stream::Io Stream::connected() {
  int error = 0;
  socklen_t size = sizeof error;
  if (getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
  return error == 0 ? Io::kDone : failed(error);
}

// `step` calls OpenSSL, which returns what it did: a positive number, or a failure that its queue of errors explains.
template <class Step>
Stream::Io Stream::step_tls(Step step, std::size_t& size) {
  ERR_clear_error();
  errno = 0;
  const int done = step();
  if (done <= 0) return told_by_tls(done);
  size = static_cast<std::size_t>(done);
  return Io::kDone;
}

Stream::Io Stream::told_by_tls(int returned) {
  const int system_error = errno;
  const int told = SSL_get_error(tls_.get(), returned);
  if (told == SSL_ERROR_WANT_READ) return Io::kWantRead;
  if (told == SSL_ERROR_WANT_WRITE) return Io::kWantWrite;
  if (told == SSL_ERROR_ZERO_RETURN) return Io::kEnded;
  broken_ = true;  // after any other error, OpenSSL forbids a close_notify
  const auto why = ERR_peek_error();
  const auto verified = SSL_get_verify_result(tls_.get());
  if (verified != X509_V_OK)
    error_ = std::string(X509_verify_cert_error_string(verified)) + ".";
  else if (why != 0 && ERR_reason_error_string(why) != nullptr)
    error_ = std::string(ERR_reason_error_string(why)) + ".";
  else if (system_error != 0)
    error_ = std::generic_category().message(system_error) + ".";
  // A peer that closes without close_notify has ended all the same: the framing decides.
  const bool closed = (told == SSL_ERROR_SYSCALL && why == 0 && system_error == 0) ||
                      (told == SSL_ERROR_SSL && ERR_GET_REASON(why) == SSL_R_UNEXPECTED_EOF_WHILE_READING);
  return closed ? Io::kEnded : Io::kFailed;
}

Stream::Io Stream::handshake(const Trust& trust, const Url& url) {
  if (!tls_) tls_ = trust.session(url, fd_);
  std::size_t done = 0;
  return step_tls([&] { return SSL_do_handshake(tls_.get()); }, done);
}

Stream::Io Stream::read(std::span<char> to, std::size_t& size) {
  size = 0;
  if (tls_) return step_tls([&] { return SSL_read(tls_.get(), to.data(), fits(to.size())); }, size);
  const auto got = recv(fd_, to.data(), to.size(), 0);
  if (got < 0) return would_wait(errno) ? Io::kWantRead : failed(errno);
  size = static_cast<std::size_t>(got);
  return got == 0 ? Io::kEnded : Io::kDone;
}

Stream::Io Stream::write(std::string_view bytes, std::size_t& size) {
  size = 0;
  if (tls_) return step_tls([&] { return SSL_write(tls_.get(), bytes.data(), fits(bytes.size())); }, size);
  const auto put = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (put < 0) return would_wait(errno) ? Io::kWantWrite : failed(errno);
  size = static_cast<std::size_t>(put);
  return Io::kDone;
}

bool Stream::has_unread() const { return tls_ && SSL_has_pending(tls_.get()) == 1; }

}  // namespace beckon::egress
