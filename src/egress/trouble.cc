#include "egress/trouble.h"

#include "base/check.h"

namespace beckon::egress {
namespace {

struct Row {
  Outcome outcome;
  std::string_view sentence;
};

Row row_of(Trouble trouble) {
  switch (trouble) {
    case Trouble::kNone: return {Outcome::kStatus, ""};
    case Trouble::kNoSuchName: return {Outcome::kDns, "The host name does not exist in DNS (NXDOMAIN)."};
    case Trouble::kNoAddress:
      return {Outcome::kDns, "The host name exists in DNS, but has neither an A nor an AAAA record."};
    case Trouble::kDnsFailed:
      return {Outcome::kDns, "The DNS lookup failed: the name servers returned an error, such as SERVFAIL."};
    case Trouble::kDnsTimeout: return {Outcome::kDns, "The DNS lookup timed out: the name servers did not answer."};
    case Trouble::kPortRefused:
      return {Outcome::kConnect, "The connection was refused: nothing listens on the endpoint's port."};
    case Trouble::kUnreachable:
      return {Outcome::kConnect, "The endpoint's address is unreachable: there is no route to it."};
    case Trouble::kBlocked: return {Outcome::kConnect, "A packet filter of this server blocked the connection."};
    case Trouble::kNoSocket: return {Outcome::kConnect, "This server had no socket left for the connection."};
    case Trouble::kConnectFailed: return {Outcome::kConnect, "No connection to the endpoint could be made."};
    case Trouble::kConnectTimeout:
      return {Outcome::kTimeout, "The endpoint did not accept a connection within the timeout."};
    case Trouble::kNotTls: return {Outcome::kTls, "The endpoint does not speak TLS on this port."};
    case Trouble::kTlsVersion: return {Outcome::kTls, "The endpoint does not support TLS 1.2 or newer."};
    case Trouble::kHttp2OnlyTls:
      return {Outcome::kTls, "The endpoint does not offer HTTP/1.1 in its TLS handshake (ALPN)."};
    case Trouble::kClientCertificate:
      return {Outcome::kTls, "The endpoint requires a client certificate; Beckon does not send one."};
    case Trouble::kNameUnknown: return {Outcome::kTls, "The endpoint's TLS server does not know the host name."};
    case Trouble::kCertificateExpired:
      return {Outcome::kTls, "The endpoint's certificate, or one in its chain, has expired."};
    case Trouble::kCertificateNotYetValid: return {Outcome::kTls, "The endpoint's certificate is not valid yet."};
    case Trouble::kCertificateName: return {Outcome::kTls, "The endpoint's certificate is for another host name."};
    case Trouble::kCertificateSelfSigned: return {Outcome::kTls, "The endpoint's certificate is self-signed."};
    case Trouble::kCertificateUntrusted:
      return {Outcome::kTls,
              "The endpoint's certificate does not lead to a trusted authority; an intermediate certificate may be "
              "missing."};
    case Trouble::kCertificateInvalid:
      return {Outcome::kTls, "The endpoint's certificate cannot be used for a server."};
    case Trouble::kHandshakeClosed:
      return {Outcome::kTls, "The endpoint closed the connection during the TLS handshake."};
    case Trouble::kHandshakeTimeout:
      return {Outcome::kTimeout, "The TLS handshake did not complete within the timeout."};
    case Trouble::kTlsFailed:
      return {Outcome::kTls, "TLS failed: there is no common cipher suite, or the endpoint reported an error."};
    case Trouble::kReset:
      return {Outcome::kConnect, "The connection was reset before the response headers were complete."};
    case Trouble::kClosed: return {Outcome::kConnect, "The connection was closed without a response."};
    case Trouble::kRequestUnread:
      return {Outcome::kConnect, "The connection was closed before the whole request was written."};
    case Trouble::kRequestTimeout:
      return {Outcome::kTimeout, "The endpoint did not read the whole request within the timeout."};
    case Trouble::kHeadersCut:
      return {Outcome::kConnect, "The connection was closed before the response headers were complete."};
    case Trouble::kHeadersTooLarge: return {Outcome::kConnect, "The response headers are too large."};
    case Trouble::kNotHttp: return {Outcome::kConnect, "The response is not valid HTTP/1.1."};
    case Trouble::kHttp2Only:
      return {Outcome::kConnect, "The endpoint speaks only HTTP/2 on this port; it must accept HTTP/1.1."};
    case Trouble::kResponseTimeout:
      return {Outcome::kTimeout, "The request was sent, but no response headers arrived within the timeout."};
    case Trouble::kBodyBroken:
      return {Outcome::kStatus, "The status and headers arrived; the response body broke off before its end."};
    case Trouble::kBodyTimeout:
      return {Outcome::kStatus, "The status and headers arrived; the response body was incomplete at the timeout."};
  }
  CHECK(false);
  return {};
}

}  // namespace

Outcome outcome_of(Trouble trouble) { return row_of(trouble).outcome; }
std::string_view sentence(Trouble trouble) { return row_of(trouble).sentence; }

}  // namespace beckon::egress
