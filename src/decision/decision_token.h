// Ids of prefetched decisions. A prefetch stores nothing, so the id contains, signed by the server, what is needed to
// record the decision once it was shown. Valid for its own session only.
//
//   "dec_" base64url(head:u8 (format × 16 + said × 4 + outcome) at:u40 (ms since 2020) rulesVersion:u32
//                    sessionVersion:u32 reading:u64 trigger rule variant context? nonce:u16 mac:12)
//   numbers are big-endian; at most 256 characters, the limit of a signalValue
//   format  = 2; 3: evaluated with public traits only
//   trigger, rule = size:u8, then characters from an alphabet of 40: three in two bytes, a single last one in one
//   variant = size:u8 bytes
//   said    = 0: the prefetch gave no context; 1: `context` follows; 2: it was too long
//   context = n:u8 (key value, each size:u8 bytes)*
//   mac     = the first 12 bytes of HMAC-SHA256(key, handle NUL session NUL everything before the mac)
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/random.h"
#include "ledger/session.h"

namespace beckon::decision {

// The contents of an id.
struct Token {
  ledger::PastDecision decision;
  ledger::Context said;    // given with the prefetch
  bool knows_said = true;  // false: it was too long for the id
};

// Thread-safe.
class DecisionTokens {
 public:
  explicit DecisionTokens(std::string_view key32) : key_(key32) {}

  std::string seal(std::string_view handle, std::string_view session, const ledger::PastView& decision,
                   const ledger::Context& said, Random& random) const;
  // std::nullopt for any text that this server did not issue for this session.
  std::optional<Token> open(std::string_view handle, std::string_view session, std::string_view id) const;

  // The instant in an id, whoever issued it; std::nullopt if the text does not have the form of an id.
  static std::optional<Instant> instant_of(std::string_view id);

 private:
  std::string mac(std::string_view handle, std::string_view session, std::string_view bytes) const;
  std::string key_;
};

}  // namespace beckon::decision
