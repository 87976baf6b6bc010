#include "egress/refusal.h"

#include "base/check.h"

namespace beckon::egress {

std::string_view sentence(Refusal refusal) {
  switch (refusal) {
    case Refusal::kTooLong: return "must be at most 2,048 characters long";
    case Refusal::kForbiddenByte: return "must not hold a space or a control character; percent-encode it";
    case Refusal::kBackslash: return "must not hold a backslash; write / or %5C";
    case Refusal::kNonAscii: return "must be ASCII; write the host as its xn-- form and percent-encode the rest";
    case Refusal::kFragment: return "must not have a fragment; leave out # and what follows it";
    case Refusal::kBadEscape: return "must have two hexadecimal digits after each %";
    case Refusal::kScheme: return "must begin with https://";
    case Refusal::kUserinfo: return "must not hold a user name or a password; send credentials in a header";
    case Refusal::kEmptyHost: return "must name a host";
    case Refusal::kPercentInHost: return "must not hold % in the host";
    case Refusal::kZoneId: return "must not hold a zone in the address";
    case Refusal::kFutureAddress: return "must hold an IPv6 address between the brackets";
    case Refusal::kBadHost: return "must have a host of letters, digits and hyphens, with labels of 1 to 63 characters";
    case Refusal::kTrailingDot: return "must not end its host with a dot";
    case Refusal::kNumericSpelling: return "must write an IPv4 address as four decimal numbers without leading zeros";
    case Refusal::kBadPort: return "must have a port from 1 to 65535 without leading zeros";
    case Refusal::kHeader: return "has a header that may not be set, or one with a control character";
    case Refusal::kPlainHttp: return "must use https; plain http is not admitted on this server";
    case Refusal::kClosedPort: return "must use port 443, or one from 1024 upward that is no well-known service";
    case Refusal::kSingleLabel: return "must name its host in full, with a domain";
    case Refusal::kReservedName: return "must not use a name that is local to a machine or a network";
    case Refusal::kMetadataName: return "must not name a cloud's metadata service";
    case Refusal::kSpecialAddress: return "must not lead to a private or special-purpose address";
    case Refusal::kLoopbackAddress: return "must not lead to a loopback address";
    case Refusal::kNeverAddress: return "must not lead to a link-local, metadata, multicast or translated address";
    case Refusal::kOwnAddress: return "must not lead back to this server";
  }
  CHECK(false);
  return {};
}

}  // namespace beckon::egress
