#include "http/transport.h"

#include <openssl/ssl.h>

namespace beckon::http {
namespace {

constexpr int kFirstOfCertificate = SSL_AD_REASON_OFFSET + SSL_AD_BAD_CERTIFICATE;
constexpr int kLastOfCertificate = SSL_AD_REASON_OFFSET + SSL_AD_CERTIFICATE_UNKNOWN;

// From OpenSSL's reason; those of SSL_AD_REASON_OFFSET and above are alerts from the client.
HandshakeFault fault_of(int reason) {
  if (reason >= kFirstOfCertificate && reason <= kLastOfCertificate) return HandshakeFault::kCertificateRefused;
  switch (reason) {
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA: return HandshakeFault::kCertificateRefused;
    case SSL_R_HTTP_REQUEST: return HandshakeFault::kPlainHttp;
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
    case SSL_R_HTTPS_PROXY_REQUEST: return HandshakeFault::kNotTls;
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_VERSION_TOO_LOW:
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION: return HandshakeFault::kVersion;
    case SSL_R_NO_SHARED_CIPHER:
    case SSL_R_NO_SHARED_GROUPS:
    case SSL_R_NO_SUITABLE_GROUPS:
    case SSL_R_NO_SUITABLE_KEY_SHARE:
    case SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM:
    case SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS: return HandshakeFault::kCipher;
    case SSL_R_NO_APPLICATION_PROTOCOL: return HandshakeFault::kProtocol;
    default: return HandshakeFault::kOther;
  }
}

}  // namespace

std::string_view to_text(HandshakeFault fault) {
  switch (fault) {
    case HandshakeFault::kTimeout: return "timeout";
    case HandshakeFault::kGone: return "client_gone";
    case HandshakeFault::kPlainHttp: return "plain_http";
    case HandshakeFault::kNotTls: return "not_tls";
    case HandshakeFault::kVersion: return "version";
    case HandshakeFault::kCipher: return "cipher";
    case HandshakeFault::kProtocol: return "protocol";
    case HandshakeFault::kCertificateRefused: return "certificate_refused";
    case HandshakeFault::kOther: return "other";
  }
  return "";
}

void Transport::begin_tls(net::SslSession session) {
  tls_ = std::make_unique<net::TlsSession>(std::move(session), socket_.number());
}

Transport::Io Transport::handshake() {
  const Io io = tls_->handshake();
  left_ = io == Io::kEnded || (io == Io::kFailed && tls_->system_error() != 0);
  return io;
}

HandshakeFault Transport::handshake_fault() const { return left_ ? HandshakeFault::kGone : fault_of(tls_->reason()); }

bool Transport::finish() {
  if (tls_ && tls_->close_notify() == Io::kWantWrite) return false;
  tls_.reset();
  ::shutdown(socket_.number(), SHUT_WR);
  return true;
}

void Transport::close() {
  tls_.reset();
  socket_.close();
}

}  // namespace beckon::http
