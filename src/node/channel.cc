#include "node/channel.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace beckon::node {
namespace {

constexpr std::size_t kRead = 64 * 1024;  // bytes at once

std::string why_not(const net::TlsSession& tls) {
  switch (tls.reason()) {
    case SSL_R_CERTIFICATE_VERIFY_FAILED:
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
      return "The other side does not have this node's master key; every node needs the same file.";
    case SSL_R_NO_APPLICATION_PROTOCOL:
    case SSL_R_TLSV1_ALERT_NO_APPLICATION_PROTOCOL:
      return "The other side is of a version with which this node cannot speak; upgrade one version at a time.";
    default: break;
  }
  if (tls.system_error() != 0) return std::system_category().message(tls.system_error()) + ".";
  const char* reason = tls.reason() == 0 ? nullptr : ERR_reason_error_string(ERR_PACK(ERR_LIB_SSL, 0, tls.reason()));
  return std::string("TLS failed: ") + (reason == nullptr ? "unknown reason" : reason) + ".";
}

}  // namespace

std::expected<net::Descriptor, std::string> connect_to(const net::Endpoint& endpoint) {
  const auto at = net::to_socket_address(endpoint.address, endpoint.port);
  net::Descriptor socket(::socket(at.get()->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int on = 1;
  if (!socket.is_open() || ::setsockopt(socket.number(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0 ||
      (::connect(socket.number(), at.get(), at.size) != 0 && errno != EINPROGRESS))
    return std::unexpected(std::system_category().message(errno));
  return socket;
}

Channel::Channel(net::EventLoop& loop, net::Descriptor socket, net::SslSession session, User& user)
    : loop_(loop), socket_(std::move(socket)), tls_(std::move(session), socket_.number()), user_(user) {
  loop_.watch(socket_.number(), true, true, *this);
  writes_ = true;
}

Channel::~Channel() {
  if (!closed_) loop_.unwatch(socket_.number());
}

void Channel::watch(bool write) {
  if (writes_ == write || closed_) return;
  writes_ = write;
  loop_.watch(socket_.number(), true, write, *this);
}

void Channel::close(const std::string& why) {
  if (std::exchange(closed_, true)) return;
  open_ = false;
  loop_.unwatch(socket_.number());
  ::shutdown(socket_.number(), SHUT_RDWR);
  user_.closed(*this, why);
}

void Channel::on_ready(int, net::EventLoop::Ready) {
  if (closed_) return;
  if (!open_) shake_hands();
  if (open_) read();
  if (open_) flush();
}

void Channel::shake_hands() {
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(socket_.number(), SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error != 0)
    return close(std::system_category().message(error) + ".");
  switch (tls_.handshake()) {
    case net::Io::kDone:
      open_ = true;
      watch(false);
      user_.opened(*this);
      return;
    case net::Io::kWantRead: return watch(false);
    case net::Io::kWantWrite: return watch(true);
    case net::Io::kEnded: return close("The other side has closed the connection.");
    case net::Io::kFailed: return close(why_not(tls_));
  }
}

void Channel::read() {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): read() fills what is used
  static thread_local std::array<char, kRead> buffer;
  while (open_) {
    std::size_t size = 0;
    switch (tls_.read(buffer, size)) {
      case net::Io::kDone: break;
      case net::Io::kWantRead: return;
      case net::Io::kWantWrite: return watch(true);
      case net::Io::kEnded: return close("The other side has closed the connection.");
      case net::Io::kFailed: return close(why_not(tls_));
    }
    reader_.add({buffer.data(), size});
    while (open_) {
      const auto frame = reader_.next();
      if (!frame) return close(std::string("The other side does not speak as a node does: ") + frame.error() + ".");
      if (!*frame) break;
      user_.arrived(*this, **frame);
    }
  }
}

void Channel::flush() {
  while (open_ && sent_ < out_.size()) {
    std::size_t size = 0;
    switch (tls_.write(std::string_view(out_).substr(sent_), size)) {
      case net::Io::kDone: sent_ += size; break;
      case net::Io::kWantRead: return;
      case net::Io::kWantWrite:
        if (sent_ > kRead) out_.erase(0, std::exchange(sent_, 0));
        return watch(true);
      case net::Io::kEnded: return close("The other side has closed the connection.");
      case net::Io::kFailed: return close(why_not(tls_));
    }
  }
  if (!open_) return;
  out_.clear();
  sent_ = 0;
  if (out_.capacity() > 4 * kRead) std::string().swap(out_);
  watch(false);
}

}  // namespace beckon::node
