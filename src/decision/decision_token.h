// Ids of prefetched decisions: nothing of a prefetch is stored, so its id carries what is needed to record it once it
// was shown, under the server's signature, and is good for its own session only.
//
//   "dec_" base64url( format:u8 (1) at:u48 rulesVersion:u32 sessionVersion:u32 outcome:u8
//                     trigger rule variant (each size:u8 bytes) nonce:6 mac:12 ), big-endian, at most 248 characters
//   mac = the first 12 bytes of HMAC-SHA256(key, handle NUL session NUL what stands before the mac)
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/random.h"
#include "ledger/session.h"

namespace beckon::decision {

// Thread-safe.
class DecisionTokens {
 public:
  explicit DecisionTokens(std::string_view key32) : key_(key32) {}

  std::string seal(std::string_view handle, std::string_view session, const ledger::PastView& decision,
                   Random& random) const;
  // Nothing for any text that this server did not make for this session.
  std::optional<ledger::PastDecision> open(std::string_view handle, std::string_view session, std::string_view id) const;

 private:
  std::string mac(std::string_view handle, std::string_view session, std::string_view bytes) const;
  std::string key_;
};

}  // namespace beckon::decision
