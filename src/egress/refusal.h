// Why a request is refused: a closed list, each with an actionable sentence. Decided before a socket opens.
#pragma once
#include <cstdint>
#include <string_view>

namespace beckon::egress {

enum class Refusal : std::uint8_t {
  // The text of the URL.
  kTooLong,
  kForbiddenByte,
  kBackslash,
  kNonAscii,
  kFragment,
  kBadEscape,
  kScheme,
  kUserinfo,
  kEmptyHost,
  kPercentInHost,
  kZoneId,
  kFutureAddress,
  kBadHost,
  kBadInternationalName,
  kTrailingDot,
  kNumericSpelling,
  kBadPort,
  kHeader,
  // The policy.
  kPlainHttp,
  kClosedPort,
  kSingleLabel,
  kReservedName,
  kMetadataName,
  kSpecialAddress,
  kLoopbackAddress,
  kNeverAddress,
  kOwnAddress,
};

// What is wrong and how to fix it, without any name, address or port of this server.
std::string_view sentence(Refusal refusal);

}  // namespace beckon::egress
