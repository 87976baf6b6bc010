// Ids of prefetched decisions: nothing of a prefetch is stored, so its id carries what is needed to record it once it
// was shown, under the server's signature, and is good for its own session only.
//
//   "dec_" base64url( head:u8 (format 2 × 16 + said × 4 + outcome) at:u40 (ms since 2020) rulesVersion:u32
//   sessionVersion:u32 reading:u64
//                     trigger rule variant context? nonce:u16 mac:12 ), big-endian, at most 256 characters: what a
//                     signalValue may have
//   trigger, rule = size:u8, then each three characters, of 40 different ones, in two bytes and a last single one in
//   one variant = size:u8 bytes said = 0: the prefetch said no context; 1: `context` stands here; 2: it was too long
//   context = n:u8 (key value, each size:u8 bytes)*
//   mac = the first 12 bytes of HMAC-SHA256(key, handle NUL session NUL what stands before the mac)
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/random.h"
#include "ledger/session.h"

namespace beckon::decision {

// What an id says.
struct Token {
  ledger::PastDecision decision;
  ledger::Context said;    // with the prefetch
  bool knows_said = true;  // false: it was too long to stand in the id
};

// Thread-safe.
class DecisionTokens {
 public:
  explicit DecisionTokens(std::string_view key32) : key_(key32) {}

  std::string seal(std::string_view handle, std::string_view session, const ledger::PastView& decision,
                   const ledger::Context& said, Random& random) const;
  // std::nullopt for any text that this server did not make for this session.
  std::optional<Token> open(std::string_view handle, std::string_view session, std::string_view id) const;

  // The instant of an id, whoever made it; std::nullopt if it does not have the form of one.
  static std::optional<Instant> instant_of(std::string_view id);

 private:
  std::string mac(std::string_view handle, std::string_view session, std::string_view bytes) const;
  std::string key_;
};

}  // namespace beckon::decision
