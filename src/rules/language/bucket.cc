#include "rules/language/bucket.h"

#include <bit>
#include <string>

#include "rules/language/rule.h"

namespace beckon::rules {

namespace {

std::uint32_t little_endian(std::string_view bytes) {
  std::uint32_t word = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) word = word << 8 | static_cast<unsigned char>(bytes[i]);
  return word;
}

std::uint32_t scrambled(std::uint32_t word) { return std::rotl(word * 0xcc9e2d51u, 15) * 0x1b873593u; }

}  // namespace

std::uint32_t murmur3_x86_32(std::string_view text, std::uint32_t seed) {
  std::uint32_t hash = seed;
  std::string_view rest = text;
  for (; rest.size() >= 4; rest.remove_prefix(4))
    hash = std::rotl(hash ^ scrambled(little_endian(rest.substr(0, 4))), 13) * 5 + 0xe6546b64u;
  hash ^= scrambled(little_endian(rest));
  hash ^= static_cast<std::uint32_t>(text.size());
  hash = (hash ^ hash >> 16) * 0x85ebca6bu;
  hash = (hash ^ hash >> 13) * 0xc2b2ae35u;
  return hash ^ hash >> 16;
}

std::uint32_t bucket_of(std::string_view salt, std::string_view unit) {
  thread_local std::string text;
  text.assign(salt).append(unit);
  return static_cast<std::uint32_t>(std::uint64_t{murmur3_x86_32(text, 0)} * kBuckets >> 32);
}

}  // namespace beckon::rules
