#include "decision/decision_token.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "base/encoding.h"

namespace beckon::decision {
namespace {

constexpr std::string_view kPrefix = "dec_";
constexpr std::size_t kNonce = 6, kMac = 12;
constexpr std::array<std::string_view, 4> kOutcomes{"act", "none", "suppressed", "holdout"};

void put(std::string& out, std::uint64_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(value >> (8 * i));
}

void put(std::string& out, std::string_view text) {
  CHECK(text.size() <= 255);
  put(out, text.size(), 1);
  out += text;
}

std::uint64_t take(std::string_view& bytes, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size && i < bytes.size(); ++i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  bytes.remove_prefix(std::min(size, bytes.size()));
  return value;
}

std::string take_text(std::string_view& bytes) {
  const std::size_t size = take(bytes, 1);
  std::string text(bytes.substr(0, size));
  bytes.remove_prefix(text.size());
  return text;
}

}  // namespace

std::string DecisionTokens::mac(std::string_view handle, std::string_view session, std::string_view bytes) const {
  std::string text(handle);
  text += '\0';
  text += session;
  text += '\0';
  text += bytes;
  return hmac_sha256(key_, text).substr(0, kMac);
}

std::string DecisionTokens::seal(std::string_view handle, std::string_view session, const ledger::PastView& decision,
                                 Random& random) const {
  std::string bytes;
  put(bytes, 1, 1);
  put(bytes, static_cast<std::uint64_t>(to_ms(decision.at)), 6);
  put(bytes, decision.rules_version, 4);
  put(bytes, decision.session_version, 4);
  put(bytes, static_cast<std::uint64_t>(std::ranges::find(kOutcomes, decision.outcome) - kOutcomes.begin()), 1);
  put(bytes, decision.trigger);
  put(bytes, decision.rule);
  put(bytes, decision.variant);
  put(bytes, random.next(), kNonce);
  bytes += mac(handle, session, bytes);
  return std::string(kPrefix) + to_base64url(bytes);
}

std::optional<ledger::PastDecision> DecisionTokens::open(std::string_view handle, std::string_view session,
                                                         std::string_view id) const {
  if (!id.starts_with(kPrefix) || id.size() < kPrefix.size() + 40) return std::nullopt;
  const auto bytes = from_base64url(id.substr(kPrefix.size()));
  if (!bytes || bytes->size() < 16 + 3 + kNonce + kMac || (*bytes)[0] != 1) return std::nullopt;
  std::string_view rest(*bytes);
  const std::string_view body = rest.substr(0, rest.size() - kMac);
  if (!equal_in_constant_time(mac(handle, session, body), rest.substr(body.size()))) return std::nullopt;
  rest.remove_prefix(1);
  ledger::PastDecision decision{.id = std::string(id)};
  decision.at = instant_ms(static_cast<std::int64_t>(take(rest, 6)));
  decision.rules_version = take(rest, 4);
  decision.session_version = take(rest, 4);
  decision.outcome = kOutcomes[std::min<std::uint64_t>(take(rest, 1), 3)];
  decision.trigger = take_text(rest);
  decision.rule = take_text(rest);
  decision.variant = take_text(rest);
  return decision;
}

}  // namespace beckon::decision
