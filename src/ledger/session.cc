#include "ledger/session.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/check.h"

namespace beckon::ledger {

std::size_t bytes_of(const Context& context) {
  std::size_t total = 0;
  for (const auto& [key, value] : context) total += key.size() + value.size();
  return total;
}

Context merge(const Context& under, const Context& over) {
  if (over.empty()) return under;
  Context merged;
  merged.reserve(under.size() + over.size());
  auto a = under.begin(), b = over.begin();
  while (a != under.end() || b != over.end()) {
    const bool from_over = a == under.end() || (b != over.end() && b->first <= a->first);
    if (!from_over) {
      merged.push_back(*a++);
      continue;
    }
    if (a != under.end() && a->first == b->first) ++a;
    if (!b->second.empty()) merged.push_back(*b);
    ++b;
  }
  return merged;
}

std::string SessionDigest::bytes() const {
  std::string bytes(16, '\0');
  for (std::size_t i = 0; i < 8; ++i) {
    bytes[i] = static_cast<char>(high >> (56 - 8 * i));
    bytes[8 + i] = static_cast<char>(low >> (56 - 8 * i));
  }
  return bytes;
}

SessionDigest SessionDigest::from_bytes(std::string_view bytes16) {
  CHECK(bytes16.size() == 16);
  static_assert(std::endian::native == std::endian::little);
  SessionDigest digest;
  std::memcpy(&digest.high, bytes16.data(), 8);
  std::memcpy(&digest.low, bytes16.data() + 8, 8);
  return {std::byteswap(digest.high), std::byteswap(digest.low)};
}

std::uint64_t remembered(std::string_view id) {
  std::uint64_t hash = 14695981039346656037u;  // FNV-1a, 64 bits
  for (const char c : id) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
  return hash ^ hash >> 29;
}

std::uint64_t done_key(std::string_view rule, std::uint64_t version) {
  return remembered(std::string(rule).append("#").append(std::to_string(version)));  // no id has this
}

SessionId own_record(std::string_view visitor) { return SessionId{std::string(1, kVisitorMark).append(visitor)}; }

std::uint64_t Session::done_anchor(std::string_view rule) const {
  const auto found = std::ranges::find(done, remembered(rule), &DoneAnchor::rule);
  return found == done.end() ? 0 : found->version;
}

bool Session::is_done(std::string_view rule, std::uint64_t anchor) const {
  const DoneAnchor of_rule{remembered(rule), anchor}, by_value{done_key(rule, anchor), anchor};
  return std::ranges::any_of(done, [&](const DoneAnchor& one) { return one == of_rule || one == by_value; });
}

std::size_t Session::bytes() const {
  std::size_t total = sizeof(Session) + 32 + window.bytes() + ids.capacity() * 8 + arrivals.capacity() * 16;
  for (const std::string* text : {&handle.text, &id.text, &visitor.text, &anonymous})
    if (text->capacity() > 15) total += text->capacity() + 1;
  for (const auto& [key, value] : context)
    total += sizeof(Context::value_type) + (key.size() > 15 ? key.size() : 0) + (value.size() > 15 ? value.size() : 0);
  total += decisions.bytes.capacity() + spends.capacity() * sizeof(Spend) + shown.capacity() * 8 +
           done.capacity() * sizeof(DoneAnchor);
  for (const Joined& joined : sessions)
    total += sizeof(Joined) + (joined.id.text.size() > 15 ? joined.id.text.size() : 0);
  if (traits) total += traits->bytes();
  if (counted) total += sizeof(Counted) + counted->all.capacity() * sizeof(Subtotal);
  if (identity) {
    total += sizeof(Identity) + 32 + identity->owner.text.size() + identity->said.text.size();
    for (const Member& member : identity->members) total += sizeof(Member) + member.id.text.size();
  }
  return total;
}

}  // namespace beckon::ledger
