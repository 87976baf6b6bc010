#include "decision/decision_token.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "system/encoding.h"

namespace beckon::decision {
namespace {

constexpr std::string_view kPrefix = "dec_";
constexpr std::size_t kNonce = 2, kMac = 12, kLeast = 1 + 5 + 4 + 4 + 8 + 3 + kNonce + kMac;
constexpr std::size_t kMost = 252 / 4 * 3;  // bytes that fit into an id of 256 characters
constexpr std::uint64_t kFormat = 2, kFormatPublicOnly = 3;
enum Said : std::uint64_t { kNothing = 0, kHere = 1, kTooLong = 2 };
constexpr std::int64_t kEpoch = 1'577'836'800'000;  // 2020-01-01: five bytes last until 2054
constexpr std::string_view kNameCharacters = "abcdefghijklmnopqrstuvwxyz0123456789_.:-";
constexpr std::array<std::string_view, 4> kOutcomes{"act", "none", "suppressed", "holdout"};

void put(std::string& out, std::uint64_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(value >> (8 * i));
}

void put(std::string& out, std::string_view text) {
  CHECK(text.size() <= 255);
  put(out, text.size(), 1);
  out += text;
}

// A trigger or a rule's id: 40³ is less than 2¹⁶.
void put_name(std::string& out, std::string_view name) {
  CHECK(name.size() <= 255);
  put(out, name.size(), 1);
  for (; !name.empty(); name.remove_prefix(std::min<std::size_t>(3, name.size()))) {
    std::uint64_t three = 0;
    for (std::size_t i = 0; i < 3 && i < name.size(); ++i) three = three * 40 + kNameCharacters.find(name[i]) % 40;
    put(out, three, name.size() == 1 ? 1 : 2);
  }
}

std::uint64_t take(std::string_view& bytes, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size && i < bytes.size(); ++i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  bytes.remove_prefix(std::min(size, bytes.size()));
  return value;
}

std::string take_name(std::string_view& bytes) {
  std::string name;
  for (std::size_t left = take(bytes, 1); left > 0;) {
    const std::size_t now = std::min<std::size_t>(3, left);
    std::uint64_t three = take(bytes, now == 1 ? 1 : 2);
    name.append(now, ' ');
    for (std::size_t i = 0; i < now; ++i, three /= 40) name[name.size() - 1 - i] = kNameCharacters[three % 40];
    left -= now;
  }
  return name;
}

void put(std::string& out, const ledger::Context& context) {
  put(out, context.size(), 1);
  for (const auto& [key, value] : context) put(out, key), put(out, value);
}

std::size_t size_of(const ledger::Context& context) {
  std::size_t size = 1;
  for (const auto& [key, value] : context) size += 2 + key.size() + value.size();
  return size;
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
                                 const ledger::Context& said, Random& random) const {
  std::string bytes;
  const auto outcome = static_cast<std::uint64_t>(std::ranges::find(kOutcomes, decision.outcome) - kOutcomes.begin());
  put(bytes, 0, 1);
  put(bytes, static_cast<std::uint64_t>(std::max<std::int64_t>(0, to_ms(decision.at) - kEpoch)), 5);
  put(bytes, decision.rules_version, 4);
  put(bytes, decision.session_version, 4);
  put(bytes, decision.reading, 8);
  put_name(bytes, decision.trigger);
  put_name(bytes, decision.rule);
  put(bytes, decision.variant);
  Said how = said.empty() ? kNothing : kHere;
  if (how == kHere && bytes.size() + size_of(said) + kNonce + kMac > kMost) how = kTooLong;
  if (how == kHere) put(bytes, said);
  bytes.front() = static_cast<char>((decision.public_only ? kFormatPublicOnly : kFormat) << 4 | how << 2 | outcome);
  put(bytes, random.next(), kNonce);
  bytes += mac(handle, session, bytes);
  return std::string(kPrefix) + to_base64url(bytes);
}

namespace {

std::optional<std::string> bytes_of(std::string_view id) {
  if (!id.starts_with(kPrefix) || id.size() < kPrefix.size() + kLeast) return std::nullopt;
  auto bytes = from_base64url(id.substr(kPrefix.size()));
  if (!bytes || bytes->size() < kLeast) return std::nullopt;
  const unsigned format = static_cast<unsigned char>((*bytes)[0]) >> 4;
  if (format != kFormat && format != kFormatPublicOnly) return std::nullopt;
  return bytes;
}

}  // namespace

std::optional<Instant> DecisionTokens::instant_of(std::string_view id) {
  const auto bytes = bytes_of(id);
  if (!bytes) return std::nullopt;
  std::string_view rest(*bytes);
  rest.remove_prefix(1);
  return instant_ms(kEpoch + static_cast<std::int64_t>(take(rest, 5)));
}

std::optional<Token> DecisionTokens::open(std::string_view handle, std::string_view session,
                                          std::string_view id) const {
  const auto bytes = bytes_of(id);
  if (!bytes) return std::nullopt;
  std::string_view rest(*bytes);
  const std::string_view body = rest.substr(0, rest.size() - kMac);
  if (!equal_in_constant_time(mac(handle, session, body), rest.substr(body.size()))) return std::nullopt;
  Token token;
  ledger::PastDecision& decision = token.decision;
  decision.id = id;
  const std::uint64_t head = take(rest, 1);
  decision.outcome = kOutcomes[head & 3];
  decision.public_only = head >> 4 == kFormatPublicOnly;
  decision.at = instant_ms(kEpoch + static_cast<std::int64_t>(take(rest, 5)));
  decision.rules_version = take(rest, 4);
  decision.session_version = take(rest, 4);
  decision.reading = take(rest, 8);
  decision.trigger = take_name(rest);
  decision.rule = take_name(rest);
  decision.variant = take_text(rest);
  token.knows_said = (head >> 2 & 3) != kTooLong;
  if ((head >> 2 & 3) != kHere) return token;
  for (std::size_t n = take(rest, 1); n > 0; --n) {
    std::string key = take_text(rest);
    token.said.emplace_back(std::move(key), take_text(rest));
  }
  return token;
}

}  // namespace beckon::decision
