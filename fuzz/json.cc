// The JSON parser: accepted input reads the same when it is written again, and it accepts what Jansson accepts.
#include "base/json.h"

#include <jansson.h>

#include <cmath>
#include <string>

#include "base/check.h"
#include "input.h"

namespace beckon::json {
namespace {

constexpr std::size_t kDeepest = 32;

bool same(const Value& one, const Value& other) {
  if (one.kind() != other.kind()) return false;
  if (one.is_array()) return std::ranges::equal(one.items(), other.items(), same);
  if (one.is_object())
    return std::ranges::equal(one.members(), other.members(), [](const Member& a, const Member& b) {
      return a.key == b.key && same(a.value, b.value);
    });
  return one.text() == other.text() && (one.is_string() || one.number() == other.number());
}

// Numbers may differ in their last digits: ours are compared with constants of few digits.
bool is_near(double one, double other) { return std::abs(one - other) <= 1e-14 * std::abs(other) + 1e-300; }

bool same(const Value& value, const json_t* other) {
  switch (json_typeof(other)) {
    case JSON_NULL: return value.is_null();
    case JSON_TRUE: return value.is_boolean() && value.boolean();
    case JSON_FALSE: return value.is_boolean() && !value.boolean();
    case JSON_STRING:
      return value.is_string() && value.text() == std::string_view(json_string_value(other), json_string_length(other));
    case JSON_INTEGER:
    case JSON_REAL: return value.is_number() && is_near(value.number(), json_number_value(other));
    case JSON_ARRAY:
      if (!value.is_array() || value.items().size() != json_array_size(other)) return false;
      for (std::size_t i = 0; i < value.items().size(); ++i)
        if (!same(value.items()[i], json_array_get(other, i))) return false;
      return true;
    case JSON_OBJECT:
      if (!value.is_object() || value.members().size() != json_object_size(other)) return false;
      for (const Member& member : value.members()) {
        const json_t* found = json_object_get(other, std::string(member.key).c_str());
        if (found == nullptr || !same(member.value, found)) return false;
      }
      return true;
  }
  return false;
}

bool holds_nul(const Value& value) {  // in a key, which Jansson cannot read
  for (const Value& item : value.items())
    if (holds_nul(item)) return true;
  for (const Member& member : value.members())
    if (member.key.find('\0') != std::string_view::npos || holds_nul(member.value)) return true;
  return false;
}

std::size_t depth_of(const json_t* value) {
  std::size_t below = 0, i;
  json_t* item;
  const char* key;
  if (json_is_array(value)) {
    json_array_foreach(value, i, item) below = std::max(below, depth_of(item));
  } else if (json_is_object(value)) {
    json_object_foreach(const_cast<json_t*>(value), key, item) below = std::max(below, depth_of(item));
  } else {
    return 0;
  }
  return below + 1;
}

void check(const Document& document) {
  const Value& root = document.root();
  CHECK(depth(root) <= kDeepest);
  const std::string text = to_text(root);
  const auto again = parse(text);
  CHECK(again && same(root, again->root()) && to_text(again->root()) == text);
  if (root.is_string()) CHECK(quote(root.text()) == text);
  (void)root.integer();
  (void)root.instant();
}

// Whether the text may contain a number near the greatest double, which only one of the parsers rounds to infinity, or
// an exponent of so many digits that ours refuses it although the number is zero.
bool is_about_overflow(std::string_view text) {
  std::size_t digits = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (digits > 0 && (text[i] == 'e' || text[i] == 'E')) return true;
    digits = digit || (text[i] == '.' && digits > 0) ? digits + 1 : 0;
    if (digits > 300) return true;
  }
  return false;
}

}  // namespace
}  // namespace beckon::json

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace beckon::json;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto document = parse(std::string(text));
  if (document) check(*document);
  if (text.find('\0') != std::string_view::npos) {  // where Jansson stops reading
    CHECK(!document);
    return 0;
  }

  json_error_t error;
  json_t* other =
      json_loadb(text.data(), text.size(),
                 JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, &error);
  if (document && other != nullptr) CHECK(same(document->root(), other));
  if (document && other == nullptr) CHECK(holds_nul(document->root()) || is_about_overflow(text));
  if (!document && other != nullptr) CHECK(depth_of(other) > kDeepest || is_about_overflow(text));
  json_decref(other);
  return 0;
}
