#include "egress/refusal.h"

#include "base/check.h"

namespace beckon::egress {

std::string_view sentence(Refusal refusal) {
  switch (refusal) {
    case Refusal::kTooLong: return "must be at most 2,048 characters long";
    case Refusal::kForbiddenByte: return "must not contain a space or control character; percent-encode it";
    case Refusal::kBackslash: return "must not contain a backslash; use / or %5C";
    case Refusal::kNonAscii: return "must be ASCII; use the xn-- form of the host and percent-encode the rest";
    case Refusal::kFragment: return "must not have a fragment; remove # and everything after it";
    case Refusal::kBadEscape: return "must have two hexadecimal digits after each %";
    case Refusal::kScheme: return "must start with https://";
    case Refusal::kUserinfo: return "must not contain a user name or password; send credentials in a header";
    case Refusal::kEmptyHost: return "must name a host";
    case Refusal::kPercentInHost: return "must not contain % in the host";
    case Refusal::kZoneId: return "must not contain a zone in the address";
    case Refusal::kFutureAddress: return "must have an IPv6 address between the brackets";
    case Refusal::kBadHost: return "must have a host of letters, digits and hyphens, with labels of 1 to 63 characters";
    case Refusal::kBadInternationalName: return "must not have a host with an invalid xn-- label";
    case Refusal::kTrailingDot:
      return "must not end with a dot after an IPv4 address, or with two dots after a host name";
    case Refusal::kNumericSpelling: return "must write an IPv4 address as four decimal numbers without leading zeros";
    case Refusal::kBadPort: return "must have a port from 1 to 65535 without leading zeros";
    case Refusal::kHeader: return "has a header that cannot be set, or one with a control character";
    case Refusal::kPlainHttp: return "must use https; plain http is not allowed on this server";
    case Refusal::kClosedPort:
      return "must use port 443, or a port from 1024 up that does not belong to a well-known service";
    case Refusal::kSingleLabel: return "must use a fully qualified host name";
    case Refusal::kReservedName: return "must not use a host name that is local to a machine or network";
    case Refusal::kMetadataName: return "must not point to a cloud metadata service";
    case Refusal::kSpecialAddress: return "must not resolve to a private or special-purpose address";
    case Refusal::kLoopbackAddress: return "must not resolve to a loopback address";
    case Refusal::kNeverAddress: return "must not resolve to a link-local, metadata, multicast or translated address";
    case Refusal::kOwnAddress: return "must not resolve to this server";
  }
  CHECK(false);
  return {};
}

}  // namespace beckon::egress
