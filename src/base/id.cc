#include "base/id.h"

#include <algorithm>
#include <array>
#include <atomic>

namespace beckon {
namespace {

using CharSet = std::array<bool, 256>;

constexpr CharSet set_of(std::string_view letters, std::string_view marks) {
  CharSet set{};
  for (const std::string_view part : {letters, marks})
    for (const char c : part) set[static_cast<unsigned char>(c)] = true;
  return set;
}

constexpr std::string_view kLowerAlnum = "abcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::string_view kAlnum = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
constexpr CharSet kOfLowerAlnum = set_of(kLowerAlnum, ""), kOfAlnum = set_of(kAlnum, "");
constexpr CharSet kOfHandle = set_of(kLowerAlnum, "_-"), kOfTrigger = set_of(kLowerAlnum, "_.:-");
constexpr CharSet kOfId = set_of(kAlnum, "._:-");

bool has_form(std::string_view text, std::size_t least, std::size_t most, const CharSet& first, const CharSet& rest) {
  const auto is_in = [](const CharSet& set) { return [&set](char c) { return set[static_cast<unsigned char>(c)]; }; };
  return text.size() >= least && text.size() <= most && is_in(first)(text.front()) &&
         std::ranges::all_of(text, is_in(rest));
}

constexpr char kAlphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

}  // namespace

std::string make_ulid(std::string_view prefix, Instant at, Random& random) {
  std::string id;
  make_ulid(id, prefix, at, random);
  return id;
}

void make_ulid(std::string& id, std::string_view prefix, Instant at, Random& random) {
  id.assign(prefix).resize(prefix.size() + 26);
  auto ms = static_cast<std::uint64_t>(to_ms(at));
  for (std::size_t i = 10; i-- > 0; ms >>= 5) id[prefix.size() + i] = kAlphabet[ms & 31];
  // Of the 80 bits after the milliseconds, the upper half is a counter, so that ids of one millisecond also sort in the
  // order in which this process made them; the lower half is random, so that no other process makes the same.
  static std::atomic<std::uint64_t> made{0};
  auto count = made.fetch_add(1, std::memory_order_relaxed);
  for (std::size_t i = 8; i-- > 0; count >>= 5) id[prefix.size() + 10 + i] = kAlphabet[count & 31];
  std::array<std::byte, 8> bits{};
  random.fill(bits);
  for (std::size_t i = 0; i < 8; ++i) id[prefix.size() + 18 + i] = kAlphabet[std::to_integer<unsigned>(bits[i]) & 31];
}

std::optional<Instant> ulid_instant(std::string_view text) {
  if (text.size() != 26 || text.front() > '7') return std::nullopt;
  std::int64_t ms = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::size_t digit = std::string_view(kAlphabet).find(text[i]);
    if (digit == std::string_view::npos) return std::nullopt;
    if (i < 10) ms = ms << 5 | static_cast<std::int64_t>(digit);
  }
  return instant_ms(ms);
}

std::string ulid_of(std::string_view prefix, std::uint64_t high, std::uint64_t low) {
  std::string id(prefix);
  id.resize(prefix.size() + 26);
  for (std::size_t i = 26; i-- > 0; low = low >> 5 | high << 59, high >>= 5)
    id[prefix.size() + i] = kAlphabet[low & 31];
  return id;
}

bool is_handle(std::string_view text) { return has_form(text, 2, 63, kOfLowerAlnum, kOfHandle); }

bool is_session_id(std::string_view text) { return has_form(text, 1, 128, kOfId, kOfId); }

bool is_trigger(std::string_view text) {
  return text == kDueTrigger || has_form(text, 1, 64, kOfLowerAlnum, kOfTrigger);
}

bool is_signal_key(std::string_view text) { return has_form(text, 1, 64, kOfAlnum, kOfId); }

}  // namespace beckon
