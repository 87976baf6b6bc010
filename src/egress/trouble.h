// What went wrong with a request that the policy admitted: a closed list, each with the outcome it counts as and a
// sentence for the operator's delivery log.
#pragma once
#include <cstdint>
#include <string_view>

namespace beckon::egress {

// The closed list of outcomes shown to a tenant (safety.md section 1, rule 9).
enum class Outcome : std::uint8_t {
  kStatus,   // a response: its status counts
  kRefused,  // by policy, before a socket opened: never retried
  kDns,      // the name has no address, or its servers do not answer
  kConnect,  // no connection, or it broke before the headers of the response were complete
  kTls,      // no trusted certificate for the name, or the handshake failed
  kTimeout,  // a deadline passed before that
};

enum class Trouble : std::uint8_t {
  kNone,
  // DNS
  kNoSuchName,  // NXDOMAIN
  kNoAddress,   // the name exists, but has neither A nor AAAA
  kDnsFailed,   // SERVFAIL, REFUSED, garbage
  kDnsTimeout,
  // The connection
  kPortRefused,
  kUnreachable,
  kBlocked,   // by a filter on this machine
  kNoSocket,  // this machine has none left
  kConnectFailed,
  kConnectTimeout,
  // TLS
  kNotTls,
  kTlsVersion,
  kHttp2OnlyTls,  // by ALPN
  kClientCertificate,
  kNameUnknown,
  kCertificateExpired,
  kCertificateNotYetValid,
  kCertificateName,
  kCertificateSelfSigned,
  kCertificateUntrusted,
  kCertificateInvalid,
  kHandshakeClosed,
  kHandshakeTimeout,
  kTlsFailed,
  // Request and response
  kReset,
  kClosed,
  kRequestUnread,
  kRequestTimeout,
  kHeadersCut,
  kHeadersTooLarge,
  kNotHttp,
  kHttp2Only,  // by its response
  kResponseTimeout,
  // After the headers of a response: its status counts
  kBodyBroken,
  kBodyTimeout,
};

Outcome outcome_of(Trouble trouble);

// What happened and, if useful, what to do; without any name, address or port. Empty for kNone.
std::string_view sentence(Trouble trouble);

}  // namespace beckon::egress
