#include "egress/stream.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "base/check.h"
#include "net/socket_address.h"

namespace beckon::egress {
namespace {

bool would_wait(int error) { return error == EAGAIN || error == EINTR; }

Trouble trouble_of(int error) {
  switch (error) {
    case ECONNREFUSED: return Trouble::kPortRefused;
    case ENETUNREACH:
    case EHOSTUNREACH:
    case ENETDOWN:
    case EADDRNOTAVAIL: return Trouble::kUnreachable;
    case EPERM:
    case EACCES: return Trouble::kBlocked;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM: return Trouble::kNoSocket;
    case ETIMEDOUT: return Trouble::kConnectTimeout;
    case ECONNRESET:
    case EPIPE: return Trouble::kReset;
    default: return Trouble::kConnectFailed;
  }
}

Trouble trouble_of_certificate(long verified) {
  switch (verified) {
    case X509_V_ERR_CERT_HAS_EXPIRED: return Trouble::kCertificateExpired;
    case X509_V_ERR_CERT_NOT_YET_VALID: return Trouble::kCertificateNotYetValid;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH: return Trouble::kCertificateName;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT: return Trouble::kCertificateSelfSigned;
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE: return Trouble::kCertificateUntrusted;
    default: return Trouble::kCertificateInvalid;
  }
}

// From OpenSSL's reason; those of SSL_AD_REASON_OFFSET and above are alerts from the peer.
Trouble trouble_of_tls(int reason, bool asked_for_certificate) {
  switch (reason) {
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
    case SSL_R_RECORD_LENGTH_MISMATCH:
    case SSL_R_HTTP_REQUEST: return Trouble::kNotTls;
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION: return Trouble::kTlsVersion;
    case SSL_R_TLSV1_ALERT_NO_APPLICATION_PROTOCOL: return Trouble::kHttp2OnlyTls;
    case SSL_R_TLSV1_UNRECOGNIZED_NAME: return Trouble::kNameUnknown;
    default: break;
  }
  return asked_for_certificate && reason >= SSL_AD_REASON_OFFSET ? Trouble::kClientCertificate : Trouble::kTlsFailed;
}

}  // namespace

Stream::~Stream() {
  tls_.reset();
  if (fd_ >= 0) close(fd_);
}

Stream::Io Stream::failed(int error) {
  trouble_ = trouble_of(error);
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

Stream::Io Stream::told_by_tls(Io what) {
  const bool in_order = what == Io::kEnded && tls_->reason() == 0;
  if (in_order || (what != Io::kFailed && what != Io::kEnded)) return what;
  const auto verified = SSL_get_verify_result(tls_->get());
  if (verified != X509_V_OK)
    trouble_ = trouble_of_certificate(verified);
  else if (tls_->reason() != 0)
    trouble_ = trouble_of_tls(tls_->reason(), asked_for_certificate_);
  else
    trouble_ = tls_->system_error() != 0 ? trouble_of(tls_->system_error()) : Trouble::kTlsFailed;
  return what;
}

Stream::Io Stream::handshake(const Trust& trust, const Url& url) {
  if (!tls_) tls_.emplace(trust.session(url, asked_for_certificate_), fd_);
  return told_by_tls(tls_->handshake());
}

Stream::Io Stream::read(std::span<char> to, std::size_t& size) {
  size = 0;
  if (tls_) return told_by_tls(tls_->read(to, size));
  const auto got = recv(fd_, to.data(), to.size(), 0);
  if (got < 0) return would_wait(errno) ? Io::kWantRead : failed(errno);
  size = static_cast<std::size_t>(got);
  return got == 0 ? Io::kEnded : Io::kDone;
}

Stream::Io Stream::write(std::string_view bytes, std::size_t& size) {
  size = 0;
  if (tls_) return told_by_tls(tls_->write(bytes, size));
  const auto put = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (put < 0) return would_wait(errno) ? Io::kWantWrite : failed(errno);
  size = static_cast<std::size_t>(put);
  return Io::kDone;
}

bool Stream::has_unread() const { return tls_ && tls_->has_unread(); }

bool Stream::is_silent() const {
  char next = 0;
  return !has_unread() && recv(fd_, &next, 1, MSG_PEEK) < 0 && would_wait(errno);
}

}  // namespace beckon::egress
